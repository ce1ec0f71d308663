using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Dispatch;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Couriers;

/// <summary>What a courier does.</summary>
public enum CourierStatus
{
    /// <summary>Not on a shift.</summary>
    OffDuty,

    /// <summary>On a shift and free.</summary>
    Available,

    /// <summary>On a shift with an assignment.</summary>
    Busy,

    /// <summary>On a break: no offers, no assignments.</summary>
    Paused,

    /// <summary>Asked whether to take an assignment.</summary>
    Offered,
}

/// <summary>What a courier moves with.</summary>
public enum Vehicle
{
    /// <summary>A bicycle.</summary>
    Bicycle,

    /// <summary>On foot.</summary>
    Walk,

    /// <summary>A scooter or motorcycle.</summary>
    Scooter,

    /// <summary>A car.</summary>
    Car,
}

/// <summary>Why a courier declines an offer.</summary>
public enum DeclineReason
{
    /// <summary>None of the others.</summary>
    Other,

    /// <summary>The way is too long.</summary>
    TooFar,

    /// <summary>It does not fit the vehicle or the bag.</summary>
    TooLarge,

    /// <summary>The vehicle is broken.</summary>
    VehicleTrouble,

    /// <summary>The shift is about to end.</summary>
    EndOfShift,

    /// <summary>The merchant or the customer is in a place that is not safe.</summary>
    Unsafe,
}

/// <summary>A command to a courier.</summary>
/// <param name="Id">The command's id: the same id again returns the first outcome and changes nothing.</param>
/// <param name="By">Who gives it.</param>
/// <param name="ExpectedVersion">
/// The version that the caller knows: refused when there is another one. Null for any. It is no part of the command's content.
/// </param>
[GenerateSerializer, Immutable, Alias("orderactors.courier-command")]
public abstract record CourierCommand(string Id, Actor By, [property: JsonIgnore] long? ExpectedVersion = null);

/// <summary>Creates the courier, off duty.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Name">The name.</param>
/// <param name="Zone">The zone the courier serves.</param>
/// <param name="Capacity">How many orders at once, 1 to 20.</param>
/// <param name="Vehicle">What the courier moves with.</param>
/// <param name="AcceptsOffersByHand">Whether the courier is asked before an assignment binds.</param>
[GenerateSerializer, Immutable, Alias("orderactors.create-courier")]
public sealed record CreateCourier(
    string Id, Actor By, string Name, string Zone, int Capacity, Vehicle Vehicle = Vehicle.Bicycle, bool AcceptsOffersByHand = false)
    : CourierCommand(Id, By);

/// <summary>Changes what the courier can carry and how the courier is asked. It counts from the next assignment on.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Vehicle">What the courier moves with; null leaves it.</param>
/// <param name="Capacity">How many orders at once, 1 to 20; null leaves it.</param>
/// <param name="AcceptsOffersByHand">Whether the courier is asked before an assignment binds; null leaves it.</param>
[GenerateSerializer, Immutable, Alias("orderactors.change-courier")]
public sealed record ChangeCourier(string Id, Actor By, Vehicle? Vehicle = null, int? Capacity = null, bool? AcceptsOffersByHand = null)
    : CourierCommand(Id, By);

/// <summary>Starts a shift.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Location">Where the courier is.</param>
/// <param name="Until">When the shift ends: no pickup after it; null for open-ended.</param>
/// <param name="PlannedStart">When it was planned to start, at most a day ahead: time before it is not guaranteed. Null for now.</param>
[GenerateSerializer, Immutable, Alias("orderactors.go-online")]
public sealed record GoOnline(string Id, Actor By, GeoPoint Location, DateTimeOffset? Until = null, DateTimeOffset? PlannedStart = null)
    : CourierCommand(Id, By);

/// <summary>Ends the shift. With an assignment under way it ends when that is done.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.go-offline")]
public sealed record GoOffline(string Id, Actor By) : CourierCommand(Id, By);

/// <summary>Begins a break; what the courier carries has to be delivered first. Breaks are not guaranteed time.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.pause-courier")]
public sealed record PauseCourier(string Id, Actor By) : CourierCommand(Id, By);

