using System.Collections.Immutable;
using OrderActors.Couriers;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Dispatch;

/// <summary>An order that waits for a courier.</summary>
/// <param name="Order">The order.</param>
/// <param name="Pickup">Where the goods are.</param>
/// <param name="Dropoff">Where they go.</param>
/// <param name="PlacedAt">When it was placed.</param>
/// <param name="ReadyAt">When it is or will be ready.</param>
/// <param name="Version">
/// The log sequence of the event this was learnt from: unlike the order's version it differs for every event. An older one
/// never replaces a newer one.
/// </param>
/// <param name="Merchant">Who prepares it; null when that is not known, and then it is never carried with another order.</param>
[GenerateSerializer, Immutable, Alias("orderactors.waiting-order")]
public sealed record WaitingOrder(
    OrderNumber Order, GeoPoint Pickup, GeoPoint Dropoff, DateTimeOffset PlacedAt, DateTimeOffset ReadyAt, long Version,
    string? Merchant = null);

/// <summary>A courier who is free.</summary>
/// <param name="Courier">The courier.</param>
/// <param name="Location">Where the courier is.</param>
/// <param name="Since">Since when the courier is free; may lie ahead, by the time it takes to leave the last customer.</param>
/// <param name="Until">When the shift ends, or null.</param>
/// <param name="Capacity">How many orders at once.</param>
/// <param name="Version">The log sequence of the event this was learnt from.</param>
/// <param name="Passed">Orders that the courier declined or let pass, and is not to be asked for yet.</param>
[GenerateSerializer, Immutable, Alias("orderactors.idle-courier")]
public sealed record IdleCourier(
    string Courier, GeoPoint Location, DateTimeOffset Since, DateTimeOffset? Until, int Capacity, long Version,
    ImmutableArray<PassedOrder> Passed = default);

/// <summary>One change in a zone.</summary>
/// <param name="Waiting">An order that waits now.</param>
/// <param name="NotWaiting">An order that does not wait any more, with the log sequence this was learnt from.</param>
/// <param name="Idle">A courier who is free now.</param>
/// <param name="NotIdle">A courier who is not free any more, with the log sequence this was learnt from.</param>
/// <param name="Again">
/// The event comes out of turn, because an operator replays it: newer ones of its partition were taken in before. It counts
/// unless the zone knows something newer of the same order or courier.
/// </param>
[GenerateSerializer, Immutable, Alias("orderactors.zone-change")]
public sealed record ZoneChange(
    WaitingOrder? Waiting = null, VersionedId? NotWaiting = null, IdleCourier? Idle = null, VersionedId? NotIdle = null,
    bool Again = false);

/// <summary>An id at a version.</summary>
/// <param name="Id">An order's number or a courier's id.</param>
/// <param name="Version">The log sequence.</param>
[GenerateSerializer, Immutable, Alias("orderactors.versioned-id")]
public sealed record VersionedId(string Id, long Version);

/// <summary>A zone as dispatch sees it.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.zone-view")]
public sealed record ZoneView(string Zone, ImmutableArray<WaitingOrder> Waiting, ImmutableArray<IdleCourier> Idle);

/// <summary>Dispatch of one zone: waiting orders, free couriers, and who carries what. The key is the zone.</summary>
[Alias("orderactors.IDispatchGrain")]
public interface IDispatchGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes in changes, in order. Answers when they are durable; changes that came before are ignored. Those of one log
    /// partition must come in the log's order. When the zone is full nothing is taken in and the call fails with
    /// <see cref="Orleans.Runtime.LimitExceededException"/>.
    /// </summary>
    [Alias("apply"), AlwaysInterleave]
    Task Apply(ImmutableArray<ZoneChange> changes);

    /// <summary>A free courier moved.</summary>
    [Alias("locate"), AlwaysInterleave, OneWay]
    Task Locate(string courier, GeoPoint location);

    /// <summary>The zone as it stands.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ZoneView> Get();
}
