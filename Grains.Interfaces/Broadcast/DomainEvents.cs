using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Couriers;
using OrderActors.Dispatch;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Refunds;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Broadcast;

/// <summary>Something that happened to a grain, committed in the same write as the state it led to.</summary>
/// <param name="Type">What happened, such as <c>order.created</c>; see <see cref="EventTypes"/>.</param>
/// <param name="At">When.</param>
/// <param name="By">Who did it.</param>
/// <param name="Version">The grain's version after it. Several events may share one.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "$")]
[JsonDerivedType(typeof(OrderEvent), "o")]
[JsonDerivedType(typeof(CourierEvent), "c")]
[JsonDerivedType(typeof(MerchantEvent), "m")]
[JsonDerivedType(typeof(PaymentEvent), "p")]
[JsonDerivedType(typeof(RefundEvent), "r")]
[JsonDerivedType(typeof(CustomerEvent), "u")]
[JsonDerivedType(typeof(PromotionEvent), "d")]
[JsonDerivedType(typeof(SettlementEvent), "s")]
[JsonDerivedType(typeof(WebhookEvent), "w")]
[JsonDerivedType(typeof(GovernanceEvent), "g")]
[JsonDerivedType(typeof(ApiKeyEvent), "k")]
[JsonDerivedType(typeof(QuoteEvent), "q")]
[GenerateSerializer, Immutable, Alias("orderactors.domain-event")]
public abstract record DomainEvent(string Type, DateTimeOffset At, Actor By, long Version)
{
    /// <summary>The log partition of the grain that raised it, 0 to 119.</summary>
    [JsonIgnore]
    public abstract int Partition { get; }

    /// <summary>The request that led to it, as W3C traceparent; null when nobody records its trace.</summary>
    [Id(0)]
    public string? Trace { get; init; }

    /// <summary>Whether it happened on the live side and not on the test side; see <see cref="TestMode"/>.</summary>
    [JsonIgnore]
    public abstract bool Livemode { get; }

    /// <summary>The order's waits that the event tells of; null when it tells of none, which leaves them as they are.</summary>
    [JsonIgnore]
    public virtual Waits? Waits => null;
}

/// <summary>What one of an order's grains waits for, all of it.</summary>
/// <param name="Order">The order.</param>
/// <param name="Owner">Which of its grains.</param>
/// <param name="Deadlines">Everything it waits for; empty for nothing.</param>
/// <param name="Key">The key of an owner that is no order's grain, such as a quote; null for an order's.</param>
public readonly record struct Waits(OrderNumber Order, DeadlineOwner Owner, ImmutableArray<Deadline> Deadlines, string? Key = null);

/// <summary>An event of an order, with what its consumers need so that none has to ask back.</summary>
/// <remarks>
/// <c>Courier</c> is the courier whom the event concerns: who has the order after it, or, when it took the order away
/// (unassigned, handed over, cancelled, rejected), who had it before. <c>Deadlines</c> are all that are open after the event.
/// <c>Bill</c> is on events that concern the money: created, accepted, modified, delivered, and every end.
/// <c>Declined</c> says of an unassigned delivery that the courier's own grain brought it about, and needs not be told.
/// </remarks>
[GenerateSerializer, Immutable, Alias("orderactors.order-event"), StoredAs("order-event", version: 2)]
public sealed record OrderEvent(
    string Type,
    DateTimeOffset At,
    Actor By,
    long Version,
    OrderNumber Order,
    string Customer,
    string Merchant,
    string Zone,
    string? Courier,
    OrderStatus Status,
    DeliveryStatus Delivery,
    PaymentStatus Payment,
    CancelReason Reason,
    GeoPoint Pickup,
    GeoPoint Dropoff,
    DateTimeOffset PlacedAt,
    DateTimeOffset? ReadyAt,
    ImmutableArray<Deadline> Deadlines,
    OrderKind Kind = OrderKind.Delivery,
    PaymentMethod PaymentMethod = PaymentMethod.Cash,
    Bill? Bill = null,
    string? Coupon = null,
    bool Notify = false,
    string? Detail = null,
    VirtualGoods? Virtual = null,
    string? Tenant = null,
    bool Declined = false)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Order.CustomerShard;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Livemode => !Order.IsTest;

    /// <inheritdoc/>
    [JsonIgnore]
    public override Waits? Waits => new(Order, DeadlineOwner.Order, Deadlines);
}

