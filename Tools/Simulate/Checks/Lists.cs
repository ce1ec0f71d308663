using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Tools.Simulate.World;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>The lists of customers, merchants and couriers have the orders that say they are theirs.</summary>
internal static class Lists
{
    /// <summary>Checks all lists.</summary>
    public static async Task Check(Town town, IWorldPlatform platform)
    {
        foreach (var customer in town.Customers)
        {
            await Check(town, $"customer {customer}", o => o.Customer.Id == customer,
                cursor => platform.Grains.GetGrain<ICustomerGrain>(customer).Orders(cursor, 200), exact: true);
        }

        foreach (var merchant in town.Merchants)
        {
            await Check(town, $"merchant {merchant}", o => o.Merchant.Id == merchant,
                cursor => platform.Grains.GetGrain<IMerchantGrain>(merchant).Orders(cursor, 200), exact: true);
        }

        foreach (var courier in town.Couriers)
        {
            await Check(town, $"courier {courier}", o => o.Versions.Any(v => v.Courier == courier && v.Delivery == DeliveryStatus.PickedUp),
                cursor => platform.Grains.GetGrain<ICourierGrain>(courier).Orders(cursor, 200), exact: false);
        }
    }

    private static async Task Check(Town town, string list, Func<OrderTrack, bool> isOn, Func<string?, Task<OrderPage>> read, bool exact)
    {
        var (found, cursor) = (new HashSet<OrderNumber>(), default(string));
        do
        {
            var page = await read(cursor);
            foreach (var number in page.Orders)
                Promises.Require(found.Add(number), "lists", $"{list} {number}", "listed once", "twice");
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        foreach (var order in town.Orders.Values)
        {
            if (order.IsRefused || !isOn(order)) continue;
            Promises.Require(found.Contains(order.Number), "lists", $"{list} {order.Key}", "on the list", "not there");
        }

        if (!exact) return;
        foreach (var number in found)
        {
            // Readers pass over numbers without an order.
            if (town.Orders.TryGetValue(number, out var order)) Promises.Require(isOn(order), "lists", $"{list} {number}", "on its own list", "on another's");
        }
    }
}
