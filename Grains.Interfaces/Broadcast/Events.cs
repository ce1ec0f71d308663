using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Couriers;
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
[JsonDerivedType(typeof(ApiKeyEvent), "k")]
[JsonDerivedType(typeof(QuoteEvent), "q")]
[GenerateSerializer, Immutable, Alias("orderactors.domain-event")]
public abstract record DomainEvent(string Type, DateTimeOffset At, Actor By, long Version)
{
    /// <summary>The log partition of the grain that raised it, 0 to 119.</summary>
    [JsonIgnore]
    public abstract int Partition { get; }

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
    VirtualGoods? Virtual = null)
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
    ImmutableArray<PassedOrder> Passed = default)
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

/// <summary>The types of events.</summary>
public static partial class EventTypes
{
    /// <summary>An order was placed.</summary>
    public const string OrderCreated = "order.created";

    /// <summary>The merchant accepted it.</summary>
    public const string OrderAccepted = "order.accepted";

    /// <summary>The merchant rejected it.</summary>
    public const string OrderRejected = "order.rejected";

    /// <summary>It is ready.</summary>
    public const string OrderReady = "order.ready";

    /// <summary>It was cancelled.</summary>
    public const string OrderCanceled = "order.canceled";

    /// <summary>It was delivered.</summary>
    public const string OrderDelivered = "order.delivered";

    /// <summary>Its time for claims is over.</summary>
    public const string OrderCompleted = "order.completed";

    /// <summary>The day on whose books it is was closed.</summary>
    public const string OrderExported = "order.exported";

    /// <summary>It was paid.</summary>
    public const string OrderPaid = "order.paid";

    /// <summary>A deadline passed that does not end the order.</summary>
    public const string OrderSlaBreached = "order.sla_breached";

    /// <summary>A courier has it to do.</summary>
    public const string DeliveryAssigned = "delivery.assigned";

    /// <summary>The courier dropped out.</summary>
    public const string DeliveryUnassigned = "delivery.unassigned";

    /// <summary>The courier left for the merchant.</summary>
    public const string DeliveryEnRouteToPickup = "delivery.en_route_to_pickup";

    /// <summary>The courier is at the merchant's.</summary>
    public const string DeliveryArrivedAtPickup = "delivery.arrived_at_pickup";

    /// <summary>The courier has the goods.</summary>
    public const string DeliveryPickedUp = "delivery.picked_up";

    /// <summary>The courier left for the customer.</summary>
    public const string DeliveryEnRouteToDropoff = "delivery.en_route_to_dropoff";

    /// <summary>The courier is at the customer's.</summary>
    public const string DeliveryArrivedAtDropoff = "delivery.arrived_at_dropoff";

    /// <summary>Handed over.</summary>
    public const string DeliveryDelivered = "delivery.delivered";

    /// <summary>The delivery ended with its order.</summary>
    public const string DeliveryCanceled = "delivery.canceled";

    /// <summary>It was taken in and is durable; what it needs is being reserved.</summary>
    public const string OrderReceived = "order.received";

    /// <summary>Its placing took long or broke off, and was taken up again.</summary>
    public const string OrderPlacingResumed = "order.placing_resumed";

    /// <summary>It cannot be placed; what was reserved for it goes back.</summary>
    public const string OrderPlacingRefused = "order.placing_refused";

    /// <summary>It could not be placed: nothing of it remains.</summary>
    public const string OrderRefused = "order.refused";

    /// <summary>It is placed for later.</summary>
    public const string OrderScheduled = "order.scheduled";

    /// <summary>A scheduled order is for the merchant to answer now.</summary>
    public const string OrderReleased = "order.released";

    /// <summary>It waits for the customer to pay.</summary>
    public const string OrderPaymentRequested = "order.payment_requested";

    /// <summary>The provider declined.</summary>
    public const string OrderPaymentFailed = "order.payment_failed";

    /// <summary>It was not paid in time.</summary>
    public const string OrderExpired = "order.expired";

    /// <summary>The provider holds the money for it.</summary>
    public const string OrderAuthorized = "order.authorized";

    /// <summary>The provider let the money go that it held for it.</summary>
    public const string OrderPaymentVoided = "order.payment_voided";

    /// <summary>Money went back to the customer.</summary>
    public const string OrderRefunded = "order.refunded";

    /// <summary>Other lines were proposed.</summary>
    public const string OrderModificationProposed = "order.modification_proposed";

    /// <summary>They were approved: the order is so now.</summary>
    public const string OrderModificationApproved = "order.modification_approved";

    /// <summary>They were declined or taken back.</summary>
    public const string OrderModificationDeclined = "order.modification_declined";

    /// <summary>The merchant's substitution was approved.</summary>
    public const string OrderItemSubstituted = "order.item_substituted";

    /// <summary>Its goods are back at the merchant's.</summary>
    public const string OrderReturned = "order.returned";

    /// <summary>An operator stopped everything about it.</summary>
    public const string OrderFrozen = "order.frozen";

