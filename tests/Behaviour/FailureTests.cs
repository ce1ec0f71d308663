using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Values;
using Orleans.Storage;

namespace OrderActors.Tests.Behaviour;

public sealed class FailureTests
{
    [Fact]
    public Task What_was_acknowledged_is_there_after_a_crash_and_work_goes_on() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 50);
        await town.Courier("k1");
        var orders = new List<OrderView>();
        for (var i = 0; i < 10; i++) orders.Add(await town.Placed($"customer{i}", "m1", bread: 1));
        await town.Accept(orders[0]);
        await town.Ready(orders[0]);

        await cluster.CrashAndRestart();

        foreach (var order in orders) Assert.NotNull(await town.OrderGrain(order).Get());
        Assert.Equal(40, (await cluster.Grains.GetGrain<IMerchantGrain>("m1").Get())!.Menu.Single(i => i.Id == "bread").Stock);
        Assert.Equal("k1", await town.AssignedCourier(orders[0]));
        await town.Step(orders[0], "k1", CourierStep.PickUp);
        await town.Step(orders[0], "k1", CourierStep.Deliver);
    });

    [Fact]
    public Task A_write_that_fails_is_not_acknowledged_and_leaves_the_state_as_it_was() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var order = await town.Placed("anna", "m1");
        cluster.Storage.BeforeWrite = (_, grain) => grain.Key.ToString() == order.Number.ToString() ? new IOException("disk") : null;
        await Assert.ThrowsAnyAsync<Exception>(() => town.Accept(order));
        cluster.Storage.BeforeWrite = null;
        Assert.Equal(OrderStatus.AwaitingMerchant, (await town.Now(order)).Status);
        Assert.Equal(OrderStatus.Preparing, (await town.Accept(order)).Status);
    });

    [Fact]
    public Task A_reply_that_is_lost_after_the_write_is_settled_by_the_same_command_id() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var order = await town.Placed("anna", "m1");
        var accept = new AcceptOrder("once", new Actor(Role.Merchant, "m1"));
        var lost = 1;
        cluster.Storage.AfterWrite = (_, grain) => grain.Key.ToString() == order.Number.ToString() && lost-- > 0
            ? new IOException("the answer got lost") : null;
        await Assert.ThrowsAnyAsync<Exception>(() => town.OrderGrain(order).Execute(accept));
        cluster.Storage.AfterWrite = null;
        var settled = await town.OrderGrain(order).Execute(accept);
        Assert.True(settled.Replayed);
        Assert.Equal(1, settled.Order!.Timeline.Count(e => e.Type == "order.accepted"));
    });

    [Fact]
    public Task A_placing_that_broke_half_way_is_finished_by_the_same_command_id() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 10);
        for (var broken = 1; broken <= 3; broken++)
        {
            var command = town.Order("anna", "m1", bread: 1);
            var writes = 0;
            cluster.Storage.BeforeWrite = (_, _) => ++writes == broken ? new IOException("disk") : null;
            await Assert.ThrowsAnyAsync<Exception>(() => town.Place(command));
            cluster.Storage.BeforeWrite = null;
            var reply = await town.Place(command);
            Assert.Equal(OrderStatus.AwaitingMerchant, reply.Order!.Status);
            Assert.Equal(10 - broken, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);
        }

        Assert.Equal(3, (await merchant.Orders(null, 10)).Orders.Length);
    });

    [Fact]
    public Task The_loser_of_a_version_conflict_reads_again_and_decides_again() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var order = await town.Placed("anna", "m1");
        var conflicts = 1;
        cluster.Storage.BeforeWrite = (_, grain) =>
            grain.Key.ToString() == order.Number.ToString() && conflicts-- > 0 ? new InconsistentStateException("another activation wrote") : null;
        Assert.Equal(OrderStatus.Preparing, (await town.Accept(order)).Status);
        Assert.True(conflicts < 1);
    });

    [Fact]
    public Task An_event_that_its_consumer_cannot_digest_is_set_aside_and_can_be_replayed() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 10);
        var poisoned = await town.Placed("anna", "m1", bread: 1);
        cluster.Storage.BeforeWrite = (state, grain) => state == "stock" && grain.Key.ToString() == "m1" ? new IOException("disk") : null;
        await town.OrderGrain(poisoned).Execute(new CancelOrder("no", new Actor(Role.Customer, "anna"), CancelReason.CustomerRequest));

        var subscriber = cluster.Grains.GetGrain<IFulfilmentGrain>(Shard.Key(poisoned.Number.CustomerShard));
        await cluster.Eventually(async () => (await subscriber.DeadLetters()).Length > 0, "the event is a dead letter");
        cluster.Storage.BeforeWrite = null;
        var letter = (await subscriber.DeadLetters())[0];
        Assert.Equal("order.canceled", letter.Type);
        Assert.Contains("disk", letter.Error);

        // The partition went on past it, and the replay makes good what was missing.
        await cluster.Eventually(async () => await subscriber.Position() >= letter.Sequence, "the partition goes on past it");
        Assert.Equal(9, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);
        Assert.True(await subscriber.Replay(letter.Sequence));
        Assert.Empty(await subscriber.DeadLetters());
        await cluster.Eventually(async () => (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock == 10, "the stock is back");
    });

    [Fact]
    public Task A_consumer_whose_work_never_comes_back_does_not_stop_its_partition() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        await town.Merchant("m2", bread: 10);
        var stuck = await town.Placed("anna", "m1");
        cluster.Storage.Hangs = (state, grain) => state == "stock" && grain.Key.ToString() == "m1";
        await town.OrderGrain(stuck).Execute(new CancelOrder("no", new Actor(Role.Customer, "anna"), CancelReason.CustomerRequest));

        // The same customer's next order is in the same partition, behind the one that hangs.
        var next = await town.Placed("anna", "m2", bread: 1);
        await town.OrderGrain(next).Execute(new CancelOrder("neither", new Actor(Role.Customer, "anna"), CancelReason.CustomerRequest));
        Assert.Equal(stuck.Number.CustomerShard, next.Number.CustomerShard);

        var merchant = cluster.Grains.GetGrain<IMerchantGrain>("m2");
        await cluster.Eventually(
            async () => (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock == 10, "the order behind it gave its stock back");
        var subscriber = cluster.Grains.GetGrain<IFulfilmentGrain>(Shard.Key(stuck.Number.CustomerShard));
        await cluster.Eventually(async () => (await subscriber.DeadLetters()).Length > 0, "the work that hangs is a dead letter");
        var letter = (await subscriber.DeadLetters()).Single();
        Assert.Equal("order.canceled", letter.Type);
        await cluster.Eventually(async () => await subscriber.Position() > letter.Sequence, "the partition went on");
    });

    [Fact]
    public Task A_courier_who_drops_out_is_replaced_and_free() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var first = await town.Courier("k1");
        var order = await town.Placed("anna", "m1");
        await town.Accept(order);
        await town.Ready(order);
        await town.AssignedCourier(order);
        await first.Execute(new GoOffline("tired", new Actor(Role.Courier, "k1")));
        await town.OrderGrain(order).Execute(new UnassignCourier("flat-tyre", new Actor(Role.Courier, "k1"), "k1"));
        await cluster.Eventually(async () => (await first.Get())!.Status == CourierStatus.OffDuty, "the courier is off duty");
        await town.Courier("k2");
        await cluster.Eventually(async () => (await town.Now(order)).Courier == "k2", "the second courier has it");
    });

    [Fact]
    public Task A_cancelled_order_frees_its_courier_and_its_stock() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 3);
        var courier = await town.Courier("k1");
        var order = await town.Placed("anna", "m1", bread: 3);
        await town.Accept(order);
        await town.Ready(order);
        await town.AssignedCourier(order);
        var reply = await town.OrderGrain(order).Execute(new CancelOrder("stop", new Actor(Role.Operator, "ops"), CancelReason.OperatorDecision));
        Assert.Equal((OrderStatus.Canceled, PaymentStatus.Voided), (reply.Order!.Status, reply.Order.Payment));
        await cluster.Eventually(async () => (await courier.Get())!.Status == CourierStatus.Available, "the courier is free");
        await cluster.Eventually(async () => (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock == 3, "the stock is back");
    });
}
