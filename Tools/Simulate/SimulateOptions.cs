using OrderActors.Embedded.Simulation;

namespace OrderActors.Tools.Simulate;

/// <summary>What to simulate.</summary>
internal sealed record SimulateOptions
{
    /// <summary>The first seed.</summary>
    public long From { get; init; } = 1;

    /// <summary>How many seeds, one after the other from the first.</summary>
    public int Seeds { get; init; } = 100;

    /// <summary>Orders in each world, 1 to 100,000.</summary>
    public int Orders { get; init; } = 200;

    /// <summary>Worlds at the same time, each on a thread of its own.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>How many times the usual rate of faults.</summary>
    public double Intensity { get; init; } = 1;

    /// <summary>Exactly these faults instead of those that the seed draws; null for those.</summary>
    public IReadOnlyList<FaultId>? Only { get; init; }

    /// <summary>These of the seed's faults are left out.</summary>
    public IReadOnlyList<FaultId> Without { get; init; } = [];

    /// <summary>What all worlds store on; null for what each seed draws.</summary>
    public StorageKind? Storage { get; init; }

    /// <summary>Whether to go on however many seeds fail.</summary>
    public bool All { get; init; }

    /// <summary>A file for the hash of every run, a line per seed; null for none.</summary>
    public string? Hashes { get; init; }

    /// <summary>How long the faults of the first failing seed are shrunk at most.</summary>
    public TimeSpan ShrinkFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The faults of a seed.</summary>
    public FaultPlan FaultsOf(long seed) => (Only is null ? FaultPlan.Draw(seed, Intensity) : FaultPlan.Only(seed, Only)).Without(Without);
}
