using Orleans;
using Orleans.Runtime;

namespace OrderActors.Embedded.Simulation;

/// <summary>Where the grains of a simulated cluster store their states and events.</summary>
public abstract class SimulatedStorage
{
    internal SimulatedStorage()
    {
    }

    /// <summary>Told of every event in order per partition as it becomes durable, also when the writer then hears a failure.</summary>
    public abstract event Action<object>? Logged;

    /// <summary>A partition grew: the partition and its newest sequence.</summary>
    internal abstract event Action<int, long>? Appended;

    /// <summary>All states that exist.</summary>
    public abstract IEnumerable<CommittedState> States();

    /// <summary>The newest durable sequence of a partition.</summary>
    public abstract long Head(int partition);

    /// <summary>Up to so many events after a sequence, as a consumer reads them.</summary>
    /// <exception cref="IOException">The storage cannot be reached now.</exception>
    public abstract IReadOnlyList<T> ReadEvents<T>(int partition, long afterSequence, int maxCount)
        where T : class;

    /// <summary>How far a subscriber is; 0 when it is not known.</summary>
    public abstract long CursorOf(string subscriber, int partition);

    internal abstract Task Read<T>(string name, GrainId grain, IGrainState<T> into, bool calm);

    internal abstract Task Write<T>(string name, GrainId grain, IGrainState<T> from, bool clears, SimulatedSilo? silo);

    internal abstract void SetCursor(string subscriber, int partition, long sequence, SimulatedSilo? silo);

    /// <summary>Before a silo starts: whether it can.</summary>
    internal virtual bool TryStart() => true;

    /// <summary>A silo is dead.</summary>
    internal abstract void Lose(SimulatedSilo silo, Dice dice);

    /// <summary>The faults have ended.</summary>
    internal abstract void Heal();
}

/// <summary>What the silos of a simulated cluster store on.</summary>
public enum StorageKind
{
    /// <summary>One storage beside all silos, such as a database.</summary>
    Shared,

    /// <summary>The product's journal, on the disk of the only silo there is.</summary>
    Journal,
}
