using OrderActors.Embedded.Runtime;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// A world with its own time on one thread. Every turn, timer and continuation runs here, in an order drawn from the seed;
/// when nothing is left to do, time jumps to the next timer. The same seed gives the same run.
/// </summary>
public sealed class VirtualWorld : SynchronizationContext, IWorkScheduler
{
    private readonly Random _random;
    private readonly VirtualClock _clock;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private Work[] _ready = new Work[256];
    private int _count;
    private volatile string? _strayed;

    /// <summary>A world that starts at an instant.</summary>
    public VirtualWorld(int seed, DateTimeOffset start)
        : this(seed, start, new Random(seed))
    {
    }

    internal VirtualWorld(int seed, DateTimeOffset start, Random random)
    {
        Seed = seed;
        _random = random;
        _clock = new VirtualClock(start);
    }

    /// <summary>The seed.</summary>
    public int Seed { get; }

    /// <summary>The world's time.</summary>
    public TimeProvider Clock => _clock;

    /// <summary>How many pieces of work ran so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Told before every step: how many pieces of work could have been next, and which one is.</summary>
    internal IStepWatch? Watch { get; set; }

    internal VirtualClock Time => _clock;

    /// <summary>Pieces of work and timers after which the run is given up: a world that only turns in circles never ends.</summary>
    internal long MaxSteps { get; set; } = long.MaxValue;

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem item) => Add(new Work(item, null, null));

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => Add(new Work(d, state, null));

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("A virtual world has one thread; use Post.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs until the body is done.</summary>
    /// <exception cref="StuckWorldException">Nothing can happen any more, or only the same for ever, and the body is not done.</exception>
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
                if (Steps + _clock.Fired > MaxSteps) throw new StuckWorldException($"Not done at {_clock.GetUtcNow():O} after {Steps} steps (seed {Seed}).");
                if (_count > 0) Step();
                else if (!_clock.Advance())
                {
                    throw new StuckWorldException(
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

    /// <summary>Runs a piece of work later, unless its owner is dead by then.</summary>
    internal void Add(object item, object? state, IMortal? owner) => Add(new Work(item, state, owner));

    private void Add(in Work work)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _strayed = Environment.StackTrace;
            return;
        }

        if (_count == _ready.Length) Array.Resize(ref _ready, _count * 2);
        _ready[_count++] = work;
    }

    private void Step()
    {
        Steps++;
        var index = _count == 1 ? 0 : _random.Next(_count);
        Watch?.BeforeStep(_count, index);
        var work = _ready[index];
        // The last one takes the free place: order is drawn anyway, and nothing has to move.
        ref var last = ref _ready[--_count];
        _ready[index] = last;
        last = default;
        if (work.Owner is { IsDead: true }) return;
        if (work.Item is IThreadPoolWorkItem item) item.Execute();
        else if (work.Owner is SynchronizationContext own) Continue((SendOrPostCallback)work.Item, work.State, own);
        else ((SendOrPostCallback)work.Item)(work.State);
    }

    /// <summary>What somebody's own work goes on with is again its own, and over with its owner.</summary>
    private void Continue(SendOrPostCallback work, object? state, SynchronizationContext own)
    {
        SetSynchronizationContext(own);
        try
        {
            work(state);
        }
        finally
        {
            SetSynchronizationContext(this);
        }
    }

    private readonly record struct Work(object Item, object? State, IMortal? Owner);
}

/// <summary>A world did not come to its end.</summary>
/// <param name="message">When, after how many steps, and why.</param>
public sealed class StuckWorldException(string message) : InvalidOperationException(message);

/// <summary>Somebody whose work is over with its death: what was left to do is never done.</summary>
internal interface IMortal
{
    bool IsDead { get; }
}

/// <summary>Somebody who has timers.</summary>
internal interface ITimerOwner : IMortal
{
    /// <summary>How late the timer that is set now will be.</summary>
    TimeSpan Lateness();
}

/// <summary>Sees every step of a world.</summary>
internal interface IStepWatch
{
    /// <summary>The piece of work at a place among those that are ready is next. May only bring about that it dies.</summary>
    void BeforeStep(int ready, int index);
}
