using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Storage;
using OrderActors.Storage;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace OrderActors.Embedded.Streams;

/// <summary>How the partitions of the event log appear as streams.</summary>
/// <param name="Provider">The stream provider's name.</param>
/// <param name="Namespace">The streams' namespace; the key is the partition in three digits.</param>
/// <param name="Item">Makes the item that says: this partition's newest sequence is now this.</param>
public sealed record EventStreamOptions(string Provider, string Namespace, Func<int, long, object> Item);

/// <summary>
/// One stream per partition of the event log. An item says only how far the partition has grown; subscribers read the log
/// itself, each from its own cursor.
/// </summary>
internal sealed class EventStreamProvider : IStreamProvider, IDisposable
{
    private readonly GrainRuntime _runtime;
    private readonly IEventStore _events;
    private readonly EventStreamOptions _options;
    private readonly GrainFactory _grains;
    private readonly DurableSubscriptions _durable;
    private readonly GrainClass[] _subscribers;
    private readonly GrainBell[]?[] _implicit = new GrainBell[]?[EventPartitions.Count];
    private readonly ConcurrentDictionary<Guid, (int Partition, Bell Bell)> _explicit = new();

    internal EventStreamProvider(GrainRuntime runtime, GrainFactory grains, IEventStore events, EventStreamOptions options)
    {
        _runtime = runtime;
        _grains = grains;
        _events = events;
        _options = options;
        _durable = new DurableSubscriptions(runtime);
        _subscribers = grains.Catalog.SubscribersOf(options.Namespace);
    }

    public string Name => _options.Provider;

    internal GrainRuntime Runtime => _runtime;

    public IAsyncStream<T> GetStream<T>(StreamId streamId)
    {
        Partition(streamId);
        return new EventStream<T>(this, streamId);
    }

    public void Dispose() => _events.Appended -= Ring;

    internal static EventStreamProvider Of(IServiceProvider services) => services.GetRequiredService<EventStreamProvider>();

    /// <summary>Starts to wake subscribers, and wakes all that have something to read from before.</summary>
    internal async Task StartAsync()
    {
        foreach (var subscription in await _durable.LoadAsync()) AddGrainBell(subscription);
        _events.Appended += Ring;
        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            if (_events.Head(partition) is > 0 and var head) Ring(partition, head);
        }
    }

    internal StreamSubscriptionHandle<T> Observe<T>(StreamId stream, IAsyncObserver<T> observer)
    {
        var partition = Partition(stream);
        var id = Guid.NewGuid();
        var bell = new ObserverBell(
            _runtime, SynchronizationContext.Current, head => observer.OnNextAsync((T)_options.Item(partition, head), new LogToken(head)));
        _explicit[id] = (partition, bell);
        return new SubscriptionHandle<T>(this, stream, id, isImplicit: false);
    }

    internal async Task<StreamSubscriptionHandle<T>> SubscribeGrain<T>(Activation activation, StreamId stream, IAsyncObserver<T> observer)
    {
        var subscription = new DurableSubscription(Guid.NewGuid(), stream.GetKeyAsString(), activation.GrainId.Type.ToString(),
            activation.GrainId.Key.ToString());
        await _durable.AddAsync(subscription);
        (activation.Streams ??= new StreamAttachments(activation)).Attach(subscription.Id, observer);
        AddGrainBell(subscription);
        return new SubscriptionHandle<T>(this, stream, subscription.Id, isImplicit: false);
    }

    internal IList<StreamSubscriptionHandle<T>> HandlesOf<T>(GrainId grain, StreamId stream) =>
        [.. _durable.Of(grain, stream.GetKeyAsString()).Select(s => new SubscriptionHandle<T>(this, stream, s.Id, isImplicit: false))];

    internal async Task Unsubscribe(Guid subscription)
    {
        _explicit.TryRemove(subscription, out _);
        Activation.Current?.Streams?.Detach(subscription);
        await _durable.RemoveAsync(subscription);
    }

    private int Partition(StreamId stream)
    {
        if (stream.GetNamespace() == _options.Namespace &&
            int.TryParse(stream.GetKeyAsString(), NumberStyles.None, CultureInfo.InvariantCulture, out var partition) &&
            partition < EventPartitions.Count)
        {
            return partition;
        }

        throw new ArgumentException(
            $"There is no stream '{stream}' in '{Name}'; its streams are '{_options.Namespace}/000' to '{_options.Namespace}/{EventPartitions.Count - 1}'.");
    }

    private static string Key(int partition) => partition.ToString("D3", CultureInfo.InvariantCulture);

    private GrainBell ImplicitBell(GrainClass grainClass, int partition)
    {
        var grain = new GrainId(grainClass.GrainType, IdSpan.Create(Key(partition)));
        return new GrainBell(
            _runtime, grainClass, grain,
            StreamAttachments.ImplicitId(grain, StreamId.Create(_options.Namespace, Key(partition))), head => _options.Item(partition, head));
    }

    private void AddGrainBell(DurableSubscription subscription)
    {
        var grain = GrainId.Create(subscription.GrainType, subscription.GrainKey);
        var partition = int.Parse(subscription.StreamKey, CultureInfo.InvariantCulture);
        var bell = new GrainBell(_runtime, _grains.ClassOf(grain), grain, subscription.Id, head => _options.Item(partition, head));
        _explicit[subscription.Id] = (partition, bell);
    }

    // Two that make a partition's bells at once agree on the first: a bell knows what is under way.
    private GrainBell[] ImplicitBells(int partition) =>
        Volatile.Read(ref _implicit[partition])
        ?? (Interlocked.CompareExchange(ref _implicit[partition], [.. _subscribers.Select(c => ImplicitBell(c, partition))], null)
        ?? _implicit[partition]!);

    private void Ring(int partition, long head)
    {
        foreach (var bell in ImplicitBells(partition)) bell.Ring(head);
        if (_explicit.IsEmpty) return;
        foreach (var (_, (at, bell)) in _explicit)
        {
            if (at == partition) bell.Ring(head);
        }
    }
}

/// <summary>The stream of one partition.</summary>
internal sealed class EventStream<T>(EventStreamProvider provider, StreamId stream) : IAsyncStream<T>
{
    public StreamId StreamId => stream;

    public string ProviderName => provider.Name;

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Activation.Current is { } activation
            ? provider.SubscribeGrain(activation, stream, observer)
            : Task.FromResult(provider.Observe(stream, observer));
    }

    public Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles() =>
        Task.FromResult(Activation.Current is { } activation ? provider.HandlesOf<T>(activation.GrainId, stream) : []);
}

/// <summary>A subscription of a grain or of the host.</summary>
internal sealed class SubscriptionHandle<T>(EventStreamProvider provider, StreamId stream, Guid id, bool isImplicit) : StreamSubscriptionHandle<T>
{
    public override StreamId StreamId => stream;

    public override string ProviderName => provider.Name;

    public override Guid HandleId => id;

    public override Task UnsubscribeAsync() => isImplicit
        ? throw new InvalidOperationException($"The subscription to '{stream}' is implicit: it belongs to the grain's class and cannot be ended.")
        : provider.Unsubscribe(id);

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var activation = Activation.Current
            ?? throw new InvalidOperationException("A subscription is resumed by the grain that holds it; the host subscribes anew.");
        (activation.Streams ??= new StreamAttachments(activation)).Attach(id, observer);
        return Task.FromResult<StreamSubscriptionHandle<T>>(this);
    }

    public override bool Equals(StreamSubscriptionHandle<T>? other) => other is not null && other.HandleId == id;
}