/// <summary>Ends the break.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.resume-courier")]
public sealed record ResumeCourier(string Id, Actor By) : CourierCommand(Id, By);

/// <summary>
/// Dispatch gives the courier orders of one merchant, or of several whom the courier visits first, in the sequence in which their first
/// orders come here; they are to be dropped off in this sequence. To a courier who accepts offers by
/// hand it is an offer.
/// </summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Dispatch or an operator.</param>
/// <param name="Orders">The orders.</param>
/// <param name="Direct">
/// An operator's word: it binds at once, comes on top of what the courier carries as long as the capacity allows it, and
/// whether the courier declined these orders before does not matter.
/// </param>
/// <param name="Choice">Why this courier; null when a person said so. It is no part of the command's content.</param>
[GenerateSerializer, Immutable, Alias("orderactors.take-assignment")]
public sealed record TakeAssignment(
    string Id, Actor By, ImmutableArray<OrderNumber> Orders, bool Direct = false,
    [property: JsonIgnore] AssignmentChoice? Choice = null)
    : CourierCommand(Id, By);

/// <summary>The courier takes the offer with this order, and with it all orders of the offer.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.accept-offer")]
public sealed record AcceptOffer(string Id, Actor By, OrderNumber Order) : CourierCommand(Id, By);

/// <summary>The courier does not take the offer with this order.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Order">One of the offer's orders; all of them are declined.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("orderactors.decline-offer")]
public sealed record DeclineOffer(string Id, Actor By, OrderNumber Order, DeclineReason Reason) : CourierCommand(Id, By);

/// <summary>Orders are not offered any more. It acts only while the courier has an open offer with them.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The platform.</param>
/// <param name="Orders">Which.</param>
/// <param name="Expired">Whether the courier did not answer in time; otherwise the order does not want a courier any more.</param>
[GenerateSerializer, Immutable, Alias("orderactors.withdraw-offer")]
public sealed record WithdrawOffer(string Id, Actor By, ImmutableArray<OrderNumber> Orders, bool Expired) : CourierCommand(Id, By);

/// <summary>The courier takes the goods of an order over from another courier, on the way.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The courier who takes them, or an operator.</param>
/// <param name="Order">The order.</param>
/// <param name="From">Who carries it.</param>
[GenerateSerializer, Immutable, Alias("orderactors.take-over")]
public sealed record TakeOver(string Id, Actor By, OrderNumber Order, string From) : CourierCommand(Id, By);

/// <summary>An order of the assignment is done, or was taken away.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Order">The order.</param>
/// <param name="DeliveredAt">Where it was handed over; null when it was taken away.</param>
[GenerateSerializer, Immutable, Alias("orderactors.finish-order")]
public sealed record FinishOrder(string Id, Actor By, OrderNumber Order, GeoPoint? DeliveredAt) : CourierCommand(Id, By);

/// <summary>Orders that a courier is asked to take.</summary>
/// <param name="Orders">The orders, in the sequence of their drop-offs.</param>
/// <param name="OfferedAt">When the courier was asked.</param>
/// <param name="Until">When the offer ends.</param>
[GenerateSerializer, Immutable, Alias("orderactors.courier-offer")]
public sealed record CourierOffer(ImmutableArray<OrderNumber> Orders, DateTimeOffset OfferedAt, DateTimeOffset Until);

/// <summary>An order that a courier declined or let pass.</summary>
/// <param name="Order">The order.</param>
/// <param name="Until">Until when the courier is not asked for it again.</param>
[GenerateSerializer, Immutable, Alias("orderactors.passed-order")]
public readonly record struct PassedOrder(OrderNumber Order, DateTimeOffset Until);

