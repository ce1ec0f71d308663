namespace OrderActors.Storage;

/// <summary>An event on its way into the log, written in the same record as the state that raised it.</summary>
/// <param name="Partition">0 to <see cref="EventPartitions.Count"/> − 1.</param>
/// <param name="Body">The serialized event. The storage never looks inside.</param>
public readonly record struct PendingEvent(int Partition, ReadOnlyMemory<byte> Body)
{
    /// <summary>The event itself, deeply immutable, for readers in this process; null when it is not to be shared.</summary>
    public object? Event { get; init; }
}

/// <summary>An event in the log.</summary>
/// <param name="Partition">0 to <see cref="EventPartitions.Count"/> − 1.</param>
/// <param name="Sequence">Its place in the partition: 1, 2, 3 … without a gap.</param>
/// <param name="Body">The serialized event.</param>
public readonly record struct StoredEvent(int Partition, long Sequence, ReadOnlyMemory<byte> Body)
{
    /// <summary>The event itself, as it was given in this process; null when only the body is at hand.</summary>
    public object? Event { get; init; }
}

/// <summary>How many partitions the event log has.</summary>
public static class EventPartitions
{
    /// <summary>The same number as customer and merchant shards; part of the stored format.</summary>
    public const int Count = 120;
}

/// <summary>
/// The event log: 120 partitions, each an ordered sequence without gaps. Only a state write appends to it, atomically
/// with the state. Readers keep a durable cursor per subscriber and partition.
/// </summary>
public interface IEventStore
{
    /// <summary>Raised after events became durable and readable: the partition and its newest sequence.</summary>
    event Action<int, long>? Appended;

    /// <summary>The newest durable sequence of a partition; 0 when it is empty.</summary>
    long Head(int partition);

    /// <summary>
    /// Up to <paramref name="maxCount"/> events after a sequence, in order. Events that were trimmed are not there any more:
    /// the first one returned then has a sequence above <paramref name="afterSequence"/> + 1.
    /// </summary>
    ValueTask<IReadOnlyList<StoredEvent>> ReadAsync(int partition, long afterSequence, int maxCount, CancellationToken cancellationToken = default);

    /// <summary>The durable cursor of a subscriber: the last sequence it is done with; 0 when it never advanced.</summary>
    ValueTask<long> GetCursorAsync(string subscriber, int partition, CancellationToken cancellationToken = default);

    /// <summary>
    /// Advances a cursor; one behind the present cursor changes nothing. The advance rides with the next commit and is not
    /// waited for: after a crash a subscriber may see events again, never miss one.
    /// </summary>
    ValueTask SetCursorAsync(string subscriber, int partition, long sequence, CancellationToken cancellationToken = default);
}

/// <summary>Finds the events that a state carries. The host supplies it, so that the engine knows nothing of what it stores.</summary>
public interface IEventExtractor
{
    /// <summary>Adds the events that this state raised since its last write, in order. A state that raises none adds none.</summary>
    void Extract(object state, List<PendingEvent> into);

    /// <summary>The events of this state are durable: it must not carry them any longer.</summary>
    void Committed(object state);
}

/// <summary>Turns states into bytes and back.</summary>
public interface IStateSerializer
{
    /// <summary>Writes a state.</summary>
    void Serialize<T>(T state, System.Buffers.IBufferWriter<byte> destination);

    /// <summary>Reads a state. Unknown members are ignored and missing ones keep their default.</summary>
    T Deserialize<T>(ReadOnlySpan<byte> source);
}
