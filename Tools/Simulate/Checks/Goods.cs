using OrderActors.Merchants;
using OrderActors.Tools.Simulate.World;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>A merchant that never counted again has exactly what was not used up, and holds nothing for anybody.</summary>
internal static class Goods
{
    /// <summary>Checks every merchant.</summary>
    public static async Task Check(Town town, IWorldPlatform platform)
    {
        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var order in town.Orders.Values)
        {
            if (!order.IsConsumed || order.IsRefused) continue;
            foreach (var line in (await platform.Grains.GetGrain<Orders.IOrderGrain>(order.Key).Get())!.Lines)
            {
                if (line.Item == "bread") used[order.Merchant.Id] = used.GetValueOrDefault(order.Merchant.Id) + line.Quantity;
            }
        }

        for (var m = 0; m < town.Merchants.Count; m++)
        {
            var id = town.Merchants[m];
            var merchant = await platform.Grains.GetGrain<IMerchantGrain>(id).Get();
            if (merchant!.OpenOrders != 0) throw new BrokenPromiseException("stock", id, "no reservation left", $"{merchant.OpenOrders}: {Held(platform, id)}");
            if (town.Recounted.Contains(m)) continue;
            var left = Town.Bread - used.GetValueOrDefault(id);
            var found = merchant.Menu.First(item => item.Id == "bread").Stock;
            Promises.Require(found == left, "stock", id, $"{left} breads", $"{found}");
        }
    }
    /// <summary>The newest reservations, those that are on no page, of a merchant and its stripes.</summary>
    private static string Held(IWorldPlatform platform, string merchant) => string.Join(", ", platform.States()
        .Where(state => state.Key == merchant || state.Key.StartsWith(merchant + "/", StringComparison.Ordinal))
        .SelectMany(state => state.State switch
        {
            MerchantStock stock => stock.Holds.Newest.Keys.Select(order => $"{order}"),
            StripeState stripe => stripe.Holds.Newest.Keys.Select(order => $"{order} in {state.Key}"),
            _ => [],
        }));
}
