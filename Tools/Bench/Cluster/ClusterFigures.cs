using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderActors.Tools.Bench.Cluster;

/// <summary>The last line that <c>bench cluster</c> prints: one JSON object, keys in this order.</summary>
/// <param name="LifecyclesPerSecond">Orders from placement to delivery while orders were placed.</param>
/// <param name="RequestsPerSecond">HTTP requests meanwhile, every try and every look for a courier counted.</param>
/// <param name="P50Milliseconds">The median time of a command, all its tries together.</param>
/// <param name="P99Milliseconds">The 99th percentile of it.</param>
/// <param name="Errors">Tries that settled nothing: no connection, no answer in time, 429 or 5xx.</param>
/// <param name="LongestGapMilliseconds">The longest time from the first try to the answer of a command that needed more than one; 0 when none did.</param>
/// <param name="Lost">Acknowledged and not there, or impossible to bring to its end.</param>
/// <param name="AppliedTwice">Done more than once.</param>
internal sealed record ClusterFigures(
    [property: JsonPropertyName("lifecyclesPerSecond")] double LifecyclesPerSecond,
    [property: JsonPropertyName("requestsPerSecond")] double RequestsPerSecond,
    [property: JsonPropertyName("p50Milliseconds")] double P50Milliseconds,
    [property: JsonPropertyName("p99Milliseconds")] double P99Milliseconds,
    [property: JsonPropertyName("errors")] long Errors,
    [property: JsonPropertyName("longestGapMilliseconds")] double LongestGapMilliseconds,
    [property: JsonPropertyName("lost")] int Lost,
    [property: JsonPropertyName("appliedTwice")] int AppliedTwice)
{
    public string ToJson() => JsonSerializer.Serialize(this);
}

/// <summary>What a run of the driver measured, before anything is checked.</summary>
/// <param name="LifecyclesPerSecond">Orders delivered while orders were placed, a second.</param>
/// <param name="RequestsPerSecond">Requests meanwhile, a second.</param>
/// <param name="Commands">How long each command took, the shortest first.</param>
/// <param name="Errors">Tries that settled nothing.</param>
/// <param name="LongestGap">The longest time of a command that needed more than one try.</param>
internal sealed record ClusterRun(
    double LifecyclesPerSecond, double RequestsPerSecond, IReadOnlyList<TimeSpan> Commands, long Errors, TimeSpan LongestGap)
{
    /// <summary>Drives orders for some time, then to their end.</summary>
    public static async Task<ClusterRun> MeasureAsync(ClusterDriver driver, TimeSpan duration, CancellationToken cancellationToken)
    {
        driver.BeginCounting();
        var (start, delivered) = (Stopwatch.GetTimestamp(), driver.Delivered);
        using var stop = new CancellationTokenSource(duration);
        var counted = new TaskCompletionSource<(long Delivered, long Requests, TimeSpan Elapsed)>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var counting = stop.Token.Register(() => counted.TrySetResult(
            (driver.Delivered, driver.Callers.Sum(caller => caller.Requests), Stopwatch.GetElapsedTime(start))));
        await driver.RunAsync(stop.Token, cancellationToken);

        // Who drives may see that it is over before it was counted.
        var atStop = await counted.Task;
        var seconds = atStop.Elapsed.TotalSeconds;
        return new ClusterRun(
            (atStop.Delivered - delivered) / seconds,
            atStop.Requests / seconds,
            [.. driver.Callers.SelectMany(caller => caller.Commands).Order()],
            driver.Callers.Sum(caller => caller.Errors),
            driver.Callers.Max(caller => caller.LongestGap));
    }

    /// <summary>The figures, with the verdict.</summary>
    public ClusterFigures Figures(LedgerVerdict verdict) => new(
        Math.Round(LifecyclesPerSecond, 1), Math.Round(RequestsPerSecond, 1), Percentile(0.5), Percentile(0.99), Errors,
        Math.Round(LongestGap.TotalMilliseconds, 1), verdict.Lost.Count, verdict.AppliedTwice.Count);

    private double Percentile(double share) =>
        Commands.Count == 0 ? 0 : Math.Round(Commands[(int)Math.Min(Commands.Count - 1, share * Commands.Count)].TotalMilliseconds, 2);
}
