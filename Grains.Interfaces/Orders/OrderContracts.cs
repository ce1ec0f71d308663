using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Orders;

/// <summary>Where an order stands.</summary>
public enum OrderStatus
{
    /// <summary>There is no such order yet.</summary>
    None,

    /// <summary>Placed; the merchant has not answered.</summary>
    AwaitingMerchant,

    /// <summary>The merchant accepted and prepares it.</summary>
    Preparing,

    /// <summary>It waits at the merchant's to be picked up.</summary>
    Ready,

    /// <summary>A courier carries it.</summary>
    InDelivery,

    /// <summary>The customer has it.</summary>
    Delivered,

    /// <summary>Delivered, and the time for claims is over. The end.</summary>
    Completed,

    /// <summary>The merchant refused it. The end.</summary>
    Rejected,

    /// <summary>Cancelled before it was picked up. The end.</summary>
    Canceled,
}

/// <summary>Where the delivery of an order stands, beside its preparation.</summary>
public enum DeliveryStatus
{
    /// <summary>No courier yet, or the last one dropped out.</summary>
    Pending,

    /// <summary>A courier has it to do.</summary>
    Assigned,

    /// <summary>The courier is on the way to the merchant.</summary>
    EnRouteToPickup,

    /// <summary>The courier is at the merchant's.</summary>
    ArrivedAtPickup,

    /// <summary>The courier has the goods.</summary>
    PickedUp,

    /// <summary>The courier is on the way to the customer.</summary>
    EnRouteToDropoff,

    /// <summary>The courier is at the customer's.</summary>
    ArrivedAtDropoff,

    /// <summary>Handed over. The end.</summary>
    Delivered,

    /// <summary>The order was cancelled or rejected. The end.</summary>
    Canceled,
}

/// <summary>Where the payment of an order stands. Orders are paid to the courier at the door.</summary>
public enum PaymentStatus
{
    /// <summary>Nothing was paid.</summary>
    None,

    /// <summary>The courier took the money.</summary>
    Paid,

    /// <summary>The order ended without a payment being due. The end.</summary>
    Voided,
}

/// <summary>Where the settlement of an order stands.</summary>
public enum SettlementStatus
{
    /// <summary>The order is not completed.</summary>
    Open,

    /// <summary>Completed, and its books may be closed.</summary>
    Eligible,
}

/// <summary>Why an order was cancelled or rejected.</summary>
public enum CancelReason
{
    /// <summary>Not cancelled.</summary>
    None,

    /// <summary>The customer does not want it any more.</summary>
    CustomerRequest,

    /// <summary>The merchant cannot make it.</summary>
    MerchantUnable,

    /// <summary>The merchant is too busy.</summary>
    MerchantBusy,

    /// <summary>The merchant ran out of an item.</summary>
    ItemUnavailable,

    /// <summary>An operator decided so.</summary>
    OperatorDecision,

    /// <summary>The merchant did not answer in time.</summary>
    AcceptanceTimeout,

    /// <summary>No courier was found in time.</summary>
    NoCourier,
}

/// <summary>What an order waits for, each with a deadline.</summary>
public enum DeadlineKind
{
    /// <summary>The merchant's answer.</summary>
    Acceptance,

    /// <summary>A courier.</summary>
    CourierSearch,

    /// <summary>The courier's pickup.</summary>
    Pickup,

    /// <summary>The handover to the customer.</summary>
    Delivery,

    /// <summary>The end of the time for claims.</summary>
    Completion,
}

/// <summary>One wait of an order.</summary>
/// <param name="Kind">What it waits for.</param>
/// <param name="Due">When the wait ends.</param>
[GenerateSerializer, Immutable, Alias("orderactors.deadline")]
public readonly record struct Deadline(DeadlineKind Kind, DateTimeOffset Due);

/// <summary>What a customer wants of one item.</summary>
/// <param name="Item">The item's id on the merchant's menu.</param>
/// <param name="Quantity">1 to 99.</param>
[GenerateSerializer, Immutable, Alias("orderactors.order-line")]
public readonly record struct OrderLine(string Item, int Quantity);

/// <summary>One line of an order with the price that was on the menu when it was placed.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Name">The item's name.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitPrice">Minor units for one.</param>
[GenerateSerializer, Immutable, Alias("orderactors.priced-line")]
public readonly record struct PricedLine(string Item, string Name, int Quantity, long UnitPrice);

/// <summary>A command to an order.</summary>
/// <param name="Id">The command's id: the same id again returns the first outcome and changes nothing.</param>
/// <param name="By">Who gives it.</param>
[GenerateSerializer, Immutable, Alias("orderactors.order-command")]
public abstract record OrderCommand(string Id, Actor By);

/// <summary>Places the order. Prices and stock are the merchant's to say.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The customer.</param>
/// <param name="Customer">The customer's id.</param>
/// <param name="Merchant">The merchant's id.</param>
/// <param name="Lines">What is wanted.</param>
/// <param name="Total">What the customer was shown as the sum.</param>
/// <param name="Dropoff">Where to.</param>
/// <param name="Note">A word for the merchant or courier; at most 500 characters.</param>
[GenerateSerializer, Immutable, Alias("orderactors.place-order")]
public sealed record PlaceOrder(
    string Id, Actor By, string Customer, string Merchant, ImmutableArray<OrderLine> Lines, Money Total, GeoPoint Dropoff, string? Note = null)
    : OrderCommand(Id, By);

