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
/// <param name="Delivered">How many orders the courier delivered in this shift: what evens earnings out, for each order pays the same.</param>
/// <param name="OnDutySince">When the shift began, later by its breaks; null when that is not known.</param>
[GenerateSerializer, Immutable, Alias("orderactors.idle-courier")]
public sealed record IdleCourier(
    string Courier, GeoPoint Location, DateTimeOffset Since, DateTimeOffset? Until, int Capacity, long Version,
    ImmutableArray<PassedOrder> Passed = default, int Delivered = 0, DateTimeOffset? OnDutySince = null);

/// <summary>One change in a zone.</summary>
/// <param name="Waiting">An order that waits now.</param>
/// <param name="NotWaiting">An order that does not wait any more, with the log sequence this was learnt from.</param>
/// <param name="Idle">A courier who is free now.</param>
/// <param name="NotIdle">A courier who is not free any more, with the log sequence this was learnt from.</param>
/// <param name="Elsewhere">A courier who is free now, but on the board of another part of the zone, with the log sequence this was learnt from.</param>
/// <param name="Again">
/// The event comes out of turn, because an operator replays it: newer ones of its partition were taken in before. It counts
/// unless the zone knows something newer of the same order or courier.
/// </param>
[GenerateSerializer, Immutable, Alias("orderactors.zone-change")]
public sealed record ZoneChange(
    WaitingOrder? Waiting = null, VersionedId? NotWaiting = null, IdleCourier? Idle = null, VersionedId? NotIdle = null,
    bool Again = false, VersionedId? Elsewhere = null);

/// <summary>An id at a version.</summary>
/// <param name="Id">An order's number or a courier's id.</param>
/// <param name="Version">The log sequence.</param>
[GenerateSerializer, Immutable, Alias("orderactors.versioned-id")]
public sealed record VersionedId(string Id, long Version);

/// <summary>A zone as dispatch sees it.</summary>
/// <param name="Zone">The zone.</param>
/// <param name="Waiting">Orders that wait for a courier.</param>
/// <param name="Idle">Couriers who are free.</param>
/// <param name="Parts">The parts it was split into because it was hot; empty when it was not.</param>
[GenerateSerializer, Immutable, Alias("orderactors.zone-view")]
public sealed record ZoneView(
    string Zone, ImmutableArray<WaitingOrder> Waiting, ImmutableArray<IdleCourier> Idle, ImmutableArray<string> Parts = default);

/// <summary>A place that orders came from.</summary>
/// <param name="Place">A pickup.</param>
/// <param name="Weight">How many came from there, what is long ago counting less.</param>
[GenerateSerializer, Immutable, Alias("orderactors.zone-demand")]
public readonly record struct ZoneDemand(GeoPoint Place, double Weight);

/// <summary>What a zone that is split hands over to one of its parts.</summary>
/// <param name="Waiting">Orders that wait there.</param>
/// <param name="Idle">Couriers who are free there.</param>
/// <param name="Seen">How far each log partition was taken in; empty or one entry for each.</param>
/// <param name="Busy">Couriers who are expected to be free there; a help for planning, which may be missing.</param>
/// <param name="Demand">Where orders came from there; a help for planning, which may be missing.</param>
[GenerateSerializer, Immutable, Alias("orderactors.zone-share")]
public sealed record ZoneShare(
    ImmutableArray<WaitingOrder> Waiting, ImmutableArray<IdleCourier> Idle, ImmutableArray<long> Seen,
    ImmutableArray<IdleCourier> Busy, ImmutableArray<ZoneDemand> Demand);

/// <summary>An order that its zone cannot serve soon.</summary>
/// <param name="Order">The order.</param>
/// <param name="PickupAt">When the zone's own couriers could pick it up at the earliest; null for not at all.</param>
[GenerateSerializer, Immutable, Alias("orderactors.lent-order")]
public sealed record LentOrder(WaitingOrder Order, DateTimeOffset? PickupAt);

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

    /// <summary>
    /// Takes over a part of a zone that is split. Answers when it is durable. The first share counts; whatever comes again is
    /// ignored.
    /// </summary>
    [Alias("adopt"), AlwaysInterleave]
    Task Adopt(ZoneShare share);

    /// <summary>
    /// Asks whether couriers of this zone can serve orders of one beside it sooner. Until a moment this zone may then give the
    /// orders that it answers with, and the other one does not.
    /// </summary>
    [Alias("borrow"), AlwaysInterleave]
    Task<ImmutableArray<OrderNumber>> Borrow(ImmutableArray<LentOrder> orders, DateTimeOffset until);

    /// <summary>The zone as it stands, with all its parts.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ZoneView> Get();
}
