using System.ComponentModel;
using System.Diagnostics;
using Orleans.Runtime;

namespace OrderActors.Embedded.Runtime;

/// <summary>The base of generated references: turns a method call into a request. Public because generated code derives from it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GrainReferenceBase : IGrainReference, IAddressable, IEquatable<GrainReferenceBase>
{
    private Activation? _activation;

    internal GrainRuntime Runtime = null!;
    internal GrainClass Class = null!;
    internal GrainMethod[] Methods = null!;

    /// <summary>The grain this refers to.</summary>
    public GrainId GrainId { get; internal set; }

    GrainId IGrainReference.GrainId => GrainId;

    /// <inheritdoc/>
    public bool Equals(GrainReferenceBase? other) => other is not null && other.GrainId == GrainId && other.GetType() == GetType();

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as GrainReferenceBase);

    /// <inheritdoc/>
    public sealed override int GetHashCode() => GrainId.GetHashCode();

    /// <inheritdoc/>
    public sealed override string ToString() => GrainId.ToString();

    /// <summary>Sends a request; the answer as a task. Called by generated code.</summary>
    public Task<T> Send<T>(GrainCall<T> call, int method)
    {
        Prepare(call, method);
        if (Runtime.HasOutgoingFilters) return SendThroughFilters(call);
        var answer = call.Answer;
        Deliver(call);
        return answer;
    }

    /// <summary>Sends a request; the answer as a value task. Called by generated code.</summary>
    public ValueTask<T> SendValue<T>(GrainCall<T> call, int method) => new(Send(call, method));

    /// <summary>Sends a request without a result. Called by generated code.</summary>
    public Task SendVoid(GrainCallVoid call, int method)
    {
        Prepare(call, method);
        if (Runtime.HasOutgoingFilters) return SendVoidThroughFilters(call);
        if (call.Method.IsOneWay)
        {
            Deliver(call);
            Forget(call);
            return Task.CompletedTask;
        }

        var answer = call.Answer;
        Deliver(call);
        return answer;
    }

    /// <summary>Sends a request without a result. Called by generated code.</summary>
    public ValueTask SendVoidValue(GrainCallVoid call, int method) => new(SendVoid(call, method));

    private void Prepare(GrainCall call, int method)
    {
        var description = Methods[method];
        call.Method = description;
        call.Kind = description.Kind;
        call.Context = CallContext.Values;
        call.Source = Activation.Current;
        call.StartTick = Runtime.Tick;
        if (Activity.Current is { } present) call.Activity = CallSpans.Send(description, present);
    }

    private void Deliver(GrainCall call)
    {
        if (Runtime.RefusesCallsFromOutside(call, GrainId)) return;
        if (Runtime.Network is { } network)
        {
            network.Send(Class, GrainId, call);
            return;
        }

        // A reference remembers where its grain lived; a stale activation passes the call on by itself.
        var activation = _activation;
        if (activation is null || activation.IsGone)
        {
            activation = Runtime.Locate(Class, GrainId);
            if (!Class.IsStatelessWorker) _activation = activation;
        }

        Runtime.Deliver(activation, call);
    }

    private async Task<T> SendThroughFilters<T>(GrainCall<T> call)
    {
        var context = new OutgoingCallContext(this, call, async () =>
        {
            var task = call.Answer;
            Deliver(call);
            return await task;
        });
        await context.Invoke();
        return (T)context.Result!;
    }

    private async Task SendVoidThroughFilters(GrainCallVoid call)
    {
        var context = new OutgoingCallContext(this, call, async () =>
        {
            var task = call.Answer;
            Deliver(call);
            if (call.Method.IsOneWay) Forget(call);
            else await task;
            return null;
        });
        await context.Invoke();
    }

    private void Forget(GrainCallVoid call) => call.Answer.ContinueWith(
        static (task, state) => ((GrainRuntime)state!).OneWayFailed(task.Exception!.InnerException!),
        Runtime, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
