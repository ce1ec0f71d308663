using System.Diagnostics;

namespace OrderActors.Broadcast;

/// <summary>
/// The spans of consumers. A page whose traced events are all of one trace continues it; one with several is a trace of its own
/// that links to them. Events that nobody traced make no span.
/// </summary>
internal static class EventSpans
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "OrderActors.Events";

    private const int MaxLinks = 32;

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of a page; null when nobody listens.</summary>
    public static Activity? Handle(string subscriber, IReadOnlyList<LoggedEvent> page)
    {
        if (!Source.HasListeners()) return null;
        var traces = new List<ActivityContext>();
        foreach (var logged in page)
        {
            if (logged.Event.Trace is not { } trace || !ActivityContext.TryParse(trace, null, isRemote: true, out var context)) continue;
            if (traces.Count < MaxLinks && !traces.Contains(context)) traces.Add(context);
        }

        if (traces.Count == 0) return null;
        var isOne = traces.TrueForAll(context => context.TraceId == traces[0].TraceId);
        KeyValuePair<string, object?>[] tags =
        [
            new("messaging.system", "orderactors"), new("messaging.operation.type", "process"), new("messaging.consumer.group.name", subscriber),
            new("messaging.destination.partition.id", page[0].Partition), new("messaging.batch.message_count", page.Count),
        ];
        return Source.StartActivity(
            $"process {subscriber}", ActivityKind.Consumer, isOne ? traces[0] : default, tags,
            isOne ? null : traces.Select(context => new ActivityLink(context)));
    }

    /// <summary>The page failed. The message may tell whom it was about, so only the kind of failure is kept.</summary>
    public static void Failed(Activity? span, Exception failure) => span?.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
}
