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
        _stageTick = _runtime.Tick;
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
            if (_stage == Stage.Gone) return;
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
        _stageTick = _runtime.Tick;
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

    /// <summary>Tells every request that is here and has no answer, whether it runs or waits. For when this activation's process is dead.</summary>
    internal void ForUnanswered(Action<GrainCall> tell)
    {
        for (var item = _batch; item is not null; item = item.Next) Tell(item as GrainCall);
        for (var item = _mailbox; item is not null; item = item.Next) Tell(item as GrainCall);
        Tell(_present);
        foreach (var call in _waiting) Tell(call);
        for (var sleeping = _sleeping; sleeping is not null; sleeping = sleeping.Next) Tell(sleeping.Call);

        void Tell(GrainCall? call)
        {
            if (call is { IsAnswered: false }) tell(call);
        }
    }

    /// <summary>
    /// The activation is given up with a request that never ends; those that wait go to a new one. Others that run here may end or not: nobody
    /// looks after this activation from now on, so their callers hear now that nobody knows.
    /// </summary>
    internal void Abandoned()
    {
        GrainCall[] waiting;
        var running = new List<GrainCall>();
        lock (_waiting)
        {
            waiting = [.. _waiting];
            _waiting.Clear();
            _stage = Stage.Gone;
            for (var sleeping = _sleeping; sleeping is not null; sleeping = sleeping.Next) running.Add(sleeping.Call);
        }

        StopTimers();
        _deactivated.TrySetResult();
        if (Volatile.Read(ref _present) is { } present) running.Add(present);
        foreach (var call in running)
        {
            if (!call.IsAnswered) call.TryFail(TimedOut(call, "before its activation was given up"));
        }

        foreach (var call in waiting)
        {
            if (!call.IsAnswered) _runtime.Redeliver(this, call);
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
