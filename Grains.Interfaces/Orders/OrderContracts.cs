using System.Collections.Immutable;
using OrderActors.Dispatch;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Orders;

/// <summary>One wait of an order.</summary>
/// <param name="Kind">What it waits for.</param>
/// <param name="Due">When the wait ends.</param>
[GenerateSerializer, Immutable, Alias("orderactors.deadline")]
public readonly record struct Deadline(DeadlineKind Kind, DateTimeOffset Due);

/// <summary>What a customer wants of one item.</summary>
/// <param name="Item">The item's id on the merchant's menu.</param>
/// <param name="Quantity">1 to 99.</param>
/// <param name="Options">The ids of the options that were chosen, in any order; none is the item as it is.</param>
[GenerateSerializer, Immutable, Alias("orderactors.order-line")]
public readonly record struct OrderLine(string Item, int Quantity, ImmutableArray<string> Options = default);

/// <summary>One line of an order with the price that was on the menu when it was placed.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Name">The item's name.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitPrice">Minor units for one, with its options.</param>
/// <param name="Options">The options that were chosen.</param>
[GenerateSerializer, Immutable, Alias("orderactors.priced-line")]
public readonly record struct PricedLine(string Item, string Name, int Quantity, long UnitPrice, ImmutableArray<string> Options = default);

/// <summary>What an order costs, and who pays for what; minor units throughout.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Subtotal">The lines.</param>
/// <param name="DeliveryFee">What the customer pays for the delivery.</param>
/// <param name="MerchantDiscount">The part of the discounts that the merchant pays for.</param>
/// <param name="PlatformDiscount">The part of the discounts that the platform pays for.</param>
/// <param name="CommissionPermille">What the platform keeps of the lines, in thousandths.</param>
/// <param name="Due">What the customer owes in the end: the total while the order stands, the fee once it was cancelled.</param>
[GenerateSerializer, Immutable, Alias("orderactors.bill")]
public sealed record Bill(
    string Currency, long Subtotal, long DeliveryFee, long MerchantDiscount, long PlatformDiscount, int CommissionPermille, long Due)
{
    /// <summary>What the order costs as it stands.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Total => Subtotal + DeliveryFee - MerchantDiscount - PlatformDiscount;
}

/// <summary>What virtual goods give their customer.</summary>
/// <param name="MembershipDays">How many days of membership; 0 for none.</param>
/// <param name="Vouchers">How many vouchers, each with a code made of the order's number.</param>
[GenerateSerializer, Immutable, Alias("orderactors.virtual-goods")]
public sealed record VirtualGoods(int MembershipDays, int Vouchers);

/// <summary>Where a proposed change stands.</summary>
public enum ProposalStatus
{
    /// <summary>The other side has not answered.</summary>
    Open,

    /// <summary>Approved: the order is so now.</summary>
    Approved,

    /// <summary>Declined, by a word or by time.</summary>
    Declined,

    /// <summary>Taken back by who proposed it, or by the order's going on.</summary>
    Withdrawn,
}

/// <summary>A proposed change of an order's lines.</summary>
/// <param name="Number">Its number within the order, from 1.</param>
/// <param name="By">Who proposed it: the merchant's is a substitution.</param>
/// <param name="Lines">All lines as they would be, priced.</param>
/// <param name="Total">What the order would cost.</param>
/// <param name="Status">Where it stands.</param>
[GenerateSerializer, Immutable, Alias("orderactors.proposal")]
public sealed record Proposal(int Number, Actor By, ImmutableArray<PricedLine> Lines, Money Total, ProposalStatus Status);

/// <summary>What the order knows of its customer beyond the command; the customer's grain says it.</summary>
/// <param name="FreeDelivery">Whether a membership pays for the delivery.</param>
/// <param name="Notify">Whether the customer wants to be told how the order gets on.</param>
[GenerateSerializer, Immutable, Alias("orderactors.customer-terms")]
public sealed record CustomerTerms(bool FreeDelivery = false, bool Notify = false);

/// <summary>One entry of an order's timeline.</summary>
/// <param name="Version">The order's version after it.</param>
/// <param name="Type">The event's type, such as <c>order.created</c>.</param>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Detail">Courier, reason or deadline, where the type has one.</param>
/// <param name="Choice">Why this courier, where dispatch chose one.</param>
[GenerateSerializer, Immutable, Alias("orderactors.timeline-entry")]
public readonly record struct TimelineEntry(
    long Version, string Type, DateTimeOffset At, Actor By, string? Detail = null, AssignmentChoice? Choice = null);

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
    ImmutableArray<TimelineEntry> Timeline,
    OrderKind Kind = OrderKind.Delivery,
    bool Frozen = false,
    PaymentMethod PaymentMethod = PaymentMethod.Cash,
    Bill? Bill = null,
    DateTimeOffset? ScheduledFor = null,
    string? ExternalId = null,
    string? Coupon = null,
    ImmutableArray<Proposal> Proposals = default,
    VirtualGoods? Virtual = null,
    Proof? Proof = null,
    string? Pin = null,
    string? Tenant = null,
    string? Tracking = null);

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
    [Alias("execute"), Orleans.Concurrency.AlwaysInterleave]
    Task<OrderReply> Execute(OrderCommand command);

    /// <summary>
    /// Places the order: reserves the goods, the coupon and the payment, each of which can be undone. The order is durable
    /// before the first of them, and whatever breaks on the way is taken up again by its deadline.
    /// </summary>
    [Alias("place"), Orleans.Concurrency.AlwaysInterleave]
    Task<OrderReply> Place(PlaceOrder command, CustomerTerms terms);

    /// <summary>What a command would lead to. Nothing changes.</summary>
    [Alias("preview"), Orleans.Concurrency.AlwaysInterleave]
    Task<OrderReply> Preview(OrderCommand command);

    /// <summary>The order as it stands, or null.</summary>
    [Alias("get"), Orleans.Concurrency.AlwaysInterleave]
    Task<OrderView?> Get();

    /// <summary>The order as it stands, at this version at least: for whoever heard of it and would act on what the order says.</summary>
    [Alias("get-since"), Orleans.Concurrency.AlwaysInterleave]
    Task<OrderView?> GetSince(long version);

    /// <summary>What a tracking link shows; null when the secret is not this order's, or the time for looking is over.</summary>
    [Alias("track"), Orleans.Concurrency.AlwaysInterleave]
    Task<TrackingView?> Track(string token);
}

/// <summary>Keeps a caller's own id for an order unique. The key is the tenant, a slash, and the id.</summary>
[Alias("orderactors.IExternalIdGrain")]
public interface IExternalIdGrain : IGrainWithStringKey
{
    /// <summary>Takes the id for an order; answers with the order that has it, which is another one when it was taken before.</summary>
    [Alias("claim"), Orleans.Concurrency.AlwaysInterleave]
    Task<OrderNumber> Claim(OrderNumber order);

    /// <summary>Gives the id back; nothing happens when another order has it.</summary>
    [Alias("release"), Orleans.Concurrency.AlwaysInterleave]
    Task Release(OrderNumber order);

    /// <summary>The order that has the id, or null.</summary>
    [Alias("get"), Orleans.Concurrency.AlwaysInterleave]
    Task<OrderNumber?> Get();
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
