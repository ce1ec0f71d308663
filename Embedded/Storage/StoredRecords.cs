namespace OrderActors.Storage;

/// <summary>A state as a storage holds it, for what moves whole storages.</summary>
/// <param name="GrainType">The grain's type.</param>
/// <param name="GrainKey">The grain's key.</param>
/// <param name="StateName">Which of the grain's states.</param>
/// <param name="Version">Its version, above 0; no two states have the same.</param>
/// <param name="Value">The serialized state.</param>
public readonly record struct StoredState(string GrainType, string GrainKey, string StateName, long Version, ReadOnlyMemory<byte> Value);

/// <summary>How far a subscriber is in a partition.</summary>
/// <param name="Subscriber">Its name.</param>
/// <param name="Partition">0 to <see cref="EventPartitions.Count"/> − 1.</param>
/// <param name="Sequence">The last sequence it is done with; 0 when it is known and did nothing yet.</param>
public readonly record struct StoredCursor(string Subscriber, int Partition, long Sequence);

/// <summary>Which events of a partition are retained.</summary>
/// <param name="First">The oldest retained sequence, from 1; one above the head when none is.</param>
/// <param name="Head">The newest sequence ever given; 0 when there was none.</param>
public readonly record struct EventRange(long First, long Head);
