using System.Globalization;
using OrderActors.Storage;
using Orleans.Runtime;
using Orleans.Streams;

namespace OrderActors.Silo.Streams;

/// <summary>
/// The queues that the silos share out among them: each stands for a few partitions of the log, so that a look at all of them
/// costs one timer turn. Their places on the ring are evenly spaced.
/// </summary>
internal sealed class LogQueues : IConsistentRingStreamQueueMapper
{
    /// <summary>How many queues: enough for as many silos, few enough that their timers cost nothing.</summary>
    public const int Count = 40;

    private const uint Spacing = uint.MaxValue / Count;

    private readonly QueueId[] _queues;

    /// <summary>The queues of a stream provider.</summary>
    public LogQueues(string provider) =>
        _queues = [.. Enumerable.Range(0, Count).Select(i => QueueId.GetQueueId(provider, (uint)i, ((uint)i * Spacing) + (Spacing / 2)))];

    /// <inheritdoc/>
    public IEnumerable<QueueId> GetAllQueues() => _queues;

    /// <inheritdoc/>
    public QueueId GetQueueForStream(StreamId streamId) =>
        _queues[int.Parse(streamId.GetKeyAsString(), NumberStyles.None, CultureInfo.InvariantCulture) % Count];

    /// <inheritdoc/>
    public IEnumerable<QueueId> GetQueuesForRange(IRingRange range) => _queues.Where(queue => range.InRange(queue.GetUniformHashCode()));

    /// <summary>The partitions that a queue stands for.</summary>
    public static IEnumerable<int> PartitionsOf(QueueId queue)
    {
        for (var partition = (int)queue.GetNumericId(); partition < EventPartitions.Count; partition += Count) yield return partition;
    }
}
