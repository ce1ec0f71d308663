using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrderActors.Tests.Lifecycles.Dispatch;

/// <summary>
/// What something costs a processor. A time by the clock would be that of all who run beside it: the suites of all projects share the machine.
/// </summary>
internal static class ThreadTime
{
    private const int ThreadCpuTime = 3;
    private static readonly TimeSpan QuietSort = TimeSpan.FromMilliseconds(22);

    /// <summary>The processor time of this thread; by the clock where the system does not tell.</summary>
    public static TimeSpan Of(Action act)
    {
        var before = Now();
        act();
        return Now() - before;
    }

    /// <summary>
    /// The least that something costs in some runs, as the quiet machine would have it that limits are given for. A virtual machine's processor is
    /// shared and so are its caches, which the time of a thread does not show; a sort beside each run does.
    /// </summary>
    /// <param name="runs">How often; the first runs compile.</param>
    /// <param name="act">What it is.</param>
    public static TimeSpan Best(int runs, Action act)
    {
        var (best, bestSort) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var run = 0; run < runs; run++)
        {
            var sort = Of(() => Array.Sort(Numbers()));
            var took = Of(act);
            (best, bestSort) = (took < best ? took : best, sort < bestSort ? sort : bestSort);
        }

        return best / Math.Max(1, bestSort / QuietSort);
    }

    private static double[] Numbers()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 300_000).Select(_ => random.NextDouble())];
    }

    private static TimeSpan Now() => OperatingSystem.IsLinux() && GetTime(ThreadCpuTime, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
        : Stopwatch.GetElapsedTime(0);

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out Timespec time);

    private readonly record struct Timespec(long Seconds, long Nanoseconds);
}
