using OrderActors.Storage;
using Orleans.Runtime;
using Orleans.Streams;

namespace OrderActors.Silo.Streams;

/// <summary>
/// Rings for the partitions of one queue that have grown since they were last rung. A receiver that is new rings for each
/// that holds any event, and so does every receiver when silos come or go: whoever had a doorbell in its hand, or was
/// about to act on one, may be gone.
/// </summary>
/// <param name="store">Its heads are in memory, so a look costs no query.</param>
/// <param name="membership">Tells when silos came or went.</param>
/// <param name="partitions">The queue's partitions.</param>
internal sealed class LogReceiver(IEventStore store, IClusterMembershipService membership, IEnumerable<int> partitions) : IQueueAdapterReceiver
{
    private static readonly Task<IList<IBatchContainer>> Nothing = Task.FromResult<IList<IBatchContainer>>([]);

    private readonly (int Partition, long Rung)[] _partitions = [.. partitions.Select(partition => (partition, 0L))];
    private MembershipVersion _known = membership.CurrentSnapshot.Version;

    /// <inheritdoc/>
    public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount)
    {
        if (membership.CurrentSnapshot.Version is var version && version != _known)
        {
            _known = version;
            foreach (ref var place in _partitions.AsSpan()) place.Rung = 0;
        }

        List<IBatchContainer>? bells = null;
        foreach (ref var place in _partitions.AsSpan())
        {
            var head = store.Head(place.Partition);
            if (head <= place.Rung) continue;
            place.Rung = head;
            (bells ??= []).Add(new Doorbell(place.Partition, head));
        }

        return bells is null ? Nothing : Task.FromResult<IList<IBatchContainer>>(bells);
    }

    /// <inheritdoc/>
    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task Shutdown(TimeSpan timeout) => Task.CompletedTask;
}
