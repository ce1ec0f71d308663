namespace OrderActors.Broadcast;

/// <summary>
/// How long to wait before something that failed is tried again: four times longer after every failure, up to a bound.
/// Four and not two, so that the usual five attempts span seconds: a grain that moves to another process is back by then.
/// There is no jitter: grains do not retry in step, and the same history gives the same times.
/// </summary>
/// <param name="First">The wait after the first failure.</param>
/// <param name="Max">The longest wait.</param>
internal readonly record struct Backoff(TimeSpan First, TimeSpan Max)
{
    private const double Factor = 4;

    /// <summary>The wait after this many failures in a row, 1 or more.</summary>
    public TimeSpan After(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        var ticks = First.Ticks * Math.Pow(Factor, failures - 1);
        return ticks < Max.Ticks ? TimeSpan.FromTicks((long)ticks) : Max;
    }
}
