using Orleans.Runtime;
using Orleans.Streams;

namespace OrderActors.Silo.Streams;

/// <summary>
/// What a queue's pulling agent holds for the consumers: of each partition the newest doorbell and no other. A consumer that
/// is slow, or away while its silo is being taken over, finds one doorbell that says how far the log has grown meanwhile. So
/// the cache never fills, and nobody is ever held back.
/// </summary>
/// <remarks>Used in the agent's turns only, hence no lock.</remarks>
internal sealed class DoorbellCache : IQueueCache
{
    private readonly Dictionary<StreamId, Doorbell> _newest = [];

    /// <inheritdoc/>
    public int GetMaxAddCount() => QueueAdapterConstants.UNLIMITED_GET_QUEUE_MSG;

    /// <inheritdoc/>
    public void AddToCache(IList<IBatchContainer> messages)
    {
        foreach (var message in messages)
        {
            if (message is Doorbell bell) _newest[bell.StreamId] = bell;
        }
    }

    /// <inheritdoc/>
    public bool TryPurgeFromCache(out IList<IBatchContainer> purgedItems)
    {
        purgedItems = [];
        return false;
    }

    /// <inheritdoc/>
    public bool IsUnderPressure() => false;

    /// <inheritdoc/>
    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token) =>
        new Cursor(this, streamId);

    /// <summary>Which doorbell one consumer was given last.</summary>
    private sealed class Cursor(DoorbellCache cache, StreamId stream) : IQueueCacheCursor
    {
        private Doorbell? _given;

        public IBatchContainer GetCurrent(out Exception exception)
        {
            exception = null!;
            return _given!;
        }

        // Not by how far the log has grown: one that rings again for the same head does so for a reason.
        public bool MoveNext()
        {
            if (!cache._newest.TryGetValue(stream, out var newest) || ReferenceEquals(newest, _given)) return false;
            _given = newest;
            return true;
        }

        public void Refresh(StreamSequenceToken token)
        {
        }

        // The consumer was told that its stream failed, and reads on from the log.
        public void RecordDeliveryFailure()
        {
        }

        public void Dispose()
        {
        }
    }
}
