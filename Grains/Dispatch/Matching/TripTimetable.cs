using OrderActors.Values;

namespace OrderActors.Dispatch.Matching;

/// <summary>When a courier is where on a trip, by what is known when it is given. Pure.</summary>
/// <param name="Drive">The way to the first merchant.</param>
/// <param name="Wait">The time at all merchants until goods are ready.</param>
/// <param name="PickupAt">The last pickup.</param>
/// <param name="FreeAt">The end of the last stop.</param>
internal readonly record struct TripTimetable(TimeSpan Drive, TimeSpan Wait, DateTimeOffset PickupAt, DateTimeOffset FreeAt)
{
    /// <summary>The timetable of a courier who sets out now, or when the last stop is over.</summary>
    /// <param name="courier">Who.</param>
    /// <param name="orders">The orders in the sequence of their drop-offs; at least one.</param>
    /// <param name="travel">How long things take.</param>
    /// <param name="now">The moment.</param>
    public static TripTimetable Of(IdleCourier courier, IReadOnlyList<WaitingOrder> orders, ITravelModel travel, DateTimeOffset now)
    {
        var (time, at, wait) = (courier.Since > now ? courier.Since : now, courier.Location, TimeSpan.Zero);
        var (drive, pickup) = (TimeSpan.Zero, time);
        var visited = new HashSet<(string?, GeoPoint)>();
        foreach (var order in orders)
        {
            if (!visited.Add((order.Merchant, order.Pickup))) continue;
            var way = travel.Between(at, order.Pickup);
            if (visited.Count == 1) drive = way;
            pickup = time + way + travel.PickupService / 2;
            var ready = orders.Where(other => other.Merchant == order.Merchant && other.Pickup == order.Pickup).Max(other => other.ReadyAt);
            if (ready > pickup) (wait, pickup) = (wait + (ready - pickup), ready);
            (time, at) = (pickup + travel.PickupService / 2, order.Pickup);
        }

        foreach (var order in orders)
        {
            time += travel.Between(at, order.Dropoff) + travel.DropoffService;
            at = order.Dropoff;
        }

        return new(drive, wait, pickup, time);
    }
}
