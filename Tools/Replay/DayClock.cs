namespace OrderActors.Tools.Replay;

/// <summary>The day's minutes on the platform's clock.</summary>
/// <param name="clock">The clock that the platform runs on.</param>
/// <param name="dayStart">Minute 0.</param>
internal sealed class DayClock(TimeProvider clock, DateTimeOffset dayStart)
{
    /// <summary>Now, in minutes from the day's start.</summary>
    public decimal Now => ToMinute(clock.GetUtcNow());

    /// <summary>An instant in minutes from the day's start.</summary>
    public decimal ToMinute(DateTimeOffset instant) => (instant - dayStart).Ticks / (decimal)TimeSpan.TicksPerMinute;

    /// <summary>The instant of a minute.</summary>
    public DateTimeOffset ToInstant(decimal minute) => dayStart.AddTicks((long)(minute * TimeSpan.TicksPerMinute));

    /// <summary>Calls at an instant, unless disposed of before.</summary>
    public ITimer At(DateTimeOffset instant, Action call) =>
        clock.CreateTimer(static call => ((Action)call!)(), call, instant - clock.GetUtcNow(), Timeout.InfiniteTimeSpan);

    /// <summary>Waits until a minute has come; returns at once when it has passed.</summary>
    public async Task UntilAsync(decimal minute)
    {
        var instant = ToInstant(minute);
        for (var wait = instant - clock.GetUtcNow(); wait > TimeSpan.Zero; wait = instant - clock.GetUtcNow())
            await Task.Delay(wait, clock);
    }
}
