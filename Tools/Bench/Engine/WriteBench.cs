using System.Diagnostics;
using Orleans;

namespace OrderActors.Tools.Bench.Engine;

/// <summary>Durable grain writes a second: each caller has a grain of its own and waits for every acknowledgement.</summary>
internal static class WriteBench
{
    /// <summary>Callers that write at the same time.</summary>
    public const int Callers = 1_000;

    /// <summary>One round.</summary>
    public static async Task<WriteFigures> RoundAsync(IGrainFactory factory, TimeSpan round)
    {
        var grains = Enumerable.Range(0, Callers).Select(i => factory.GetGrain<IStoringGrain>(i)).ToArray();
        await Task.WhenAll(grains.Select(g => g.Store()));
        var start = Stopwatch.GetTimestamp();
        var until = start + (long)(round.TotalSeconds * Stopwatch.Frequency);
        var latencies = await Task.WhenAll(grains.Select(grain => Task.Run(() => WriteAsync(grain, until))));
        return WriteFigures.Of(latencies, Stopwatch.GetElapsedTime(start));
    }

    private static async Task<List<long>> WriteAsync(IStoringGrain grain, long until)
    {
        var latencies = new List<long>();
        long now;
        var begin = Stopwatch.GetTimestamp();
        do
        {
            await grain.Store();
            now = Stopwatch.GetTimestamp();
            latencies.Add(now - begin);
            begin = now;
        }
        while (now < until);
        return latencies;
    }
}
