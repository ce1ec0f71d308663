using OrderActors.Orders;
using OrderActors.Tools.Simulate.World;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>What an order has stored is what its events said last: nothing was stored without its event, and no event without its state.</summary>
internal static class Versions
{
    /// <summary>Checks all orders.</summary>
    public static void Check(Town town, Stored stored)
    {
        foreach (var order in town.Orders.Values)
        {
            town.Coverage.Moved(order, order.Version);
            Promises.Require(stored.Orders.TryGetValue(order.Number, out var state), "orders", order.Key, "a stored order", "none");
            var last = order.Versions[^1];
            Promises.Require(state!.Version == order.Version, "orders", order.Key, $"version {order.Version}, as its events", $"version {state.Version}");
            if (order.IsRefused) continue;
            Promises.Require(
                (state.Status, state.Delivery, state.Payment) == (last.Status, last.Delivery, last.Payment), "orders", order.Key,
                (last.Status, last.Delivery, last.Payment), (state.Status, state.Delivery, state.Payment));
        }

        foreach (var (number, state) in stored.Orders)
            Promises.Require(state.Version == 0 || town.Orders.ContainsKey(number), "orders", $"{number}", "events", "none");
    }
}
