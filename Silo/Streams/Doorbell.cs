using OrderActors.Broadcast;
using OrderActors.Values;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Streams;

namespace OrderActors.Silo.Streams;

/// <summary>One wake-up on its way to the consumers of a partition: the stream's only kind of message.</summary>
/// <param name="partition">0 to 119.</param>
/// <param name="head">How far the partition has grown.</param>
[GenerateSerializer, Immutable, Alias("orderactors.doorbell")]
internal sealed class Doorbell(int partition, long head) : IBatchContainer
{
    /// <summary>How far the partition has grown.</summary>
    [Id(0)]
    public long Head { get; } = head;

    /// <summary>The partition.</summary>
    [Id(1)]
    public int Partition { get; } = partition;

    /// <inheritdoc/>
    public StreamId StreamId => StreamOf(Partition);

    /// <inheritdoc/>
    public StreamSequenceToken SequenceToken => new EventSequenceTokenV2(Head);

    /// <summary>The stream of a partition.</summary>
    public static StreamId StreamOf(int partition) => StreamId.Create(LogAppended.Namespace, Shard.Key(partition));

    /// <inheritdoc/>
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() =>
        new LogAppended(Partition, Head) is T bell ? [Tuple.Create(bell, SequenceToken)] : [];

    /// <inheritdoc/>
    public bool ImportRequestContext() => false;
}
