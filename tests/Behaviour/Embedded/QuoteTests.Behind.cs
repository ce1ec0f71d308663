using OrderActors.Governance;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Quotes;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

/// <content>What merchants said lately is remembered in each process; only where there is one can be said what a quote is made of.</content>
public sealed partial class QuoteTests
{
    [Fact]
    public Task While_the_platform_is_behind_a_quote_is_made_of_what_the_merchant_said_within_the_last_minute() => TestCluster.Run(async cluster =>
    {
        var merchant = await new Town(cluster).Merchant("m1", bread: 5);
        var by = new Actor(Role.Merchant, "m1");
        Assert.Equal(1_400, (await Total("q1", "bea")).Subtotal);
        await merchant.Execute(new SetMerchantTerms("t1", by, new(DeliveryFee: 300, RadiusMetres: 5_000)));
        Assert.Equal(300, (await Total("q2", "carl")).DeliveryFee);
        await merchant.Execute(new SetMerchantTerms("t2", by, new(DeliveryFee: 500, RadiusMetres: 5_000)));

        await FallBehind();
        Assert.Equal(300, (await Total("q3", "dora")).DeliveryFee);
        await cluster.Advance(TimeSpan.FromMinutes(1));
        await FallBehind();
        Assert.Equal(500, (await Total("q4", "emil")).DeliveryFee);

        async Task FallBehind()
        {
            await cluster.Grains.GetGrain<IGovernanceGrain>(IGovernanceGrain.Key)
                .Report(new("test", -1, [new(Conditions.IntakeBacklog, "Orders wait.", cluster.Clock.GetUtcNow())]));

            // A quote of something else makes the process look.
            await cluster.Advance(TimeSpan.FromSeconds(1));
            await cluster.Grains.GetGrain<IQuoteGrain>($"look-{cluster.Clock.GetUtcNow().Ticks}").Create(Ask(bread: 1));
            await cluster.Advance(TimeSpan.FromSeconds(1));
        }

        async Task<Bill> Total(string id, string customer) =>
            (await cluster.Grains.GetGrain<IQuoteGrain>(id).Create(Ask() with { By = new(Role.Customer, customer), Customer = customer })).Quote!.Bill;
    });
}
