using OrderActors.Promotions;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

public sealed class PromotionTests
{
    private static readonly Actor Operator = new(Role.Operator, "op");

    private static OrderNumber Number(int i) => OrderNumber.Create(1_000 + i, 0, 1, 2, 3);

    private static CouponRequest Request(TestCluster cluster, int order, string customer) =>
        new(Number(order), customer, "m1", new(2_000, "EUR"), cluster.Clock.GetUtcNow());

    private static async Task<IPromotionGrain> Promotion(TestCluster cluster, int uses, int? perCustomer = null)
    {
        var promotion = cluster.Grains.GetGrain<IPromotionGrain>("LUNCH");
        var reply = await promotion.Execute(new CreatePromotion(
            "create", Operator, new("EUR", DiscountKind.AmountOff, 500, MerchantPermille: 300, BudgetUses: uses, PerCustomer: perCustomer)));
        Assert.Null(reply.Refusal);
        return promotion;
    }

    [Fact]
    public Task Of_five_thousand_at_once_exactly_a_hundred_get_a_hundred_coupons() => TestCluster.Run(async cluster =>
    {
        var promotion = await Promotion(cluster, uses: 100);
        var replies = await Task.WhenAll(Enumerable.Range(0, 5_000).Select(i => promotion.Reserve(Request(cluster, i, $"customer{i}"))));
        Assert.Equal(100, replies.Count(reply => reply.Discount is not null));
        Assert.All(replies.Where(reply => reply.Discount is null), reply => Assert.Equal(RefusalCode.CouponExhausted, reply.Refusal!.Code));

        await cluster.CrashAndRestart();
        promotion = cluster.Grains.GetGrain<IPromotionGrain>("LUNCH");
        var taken = Enumerable.Range(0, 5_000).Where(i => replies[i].Discount is not null).Select(Number).ToArray();
        await promotion.Redeem([.. taken[..60]]);
        await promotion.Release([.. taken[60..], .. taken[..60]]);
        var view = (await promotion.Get())!;
        Assert.Equal((60, 0, 30_000, 0), (view.RedeemedUses, view.ReservedUses, view.RedeemedAmount, view.ReservedAmount));
        replies = await Task.WhenAll(Enumerable.Range(5_000, 100).Select(i => promotion.Reserve(Request(cluster, i, "anna"))));
        Assert.Equal(40, replies.Count(reply => reply.Discount is not null));
    });

    [Fact]
    public Task A_reservation_is_one_write_and_two_where_uses_of_a_customer_are_counted() => TestCluster.Run(async cluster =>
    {
        var promotion = await Promotion(cluster, uses: 10);
        var writes = 0;
        cluster.Storage.AfterWrite = (_, grain) =>
        {
            if (grain.Type.ToString()!.StartsWith("promotion", StringComparison.Ordinal)) writes++;
            return null;
        };
        await promotion.Reserve(Request(cluster, 1, "anna"));
        Assert.Equal(1, writes);

        var limited = cluster.Grains.GetGrain<IPromotionGrain>("FIRST");
        await limited.Execute(new CreatePromotion("c", Operator, new("EUR", DiscountKind.AmountOff, 500, BudgetUses: 10, PerCustomer: 1)));
        writes = 0;
        Assert.NotNull((await limited.Reserve(Request(cluster, 1, "anna"))).Discount);
        Assert.Equal(2, writes);
        Assert.NotNull((await limited.Reserve(Request(cluster, 1, "anna"))).Discount);
        Assert.Equal(RefusalCode.CouponLimit, (await limited.Reserve(Request(cluster, 2, "anna"))).Refusal!.Code);
        Assert.Equal(2, writes);
    });

    [Fact]
    public Task A_customer_never_has_more_uses_than_allowed_and_gets_back_what_was_released() => TestCluster.Run(async cluster =>
    {
        var promotion = await Promotion(cluster, uses: 100, perCustomer: 2);
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => promotion.Reserve(Request(cluster, i, "anna"))));
        var taken = Enumerable.Range(0, 50).Where(i => replies[i].Discount is not null).Select(Number).ToArray();
        Assert.Equal(2, taken.Length);
        Assert.All(replies.Where(reply => reply.Discount is null), reply => Assert.Equal(RefusalCode.CouponLimit, reply.Refusal!.Code));
        Assert.Equal(2, (await promotion.Get())!.ReservedUses);
        Assert.NotNull((await promotion.Reserve(Request(cluster, 50, "ben"))).Discount);

        await promotion.Redeem([taken[0]]);
        await promotion.Release([taken[0], taken[1]]);
        replies = await Task.WhenAll(Enumerable.Range(60, 5).Select(i => promotion.Reserve(Request(cluster, i, "anna"))));
        Assert.Equal(1, replies.Count(reply => reply.Discount is not null));
    });

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
        catch (IOException)
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
            catch (IOException)
            {
                // The caller's outbox comes again.
            }
        }
    }
}
