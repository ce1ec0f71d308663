using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Dispatch.Matching;
using OrderActors.Orders;

namespace OrderActors.Dispatch;

/// <summary>What an event means to dispatch. Pure.</summary>
internal static class DispatchFeed
{
    /// <summary>The zone and the change there, or null for events that dispatch need not know.</summary>
    public static (string Zone, ZoneChange Change)? Translate(LoggedEvent logged, ITravelModel travel, bool again = false) => logged.Event switch
    {
        OrderEvent e => OfOrder(e, logged.Sequence) is { } change ? (e.Zone, change with { Again = again }) : null,
        CourierEvent e => (e.Zone, OfCourier(e, logged.Sequence, travel) with { Again = again }),
        _ => null,
    };

    private static ZoneChange? OfOrder(OrderEvent e, long sequence)
    {
        // The status after the event decides, not its type: a new kind of event needs no change here.
        if (e.Delivery == DeliveryStatus.Pending && e.Status is OrderStatus.Preparing or OrderStatus.Ready)
        {
            return new ZoneChange(Waiting: new WaitingOrder(e.Order, e.Pickup, e.Dropoff, e.PlacedAt, e.ReadyAt ?? e.At, sequence, e.Merchant));
        }

        // The steps after an assignment take nobody off the board, and each would cost the zone a look.
        return e.Type is EventTypes.DeliveryOffered or EventTypes.DeliveryAssigned or EventTypes.DeliveryCanceled
            or EventTypes.OrderCanceled or EventTypes.OrderRejected
            ? new ZoneChange(NotWaiting: new VersionedId(e.Order.ToString(), sequence))
            : null;
    }

    private static ZoneChange OfCourier(CourierEvent e, long sequence, ITravelModel travel)
    {
        if (e.Status != CourierStatus.Available || e.Location is not { } location)
        {
            return new ZoneChange(NotIdle: new VersionedId(e.Courier, sequence));
        }

        // Who handed over still has to leave the customer: the other half of the stop.
        var since = e.LastHandover + travel.DropoffService / 2 is { } free && free > e.At ? free : e.At;
        return new ZoneChange(Idle: new IdleCourier(
            e.Courier, location, since, e.OnlineUntil, e.Capacity, sequence, e.Passed, e.Delivered, e.OnDutySince));
    }
}
