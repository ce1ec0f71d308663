using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace OrderActors.Broadcast;

/// <summary>
/// A state that raises events carries them until it is written: the storage commits both in one write and then clears
/// them. Nothing else publishes.
/// </summary>
public interface IRaisesEvents
{
    /// <summary>What happened since the last write, in order.</summary>
    [JsonIgnore]
    ImmutableArray<DomainEvent> Raised { get; }

    /// <summary>The events are durable.</summary>
    void ClearRaised();
}

/// <summary>An event with its place in the log: what a consumer is idempotent by.</summary>
/// <param name="Partition">0 to 119.</param>
/// <param name="Sequence">1, 2, 3 … within the partition.</param>
/// <param name="Event">What happened.</param>
[GenerateSerializer, Immutable, Alias("orderactors.logged-event")]
public sealed record LoggedEvent(int Partition, long Sequence, DomainEvent Event);

/// <summary>The event log, as consumers read it: the same on both engines and over any storage.</summary>
public interface IEventLog
{
    /// <summary>The newest sequence of a partition; 0 when it is empty.</summary>
    ValueTask<long> HeadAsync(int partition);

    /// <summary>Up to <paramref name="maxCount"/> events after a sequence, in order.</summary>
    ValueTask<IReadOnlyList<LoggedEvent>> ReadAsync(int partition, long afterSequence, int maxCount);

    /// <summary>The durable cursor of a subscriber: the last sequence it is done with.</summary>
    ValueTask<long> GetCursorAsync(string subscriber, int partition);

    /// <summary>Advances a cursor. After a crash a subscriber may see events again, never miss one.</summary>
    ValueTask SetCursorAsync(string subscriber, int partition, long sequence);
}

/// <summary>
/// The wake-up that goes over the engine's streams when a partition grew. It carries no event: a lost or doubled one
/// changes when a consumer looks, never what it sees.
/// </summary>
/// <param name="Partition">0 to 119.</param>
/// <param name="Head">The newest sequence.</param>
[GenerateSerializer, Immutable, Alias("orderactors.log-appended")]
public sealed record LogAppended(int Partition, long Head)
{
    /// <summary>The stream provider's name.</summary>
    public const string Provider = "log";

    /// <summary>The streams' namespace; the key is the partition, "000" to "119".</summary>
    public const string Namespace = "event-log";
}

/// <summary>An event that its consumer could not digest.</summary>
/// <param name="Subscriber">The consumer's name.</param>
/// <param name="Partition">The event's partition.</param>
/// <param name="Sequence">The event's sequence.</param>
/// <param name="Type">The event's type.</param>
/// <param name="Error">The last error.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="At">When it was given up.</param>
[GenerateSerializer, Immutable, Alias("orderactors.dead-letter")]
public sealed record DeadLetter(
    string Subscriber, int Partition, long Sequence, string Type, string Error, int Attempts, DateTimeOffset At);

/// <summary>One consumer of one partition of the event log. The key is the partition, "000" to "119".</summary>
[Alias("orderactors.ISubscriberGrain")]
public interface ISubscriberGrain : IGrainWithStringKey
{
    /// <summary>Looks for new events now. Also what a lost wake-up is made good by.</summary>
    [Alias("wake"), Orleans.Concurrency.AlwaysInterleave]
    Task Wake();

    /// <summary>Events that were given up, oldest first.</summary>
    [Alias("dead-letters"), Orleans.Concurrency.AlwaysInterleave]
    Task<ImmutableArray<DeadLetter>> DeadLetters();

    /// <summary>Tries a dead letter again; true if it is done and gone.</summary>
    [Alias("replay"), Orleans.Concurrency.AlwaysInterleave]
    Task<bool> Replay(long sequence);

    /// <summary>Drops a dead letter for good, which makes room; true if it was there.</summary>
    [Alias("discard"), Orleans.Concurrency.AlwaysInterleave]
    Task<bool> Discard(long sequence);

    /// <summary>The last sequence this consumer is done with.</summary>
    [Alias("position"), Orleans.Concurrency.AlwaysInterleave]
    Task<long> Position();
}

/// <summary>Keeps merchants, couriers and orders in step with one another.</summary>
[Alias("orderactors.IFulfilmentGrain")]
public interface IFulfilmentGrain : ISubscriberGrain;

/// <summary>Tells dispatch of waiting orders and free couriers.</summary>
[Alias("orderactors.IDispatchFeedGrain")]
public interface IDispatchFeedGrain : ISubscriberGrain;
