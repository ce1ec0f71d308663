using System.Diagnostics;
using Orleans;

namespace OrderActors.Silo.Hosting;

/// <summary>
/// What a host does between its start and its first request. It ends in time and never keeps a host from becoming ready: what fails is
/// said in the log, and the host is as slow in its first seconds as it would have been without.
/// </summary>
internal sealed partial class WarmUp(WarmUpOptions options, IClusterClient grains, ILogger<WarmUp> logger)
{
    /// <summary>Does it.</summary>
    /// <param name="rehearse">Exercises the code for a while and returns how often; null where there is nothing to exercise.</param>
    /// <param name="cancellation">The host does not start after all.</param>
    public async Task RunAsync(Func<TimeSpan, CancellationToken, Task<int>>? rehearse, CancellationToken cancellation)
    {
        if (options.TimeLimit <= TimeSpan.Zero) return;
        var began = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.TimeLimit);
        var rehearsed = rehearse is null || options.Rehearsal <= TimeSpan.Zero
            ? 0
            : await Try("rehearsal", token => rehearse(options.Rehearsal, token), limit.Token, cancellation);

        // Last: they shall still be in memory when they are asked for.
        var activated = await Try("activation", token => HotGrains.ActivateAsync(grains, options, token), limit.Token, cancellation);
        LogDone(activated, rehearsed, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private async Task<int> Try(string what, Func<CancellationToken, Task<int>> step, CancellationToken limit, CancellationToken cancellation)
    {
        try
        {
            // Also for a step that does not listen: the limit is what an orchestrator counts on.
            return await step(limit).WaitAsync(limit);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            LogCutOff(what, options.TimeLimit);
            return 0;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e, what);
            return 0;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Warm after {Seconds:0.0} s: {Activated} merchants and couriers in memory, {Rehearsed} orders rehearsed")]
    private partial void LogDone(int activated, int rehearsed, double seconds);

    [LoggerMessage(2, LogLevel.Warning, "The warm-up's {What} was cut off after {Limit} (WarmUp:TimeLimit); the first requests will be slower")]
    private partial void LogCutOff(string what, TimeSpan limit);

    [LoggerMessage(3, LogLevel.Warning, "The warm-up's {What} failed; the first requests will be slower")]
    private partial void LogFailed(Exception exception, string what);
}
