using System.Diagnostics;

namespace OrderActors.Silo.Outbound.Pipelines;

/// <summary>
/// The spans of tries of calls to the world outside, with what chaos and the wait for an answer made of them. The HTTP client has one of
/// its own within, of which it tells the dependency (<c>traceparent</c>).
/// </summary>
internal static class OutboundSpans
{
    private static readonly ActivitySource Source = new("OrderActors.Outbound");

    /// <summary>Begins one within the present trace; null when nobody records it.</summary>
    public static Activity? Begin(string dependency, string operation)
    {
        if (Activity.Current is not { IsAllDataRequested: true } || !Source.HasListeners()) return null;
        return Source.StartActivity($"{dependency} {operation}", ActivityKind.Client)
            ?.SetTag("peer.service", dependency).SetTag("orderactors.operation", operation);
    }

    /// <summary>The try is over.</summary>
    public static void Ends(Activity? span, string outcome)
    {
        if (outcome == "failed") span?.SetStatus(ActivityStatusCode.Error);
        span?.SetTag("orderactors.outcome", outcome);
    }
}
