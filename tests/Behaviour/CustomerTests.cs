using OrderActors.Customers;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

public sealed class CustomerTests
{
    private static readonly Actor Operator = new(Role.Operator, "op");

    [Fact]
    public Task At_the_limit_ended_orders_make_room_and_open_ones_do_not() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var anna = cluster.Grains.GetGrain<ICustomerGrain>("anna");
        Assert.Null((await anna.Execute(new SetLimit("limit", Operator, 3))).Refusal);

        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => town.Place(town.Order("anna", "m1"))));
        var open = replies.Where(reply => reply.Order is not null).Select(reply => reply.Order!).ToList();
        Assert.Equal(3, open.Count);
        Assert.All(replies.Where(reply => reply.Order is null), reply => Assert.Equal(RefusalCode.OrderLimit, reply.Refusal!.Code));

        await town.OrderGrain(open[0]).Execute(new CancelOrder("no", new Actor(Role.Customer, "anna"), CancelReason.CustomerRequest));
        var command = town.Order("anna", "m1");
        Assert.NotNull((await town.Place(command)).Order);
        Assert.Equal(RefusalCode.OrderLimit, (await town.Place(town.Order("anna", "m1"))).Refusal!.Code);
        Assert.True((await town.Place(command)).Replayed);
        Assert.Equal(4, (await anna.Orders(null, 10)).Orders.Length);

        await anna.Execute(new SetLimit("limit-4", Operator, 4));
        await cluster.CrashAndRestart();
        Assert.NotNull((await town.Place(town.Order("anna", "m1"))).Order);
        Assert.Equal(RefusalCode.OrderLimit, (await town.Place(town.Order("anna", "m1"))).Refusal!.Code);
    });

    [Fact]
    public Task A_placing_that_broke_off_keeps_no_place_for_ever_and_takes_one_when_it_is_taken_up() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        await cluster.Grains.GetGrain<ICustomerGrain>("anna").Execute(new SetLimit("limit", Operator, 1));
        var broken = town.Order("anna", "m1");
        // Before the order itself is durable: from then on it would be taken up by its deadline.
        cluster.Storage.BeforeWrite = (_, grain) => grain.Type.ToString() == "order" ? new IOException("disk") : null;
        await Assert.ThrowsAnyAsync<Exception>(() => town.Place(broken));
        cluster.Storage.BeforeWrite = null;
        Assert.Equal(RefusalCode.OrderLimit, (await town.Place(town.Order("anna", "m1"))).Refusal!.Code);

        await cluster.Advance(TimeSpan.FromMinutes(3));
        var order = (await town.Place(town.Order("anna", "m1"))).Order!;
        Assert.Equal(RefusalCode.OrderLimit, (await town.Place(broken)).Refusal!.Code);
        await town.OrderGrain(order).Execute(new CancelOrder("no", new Actor(Role.Customer, "anna"), CancelReason.CustomerRequest));
        Assert.NotNull((await town.Place(broken)).Order);
        Assert.Equal(RefusalCode.OrderLimit, (await town.Place(town.Order("anna", "m1"))).Refusal!.Code);
    });

    [Fact]
    public Task A_customer_keeps_addresses_membership_and_wishes_over_a_crash() => TestCluster.Run(async cluster =>
    {
        var anna = cluster.Grains.GetGrain<ICustomerGrain>("anna");
        Assert.Null(await anna.Get());
        var home = new CustomerAddress("home", "Home", Town.Home, "ring twice");
        var set = new SetAddress("a1", new Actor(Role.Customer, "anna"), home);
        Assert.False((await anna.Execute(set)).Replayed);
        Assert.True((await anna.Execute(set)).Replayed);
        var order = OrderNumber.Create(1_000, 0, 0, Shard.Of("anna"), 0);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => anna.Grant(order, 30)));
        await anna.SetNotify(true);
        await anna.SetNotify(true);

        await cluster.CrashAndRestart();
        var view = (await cluster.Grains.GetGrain<ICustomerGrain>("anna").Get())!;
        Assert.Equal((home, "home", true, 3), (view.Addresses.Single(), view.DefaultAddress, view.Notify, view.Version));
        Assert.InRange(view.MemberUntil!.Value - cluster.Clock.GetUtcNow(), TimeSpan.FromDays(29.9), TimeSpan.FromDays(30));
        var events = await cluster.Log.ReadAsync(Shard.Of("anna"), 0, 100);
        Assert.Equal(
            ["customer.addresses_changed", "customer.membership_changed", "customer.notify_changed"], events.Select(logged => logged.Event.Type));
    });

    [Fact]
    public Task A_refusal_that_comes_later_takes_the_order_off_the_list() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var command = town.Order("anna", "m1");
        var order = (await town.Place(command)).Order!;
        var anna = cluster.Grains.GetGrain<ICustomerGrain>("anna");
        await anna.Forget(order.Number, new(RefusalCode.SoldOut, "There is no soup left."));
        await anna.Forget(order.Number, new(RefusalCode.StoreClosed, "Later."));
        Assert.Empty((await anna.Orders(null, 10)).Orders);
        var again = await town.Place(command);
        Assert.Equal((RefusalCode.SoldOut, true), (again.Refusal!.Code, again.Replayed));
    });
}
