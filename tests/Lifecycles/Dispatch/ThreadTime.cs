using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrderActors.Tests.Lifecycles.Dispatch;

/// <summary>
/// What something costs a processor. A time by the clock would be that of all who run beside it: the suites of all projects share the machine.
/// </summary>
internal static class ThreadTime
{
    private const int ThreadCpuTime = 3;

    /// <summary>The processor time of this thread; by the clock where the system does not tell.</summary>
    public static TimeSpan Of(Action act)
    {
        var before = Now();
        act();
        return Now() - before;
    }

    private static TimeSpan Now() => OperatingSystem.IsLinux() && GetTime(ThreadCpuTime, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
        : Stopwatch.GetElapsedTime(0);

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out Timespec time);

    private readonly record struct Timespec(long Seconds, long Nanoseconds);
}
