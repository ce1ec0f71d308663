using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrderActors.Tests.Lifecycles.Dispatch;

/// <summary>
/// What something costs a processor. A time by the clock would be that of all who run beside it: the suites of all projects share the machine.
/// </summary>
internal static class ThreadTime
{
    private const int ThreadCpuTime = 3;
    private static readonly TimeSpan QuietSort = TimeSpan.FromMilliseconds(80);

    /// <summary>The processor time of this thread; by the clock where the system does not tell.</summary>
    public static TimeSpan Of(Action act)
    {
        var before = Now();
        act();
        return Now() - before;
    }

    /// <summary>How much more this thread's work costs at this moment than on the quiet machine that limits are given for; at least 1.</summary>
    /// <remarks>A virtual machine's processor is shared and so are its caches, and neither shows in the time of the thread.</remarks>
    public static double Slowness()
    {
        var random = new Random(1);
        var numbers = Enumerable.Range(0, 1_000_000).Select(_ => random.NextDouble()).ToArray();
        return Math.Max(1, Of(() => Array.Sort(numbers)) / QuietSort);
    }

    private static TimeSpan Now() => OperatingSystem.IsLinux() && GetTime(ThreadCpuTime, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
        : Stopwatch.GetElapsedTime(0);

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out Timespec time);

    private readonly record struct Timespec(long Seconds, long Nanoseconds);
}
