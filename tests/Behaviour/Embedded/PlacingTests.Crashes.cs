using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Promotions;
using OrderActors.TestKit;

namespace OrderActors.Tests.Behaviour;

public sealed partial class PlacingTests
{
    [Fact]
    public Task A_crash_at_any_write_of_placing_leaves_an_order_or_nothing() => CrashEverywhere((storage, at) =>
    {
        var writes = 0;
        storage.BeforeWrite = (_, _) => ++writes == at ? new IOException("crash") : null;
        return () => writes >= at;
    });

    [Fact]
    public Task A_crash_after_any_write_of_placing_leaves_an_order_or_nothing() => CrashEverywhere((storage, at) =>
    {
        var writes = 0;
        storage.AfterWrite = (_, _) => ++writes == at ? new IOException("crash") : null;
        return () => writes >= at;
    });

    [Fact]
    public Task A_crash_while_the_provider_takes_its_time_forgets_no_hold() => Run(async (cluster, ledger) =>
    {
        // Found by the simulator (seed 148): the order went on without the answer, and the attempt was in the payment's memory only.
        var town = await Open(cluster);
        var placing = town.Place(Order(town) with { PaymentSource = "tok_slow_8000" });
        await cluster.Eventually(() => Task.FromResult(placing.IsCompleted), "the order is placed without the provider's answer");
        Assert.Equal((OrderStatus.AwaitingPayment, PaymentStatus.None), ((await placing).Order!.Status, (await placing).Order!.Payment));
        await cluster.CrashAndRestart();
        await cluster.Eventually(async () => (await OrderOf(cluster))!.Payment == PaymentStatus.Authorized, "the hold is found");
        Assert.Single(ledger.Entries);
    });

    /// <summary>One run for each write there is: the process dies there, nobody asks again, and time goes by.</summary>
    private static async Task CrashEverywhere(Func<FaultyStorage, int, Func<bool>> arm)
    {
        var (at, reached) = (1, true);
        var (placed, none) = (0, 0);
        for (; reached; at++)
        {
            await Run(async (cluster, ledger) =>
            {
                var town = await Open(cluster);
                var hit = arm(cluster.Storage, at);
                var placing = town.Place(Order(town));
                try
                {
                    await placing;
                }
                catch (Exception)
                {
                    // Nobody knows what became of it.
                }

                reached = hit();
                cluster.Storage.BeforeWrite = cluster.Storage.AfterWrite = null;
                await cluster.CrashAndRestart();

                // The deadline takes the placing up; then nobody answers for the merchant, and everything goes back.
                await cluster.Advance(TimeSpan.FromMinutes(4));
                if (await OrderOf(cluster) is { } order)
                {
                    placed++;
                    Assert.Equal((OrderStatus.AwaitingMerchant, PaymentStatus.Authorized), (order.Status, order.Payment));
                    Assert.Equal(Breads - 2, (await cluster.Grains.GetGrain<IMerchantGrain>("m1").Get())!.Menu.Single(i => i.Id == "bread").Stock);
                    Assert.Equal(1, (await cluster.Grains.GetGrain<IPromotionGrain>("LUNCH").Get())!.ReservedUses);
                    await cluster.Eventually(async () => (await OrderOf(cluster))!.Status == OrderStatus.Canceled, $"the order ends (write {at})");
                    await cluster.Eventually(async () => (await OrderOf(cluster))!.Payment == PaymentStatus.Voided, $"the money is let go (write {at})");
                }
                else
                {
                    none++;
                }

                await cluster.Advance(TimeSpan.FromMinutes(2));
                await Whole(cluster, ledger);
            });
        }

        Assert.True(placed >= 4 && none >= 1, $"{at} writes, {placed} times an order, {none} times nothing");
    }
}
