using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Couriers;
using OrderActors.Merchants;
using OrderActors.Orders;
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
[GenerateSerializer, Immutable, Alias("orderactors.domain-event")]
public abstract record DomainEvent(string Type, DateTimeOffset At, Actor By, long Version)
{
    /// <summary>The log partition of the grain that raised it, 0 to 119.</summary>
    [JsonIgnore]
    public abstract int Partition { get; }
}

/// <summary>An event of an order, with what its consumers need so that none has to ask back.</summary>
/// <remarks>
/// <c>Courier</c> is the courier whom the event concerns: who has the order after it, or, when it took the order away
/// (unassigned, cancelled, rejected), who had it before. <c>Deadlines</c> are all that are open after the event.
/// </remarks>
[GenerateSerializer, Immutable, Alias("orderactors.order-event"), StoredAs("order-event", version: 1)]
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
    ImmutableArray<Deadline> Deadlines)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Order.CustomerShard;
}

/// <summary>An event of a courier.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.courier-event"), StoredAs("courier-event", version: 1)]
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
    DateTimeOffset? LastHandover)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Shard.Of(Courier);
}

/// <summary>An event of a merchant.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.merchant-event"), StoredAs("merchant-event", version: 1)]
public sealed record MerchantEvent(
    string Type, DateTimeOffset At, Actor By, long Version, string Merchant, MerchantStatus Status)
    : DomainEvent(Type, At, By, Version)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override int Partition => Shard.Of(Merchant);
}

/// <summary>The types of events.</summary>
public static class EventTypes
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

    /// <summary>A courier was created, came on duty, went off duty, became free or busy.</summary>
    public const string CourierDutyChanged = "courier.duty_changed";

    /// <summary>A courier took an assignment.</summary>
    public const string CourierAssigned = "courier.assigned";

    /// <summary>An order of the assignment is done.</summary>
    public const string CourierReleased = "courier.released";

    /// <summary>A merchant was created, opened or closed.</summary>
    public const string MerchantStatusChanged = "merchant.status_changed";
}