/// <summary>An event of an order's payment.</summary>
/// <param name="Type">What happened.</param>
/// <param name="At">When.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Version">The payment's version after it.</param>
/// <param name="Payment">The payment after it.</param>
/// <param name="Amount">What was held, taken or given back just now, in minor units.</param>
/// <param name="Refund">The refund it belongs to; 0 when it is the order's own doing.</param>
/// <param name="Deadlines">What the payment waits for after it.</param>
[GenerateSerializer, Immutable, Alias("orderactors.payment-event"), StoredAs("payment-event", version: 1)]
public sealed record PaymentEvent(
    string Type, DateTimeOffset At, Actor By, long Version, PaymentView Payment, long Amount, int Refund, ImmutableArray<Deadline> Deadlines)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Payment.Order.CustomerShard;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Livemode => !Payment.Order.IsTest;

    /// <inheritdoc/>
    [JsonIgnore]
    public override Waits? Waits => new(Payment.Order, DeadlineOwner.Payment, Deadlines);
}

/// <summary>An event of one of an order's refunds.</summary>
/// <param name="Type">What happened.</param>
/// <param name="At">When.</param>
/// <param name="By">Who did it.</param>
/// <param name="Version">The version of the order's refunds after it.</param>
/// <param name="Order">The order.</param>
/// <param name="Refund">The refund's number within the order, from 1.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Customer">Whose order it is.</param>
/// <param name="Merchant">The order's merchant.</param>
/// <param name="Amount">What goes back.</param>
/// <param name="MerchantShare">The part of it that the merchant bears, in minor units; the platform bears the rest.</param>
/// <param name="Deadlines">What the order's refunds wait for after it.</param>
[GenerateSerializer, Immutable, Alias("orderactors.refund-event"), StoredAs("refund-event", version: 1)]
public sealed record RefundEvent(
    string Type,
    DateTimeOffset At,
    Actor By,
    long Version,
    OrderNumber Order,
    int Refund,
    RefundStatus Status,
    string Customer,
    string Merchant,
    Money Amount,
    long MerchantShare,
    ImmutableArray<Deadline> Deadlines)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Order.CustomerShard;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Livemode => !Order.IsTest;

    /// <inheritdoc/>
    [JsonIgnore]
    public override Waits? Waits => new(Order, DeadlineOwner.Refund, Deadlines);
}

/// <summary>An event of a courier.</summary>
/// <remarks>
/// <c>Orders</c> are the orders that the event concerns: taken, offered, declined, released; with a change of duty, all that
/// the courier carries. <c>OfferUntil</c> is when an offer ends, <c>Detail</c> a reason or the courier from whom an order was
/// taken over, <c>Pay</c> what a released order earned, <c>Shift</c> the shift that ended, <c>Passed</c> the orders that the
/// courier is not to be asked for yet.
/// </remarks>
[GenerateSerializer, Immutable, Alias("orderactors.courier-event"), StoredAs("courier-event", version: 2)]
public sealed record CourierEvent(
    string Type,
    DateTimeOffset At,
    Actor By,
    long Version,
    string Courier,
    string Zone,
    CourierStatus Status,
    GeoPoint? Location,
    DateTimeOffset? OnlineUntil,
    int Capacity,
    ImmutableArray<OrderNumber> Orders,
    DateTimeOffset? LastHandover,
    DateTimeOffset? OfferUntil = null,
    string? Detail = null,
    Money? Pay = null,
    ShiftReport? Shift = null,
    ImmutableArray<PassedOrder> Passed = default,
    AssignmentChoice? Choice = null,
    int Delivered = 0,
    DateTimeOffset? OnDutySince = null)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Shard.Of(Courier);

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Livemode => !TestMode.IsTest(Courier);
}

/// <summary>An event of a merchant.</summary>
/// <param name="Type">What happened.</param>
/// <param name="At">When.</param>
/// <param name="By">Who did it.</param>
/// <param name="Version">The merchant's version after it.</param>
/// <param name="Merchant">The merchant.</param>
/// <param name="Status">Its status after it.</param>
/// <param name="Detail">Which part of it was changed, in an update.</param>
[GenerateSerializer, Immutable, Alias("orderactors.merchant-event"), StoredAs("merchant-event", version: 2)]
public sealed record MerchantEvent(
    string Type, DateTimeOffset At, Actor By, long Version, string Merchant, MerchantStatus Status, string? Detail = null)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Shard.Of(Merchant);

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool Livemode => !TestMode.IsTest(Merchant);
}
