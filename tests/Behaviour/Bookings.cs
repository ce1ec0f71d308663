using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

/// <summary>What the log says of who carried what: at no moment more than a courier may, and no order two couriers'.</summary>
internal static class Bookings
{
    public static async Task Check(TestCluster cluster, int seed)
    {
        var carried = new Dictionary<string, HashSet<OrderNumber>>(StringComparer.Ordinal);
        var holder = new Dictionary<OrderNumber, string>();
        for (var partition = 0; partition < Shard.Count; partition++)
        {
            foreach (var logged in await cluster.Log.ReadAsync(partition, 0, 10_000))
            {
                if (logged.Event is CourierEvent courier) Carry(courier, carried, seed);
                if (logged.Event is OrderEvent order) Hold(order, holder, seed);
            }
        }
    }

    private static void Carry(CourierEvent e, Dictionary<string, HashSet<OrderNumber>> carried, int seed)
    {
        if (!carried.TryGetValue(e.Courier, out var orders)) carried[e.Courier] = orders = [];
        if (e.Type == EventTypes.CourierAssigned)
        {
            Assert.True(orders.Count == 0 && e.Orders.Length <= e.Capacity, $"{e.Courier} was given {e.Orders.Length} on top of {orders.Count} (seed {seed})");
            orders.UnionWith(e.Orders);
        }
        else if (e.Type == EventTypes.CourierReleased)
        {
            orders.ExceptWith(e.Orders);
        }
    }

    private static void Hold(OrderEvent e, Dictionary<OrderNumber, string> holder, int seed)
    {
        if (e.Type == EventTypes.DeliveryAssigned)
        {
            Assert.False(holder.TryGetValue(e.Order, out var other), $"{e.Order} is {other}'s and went to {e.Courier} (seed {seed})");
            holder[e.Order] = e.Courier!;
        }
        else if (e.Type == EventTypes.DeliveryUnassigned)
        {
            holder.Remove(e.Order);
        }
        else if (e.Type == EventTypes.OrderDelivered)
        {
            Assert.Equal(holder[e.Order], e.Courier);
        }
    }
}
