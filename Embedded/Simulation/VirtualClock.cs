namespace OrderActors.Embedded.Simulation;

/// <summary>A clock that stands still until it is told to jump to its next timer.</summary>
internal sealed class VirtualClock(DateTimeOffset start) : TimeProvider
{
    private Entry[] _heap = new Entry[256];
    private int _count;
    private long _now;
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How many timers fired.</summary>
    internal long Fired { get; private set; }

    /// <summary>Ticks since the start.</summary>
    internal long Now => _now;

    public override DateTimeOffset GetUtcNow() => start.AddTicks(_now);

    public override long GetTimestamp() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        CreateTimer(callback, state, dueTime, period, null);

    /// <summary>A timer that is over with its owner.</summary>
    internal ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period, ITimerOwner? owner)
    {
        var timer = new VirtualTimer(this, callback, state, owner);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Calls back once, after a time.</summary>
    internal void After(TimeSpan time, TimerCallback callback, object? state, ITimerOwner? owner = null) =>
        new VirtualTimer(this, callback, state, owner).Change(time, Timeout.InfiniteTimeSpan);

    /// <summary>Jumps to the next timer and fires it; false when there is none.</summary>
    internal bool Advance()
    {
        while (_count > 0)
        {
            var entry = _heap[0];
            RemoveFirst();
            if (entry.Version != entry.Timer.Version || entry.Timer.Owner is { IsDead: true }) continue;
            _now = Math.Max(_now, entry.Due);
            Fired++;
            entry.Timer.Fire();
            return true;
        }

        return false;
    }

    private void Enqueue(Entry entry)
    {
        if (_count == _heap.Length) Array.Resize(ref _heap, _count * 2);
        var at = _count++;
        while (at > 0)
        {
            var parent = (at - 1) >> 2;
            if (!entry.IsBefore(_heap[parent])) break;
            _heap[at] = _heap[parent];
            at = parent;
        }

        _heap[at] = entry;
    }

    private void RemoveFirst()
    {
        var last = _heap[--_count];
        _heap[_count] = default;
        if (_count == 0) return;
        var at = 0;
        while (true)
        {
            var first = (at << 2) + 1;
            if (first >= _count) break;
            var least = first;
            var end = Math.Min(first + 4, _count);
            for (var child = first + 1; child < end; child++)
            {
                if (_heap[child].IsBefore(_heap[least])) least = child;
            }

            if (!_heap[least].IsBefore(last)) break;
            _heap[at] = _heap[least];
            at = least;
        }

        _heap[at] = last;
    }

    /// <summary>One setting of a timer; those of the same instant are due in the order in which they were set.</summary>
    private readonly record struct Entry(long Due, long Order, VirtualTimer Timer, long Version)
    {
        public bool IsBefore(in Entry other) => Due < other.Due || (Due == other.Due && Order < other.Order);
    }

    private sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state, ITimerOwner? owner) : ITimer
    {
        private TimeSpan _period;

        /// <summary>Changes with every setting, so that an older entry of the queue is known to be void.</summary>
        internal long Version { get; private set; }

        internal ITimerOwner? Owner => owner;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Version++;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan) Enqueue(dueTime);
            return true;
        }

        public void Dispose() => Version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void Fire()
        {
            if (_period > TimeSpan.Zero) Enqueue(_period);
            callback(state);
        }

        private void Enqueue(TimeSpan dueTime)
        {
            if (owner is not null && dueTime > TimeSpan.Zero) dueTime += owner.Lateness();
            clock.Enqueue(new Entry(clock._now + dueTime.Ticks, clock._order++, this, Version));
        }
    }
}
