using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Broadcast;
using OrderActors.Silo.Streams;
using OrderActors.Storage;
using OrderActors.TestKit;
using OrderActors.Values;
using Orleans.Runtime;
using Orleans.Streams;

namespace OrderActors.Tests.Behaviour.Cluster;

/// <summary>The event log as a stream provider.</summary>
public sealed class LogStreamsTests
{
    [Fact]
    public async Task A_receiver_rings_once_for_what_has_grown_and_again_for_everything_when_silos_come_or_go()
    {
        var (log, membership) = (new Heads(), new Membership());
        (log[0], log[40], log[1]) = (3, 7, 9);
        var receiver = new LogReceiver(log, membership, [0, 40, 80]);
        Assert.Equal([(0, 3), (40, 7)], await Rung(receiver));
        Assert.Empty(await Rung(receiver));
        log[80] = 1;
        log[0] = 5;
        Assert.Equal([(0, 5), (80, 1)], await Rung(receiver));
        membership.Change();
        Assert.Equal([(0, 5), (40, 7), (80, 1)], await Rung(receiver));
        Assert.Empty(await Rung(receiver));

        // Whoever takes a queue over cannot know what its predecessor had in its hand.
        Assert.Equal([(0, 5), (40, 7), (80, 1)], await Rung(new LogReceiver(log, membership, [0, 40, 80])));
    }

    [Fact]
    public void A_consumer_that_was_slow_finds_the_newest_doorbell_and_no_other()
    {
        var cache = new DoorbellCache();
        cache.AddToCache([new Doorbell(0, 1), new Doorbell(1, 1)]);
        var cursor = cache.GetCacheCursor(Doorbell.StreamOf(0), null!);
        cache.AddToCache([new Doorbell(0, 2), new Doorbell(0, 3)]);
        Assert.True(cursor.MoveNext());
        Assert.Equal(new LogAppended(0, 3), cursor.GetCurrent(out _).GetEvents<LogAppended>().Single().Item1);
        Assert.False(cursor.MoveNext());

        // The same head again: somebody has a reason to ring twice.
        cache.AddToCache([new Doorbell(0, 3)]);
        Assert.True(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
        Assert.False(cache.IsUnderPressure());
    }

    [Fact]
    public void Every_partition_belongs_to_one_queue_and_every_queue_to_one_place_on_the_ring()
    {
        var queues = new LogQueues(LogAppended.Provider);
        var all = queues.GetAllQueues().ToList();
        Assert.Equal(Enumerable.Range(0, Shard.Count), all.SelectMany(LogQueues.PartitionsOf).Order());
        foreach (var queue in all)
        {
            Assert.All(LogQueues.PartitionsOf(queue), partition => Assert.Equal(queue, queues.GetQueueForStream(Doorbell.StreamOf(partition))));
        }

        Assert.Equal(all.Count, all.Select(queue => queue.GetUniformHashCode()).Distinct().Count());
    }

    [Fact]
    public Task Nothing_can_be_produced_onto_it() => TestCluster.Run(async cluster =>
    {
        var provider = cluster.ServicesOf(cluster.Silos[0]).GetRequiredKeyedService<IStreamProvider>(LogAppended.Provider);
        var stream = provider.GetStream<LogAppended>(Doorbell.StreamOf(0));
        var refused = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => stream.OnNextAsync(new LogAppended(0, 1)));
        Assert.Contains("ReadOnly", refused.Message, StringComparison.Ordinal);
    });

    private static async Task<(int Partition, long Head)[]> Rung(LogReceiver receiver) =>
        [.. (await receiver.GetQueueMessagesAsync(100)).Cast<Doorbell>().Select(bell => (bell.Partition, bell.Head))];

    private sealed class Heads : IEventStore
    {
        private readonly long[] _heads = new long[EventPartitions.Count];

        public event Action<int, long>? Appended
        {
            add { }
            remove { }
        }

        public long this[int partition]
        {
            set => _heads[partition] = value;
        }

        public long Head(int partition) => _heads[partition];

        public ValueTask<IReadOnlyList<StoredEvent>> ReadAsync(
            int partition, long afterSequence, int maxCount, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<long> GetCursorAsync(string subscriber, int partition, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask SetCursorAsync(string subscriber, int partition, long sequence, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }

    private sealed class Membership : IClusterMembershipService
    {
        private long _version = 1;

        public ClusterMembershipSnapshot CurrentSnapshot => new(ImmutableDictionary<SiloAddress, ClusterMember>.Empty, new MembershipVersion(_version));

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

        public void Change() => _version++;

        public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default) => default;

        public Task<bool> TryKill(SiloAddress siloAddress) => throw new NotSupportedException();
    }
}
