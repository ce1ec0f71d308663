using OrderActors.Promotions;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

public sealed partial class PromotionTests
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
}
