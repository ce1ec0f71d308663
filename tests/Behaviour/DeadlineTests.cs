using OrderActors.Couriers;
using OrderActors.Orders;
using OrderActors.TestKit;

namespace OrderActors.Tests.Behaviour;

public sealed class DeadlineTests
{
    [Fact]
    public Task An_order_nobody_accepts_is_cancelled_and_its_stock_comes_back() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 5);
        var order = await town.Placed("anna", "m1", bread: 2);
        await cluster.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(10));
        Assert.Equal(OrderStatus.AwaitingMerchant, (await town.Now(order)).Status);
        await cluster.Advance(TimeSpan.FromSeconds(15));
        await cluster.Eventually(async () => (await town.Now(order)).Status == OrderStatus.Canceled, "the order is cancelled");
        Assert.Equal(CancelReason.AcceptanceTimeout, (await town.Now(order)).Reason);
        await cluster.Eventually(async () => (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock == 5, "the stock is back");
    });

    [Fact]
    public Task An_order_for_which_there_is_no_courier_is_cancelled() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var order = await town.Placed("anna", "m1");
        await town.Accept(order);
        await cluster.Advance(TimeSpan.FromMinutes(46));
        await cluster.Eventually(async () => (await town.Now(order)).Reason == CancelReason.NoCourier, "the search is given up");
    });

    [Fact]
    public Task A_courier_who_never_comes_is_replaced() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var sleeper = await town.Courier("sleeper");
        var order = await town.Placed("anna", "m1");
        await town.Accept(order);
        await town.Ready(order);
        await town.AssignedCourier(order);
        await sleeper.Execute(new GoOffline("bye", new Values.Actor(Values.Role.Courier, "sleeper")));
        await town.Courier("k2");
        await cluster.Advance(TimeSpan.FromMinutes(46));
        await cluster.Eventually(async () => (await town.Now(order)).Courier == "k2", "another courier has it");
        Assert.Equal(1, (await town.Now(order)).Attempt);
        await cluster.Eventually(async () => (await sleeper.Get())!.Status == CourierStatus.OffDuty, "the first courier is off duty");
    });

    [Fact]
    public Task A_delivered_order_is_completed_a_day_later() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        await town.Courier("k1");
        var order = await town.Delivered("anna", "m1");
        await cluster.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(2));
        await cluster.Eventually(async () => (await town.Now(order)).Status == OrderStatus.Completed, "the order is completed");
        Assert.Equal(SettlementStatus.Eligible, (await town.Now(order)).Settlement);
    });

    [Fact]
    public Task A_deadline_that_passed_while_everything_was_down_fires_after_the_restart() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var order = await town.Placed("anna", "m1");
        await cluster.Advance(TimeSpan.FromSeconds(1));
        await cluster.CrashAndRestart();
        await cluster.Advance(TimeSpan.FromMinutes(6));
        await cluster.Eventually(async () => (await town.Now(order)).Status == OrderStatus.Canceled, "the order is cancelled");
        Assert.Equal(1, (await town.Now(order)).Timeline.Count(e => e.Type == "order.canceled"));
    });
}