/// <summary>The merchant takes the order.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">The merchant or an operator.</param>
/// <param name="PreparationTime">How long it will take; null for the merchant's usual time.</param>
[GenerateSerializer, Immutable, Alias("orderactors.accept-order")]
public sealed record AcceptOrder(string Id, Actor By, TimeSpan? PreparationTime = null) : OrderCommand(Id, By);

/// <summary>The merchant refuses the order.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.reject-order")]
public sealed record RejectOrder(string Id, Actor By, CancelReason Reason) : OrderCommand(Id, By);

/// <summary>The merchant has the goods ready.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.mark-ready")]
public sealed record MarkReady(string Id, Actor By) : OrderCommand(Id, By);

/// <summary>Ends the order before it is picked up.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.cancel-order")]
public sealed record CancelOrder(string Id, Actor By, CancelReason Reason) : OrderCommand(Id, By);

/// <summary>A courier took the assignment that dispatch made.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.assign-courier")]
public sealed record AssignCourier(string Id, Actor By, string Courier) : OrderCommand(Id, By);

/// <summary>The courier drops out before the pickup: the delivery goes back to pending and the attempt is counted.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.unassign-courier")]
public sealed record UnassignCourier(string Id, Actor By, string Courier) : OrderCommand(Id, By);

/// <summary>How far the courier is.</summary>
public enum CourierStep
{
    /// <summary>Left for the merchant.</summary>
    LeaveForPickup,

    /// <summary>At the merchant's.</summary>
    ArriveAtPickup,

    /// <summary>Has the goods.</summary>
    PickUp,

    /// <summary>Left for the customer.</summary>
    LeaveForDropoff,

    /// <summary>At the customer's.</summary>
    ArriveAtDropoff,

    /// <summary>Handed over.</summary>
    Deliver,
}

/// <summary>The courier did a step. Steps between may be left out; none can be taken back.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.courier-step")]
public sealed record AdvanceDelivery(string Id, Actor By, CourierStep Step) : OrderCommand(Id, By);

/// <summary>A deadline fired. It acts only while the order still waits for just this.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.deadline-reached")]
public sealed record DeadlineReached(string Id, Actor By, Deadline Deadline) : OrderCommand(Id, By);

/// <summary>One entry of an order's timeline.</summary>
/// <param name="Version">The order's version after it.</param>
/// <param name="Type">The event's type, such as <c>order.created</c>.</param>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Detail">Courier, reason or deadline, where the type has one.</param>
[GenerateSerializer, Immutable, Alias("orderactors.timeline-entry")]
public readonly record struct TimelineEntry(long Version, string Type, DateTimeOffset At, Actor By, string? Detail = null);

/// <summary>An order as it stands.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.order-view")]
public sealed record OrderView(
    OrderNumber Number,
    long Version,
    OrderStatus Status,
    DeliveryStatus Delivery,
    PaymentStatus Payment,
    SettlementStatus Settlement,
    string Customer,
    string Merchant,
    string Zone,
    string? Courier,
    int Attempt,
    ImmutableArray<PricedLine> Lines,
    Money Total,
    GeoPoint Pickup,
    GeoPoint Dropoff,
    string? Note,
    CancelReason Reason,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ReadyAt,
    ImmutableArray<Deadline> Deadlines,
    ImmutableArray<string> Allowed,
    ImmutableArray<TimelineEntry> Timeline);

/// <summary>The answer to a command: the order, or a refusal.</summary>
/// <param name="Order">The order as it stands; null when there is none.</param>
/// <param name="Refusal">Why the command was refused; null when it was done.</param>
/// <param name="Replayed">Whether this is the outcome of an earlier command with the same id.</param>
[GenerateSerializer, Immutable, Alias("orderactors.order-reply")]
public sealed record OrderReply(OrderView? Order, Refusal? Refusal, bool Replayed = false);

/// <summary>One order. The key is its number.</summary>
[Alias("orderactors.IOrderGrain")]
public interface IOrderGrain : IGrainWithStringKey
{
    /// <summary>Does a command or refuses it. The answer comes after the outcome is durable.</summary>
    [Alias("execute")]
    Task<OrderReply> Execute(OrderCommand command);

    /// <summary>The order as it stands, or null.</summary>
    [Alias("get"), Orleans.Concurrency.ReadOnly]
    Task<OrderView?> Get();
}

/// <summary>A range of milliseconds in which one process may make order numbers with one node id.</summary>
/// <param name="Node">The node id, 0 to 99.</param>
/// <param name="FromTick">The first millisecond, inclusive.</param>
/// <param name="ToTick">The last millisecond, exclusive.</param>
[GenerateSerializer, Immutable, Alias("orderactors.number-lease")]
public readonly record struct NumberLease(int Node, long FromTick, long ToTick);

/// <summary>Leases node ids to the processes that make order numbers. One per region; the key is the region.</summary>
[Alias("orderactors.INumberLeaseGrain")]
public interface INumberLeaseGrain : IGrainWithStringKey
{
    /// <summary>
    /// Leases the node id whose leases have been over the longest, or extends <paramref name="held"/> while it is the newest
    /// lease of its node. No two leases of one node id ever overlap, so no number is ever made twice, whatever the clocks say.
    /// </summary>
    /// <param name="held">The lease the process has, or null.</param>
    /// <param name="atLeastUntilTick">The new lease reaches beyond this millisecond.</param>
    [Alias("lease")]
    Task<NumberLease> Lease(NumberLease? held, long atLeastUntilTick);
}
