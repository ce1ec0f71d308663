using OrderActors.Broadcast;
using OrderActors.Storage;
using Orleans.Configuration;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Streams;

namespace OrderActors.Silo.Streams;

/// <summary>
/// The event log as a persistent stream provider of the cluster: the silos share its queues out among them, and each rings
/// the consumers of its own when the log has grown. Read only: what is on the log got there with the state that raised it.
/// </summary>
internal sealed class LogStreams(string name, IEventStore store, IClusterMembershipService membership)
    : IQueueAdapterFactory, IQueueAdapter, IQueueAdapterCache
{
    private readonly LogQueues _queues = new(name);

    /// <inheritdoc/>
    public string Name => name;

    // A consumer starts where its own cursor says; the stream has nothing to rewind.
    /// <inheritdoc/>
    public bool IsRewindable => false;

    /// <inheritdoc/>
    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    /// <inheritdoc/>
    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    /// <inheritdoc/>
    public IQueueAdapterCache GetQueueAdapterCache() => this;

    /// <inheritdoc/>
    public IStreamQueueMapper GetStreamQueueMapper() => _queues;

    /// <inheritdoc/>
    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());

    /// <inheritdoc/>
    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) =>
        new LogReceiver(store, membership, LogQueues.PartitionsOf(queueId));

    /// <inheritdoc/>
    public IQueueCache CreateQueueCache(QueueId queueId) => new DoorbellCache();

    /// <inheritdoc/>
    public Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken token, Dictionary<string, object> requestContext) =>
        throw new NotSupportedException($"Nothing is produced onto '{name}': an event is appended to the log by the write of the state that raised it.");
}

/// <summary>Puts the event log's streams into a silo.</summary>
public static class LogStreamsExtensions
{
    // How often an agent looks at the heads, which are in memory.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    // How long a doorbell is tried to be delivered. The consumer looks at the log of its own accord anyway.
    private static readonly TimeSpan Delivery = TimeSpan.FromSeconds(10);

    /// <summary>Adds the stream provider <see cref="LogAppended.Provider"/>, over the host's <see cref="IEventStore"/>.</summary>
    public static ISiloBuilder AddLogStreams(this ISiloBuilder silo) => silo.AddPersistentStreams(
        LogAppended.Provider,
        (services, name) => new LogStreams(
            name, services.GetRequiredService<IEventStore>(), services.GetRequiredService<IClusterMembershipService>()),
        streams =>
        {
            streams.ConfigurePullingAgent(agents => agents.Configure(options =>
            {
                options.GetQueueMsgsTimerPeriod = Look;
                options.MaxEventDeliveryTime = Delivery;
            }));
            // Whoever listens says so in its class: there are no subscriptions to store.
            streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            streams.UseConsistentRingQueueBalancer();
        });
}
