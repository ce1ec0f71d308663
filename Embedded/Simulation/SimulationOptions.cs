using OrderActors.Embedded.Runtime;

namespace OrderActors.Embedded.Simulation;

/// <summary>What of a simulated cluster is not drawn from its seed.</summary>
public sealed class SimulationOptions
{
    /// <summary>The run's seed: the same one gives the same run.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The instant at which the world starts.</summary>
    public DateTimeOffset Start { get; init; } = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    /// <summary>How many silos there are; 0 to have it drawn, 1 to 4.</summary>
    public int Silos { get; init; }

    /// <summary>What the silos store on; null for what the seed draws: the journal in half of the runs with one silo.</summary>
    public StorageKind? Storage { get; init; }

    /// <summary>The faults; null for those of the seed.</summary>
    public FaultPlan? Faults { get; init; }

    /// <summary>The share of runs, 0 to 1, in which all states and events go through their stored form. Default 0.03: it costs ten times as much.</summary>
    public double BytesShare { get; init; } = 0.03;

    /// <summary>How far a silo's clock may be from the world's. Default 10 s, what a cluster accepts of a silo.</summary>
    public TimeSpan LongestClockSkew { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many times longer than asked the periods of reminders are. Default 60: thousands of grains have one that ticks every
    /// minute only in case they are in no memory.
    /// </summary>
    public int ReminderStretch { get; init; } = 60;

    /// <summary>Turns and timers after which a run is given up as one that never ends. Default 10 million; a hundred thousand is usual.</summary>
    public long MaxSteps { get; init; } = 10_000_000;

    /// <summary>The bounds of every silo's engine.</summary>
    public EngineOptions Engine { get; init; } = new();
}
