using System.Security.Cryptography;
using System.Text;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Dispatch.Matching;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>What a tracking link shows. Pure.</summary>
internal static class OrderTracking
{
    // About 100 metres: enough to see somebody come, too little to see where somebody stopped.
    private const int Decimals = 3;

    /// <summary>Whether a link's secret is this order's, and the time for looking is not over.</summary>
    public static bool IsOpen(OrderState order, string token, OrderPolicy policy, DateTimeOffset now) =>
        order.Tracking is { } secret
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(token))
        && (!IsOver(order) || EndedAt(order) + policy.TrackingAfterEnd > now);

    /// <summary>Whether the courier carries the goods to the customer now.</summary>
    public static bool IsOnTheWay(OrderState order) =>
        order is { Courier: not null, Delivery: DeliveryStatus.PickedUp or DeliveryStatus.EnRouteToDropoff or DeliveryStatus.ArrivedAtDropoff };

    /// <summary>What is shown.</summary>
    /// <param name="order">The order.</param>
    /// <param name="courier">The courier who has it; null when nobody was asked.</param>
    /// <param name="travel">How long ways take.</param>
    /// <param name="now">The time.</param>
    public static TrackingView Of(OrderState order, CourierView? courier, ITravelModel travel, DateTimeOffset now)
    {
        // Who has other stops before this one is nobody's to follow there.
        var at = IsOnTheWay(order) && courier is { Location: { } location, Assignment: [var next, ..] } && next == order.Number ? location : (GeoPoint?)null;
        var updated = order.Timeline.IsEmpty ? order.CreatedAt : order.Timeline[^1].At;
        return new(
            order.Kind, order.Status, order.Delivery, order.ScheduledFor, order.ReadyAt, Eta(order, at, travel, now),
            at is { } seen ? new GeoPoint(Math.Round(seen.Latitude, Decimals), Math.Round(seen.Longitude, Decimals)) : null, updated);
    }

    private static DateTimeOffset? Eta(OrderState order, GeoPoint? courier, ITravelModel travel, DateTimeOffset now)
    {
        if (order.Delivery == DeliveryStatus.NotNeeded || IsOver(order)) return null;
        if (order.Status is OrderStatus.Returning or OrderStatus.Received) return null;
        if (courier is { } from) return now + travel.Between(from, order.Dropoff);
        var way = travel.Between(order.Pickup, order.Dropoff) + travel.PickupService;
        if (IsOnTheWay(order)) return now + way;
        var ready = order.ReadyAt ?? now + order.PreparationTime;
        var eta = (ready > now ? ready : now) + way;
        return order.ScheduledFor > eta ? order.ScheduledFor : eta;
    }

    private static bool IsOver(OrderState order) => order.HasEnded || order.Status is OrderStatus.Delivered or OrderStatus.Returned;

    private static DateTimeOffset EndedAt(OrderState order)
    {
        for (var i = order.Timeline.Length - 1; i >= 0; i--)
        {
            if (order.Timeline[i].Type is EventTypes.OrderDelivered or EventTypes.OrderReturned or EventTypes.OrderCanceled or EventTypes.OrderRejected
                or EventTypes.OrderExpired)
            {
                return order.Timeline[i].At;
            }
        }

        return order.CreatedAt;
    }
}
