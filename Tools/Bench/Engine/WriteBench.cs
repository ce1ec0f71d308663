using System.Diagnostics;
using Orleans;

namespace OrderActors.Tools.Bench.Engine;

/// <summary>What a round of durable writes reached.</summary>
/// <param name="PerSecond">Acknowledged writes a second.</param>
/// <param name="P50">The middle latency.</param>
/// <param name="P99">The latency that one in a hundred exceeds.</param>
internal readonly record struct WriteFigures(double PerSecond, TimeSpan P50, TimeSpan P99);

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
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var all = latencies.SelectMany(l => l).ToArray();
        Array.Sort(all);
        return new WriteFigures(all.Length / seconds, At(all, 0.50), At(all, 0.99));
    }

    private static TimeSpan At(long[] sorted, double share) =>
        TimeSpan.FromSeconds((double)sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)] / Stopwatch.Frequency);

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
