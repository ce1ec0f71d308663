using OrderActors.Dispatch.Matching;

namespace OrderActors.Dispatch;

/// <summary>When an order near a border is served from beside. Pure.</summary>
internal static class Loans
{
    /// <summary>How many orders a zone asks its neighbours for at once.</summary>
    public const int MaxOrders = 32;

    /// <summary>How long a neighbour has a loan.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMinutes(1);

    /// <summary>How soon a zone asks again for what nobody wanted.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(15);

    // A courier from beside is lost to the zone beside for the way back.
    private static readonly TimeSpan LeastGain = TimeSpan.FromMinutes(2);

    /// <summary>The orders that the zone's own couriers cannot pick up within a time after they are wanted, those first that are ready first.</summary>
    public static IEnumerable<LentOrder> Needed(
        IEnumerable<WaitingOrder> orders, IReadOnlyCollection<IdleCourier> couriers, ITravelModel travel, DateTimeOffset now, TimeSpan patience)
    {
        foreach (var order in orders.OrderBy(order => order.ReadyAt).ThenBy(order => order.Order).Take(MaxOrders))
        {
            var pickup = Earliest(order, couriers, travel, now);
            if (pickup is null || pickup > (order.ReadyAt > now ? order.ReadyAt : now) + patience) yield return new(order, pickup);
        }
    }

    /// <summary>Whether couriers of another zone can pick an order up enough sooner.</summary>
    public static bool IsWorthwhile(LentOrder lent, IReadOnlyCollection<IdleCourier> couriers, ITravelModel travel, DateTimeOffset now) =>
        Earliest(lent.Order, couriers, travel, now) is { } pickup && (lent.PickupAt is not { } own || pickup + LeastGain <= own);

    /// <summary>When one of the couriers could pick an order up at the earliest; null for none within the shift.</summary>
    private static DateTimeOffset? Earliest(WaitingOrder order, IReadOnlyCollection<IdleCourier> couriers, ITravelModel travel, DateTimeOffset now)
    {
        DateTimeOffset? earliest = null;
        foreach (var courier in couriers)
        {
            var free = courier.Since > now ? courier.Since : now;
            if (free >= earliest) continue;
            var pickup = free + travel.Between(courier.Location, order.Pickup) + travel.PickupService / 2;
            if (pickup < order.ReadyAt) pickup = order.ReadyAt;
            if (pickup > courier.Until || pickup >= earliest) continue;
            if (courier.Passed.OrEmpty().Any(passed => passed.Order == order.Order && passed.Until > now)) continue;
            earliest = pickup;
        }

        return earliest;
    }
}
