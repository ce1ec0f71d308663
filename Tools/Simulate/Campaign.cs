using OrderActors.Embedded.Simulation;

namespace OrderActors.Tools.Simulate;

/// <summary>Many seeds, each in a world of its own, as many worlds at a time as there are threads.</summary>
internal sealed class Campaign(SimulateOptions options, Func<long, FaultPlan, SeedOutcome> run)
{
    /// <summary>Failing seeds after which there is no point in more.</summary>
    public const int MaxFailures = 20;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, ulong> _hashes = [];
    private readonly List<SeedOutcome> _failures = [];
    private long _next = options.From;
    private long _injected;
    private int _done;
    private int _orders;
    private TimeSpan _began;
    private volatile bool _stop;

    /// <summary>Worlds that ended.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>Order lifecycles in them.</summary>
    public int Orders => Volatile.Read(ref _orders);

    /// <summary>Faults that struck in them.</summary>
    public long Injected => Interlocked.Read(ref _injected);

    /// <summary>Processor time of the whole process since the first world began: worlds, the collector and the compiler.</summary>
    public TimeSpan Busy => Environment.CpuUsage.TotalTime - _began;

    /// <summary>The worlds that failed, in the order of their seeds.</summary>
    public IReadOnlyList<SeedOutcome> Failures
    {
        get
        {
            lock (_gate) return [.. _failures.OrderBy(f => f.Seed)];
        }
    }

    /// <summary>The hash of each world's steps, by seed.</summary>
    public IReadOnlyDictionary<long, ulong> Hashes => _hashes;

    /// <summary>One hash of all of them.</summary>
    public ulong Hash => _hashes.Aggregate(14695981039346656037UL, static (hash, run) => (hash ^ (ulong)run.Key ^ run.Value) * 1099511628211UL);

    /// <summary>Lifecycles that one core gets through in a second of its time.</summary>
    public double LifecyclesPerSecondPerCore => Busy > TimeSpan.Zero ? Orders / Busy.TotalSeconds : 0;

    /// <summary>Runs all seeds; returns when they have ended, or too many failed.</summary>
    /// <param name="failed">Told of each failure at once.</param>
    /// <param name="cancellation">Ends it after the worlds that run now.</param>
    public void Run(Action<SeedOutcome> failed, CancellationToken cancellation)
    {
        _began = Environment.CpuUsage.TotalTime;
        using var stop = cancellation.Register(() => _stop = true);
        // Threads and not tasks: a world has one, and what is left on it by one world must not meet another's.
        var threads = Enumerable.Range(0, Math.Min(options.Threads, options.Seeds))
            .Select(_ => new Thread(() => Worlds(failed), 16 << 20) { IsBackground = true, Name = "simulated world" }).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
    }

    private void Worlds(Action<SeedOutcome> failed)
    {
        while (!_stop)
        {
            var seed = Interlocked.Increment(ref _next) - 1;
            if (seed >= options.From + options.Seeds) return;
            var outcome = run(seed, options.FaultsOf(seed));
            lock (_gate)
            {
                _done++;
                _orders += outcome.Orders;
                _injected += outcome.Faults.Count;
                _hashes[seed] = outcome.Hash;
                if (outcome.Failure is null) continue;
                _failures.Add(outcome);
                failed(outcome);
                if (_failures.Count >= MaxFailures && !options.All) _stop = true;
            }
        }
    }
}
