using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;

namespace OrderActors.Client.Operations.Metrics;

/// <summary>What requests are measured by: how long each took, by operation, class and outcome.</summary>
internal static class RequestInstruments
{
    // An answer that is a stream lasts as long as its reader likes, which says nothing of the platform.
    private const string Stream = "text/event-stream";

    private static readonly Meter Meter = new("OrderActors.Requests");

    private static readonly string[] Classes = ["critical", "secondary", "non_critical"];

    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "orderactors.requests.duration", "s", "From a request's head to its answer, by operation, class and outcome.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });

    /// <summary>The name of a class of operations.</summary>
    public static string NameOf(Priority priority) => Classes[(int)priority];

    /// <summary>A request was answered, or given up by its caller.</summary>
    public static void Answered(Operation operation, HttpContext context, long began)
    {
        if (!Durations.Enabled || operation.MediaType == Stream) return;
        Durations.Record(
            Stopwatch.GetElapsedTime(began).TotalSeconds,
            new KeyValuePair<string, object?>("operation", operation.Id),
            new KeyValuePair<string, object?>("class", NameOf(operation.Priority)),
            new KeyValuePair<string, object?>("outcome", OutcomeOf(context)));
    }

    /// <summary>What became of a request, in the few words that an alert asks for.</summary>
    public static string OutcomeOf(HttpContext context) => context.Response.StatusCode switch
    {
        _ when context.RequestAborted.IsCancellationRequested => "abandoned",
        < 400 => "ok",
        429 => "limited",
        503 => "unavailable",
        504 => "timed_out",
        < 500 => "refused",
        _ => "failed",
    };
}
