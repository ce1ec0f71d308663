using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Orders;

namespace OrderActors.Tools.Replay;

/// <summary>
/// The day as the grains recorded it. Nothing here comes from what the driver meant to do: who carried what is the
/// couriers' events, and when is the orders' timelines.
/// </summary>
internal static class DayRecord
{
    /// <summary>Puts the day together.</summary>
    /// <param name="instance">The day as it was given.</param>
    /// <param name="assigned">The couriers' <see cref="EventTypes.CourierAssigned"/> events.</param>
    /// <param name="views">Each order's grain at the end of the day, by the order's id in the instance.</param>
    /// <param name="clock">The day's minutes.</param>
    public static DaySolution Of(
        Instance instance, IEnumerable<CourierEvent> assigned, IReadOnlyDictionary<string, OrderView> views, DayClock clock)
    {
        var names = views.ToDictionary(v => v.Value.Number, v => v.Key);
        var assignments = ImmutableArray.CreateBuilder<DayAssignment>();
        var moves = ImmutableArray.CreateBuilder<DayMove>();
        var last = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var e in assigned.OrderBy(e => e.At).ThenBy(e => e.Version))
        {
            // An order that ended before it was picked up was never carried; the files know only what was delivered.
            var orders = e.Orders.Where(n => Carried(views[names[n]], e.Courier)).Select(n => names[n]).ToImmutableArray();
            if (orders.IsEmpty) continue;
            assignments.Add(new DayAssignment(
                orders.Max(o => Minute(o, EventTypes.DeliveryAssigned)), Minute(orders[0], EventTypes.DeliveryPickedUp), e.Courier, orders));

            var restaurant = views[orders[0]].Merchant;
            var origin = last.GetValueOrDefault(e.Courier, DayMove.OnLocation);
            moves.Add(new DayMove(e.Courier, Minute(orders[0], EventTypes.DeliveryEnRouteToPickup), origin, restaurant));
            origin = restaurant;
            foreach (var order in orders)
            {
                moves.Add(new DayMove(e.Courier, Minute(order, EventTypes.DeliveryEnRouteToDropoff), origin, order));
                origin = order;
            }

            last[e.Courier] = origin;
        }

        var outcomes = instance.Orders.Where(o => views.TryGetValue(o.Id, out var view) && view.Delivery == DeliveryStatus.Delivered)
            .Select(o => new DayOutcome(
                o.Id, Minute(o.Id, EventTypes.OrderCreated), Minute(o.Id, EventTypes.OrderReady), Minute(o.Id, EventTypes.DeliveryPickedUp),
                Minute(o.Id, EventTypes.DeliveryDelivered), views[o.Id].Courier ?? ""));
        return new DaySolution(assignments.ToImmutable(), [.. outcomes], moves.ToImmutable());

        decimal Minute(string order, string type)
        {
            var view = views[order];
            var entry = view.Timeline.LastOrDefault(t => t.Type == type);
            return entry.Type is null
                ? throw new ReplayException($"the timeline of {order} ({view.Number}) has no {type}.")
                : clock.ToMinute(entry.At);
        }
    }

    private static bool Carried(OrderView view, string courier) => view.Delivery == DeliveryStatus.Delivered && view.Courier == courier;
}
