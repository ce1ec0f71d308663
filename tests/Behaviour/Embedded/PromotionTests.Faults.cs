using OrderActors.Promotions;
using OrderActors.TestKit;

namespace OrderActors.Tests.Behaviour;

public sealed partial class PromotionTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public async Task Whatever_write_fails_or_answer_is_lost_the_budget_and_the_limit_hold(int? perCustomer)
    {
        for (var seed = 1; seed <= 25; seed++) await RunWithFaults(seed, perCustomer);
    }

    /// <summary>Three customers, commands in any order and twice, writes that fail before or after; then everything is brought to an end.</summary>
    private static Task RunWithFaults(int seed, int? perCustomer) => TestCluster.Run(
        async cluster =>
        {
            const int Uses = 4;
            var random = new Random(seed);
            var promotion = await Promotion(cluster, Uses, perCustomer);
            var (granted, redeemed) = (new HashSet<int>(), new HashSet<int>());
            cluster.Storage.BeforeWrite = (_, grain) => IsCoupon(grain) && random.Next(6) == 0 ? new IOException("disk") : null;
            cluster.Storage.AfterWrite = (_, grain) => IsCoupon(grain) && random.Next(6) == 0 ? new IOException("lost") : null;
            for (var step = 0; step < 80; step++)
            {
                if (random.Next(25) == 0) await cluster.CrashAndRestart();
                promotion = cluster.Grains.GetGrain<IPromotionGrain>("LUNCH");
                var order = random.Next(9);
                if (redeemed.Contains(order)) continue;
                switch (random.Next(3))
                {
                    case 0 when await Try(async () => (await promotion.Reserve(Request(cluster, order, Customer(order)))).Discount is not null):
                        granted.Add(order);
                        break;
                    case 1 when granted.Contains(order):
                        await Until(() => cluster.Grains.GetGrain<IPromotionGrain>("LUNCH").Redeem([Number(order), Number(order)]));
                        granted.Remove(order);
                        redeemed.Add(order);
                        break;
                    case 2:
                        await Until(() => cluster.Grains.GetGrain<IPromotionGrain>("LUNCH").Release([Number(order)]));
                        granted.Remove(order);
                        break;
                }

                Assert.True(granted.Count + redeemed.Count <= Uses, $"seed {seed}, step {step}: {granted.Count} + {redeemed.Count}");
                var most = granted.Concat(redeemed).GroupBy(Customer).Select(of => of.Count()).DefaultIfEmpty().Max();
                Assert.True(most <= (perCustomer ?? Uses), $"seed {seed}, step {step}: {most} of one customer");
            }

            cluster.Storage.BeforeWrite = null;
            cluster.Storage.AfterWrite = null;
            promotion = cluster.Grains.GetGrain<IPromotionGrain>("LUNCH");
            await promotion.Release([.. Enumerable.Range(0, 9).Select(Number)]);
            var view = (await promotion.Get())!;
            Assert.True((view.ReservedUses, view.ReservedAmount) == (0, 0) && view.RedeemedUses == redeemed.Count, $"seed {seed}: {view}");

            // Nothing leaked: whoever has uses left can use them.
            var left = Uses - redeemed.Count;
            foreach (var customer in Enumerable.Range(0, 3))
            {
                var own = Math.Min(left, (perCustomer ?? Uses) - redeemed.Count(order => order % 3 == customer));
                for (var i = 0; i < own; i++)
                {
                    var reply = await promotion.Reserve(Request(cluster, 100 + (customer * 10) + i, $"customer{customer}"));
                    Assert.True(reply.Discount is not null, $"seed {seed}: customer{customer} lost use {i}: {reply.Refusal?.Detail}");
                }

                left -= own;
            }
        },
        seed: seed);

    private static string Customer(int order) => $"customer{order % 3}";

    private static bool IsCoupon(Orleans.Runtime.GrainId grain) => grain.Key.ToString()!.StartsWith("LUNCH", StringComparison.Ordinal);

    private static async Task<bool> Try(Func<Task<bool>> act)
    {
        try
        {
            return await act();
        }
        catch (Exception)
        {
            return false;
        }
    }

    private static async Task Until(Func<Task> act)
    {
        while (true)
        {
            try
            {
                await act();
                return;
            }
            catch (Exception)
            {
                // The caller's outbox comes again.
            }
        }
    }
}