/// <summary>The shift under way.</summary>
/// <param name="StartedAt">Since when time is guaranteed: the planned start, or when the courier came online if that was later.</param>
/// <param name="Breaks">The breaks that are over.</param>
/// <param name="PausedAt">Since when there is a break, or null.</param>
/// <param name="Orders">How many orders were delivered.</param>
/// <param name="Earned">What they earned, in minor units.</param>
[GenerateSerializer, Immutable, Alias("orderactors.shift")]
public sealed record Shift(DateTimeOffset StartedAt, TimeSpan Breaks = default, DateTimeOffset? PausedAt = null, int Orders = 0, long Earned = 0);

/// <summary>A shift that is over.</summary>
/// <param name="StartedAt">When it started.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="OnDuty">The guaranteed time: without breaks, and without what came after its planned end and the last handover.</param>
/// <param name="Orders">How many orders were delivered.</param>
/// <param name="Earned">What they earned, in minor units.</param>
/// <param name="TopUp">What the guarantee adds, in minor units.</param>
/// <param name="Currency">ISO 4217.</param>
[GenerateSerializer, Immutable, Alias("orderactors.shift-report")]
public sealed record ShiftReport(
    DateTimeOffset StartedAt, DateTimeOffset EndedAt, TimeSpan OnDuty, int Orders, long Earned, long TopUp, string Currency);

/// <summary>What a courier earned on a day.</summary>
/// <param name="Day">Midnight UTC at the day's start.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Orders">How many orders were delivered.</param>
/// <param name="Earned">What they earned, in minor units.</param>
/// <param name="TopUp">What the guarantee added, for the shifts that ended on the day.</param>
/// <param name="OnDuty">The guaranteed time of these shifts.</param>
[GenerateSerializer, Immutable, Alias("orderactors.earnings-day")]
public sealed record EarningsDay(DateTimeOffset Day, string Currency, int Orders, long Earned, long TopUp, TimeSpan OnDuty);

/// <summary>A courier's earnings.</summary>
/// <param name="Shift">The shift under way, or null.</param>
/// <param name="Days">The newest days on which there were any, newest first; at most 60.</param>
/// <param name="Shifts">The newest shifts that are over, newest first; at most 20.</param>
[GenerateSerializer, Immutable, Alias("orderactors.courier-earnings")]
public sealed record CourierEarnings(Shift? Shift, ImmutableArray<EarningsDay> Days, ImmutableArray<ShiftReport> Shifts = default);

/// <summary>A courier as it stands.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.courier-view")]
public sealed record CourierView(
    string Id,
    long Version,
    CourierStatus Status,
    string Name,
    string Zone,
    int Capacity,
    GeoPoint? Location,
    DateTimeOffset? OnlineUntil,
    bool LeavesAfterAssignment,
    ImmutableArray<OrderNumber> Assignment,
    Vehicle Vehicle = Vehicle.Bicycle,
    bool AcceptsOffersByHand = false,
    CourierOffer? Offer = null);

/// <summary>The answer to a command: the courier, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.courier-reply")]
public sealed record CourierReply(CourierView? Courier, Refusal? Refusal, bool Replayed = false);

/// <summary>One courier: the judge of what the courier carries. The key is the courier's id.</summary>
[Alias("orderactors.ICourierGrain")]
public interface ICourierGrain : IGrainWithStringKey
{
    /// <summary>Does a command or refuses it.</summary>
    [Alias("execute")]
    Task<CourierReply> Execute(CourierCommand command);

    /// <summary>Where the courier is now. Kept in memory and told to dispatch; the last one wins.</summary>
    [Alias("locate")]
    Task<CourierReply> Locate(GeoPoint location);

    /// <summary>The courier as it stands, or null.</summary>
    [Alias("get"), ReadOnly]
    Task<CourierView?> Get();

    /// <summary>Orders this courier carried or carries, newest first.</summary>
    [Alias("orders"), ReadOnly]
    Task<OrderPage> Orders(string? cursor, int limit);

    /// <summary>What the courier earned, or null when there is no such courier.</summary>
    [Alias("earnings"), ReadOnly]
    Task<CourierEarnings?> Earnings();

    /// <summary>Orders of this courier within a time, newest first.</summary>
    [Alias("find-orders"), ReadOnly]
    Task<OrderPage> FindOrders(OrderQuery query);
}
