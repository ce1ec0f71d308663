using OrderActors.Customers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

public sealed class RefusalTests
{
    [Fact]
    public Task What_cannot_be_ordered_is_refused_and_leaves_nothing_behind() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 3);
        var good = town.Order("anna", "m1", bread: 1);

        async Task Refused(PlaceOrder command, RefusalCode code, string mentions)
        {
            var reply = await town.Place(command);
            Assert.Equal(code, reply.Refusal?.Code);
            Assert.Contains(mentions, reply.Refusal!.Detail);
            Assert.Null(reply.Order);
        }

        await Refused(good with { Id = "1", Merchant = "nobody" }, RefusalCode.UnknownMerchant, "nobody");
        await Refused(good with { Id = "2", Lines = [new OrderLine("cake", 1)] }, RefusalCode.UnknownItem, "cake");
        await Refused(good with { Id = "3", Lines = [new OrderLine("bread", 4)], Total = new Money(1000, "EUR") }, RefusalCode.SoldOut, "3");
        await Refused(good with { Id = "4", Total = new Money(1, "EUR") }, RefusalCode.WrongTotal, "1150");
        await Refused(good with { Id = "5", Total = new Money(1150, "USD") }, RefusalCode.WrongCurrency, "EUR");
        await Refused(good with { Id = "6", Lines = [] }, RefusalCode.ValidationFailed, "lines");
        await Refused(good with { Id = "7", Lines = [new OrderLine("soup", 0)] }, RefusalCode.ValidationFailed, "quantity");
        await Refused(good with { Id = "8", Dropoff = new GeoPoint(91, 0) }, RefusalCode.ValidationFailed, "dropoff");

        await merchant.Execute(new SetMerchantStatus("close", new Actor(Role.Merchant, "m1"), MerchantStatus.Closed));
        await Refused(good with { Id = "9" }, RefusalCode.StoreClosed, "m1");

        Assert.Equal(3, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);
        Assert.Empty((await merchant.Orders(null, 10)).Orders);
        Assert.Empty((await cluster.Grains.GetGrain<ICustomerGrain>("anna").Orders(null, 10)).Orders);
    });

    [Fact]
    public Task The_last_portion_is_sold_once() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 100);
        var replies = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => town.Place(town.Order($"customer{i}", "m1", bread: 1))));
        Assert.Equal(100, replies.Count(r => r.Refusal is null));
        Assert.All(replies.Where(r => r.Refusal is not null), r => Assert.Equal(RefusalCode.SoldOut, r.Refusal!.Code));
        Assert.Equal(0, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);
    });

    [Fact]
    public Task A_command_the_state_does_not_allow_names_the_state_and_what_is_allowed() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var order = await town.Placed("anna", "m1");
        var reply = await town.OrderGrain(order).Execute(new MarkReady("early", new Actor(Role.Merchant, "m1")));
        Assert.Equal(RefusalCode.InvalidTransition, reply.Refusal?.Code);
        Assert.Contains("awaiting_merchant", reply.Refusal!.Detail);
        Assert.Contains("accept", reply.Refusal.Allowed);
        Assert.Equal(order.Version, (await town.Now(order)).Version);
    });

    [Fact]
    public Task Only_its_own_people_move_an_order() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var order = await town.Placed("anna", "m1");
        var grain = town.OrderGrain(order);
        Assert.Equal(RefusalCode.Forbidden, (await grain.Execute(new AcceptOrder("a", new Actor(Role.Merchant, "m2")))).Refusal?.Code);
        Assert.Equal(RefusalCode.Forbidden,
            (await grain.Execute(new CancelOrder("b", new Actor(Role.Customer, "ben"), CancelReason.CustomerRequest))).Refusal?.Code);
        Assert.Equal(order.Version, (await town.Now(order)).Version);
    });

    [Fact]
    public Task An_order_that_does_not_exist_is_not_found() => TestCluster.Run(async cluster =>
    {
        var number = OrderNumber.Create(1, 0, 0, 1, 1).ToString();
        var grain = cluster.Grains.GetGrain<IOrderGrain>(number);
        Assert.Null(await grain.Get());
        Assert.Equal(RefusalCode.NotFound, (await grain.Execute(new MarkReady("x", new Actor(Role.Merchant, "m1")))).Refusal?.Code);
    });
}
