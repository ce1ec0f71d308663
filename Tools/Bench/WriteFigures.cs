using System.Diagnostics;

namespace OrderActors.Tools.Bench;

/// <summary>What a round of durable writes reached.</summary>
/// <param name="PerSecond">Acknowledged writes a second.</param>
/// <param name="P50">The middle latency.</param>
/// <param name="P99">The latency that one in a hundred exceeds.</param>
internal readonly record struct WriteFigures(double PerSecond, TimeSpan P50, TimeSpan P99)
{
    /// <summary>From what each caller saw, in ticks of the stopwatch.</summary>
    public static WriteFigures Of(IEnumerable<List<long>> latencies, TimeSpan took)
    {
        var all = latencies.SelectMany(l => l).ToArray();
        Array.Sort(all);
        return new WriteFigures(all.Length / took.TotalSeconds, At(all, 0.50), At(all, 0.99));
    }

    private static TimeSpan At(long[] sorted, double share) =>
        TimeSpan.FromSeconds((double)sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)] / Stopwatch.Frequency);
}
