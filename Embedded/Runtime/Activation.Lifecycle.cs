using OrderActors.Embedded.Streams;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams.Core;

namespace OrderActors.Embedded.Runtime;

/// <content>From the first request to the last: construction, state, timers, deactivation.</content>
internal sealed partial class Activation
{
    private List<IPersistentFacet>? _states;

    internal StreamAttachments? Streams { get; set; }

    internal void AddState(IPersistentFacet state) => (_states ??= []).Add(state);

    internal IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options);
        lock (_waiting) (_timers ??= []).Add(timer);
        timer.Change(options.DueTime, options.Period);
        return timer;
    }

    internal void Forget(GrainTimer timer)
    {
        lock (_waiting) _timers?.Remove(timer);
    }

    internal Task DeliverStreamItem(Guid subscription, object item, Orleans.Streams.StreamSequenceToken token) =>
        (Streams ?? throw new InvalidOperationException($"{GrainId} has a stream subscription but attached no observer to it."))
        .Deliver(subscription, item, token);

    private void StartActivation()
    {
        _stage = Stage.Activating;
        _ = Activate();
    }

    private async Task Activate()
    {
        try
        {
            _creating = this;
            try
            {
                Volatile.Write(ref _instance, Class.Create(this));
            }
            finally
            {
                _creating = null;
            }

            if (_states is not null)
            {
                foreach (var state in _states) await state.LoadAsync();
            }

            var grain = (IGrainBase)_instance!;
            if (Class.ImplicitNamespaces.Length > 0 && grain is IStreamSubscriptionObserver observer)
            {
                Streams = new StreamAttachments(this);
                await Streams.AttachImplicit(observer);
            }

            await grain.OnActivateAsync(CancellationToken.None);
            _stage = Stage.Active;
            StartWaiting();
        }
        catch (Exception exception)
        {
            _runtime.Log.ActivationFailed(exception, GrainId);
            FailActivation(exception);
        }
    }

    private void FailActivation(Exception exception)
    {
        _stage = Stage.Gone;
        StopTimers();
        _runtime.Remove(this);
        _deactivated.TrySetResult();
        while (_waitingCount > 0)
        {
            GrainCall call;
            lock (_waiting) call = _waiting.Dequeue();
            _waitingCount--;
            call.TryFail(exception);
        }
    }

    private void RequestDeactivation(DeactivationReason reason)
    {
        if (_deactivate || _stage >= Stage.Deactivating) return;
        _deactivate = true;
        _deactivateFor = reason;
        // Now, not after the last request: a timer's work that asks its token is told to come to an end.
        StopTimers();
    }

    private void StartDeactivation()
    {
        _stage = Stage.Deactivating;
        _ = FinishDeactivation();
    }

    private async Task FinishDeactivation()
    {
        try
        {
            await ((IGrainBase)_instance!).OnDeactivateAsync(_deactivateFor, CancellationToken.None);
        }
        catch (Exception exception)
        {
            _runtime.Log.DeactivationFailed(exception, GrainId);
        }

        _stage = Stage.Gone;
        _runtime.Remove(this);
        _deactivated.TrySetResult();
        while (_waitingCount > 0)
        {
            GrainCall call;
            lock (_waiting) call = _waiting.Dequeue();
            _waitingCount--;
            _runtime.Redeliver(this, call);
        }
    }

    private void StopTimers()
    {
        GrainTimer[] timers;
        lock (_waiting)
        {
            timers = _timers is null ? [] : [.. _timers];
            _timers = null;
        }

        foreach (var timer in timers) timer.Dispose();
    }
}

/// <summary>A state that is read before its grain activates.</summary>
internal interface IPersistentFacet
{
    Task LoadAsync();
}