    /// <summary>It goes on.</summary>
    public const string OrderUnfrozen = "order.unfrozen";

    /// <summary>An operator moved it by hand.</summary>
    public const string OrderOverridden = "order.overridden";

    /// <summary>A courier was asked.</summary>
    public const string DeliveryOffered = "delivery.offered";

    /// <summary>The courier did not answer in time.</summary>
    public const string DeliveryOfferExpired = "delivery.offer_expired";

    /// <summary>Another courier took the goods over.</summary>
    public const string DeliveryHandedOver = "delivery.handed_over";

    /// <summary>The goods go back.</summary>
    public const string DeliveryReturnStarted = "delivery.return_started";

    /// <summary>The goods are back.</summary>
    public const string DeliveryReturned = "delivery.returned";

    /// <summary>The goods are lost.</summary>
    public const string DeliveryFailed = "delivery.failed";

    /// <summary>There is a proof of the handover.</summary>
    public const string DeliveryProofCaptured = "delivery.proof_captured";

    /// <summary>The provider holds the money.</summary>
    public const string PaymentAuthorized = "payment.authorized";

    /// <summary>The provider declined.</summary>
    public const string PaymentDeclined = "payment.declined";

    /// <summary>The money was taken.</summary>
    public const string PaymentCaptured = "payment.captured";

    /// <summary>The provider let the money go.</summary>
    public const string PaymentVoided = "payment.voided";

    /// <summary>Money went back.</summary>
    public const string PaymentRefunded = "payment.refunded";

    /// <summary>The provider would not give money back.</summary>
    public const string PaymentRefundFailed = "payment.refund_failed";

    /// <summary>The provider did not answer; it is asked again.</summary>
    public const string PaymentOutcomeUnknown = "payment.outcome_unknown";

    /// <summary>Something is to be done at the provider; what becomes of it is told by a further event.</summary>
    public const string PaymentPending = "payment.pending";

    /// <summary>A refund was asked for.</summary>
    public const string RefundRequested = "refund.requested";

    /// <summary>A refund was granted.</summary>
    public const string RefundApproved = "refund.approved";

    /// <summary>A refund was not granted.</summary>
    public const string RefundDeclined = "refund.declined";

    /// <summary>A refund was taken back by who asked.</summary>
    public const string RefundWithdrawn = "refund.withdrawn";

    /// <summary>A refund's money went back.</summary>
    public const string RefundCompleted = "refund.refunded";

    /// <summary>A refund's money could not go back.</summary>
    public const string RefundFailed = "refund.failed";

    /// <summary>A courier was created, came on duty, went off duty, became free or busy.</summary>
    public const string CourierDutyChanged = "courier.duty_changed";

    /// <summary>A courier took an assignment.</summary>
    public const string CourierAssigned = "courier.assigned";

    /// <summary>An order of the assignment is done.</summary>
    public const string CourierReleased = "courier.released";

    /// <summary>A courier's vehicle, capacity or way of being asked changed.</summary>
    public const string CourierChanged = "courier.changed";

    /// <summary>A courier was asked.</summary>
    public const string CourierOffered = "courier.offered";

    /// <summary>A courier declined an offer.</summary>
    public const string CourierOfferDeclined = "courier.offer_declined";

    /// <summary>An offer to a courier ended without an answer.</summary>
    public const string CourierOfferWithdrawn = "courier.offer_withdrawn";

    /// <summary>A courier took an order over from another one.</summary>
    public const string CourierTookOver = "courier.took_over";

    /// <summary>A courier's shift ended.</summary>
    public const string CourierShiftEnded = "courier.shift_ended";

    /// <summary>A merchant was created, opened or closed.</summary>
    public const string MerchantStatusChanged = "merchant.status_changed";

    /// <summary>A customer's addresses changed.</summary>
    public const string CustomerAddressesChanged = "customer.addresses_changed";

    /// <summary>A customer's limit of open orders changed.</summary>
    public const string CustomerLimitChanged = "customer.limit_changed";

    /// <summary>A customer's membership was granted, extended or revoked.</summary>
    public const string CustomerMembershipChanged = "customer.membership_changed";

    /// <summary>A customer wants to be told, or not any more.</summary>
    public const string CustomerNotifyChanged = "customer.notify_changed";

    /// <summary>A promotion was created.</summary>
    public const string PromotionCreated = "promotion.created";

    /// <summary>A promotion was stopped or resumed.</summary>
    public const string PromotionStatusChanged = "promotion.status_changed";

    /// <summary>A promotion's budget was raised.</summary>
    public const string PromotionBudgetRaised = "promotion.budget_raised";

    /// <summary>A merchant's menu, stock, hours, capacity, terms or preparation changed; the event says which.</summary>
    public const string MerchantUpdated = "merchant.updated";

    /// <summary>A day of the books was closed.</summary>
    public const string SettlementPeriodClosed = "settlement.period_closed";
}
