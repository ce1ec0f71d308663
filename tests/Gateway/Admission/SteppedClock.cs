namespace OrderActors.Tests.Gateway.Admission;

/// <summary>A clock that a test sets. Nothing of it ticks by itself.</summary>
internal sealed class SteppedClock : TimeProvider
{
    public long Ticks { get; set; } = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Ticks;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero).AddTicks(Ticks);

    public void Advance(TimeSpan time) => Ticks += time.Ticks;
}
