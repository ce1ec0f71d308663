using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Chaos;

/// <summary>What happens when to whom, beside which load.</summary>
/// <param name="Name">Its name: the file's, without its folder and ending.</param>
/// <param name="About">One sentence for people.</param>
/// <param name="Load">The load.</param>
/// <param name="Faults">The faults, by when they begin.</param>
internal sealed record Scenario(string Name, string About, ScenarioLoad Load, IReadOnlyList<Fault> Faults)
{
    /// <summary>Options for the platform that is started, in the words of its command line: name and value in turns.</summary>
    public IReadOnlyList<string> PlatformOptions { get; init; } = [];

    /// <summary>What has to be reached.</summary>
    public IReadOnlyList<Objective> Objectives { get; init; } = [];

    /// <summary>How long the load is.</summary>
    public TimeSpan Duration => Load.Stages.Aggregate(TimeSpan.Zero, (sum, stage) => sum + stage.Duration);

    /// <summary>Whether something is done to a dependency outside of this name.</summary>
    public bool Touches(string provider) => Faults.Any(fault => fault is ProviderFault && fault.Whom == provider);
}

/// <summary>The load beside the faults, as <c>load</c> takes it.</summary>
/// <param name="Stages">How many requests arrive when.</param>
/// <param name="Mix">What they ask.</param>
internal sealed record ScenarioLoad(IReadOnlyList<Stage> Stages, Mix Mix)
{
    /// <summary>Merchants. 1 to 10,000.</summary>
    public int Merchants { get; init; } = 60;

    /// <summary>Couriers; with none, orders are fetched by their customers. 0 to 100,000.</summary>
    public int Couriers { get; init; }

    /// <summary>How unevenly orders go to merchants. 0 to 3.</summary>
    public double Skew { get; init; }

    /// <summary>Connections: the most that are asked at once. 1 to 10,000.</summary>
    public int Connections { get; init; } = 128;

    /// <summary>How long an answer may take. 10 milliseconds to 10 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>Something that goes wrong.</summary>
/// <param name="At">When it begins, from the load's beginning.</param>
/// <param name="Whom">To whom: a process, a provider, or a merchant.</param>
internal abstract record Fault(TimeSpan At, string Whom)
{
    /// <summary>How long after its end everything has to be as before it; null when nothing is asked.</summary>
    public TimeSpan? RecoveredWithin { get; init; }

    /// <summary>How it is called in reports.</summary>
    public abstract string Title { get; }

    /// <summary>A duration, for people.</summary>
    protected static string Show(TimeSpan time) => time < TimeSpan.FromSeconds(1) ? $"{time.TotalMilliseconds:0} ms" : $"{time.TotalSeconds:0.##} s";
}

/// <summary>A process is ended as by a power cut (SIGKILL), and started again.</summary>
/// <param name="At">When.</param>
/// <param name="Whom">Which process.</param>
/// <param name="Restart">How long it stays away before it is started again.</param>
internal sealed record KillFault(TimeSpan At, string Whom, TimeSpan Restart) : Fault(At, Whom)
{
    public override string Title => $"kill {Whom}";
}

/// <summary>A process is asked to stop (SIGTERM), and started again once it has.</summary>
/// <param name="At">When.</param>
/// <param name="Whom">Which process.</param>
/// <param name="Restart">How long it stays away.</param>
internal sealed record StopFault(TimeSpan At, string Whom, TimeSpan Restart) : Fault(At, Whom)
{
    public override string Title => $"stop {Whom}";
}

/// <summary>A process is held where it is (SIGSTOP) and let go (SIGCONT).</summary>
/// <param name="At">When.</param>
/// <param name="Whom">Which process.</param>
/// <param name="For">How long.</param>
internal sealed record PauseFault(TimeSpan At, string Whom, TimeSpan For) : Fault(At, Whom)
{
    public override string Title => $"pause {Whom} for {Show(For)}";
}

/// <summary>Every sync of the journal's disk takes longer, or the disk is full.</summary>
/// <param name="At">When.</param>
/// <param name="Whom">Whose disk.</param>
/// <param name="For">How long.</param>
/// <param name="Delay">How much longer a sync takes; null for a full disk.</param>
internal sealed record DiskFault(TimeSpan At, string Whom, TimeSpan For, TimeSpan? Delay) : Fault(At, Whom)
{
    public override string Title => Delay is { } delay ? $"{Show(delay)} a sync for {Show(For)}" : $"disk full for {Show(For)}";
}

/// <summary>How a provider behaves.</summary>
internal enum ProviderBehaviour
{
    /// <summary>It does what it is asked and says so.</summary>
    Ok,

    /// <summary>It closes each connection; nothing is done.</summary>
    Refuse,

    /// <summary>It answers 500; nothing is done.</summary>
    Fail,

    /// <summary>It takes its time.</summary>
    Slow,

    /// <summary>It never answers; nothing is done.</summary>
    Hang,

    /// <summary>It does what it is asked and closes the connection without an answer: whoever repeats it otherwise than by its key does it twice.</summary>
    Lose,
}

/// <summary>A provider outside misbehaves.</summary>
/// <param name="At">When.</param>
/// <param name="Whom">payments or notifications.</param>
/// <param name="For">How long.</param>
/// <param name="Behaviour">How.</param>
/// <param name="Delay">How long a slow answer takes.</param>
internal sealed record ProviderFault(TimeSpan At, string Whom, TimeSpan For, ProviderBehaviour Behaviour, TimeSpan Delay) : Fault(At, Whom)
{
    public override string Title => $"{Whom}: {(Behaviour == ProviderBehaviour.Slow ? $"{Show(Delay)} an answer" : Does)} for {Show(For)}";

    private string Does => Behaviour switch
    {
        ProviderBehaviour.Refuse => "refuses",
        ProviderBehaviour.Fail => "fails",
        ProviderBehaviour.Hang => "hangs",
        ProviderBehaviour.Lose => "loses answers",
        _ => "behaves",
    };
}

/// <summary>One merchant gets orders beyond those of the load.</summary>
/// <param name="At">When.</param>
/// <param name="Merchant">Which of the town's merchants, from 0.</param>
/// <param name="For">How long.</param>
/// <param name="Rate">How many orders a second.</param>
internal sealed record FloodFault(TimeSpan At, int Merchant, TimeSpan For, double Rate) : Fault(At, $"merchant {Merchant}")
{
    public override string Title => $"{Rate:0} orders/s at one merchant for {Show(For)}";
}
