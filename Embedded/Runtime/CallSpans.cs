using System.Diagnostics;

namespace OrderActors.Embedded.Runtime;

/// <summary>
/// The spans of grain calls, one of the caller and one of the grain, with the source and the names that Orleans gives them. A
/// call that belongs to no trace, or to one that nobody records, has none; it still carries the trace's id to the grain's log.
/// </summary>
/// <remarks>
/// A call travels without the caller's execution context, so the trace goes along in the call itself and is made the present
/// one in the grain's turn. What the turn leaves behind is overwritten by the next call.
/// </remarks>
internal static class CallSpans
{
    /// <summary>The source's name, as in Orleans.</summary>
    internal const string SourceName = "Microsoft.Orleans.Application";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>In the caller: what the call carries. The caller's own present span stays what it is.</summary>
    internal static Activity Send(GrainMethod method, Activity present)
    {
        if (!present.IsAllDataRequested || present.IsStopped || !Source.HasListeners()) return present;
        var span = Begin(method, ActivityKind.Client);
        if (span is null) return present;
        Activity.Current = present;
        return span;
    }

    /// <summary>In the grain's turn: the call's trace is the present one from here on.</summary>
    internal static void Enter(GrainCall call)
    {
        // One that has stopped (its caller went on) cannot be made the present one again.
        Activity.Current = call.Activity is { IsStopped: false } ? call.Activity : null;
        if (call.Activity is { Kind: ActivityKind.Client } sent && ReferenceEquals(sent.Source, Source))
            call.Activity = Begin(call.Method, ActivityKind.Server) ?? sent;
    }

    /// <summary>The caller has its answer, and it is a failure; the grain may still be at work.</summary>
    internal static void Answered(GrainCall call, Exception failure)
    {
        if (call.Activity is { } span && ReferenceEquals(span.Source, Source)) End(span.Kind == ActivityKind.Server ? span.Parent : span, failure);
    }

    /// <summary>The grain is done.</summary>
    internal static void Leave(GrainCall call, Exception? failure)
    {
        var span = call.Activity!;
        call.Activity = null;
        if (!ReferenceEquals(span.Source, Source)) return;
        End(span, failure);
        if (span.Kind == ActivityKind.Server) End(span.Parent, failure);
    }

    private static Activity? Begin(GrainMethod method, ActivityKind kind)
    {
        var span = Source.StartActivity(method.SpanName, kind);
        span?.SetTag("rpc.system", "orleans").SetTag("rpc.service", method.InterfaceName).SetTag("rpc.method", method.Name);
        return span;
    }

    // The exception's message may name whom the call was about, so only its kind is kept.
    private static void End(Activity? span, Exception? failure)
    {
        if (span is null || span.IsStopped || !ReferenceEquals(span.Source, Source)) return;
        if (failure is not null) span.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
        span.Stop();
    }
}

/// <summary>The spans of storage writes, from the grain's wish to the durable record.</summary>
internal static class StorageSpans
{
    /// <summary>The source's name, as in Orleans.</summary>
    internal const string SourceName = "Microsoft.Orleans.Storage";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins one, if the present trace is recorded.</summary>
    internal static Activity? Begin(string state, Activation activation)
    {
        if (Activity.Current is not { IsAllDataRequested: true, IsStopped: false } present || !Source.HasListeners()) return null;
        var span = Source.StartActivity("write state", ActivityKind.Client);
        span?.SetTag("orleans.grain.type", activation.Class.GrainType.ToString()).SetTag("orleans.storage.state.name", state);
        Activity.Current = present;
        return span;
    }
}
