using OrderActors.Embedded.Runtime;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// A world with its own time on one thread. Every turn, timer and continuation runs here, in an order drawn from the seed;
/// when nothing is left to do, time jumps to the next timer. The same seed gives the same run.
/// </summary>
public sealed class VirtualWorld : SynchronizationContext, IWorkScheduler
{
    private readonly List<object> _ready = [];
    private readonly Random _random;
    private readonly VirtualClock _clock;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private volatile string? _strayed;

    /// <summary>A world that starts at an instant.</summary>
    public VirtualWorld(int seed, DateTimeOffset start)
    {
        Seed = seed;
        _random = new Random(seed);
        _clock = new VirtualClock(start);
    }

    /// <summary>The seed.</summary>
    public int Seed { get; }

    /// <summary>The world's time.</summary>
    public TimeProvider Clock => _clock;

    /// <summary>How many pieces of work ran so far.</summary>
    public long Steps { get; private set; }

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem item) => Add(item);

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => Add(new Posted(d, state));

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("A virtual world has one thread; use Post.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs until the body is done.</summary>
    /// <exception cref="InvalidOperationException">Nothing can happen any more and the body is not done.</exception>
    public T Run<T>(Func<Task<T>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            var running = body();
            while (!running.IsCompleted)
            {
                if (_strayed is { } where) throw new InvalidOperationException($"Work left the world's thread and came back, so " +
                    $"this run could not be repeated (seed {Seed}): {where}");
                if (_ready.Count > 0) Step();
                else if (!_clock.Advance())
                {
                    throw new InvalidOperationException(
                        $"Deadlock at {_clock.GetUtcNow():O} after {Steps} steps (seed {Seed}): nothing is ready, no timer is set, and the run is not done.");
                }
            }

            return running.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    /// <summary>Runs until the body is done.</summary>
    public void Run(Func<Task> body) => Run(async () =>
    {
        await body();
        return true;
    });

    private void Add(object item)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _strayed = Environment.StackTrace;
            return;
        }

        _ready.Add(item);
    }

    private void Step()
    {
        Steps++;
        var index = _ready.Count == 1 ? 0 : _random.Next(_ready.Count);
        var item = _ready[index];
        // The last one takes the free place: order is drawn anyway, and nothing has to move.
        _ready[index] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        if (item is IThreadPoolWorkItem work) work.Execute();
        else ((Posted)item).Run();
    }

    private sealed class Posted(SendOrPostCallback callback, object? state)
    {
        internal void Run() => callback(state);
    }
}

/// <summary>A clock that stands still until it is told to jump to its next timer.</summary>
internal sealed class VirtualClock(DateTimeOffset start) : TimeProvider
{
    private readonly PriorityQueue<(VirtualTimer Timer, long Version), (long Due, long Order)> _timers = new();
    private long _now;
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => start.AddTicks(_now);

    public override long GetTimestamp() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Jumps to the next timer and fires it; false when there is none.</summary>
    internal bool Advance()
    {
        while (_timers.TryDequeue(out var entry, out var at))
        {
            if (entry.Version != entry.Timer.Version) continue;
            _now = Math.Max(_now, at.Due);
            entry.Timer.Fire();
            return true;
        }

        return false;
    }

    private sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        /// <summary>Changes with every setting, so that an older entry of the queue is known to be void.</summary>
        internal long Version { get; private set; }

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

        private void Enqueue(TimeSpan dueTime) => clock._timers.Enqueue((this, Version), (clock._now + dueTime.Ticks, clock._order++));
    }
}
