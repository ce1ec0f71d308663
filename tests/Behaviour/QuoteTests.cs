using OrderActors.Customers;
using OrderActors.Listings;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Promotions;
using OrderActors.Quotes;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

public sealed partial class QuoteTests
{
    private static readonly Actor Anna = new(Role.Customer, "anna");
    private static readonly Actor Operator = new(Role.Operator, "op");

    private static CreateQuote Ask(int bread = 2, string? coupon = null) =>
        new("ask", Anna, "anna", "m1", [new("soup", 1), new("bread", bread)], Dropoff: Town.Home, Coupon: coupon);

    private static PlaceOrder OrderOn(QuoteView quote, string id) => new(
        id, Anna, "anna", "m1", [.. quote.Lines.Select(l => new OrderLine(l.Item, l.Quantity, l.Options))], new(quote.Bill.Total, "EUR"), Town.Home,
        Coupon: quote.Coupon, QuoteId: quote.Id);

    [Fact]
    public Task A_quote_is_one_write_holds_for_its_time_and_is_deleted_after() => TestCluster.Run(async cluster =>
    {
        await new Town(cluster).Merchant("m1", bread: 5);
        var writes = 0;
        cluster.Storage.AfterWrite = (_, grain) =>
        {
            // Consumers of the log settle in meanwhile; what counts is what quoting costs.
            if (grain.Type.ToString() is "quote" or "merchant" or "customer") writes++;
            return null;
        };
        var quote = (await cluster.Grains.GetGrain<IQuoteGrain>("q1").Create(Ask())).Quote!;
        Assert.Equal((1, QuoteStatus.Active, 1_400), (writes, quote.Status, quote.Bill.Total));
        cluster.Storage.AfterWrite = null;
        await cluster.CrashAndRestart();
        Assert.True((await cluster.Grains.GetGrain<IQuoteGrain>("q1").Create(Ask())).Replayed);

        await cluster.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(QuoteStatus.Expired, (await cluster.Grains.GetGrain<IQuoteGrain>("q1").Get())!.Status);
        var late = await cluster.Grains.GetGrain<ICustomerGrain>("anna").Place(OrderOn(quote, "late"));
        Assert.Equal(RefusalCode.QuoteExpired, late.Refusal!.Code);
        await cluster.Advance(TimeSpan.FromHours(1) + TimeSpan.FromMinutes(1));
        await cluster.Eventually(async () => await cluster.Grains.GetGrain<IQuoteGrain>("q1").Get() is null, "the quote is gone");
        await cluster.CrashAndRestart();
        Assert.Null(await cluster.Grains.GetGrain<IQuoteGrain>("q1").Get());
    });

    [Fact]
    public Task Of_two_orders_on_one_quote_one_is_placed_and_the_quote_is_kept_for_a_day() => TestCluster.Run(async cluster =>
    {
        await new Town(cluster).Merchant("m1", bread: 5);
        var grain = cluster.Grains.GetGrain<IQuoteGrain>("q1");
        var quote = (await grain.Create(Ask())).Quote!;
        var customer = cluster.Grains.GetGrain<ICustomerGrain>("anna");
        var replies = await Task.WhenAll(customer.Place(OrderOn(quote, "a")), customer.Place(OrderOn(quote, "b")));
        var placed = Assert.Single(replies, reply => reply.Order is not null).Order!;
        Assert.Equal(RefusalCode.InvalidTransition, Assert.Single(replies, reply => reply.Refusal is not null).Refusal!.Code);
        Assert.Equal((QuoteStatus.Accepted, placed.Number), ((await grain.Get())!.Status, (await grain.Get())!.Order));
        await cluster.Advance(TimeSpan.FromHours(23));
        Assert.NotNull(await grain.Get());
        await cluster.Advance(TimeSpan.FromHours(2));
        await cluster.Eventually(async () => await cluster.Grains.GetGrain<IQuoteGrain>("q1").Get() is null, "the quote is gone");
    });

