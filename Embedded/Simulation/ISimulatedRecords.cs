namespace OrderActors.Embedded.Simulation;

/// <summary>What a simulated storage asks of its host, which knows what states and events are.</summary>
public interface ISimulatedRecords
{
    /// <summary>Adds the events that this state raised since its last write, in order, each with its partition.</summary>
    void Raised(object state, List<(int Partition, object Event)> into);

    /// <summary>The events of this state are durable: it must not carry them any longer.</summary>
    void Committed(object state);

    /// <summary>An event with its place in the log, as readers get it.</summary>
    object Logged(int partition, long sequence, object raised);

    /// <summary>Writes a state as the release that a silo runs writes it.</summary>
    ReadOnlyMemory<byte> Write<T>(T state, SchemaSkew release);

    /// <summary>Reads a state.</summary>
    T Read<T>(ReadOnlyMemory<byte> written);

    /// <summary>Writes an event as the release that a silo runs writes it.</summary>
    ReadOnlyMemory<byte> WriteEvent(object raised, SchemaSkew release);

    /// <summary>Reads an event.</summary>
    object ReadEvent(ReadOnlyMemory<byte> written);
}

/// <summary>Which release a simulated silo stores as.</summary>
public enum SchemaSkew
{
    /// <summary>This one.</summary>
    None,

    /// <summary>An older one.</summary>
    Older,

    /// <summary>The one after: it adds what this one does not know.</summary>
    Newer,
}

/// <summary>A committed state.</summary>
/// <param name="GrainType">The grain's type.</param>
/// <param name="Key">The grain's key.</param>
/// <param name="Name">Which of the grain's states.</param>
/// <param name="State">The state. Shared with the grains, so only to be read.</param>
public readonly record struct CommittedState(string GrainType, string Key, string Name, object State);
