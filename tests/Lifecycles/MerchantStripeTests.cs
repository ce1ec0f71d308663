using System.Collections.Immutable;
using OrderActors.Merchants;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles;

/// <summary>Stock between a merchant and its stripes, with a crash possible between any two writes.</summary>
public class MerchantStripeTests
{
    private const int Portions = 1_000;

    private static readonly MerchantProfile Profile = new()
    {
        Version = 1,
        Id = "m1",
        MenuRevision = 1,
        Menu = [new("bread", "Bread", 250, Portions), new("tea", "Tea", 100)],
    };

    private static readonly StockLeft Bread = new("bread", 0, Profile.EpochOf("bread"));

    private static HeldTerms Terms(int quantity, long revision = 0) =>
        new([new("bread", quantity, 250)], new(250 * quantity, "EUR"), TimeSpan.Zero, false, Revision: revision);

    [Fact]
    public void A_change_gives_back_what_the_change_before_it_took_although_the_merchant_had_not_heard_of_that_one()
    {
        // Found by the simulator (seed 119261 of 10 orders): the write of the first change was slow, and the merchant asked with the limits of
        // what it knew, in which the bread was not.
        var tea = new HeldTerms([new("tea", 1, 100)], new(100, "EUR"), TimeSpan.Zero, false);
        var state = new StripeState { Left = [Bread with { Left = 10 }] };
        state = StripeTransfers.Take(state, new(OrderNumber.Create(1, 0, 0, 0, 0), tea, [])).State;
        state = StripeTransfers.Take(state, new(OrderNumber.Create(1, 0, 0, 0, 0), Terms(2, revision: 1), [Bread])).State;
        Assert.Equal(8, state.Left.Single().Left);
        state = StripeTransfers.Take(state, new(OrderNumber.Create(1, 0, 0, 0, 0), tea with { Revision = 2 }, [])).State;
        Assert.Equal(10, state.Left.Single().Left);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_is_lost_or_comes_twice_the_sum_stays_whole(int seed)
    {
        var random = new Random(seed);
        var merchant = new MerchantStock().Under(Profile);
        var stripes = Enumerable.Repeat(new StripeState(), StripeTransfers.Stripes).ToArray();
        var (delivered, next, consumed) = (new long[StripeTransfers.Stripes], 1, 0);
        for (var step = 0; step < 4_000; step++)
        {
            var n = random.Next(StripeTransfers.Stripes);
            switch (random.Next(8))
            {
                case 0 when StripeTransfers.LinkOf(merchant, n).Granted == delivered[n]:
                    merchant = StripeTransfers.Share(merchant, n);
                    break;
                case 1 when StripeTransfers.LinkOf(merchant, n).Granted == delivered[n]:
                    merchant = StripeTransfers.Grant(merchant, n, [Bread with { Left = random.Next(1, 9) }]) ?? merchant;
                    break;
                case 2 when StripeTransfers.Pending(merchant, n) is { } pending:
                    // It may be sent, arrive, and its answer be lost: then it is sent again.
                    stripes[n] = StripeTransfers.Receive(stripes[n], pending);
                    if (random.Next(2) == 0) delivered[n] = pending.Number;
                    break;
                case 3:
                    // The merchant crashed and does not know what arrived.
                    delivered[n] = 0;
                    if (StripeTransfers.Pending(merchant, n) is null) break;
                    stripes[n] = StripeTransfers.Receive(stripes[n], StripeTransfers.Pending(merchant, n)!);
                    delivered[n] = StripeTransfers.LinkOf(merchant, n).Granted;
                    break;
                case 4:
                    var given = StripeTransfers.GiveBack(stripes[n], StripeTransfers.LinkOf(merchant, n).Taken, random.Next(2) == 0 ? [] : ["bread"]);
                    stripes[n] = given.State;
                    if (given.Reply is not null && random.Next(2) == 0) merchant = StripeTransfers.TakeIn(merchant, n, given.Reply);
                    if (given.Reply is not null && random.Next(4) == 0) merchant = StripeTransfers.TakeIn(merchant, n, stripes[n].Giving!);
                    break;
                case 5:
                    var order = OrderNumber.Create(next++, 0, 0, 0, 0);
                    stripes[n] = StripeTransfers.Take(stripes[n], new(order, Terms(random.Next(1, 5)), [Bread])).State;
                    break;
                case 6 when stripes[n].Open.Count > 0:
                    var changed = stripes[n].Open.Keys.First();
                    stripes[n] = StripeTransfers.Take(stripes[n], new(changed, Terms(random.Next(1, 7), revision: step), [Bread])).State;
                    break;
                case 7 when stripes[n].Open.Count > 0:
                    var ended = new EndedOrder(stripes[n].Open.Keys.Last(), random.Next(4) == 0);
                    if (ended.Consumed) consumed += Shelf.QuantityOf(stripes[n].Open[ended.Order].Terms, "bread");
                    stripes[n] = StripeTransfers.Settle(StripeTransfers.Settle(stripes[n], [ended]).State, [ended]).State;
                    break;
            }

            Assert.Equal((seed, step, Portions), (seed, step, consumed + Sum(merchant, stripes)));
            Assert.All(stripes.SelectMany(s => s.Left).Concat(merchant.Left), count => Assert.True(count.Left >= 0, $"seed {seed}, step {step}"));
        }

        Json.AssertRoundTrip(merchant);
        Json.AssertRoundTrip(stripes[0]);
    }

    [Fact]
    public void A_repeat_and_an_older_revision_take_nothing_more()
    {
        var order = OrderNumber.Create(1, 0, 0, 0, 0);
        var stripe = new StripeState { Left = [Bread with { Left = 5 }] };
        var taken = StripeTransfers.Take(stripe, new(order, Terms(2), [Bread])).State;
        Assert.Same(taken, StripeTransfers.Take(taken, new(order, Terms(4), [Bread])).State);
        var lacking = StripeTransfers.Take(taken, new(order, Terms(6, revision: 1), [Bread])).Reply;
        Assert.Equal((false, 2L), (lacking.Taken, lacking.Held!.Lines.Single().Quantity));
    }

    [Fact]
    public void Stock_of_an_older_setting_is_not_sold_and_does_not_come_back()
    {
        var newer = Profile with { StockRevision = 1, StockSettings = [new("bread", 1)] };
        var stripe = new StripeState { Left = [Bread with { Left = 5 }] };
        Assert.False(StripeTransfers.Take(
            stripe, new(OrderNumber.Create(1, 0, 0, 0, 0), Terms(1), [Bread with { Epoch = newer.EpochOf("bread") }])).Reply.Taken);
        var merchant = new MerchantStock().Under(Profile).Under(newer);
        var given = StripeTransfers.GiveBack(stripe, 0, []).Reply!;
        Assert.Equal(Portions, StripeTransfers.TakeIn(merchant, 0, given).Left.Single().Left);
    }

    private static int Sum(MerchantStock merchant, StripeState[] stripes)
    {
        var sum = merchant.Left.Sum(c => c.Left);
        for (var n = 0; n < stripes.Length; n++)
        {
            var link = StripeTransfers.LinkOf(merchant, n);
            sum += stripes[n].Left.Sum(c => c.Left) + stripes[n].Open.Values.Sum(o => Shelf.QuantityOf(o.Terms, "bread"));
            if (link.Granted > stripes[n].Received) sum += link.Pending.Sum(c => c.Left);
            if (stripes[n].Giving is { } giving && giving.Number > link.Taken) sum += giving.Stock.Sum(c => c.Left);
        }

        return sum;
    }
}