    [Fact]
    public Task The_price_is_the_quoted_one_with_its_fee_its_discounts_and_a_coupon_that_ended_meanwhile() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1");
        var by = new Actor(Role.Merchant, "m1");
        await merchant.Execute(new SetMerchantTerms("t1", by, new(DeliveryFee: 300, RadiusMetres: 5_000, Discount: new(100))));
        var until = cluster.Clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        await cluster.Grains.GetGrain<IPromotionGrain>("TEN")
            .Execute(new CreatePromotion("p", Operator, new("EUR", DiscountKind.AmountOff, 10, BudgetUses: 5, ValidUntil: until)));
        var quote = (await cluster.Grains.GetGrain<IQuoteGrain>("q1").Create(Ask(coupon: "TEN"))).Quote!;
        Assert.Equal((1_400, 300, 140 + 0, 10), (quote.Bill.Subtotal, quote.Bill.DeliveryFee, quote.Bill.MerchantDiscount, quote.Bill.PlatformDiscount));

        await merchant.Execute(new SetMerchantTerms("t2", by, new(DeliveryFee: 900, RadiusMetres: 10, MinimumOrder: 100_000)));
        await merchant.Execute(new SetMenu("m", by, [new MenuItem("soup", "Soup", 5), new MenuItem("bread", "Bread", 5)]));
        await cluster.Advance(TimeSpan.FromMinutes(2));
        var order = (await cluster.Grains.GetGrain<ICustomerGrain>("anna").Place(OrderOn(quote, "a"))).Order!;
        Assert.Equal(quote.Bill, order.Bill);
    });

    [Fact]
    public Task A_quote_whose_order_broke_off_is_taken_up_with_it_after_a_crash() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1", bread: 5);
        var quote = (await cluster.Grains.GetGrain<IQuoteGrain>("q1").Create(Ask())).Quote!;
        cluster.Storage.AfterWrite = (_, grain) => grain.Type.ToString() == "quote" ? new IOException("The machine is gone.") : null;
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.Grains.GetGrain<ICustomerGrain>("anna").Place(OrderOn(quote, "a")));
        cluster.Storage.AfterWrite = null;
        await cluster.CrashAndRestart();
        await cluster.Advance(TimeSpan.FromMinutes(10));
        var number = (await cluster.Grains.GetGrain<ICustomerGrain>("anna").Orders(null, 10)).Orders.Single();
        await cluster.Eventually(
            async () => (await cluster.Grains.GetGrain<IOrderGrain>(number.ToString()).Get())!.Timeline.Any(e => e.Type == "order.created"), "it is placed");
        Assert.Equal(number, (await cluster.Grains.GetGrain<IQuoteGrain>("q1").Get())!.Order);
    });

    [Fact]
    public Task A_tracking_link_ends_some_hours_after_the_order() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        await town.Courier("k1");
        var order = await town.Delivered("anna", "m1");
        Assert.Equal(OrderStatus.Delivered, (await town.OrderGrain(order).Track(order.Tracking!))!.Status);
        Assert.Null(await town.OrderGrain(order).Track(new string('A', 22)));
        await cluster.Advance(TimeSpan.FromHours(3));
        Assert.NotNull(await town.OrderGrain(order).Track(order.Tracking!));
        await cluster.Advance(TimeSpan.FromHours(2));
        Assert.Null(await town.OrderGrain(order).Track(order.Tracking!));
    });

    [Fact]
    public Task A_merchant_whose_creation_broke_off_is_listed_once_it_is_there() => TestCluster.Run(async cluster =>
    {
        var create = new CreateMerchant("c", new(Role.Merchant, "m1"), "Market kitchen", "town", Town.Market, "EUR", TimeSpan.FromMinutes(5), false);
        cluster.Storage.AfterWrite = (_, grain) => grain.Type.ToString() == "listing" ? new IOException("The machine is gone.") : null;
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.Grains.GetGrain<IMerchantGrain>("m1").Execute(create));
        cluster.Storage.AfterWrite = null;
        Assert.Null(await cluster.Grains.GetGrain<IMerchantGrain>("m1").Get());
        Assert.Null((await cluster.Grains.GetGrain<IMerchantGrain>("m1").Execute(create)).Refusal);
        await cluster.CrashAndRestart();
        var listing = cluster.Grains.GetGrain<IListingGrain>($"{ListingKinds.Merchants}/{Shard.Key(Shard.Of("m1"))}");
        Assert.Equal(["m1"], (await listing.Read(null, 10)).AsEnumerable());
    });
}
