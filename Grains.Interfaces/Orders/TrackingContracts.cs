using OrderActors.Values;
using Orleans;

namespace OrderActors.Orders;

/// <summary>What anybody may know of an order who has its tracking link: how it gets on, and nothing about persons and addresses.</summary>
/// <param name="Kind">What kind of order it is.</param>
/// <param name="Status">Where the order stands.</param>
/// <param name="Delivery">Where its delivery stands.</param>
/// <param name="ScheduledFor">When the goods are wanted; null for as soon as possible.</param>
/// <param name="ReadyAt">When they are or will be ready; null while nobody knows.</param>
/// <param name="Eta">When they should be with the customer; null for a pickup, and when it is over.</param>
/// <param name="Courier">About where the courier is, on the last way to just this customer; null otherwise.</param>
/// <param name="UpdatedAt">When something happened last.</param>
[GenerateSerializer, Immutable, Alias("orderactors.tracking-view")]
public sealed record TrackingView(
    OrderKind Kind,
    OrderStatus Status,
    DeliveryStatus Delivery,
    DateTimeOffset? ScheduledFor,
    DateTimeOffset? ReadyAt,
    DateTimeOffset? Eta,
    GeoPoint? Courier,
    DateTimeOffset UpdatedAt);
