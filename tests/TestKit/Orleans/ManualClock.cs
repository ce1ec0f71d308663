namespace OrderActors.TestKit;

/// <summary>A clock that only its driver moves. Timers fire on the driver's thread, in the order they are due.</summary>
public sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _driving = new();
    private readonly Lock _lock = new();
    private readonly PriorityQueue<(ManualTimer Timer, long Version), (long Due, long Order)> _timers = new();
    private long _now;
    private long _order;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => start.AddTicks(Interlocked.Read(ref _now));

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock and fires what came due.</summary>
    public void Advance(TimeSpan time)
    {
        // One driver at a time: two would set the clock back.
        lock (_driving)
        {
            var target = Interlocked.Read(ref _now) + time.Ticks;
            while (Next(target) is { } timer) timer.Fire();
            Interlocked.Exchange(ref _now, target);
        }
    }

    private ManualTimer? Next(long target)
    {
        lock (_lock)
        {
            while (_timers.TryPeek(out var entry, out var at) && at.Due <= target)
            {
                _timers.Dequeue();
                if (entry.Version != entry.Timer.Version) continue;
                if (at.Due > _now) Interlocked.Exchange(ref _now, at.Due);
                return entry.Timer;
            }

            return null;
        }
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        internal long Version { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                Version++;
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan) clock._timers.Enqueue((this, Version), (clock._now + dueTime.Ticks, clock._order++));
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._lock) Version++;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void Fire()
        {
            lock (clock._lock)
            {
                if (_period > TimeSpan.Zero) clock._timers.Enqueue((this, Version), (clock._now + _period.Ticks, clock._order++));
            }

            callback(state);
        }
    }
}
