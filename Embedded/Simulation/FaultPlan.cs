using System.Collections.Immutable;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// Which faults strike in a run. A seed draws first which kinds exist in its run and then how often each strikes (swarm testing:
/// a run with few kinds reaches what a run with all of them hides).
/// </summary>
/// <remarks>
/// Every kind has a random stream of its own that says which of its opportunities strike, whatever the world does with them.
/// So one fault can be left out of a run and the others stay where they were, as far as the world still comes past them.
/// </remarks>
public sealed class FaultPlan
{
    private static readonly int Kinds = Enum.GetValues<FaultKind>().Length;

    private readonly long _seed;
    private readonly Line[] _lines = new Line[Kinds];
    private readonly List<InjectedFault> _injected = [];
    private readonly Dice _size;
    private ImmutableHashSet<FaultId> _without = [];
    private Action<InjectedFault>? _told;
    private Func<TimeSpan> _now = static () => TimeSpan.Zero;

    private FaultPlan(long seed)
    {
        _seed = seed;
        _size = new Dice(seed, "size");
        for (var kind = 0; kind < Kinds; kind++) _lines[kind].Next = long.MaxValue;
    }

    /// <summary>The faults that struck so far, in order.</summary>
    public IReadOnlyList<InjectedFault> Injected => _injected;

    /// <summary>Whether nothing strikes any more.</summary>
    public bool IsHealed { get; private set; }

    /// <summary>No faults at all.</summary>
    public static FaultPlan None(long seed) => new(seed);

    /// <summary>The faults of a seed: about half of the kinds, each with its own rate.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="intensity">1 for the usual rates, 0 for none, 10 for ten times as many.</param>
    public static FaultPlan Draw(long seed, double intensity = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(intensity);
        var plan = new FaultPlan(seed);
        var swarm = new Dice(seed, "swarm");
        // One run in twenty has no faults: what breaks there is a mistake of the simple kind.
        var calm = swarm.Happens(0.05);
        for (var kind = 0; kind < Kinds; kind++)
        {
            var (least, most) = Rates((FaultKind)kind);
            var exists = swarm.Happens(ShareOf((FaultKind)kind));
            var rate = least * Math.Pow(most / least, swarm.NextDouble()) * intensity;
            if (exists && !calm && rate > 0) plan._lines[kind].Start(seed, (ulong)kind, Math.Min(rate, 1));
        }

        return plan;
    }

    /// <summary>Exactly these faults, of those that a seed's world has the opportunity for.</summary>
    public static FaultPlan Only(long seed, IEnumerable<FaultId> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        var plan = new FaultPlan(seed);
        foreach (var kind in faults.GroupBy(f => f.Kind))
            plan._lines[(int)kind.Key].Start([.. kind.Select(f => f.Opportunity).Distinct().Order()]);
        return plan;
    }

    /// <summary>Leaves some out of those that were drawn.</summary>
    public FaultPlan Without(IEnumerable<FaultId> faults)
    {
        _without = _without.Union(faults);
        return this;
    }

    /// <summary>Whether faults of this kind can strike in this run, before it is healed.</summary>
    public bool Has(FaultKind kind) => _lines[(int)kind].Exists;

    /// <summary>From now on nothing strikes.</summary>
    internal void Heal()
    {
        IsHealed = true;
        for (var kind = 0; kind < Kinds; kind++) _lines[kind].Next = long.MaxValue;
    }

    internal void Bind(Func<TimeSpan> now, Action<InjectedFault> told) => (_now, _told) = (now, told);

    /// <summary>An opportunity for a fault: whether it strikes. Costs a comparison when it does not.</summary>
    internal bool Strikes(FaultKind kind, object? subject = null)
    {
        ref var line = ref _lines[(int)kind];
        return ++line.Seen == line.Next && Strike(kind, subject);
    }

    /// <summary>Dice for the size of the fault that struck last: how late, how long, where it is cut.</summary>
    internal Dice Size(FaultKind kind)
    {
        _size.Reseed(_seed, (ulong)kind + 1000, (ulong)_lines[(int)kind].Seen);
        return _size;
    }

    private bool Strike(FaultKind kind, object? subject)
    {
        ref var line = ref _lines[(int)kind];
        var id = new FaultId(kind, line.Seen);
        line.Advance();
        if (_without.Contains(id)) return false;
        var fault = new InjectedFault(_injected.Count + 1, id, _now(), subject is Runtime.Activation activation ? activation.GrainId : subject);
        _injected.Add(fault);
        _told?.Invoke(fault);
        return true;
    }

    /// <summary>In how many of all runs a kind exists. What has every write serialized costs ten times as much as everything else.</summary>
    private static double ShareOf(FaultKind kind) => kind is FaultKind.OlderSchema or FaultKind.NewerSchema ? 0.08 : 0.5;

    /// <summary>How likely one opportunity strikes: the least and the most that a seed draws.</summary>
    private static (double Least, double Most) Rates(FaultKind kind) => kind switch
    {
        // Opportunities are turns, hundreds per order.
        FaultKind.SiloCrash => (1e-6, 1e-4),
        FaultKind.ClusterCrash => (3e-7, 1e-5),
        // Starts of silos, a few per run.
        FaultKind.ClockSkew or FaultKind.OlderSchema or FaultKind.NewerSchema => (0.1, 0.6),
        // Groups of writes.
        FaultKind.TornTail => (1e-5, 1e-3),
        FaultKind.StorageSlow => (1e-5, 3e-3),
        FaultKind.WriteHangs => (1e-6, 1e-4),
        FaultKind.TwoActivations or FaultKind.EarlyCollection => (1e-5, 3e-3),
        FaultKind.TimerLate => (1e-4, 1e-2),
        FaultKind.WakeUpLost or FaultKind.WakeUpDoubled or FaultKind.WakeUpDelayed => (1e-3, 0.2),
        FaultKind.ReminderLate or FaultKind.ReminderDoubled => (1e-3, 0.2),
        FaultKind.CursorLost => (1e-3, 0.2),
        // Deaths of processes with a journal.
        FaultKind.DiskTail => (0.2, 1),
        // Operations on its files, three per group of writes.
        FaultKind.DiskCrash => (1e-5, 3e-3),
        FaultKind.DiskWriteFails or FaultKind.DiskSyncFails => (1e-5, 3e-3),
        FaultKind.DiskSlow => (1e-4, 1e-2),
        // Files that are made or grow.
        FaultKind.DiskFull => (1e-3, 5e-2),
        _ => (1e-4, 1e-2),
    };

    /// <summary>The opportunities of one kind, and which of them is the next to strike.</summary>
    private struct Line
    {
        public long Seen;
        public long Next;
        public bool Exists;
        private Dice? _gaps;
        private double _perLog;
        private long[]? _listed;
        private int _at;

        public void Start(long seed, ulong kind, double rate)
        {
            Exists = true;
            _gaps = new Dice(seed, kind, 1);
            _perLog = rate >= 1 ? 0 : 1 / Math.Log(1 - rate);
            Advance();
        }

        public void Start(long[] listed)
        {
            Exists = true;
            _listed = listed;
            Advance();
        }

        public void Advance()
        {
            if (_listed is not null) Next = _at < _listed.Length ? _listed[_at++] : long.MaxValue;
            else Next = Seen + 1 + (long)Math.Min(1e15, Math.Log(1 - _gaps!.NextDouble()) * _perLog);
        }
    }
}
