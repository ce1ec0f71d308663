using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Dispatch;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

public sealed class ForwardFlowTests
{
    [Fact]
    public Task An_order_goes_from_the_customer_to_the_door() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 10);
        var courier = await town.Courier("k1");

        var order = await town.Placed("anna", "m1", bread: 2);
        Assert.Equal(OrderStatus.AwaitingMerchant, order.Status);
        Assert.Equal(new Money(1400, "EUR"), order.Total);
        Assert.Equal(Shard.Of("anna"), order.Number.CustomerShard);
        Assert.Equal(Shard.Of("m1"), order.Number.MerchantShard);
        Assert.Equal(8, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);

        Assert.Equal(OrderStatus.Preparing, (await town.Accept(order)).Status);
        Assert.Equal(OrderStatus.Ready, (await town.Ready(order)).Status);
        Assert.Equal("k1", await town.AssignedCourier(order));
        Assert.Equal(CourierStatus.Busy, (await courier.Get())!.Status);

        Assert.Equal(OrderStatus.InDelivery, (await town.Step(order, "k1", CourierStep.PickUp)).Status);
        var delivered = await town.Step(order, "k1", CourierStep.Deliver);
        Assert.Equal((OrderStatus.Delivered, DeliveryStatus.Delivered, PaymentStatus.Paid), (delivered.Status, delivered.Delivery, delivered.Payment));

        await cluster.Eventually(async () => (await courier.Get())!.Status == CourierStatus.Available, "the courier is free again");
        Assert.Equal(Town.Home, (await courier.Get())!.Location);
        await cluster.Eventually(async () => (await merchant.Get())!.OpenOrders == 0, "the merchant's reservation is gone");
        Assert.Equal(8, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);

        var types = delivered.Timeline.Select(e => e.Type).ToArray();
        Assert.Equal(["order.received", "order.created"], types[..2]);
        Assert.Contains("delivery.picked_up", types);
        Assert.Contains("order.delivered", types);
    });

    [Fact]
    public Task An_order_is_found_through_its_customer_its_merchant_and_its_courier() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1");
        var courier = await town.Courier("k1");
        var order = await town.Delivered("anna", "m1");
        var other = await town.Placed("ben", "m1");

        Assert.Equal([order.Number], (await cluster.Grains.GetGrain<ICustomerGrain>("anna").Orders(null, 10)).Orders.ToArray());
        Assert.Equal([other.Number, order.Number], (await merchant.Orders(null, 10)).Orders.ToArray());
        Assert.Equal([order.Number], (await courier.Orders(null, 10)).Orders.ToArray());
    });

    [Fact]
    public Task Pages_of_orders_are_newest_first_and_complete() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1");
        var placed = new List<OrderNumber>();
        for (var i = 0; i < 150; i++) placed.Add((await town.Placed($"customer{i}", "m1")).Number);

        var seen = new List<OrderNumber>();
        string? cursor = null;
        do
        {
            var page = await merchant.Orders(cursor, 40);
            Assert.True(page.Orders.Length <= 40);
            seen.AddRange(page.Orders);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        placed.Reverse();
        Assert.Equal(placed, seen);
    });

    [Fact]
    public Task A_merchant_that_accepts_by_itself_starts_at_once() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1", autoAccept: true);
        var order = await town.Placed("anna", "m1");
        Assert.Equal(OrderStatus.Preparing, order.Status);
        Assert.Equal(cluster.Clock.GetUtcNow() + TimeSpan.FromMinutes(12), order.ReadyAt);
    });

    [Fact]
    public Task An_order_that_waits_gets_the_next_courier_who_comes_online() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var order = await town.Placed("anna", "m1");
        await town.Accept(order);
        await town.Ready(order);
        await cluster.Eventually(
            async () => (await cluster.Grains.GetGrain<IDispatchGrain>("town").Get()).Waiting.Length == 1, "the order waits");
        await town.Courier("k1");
        Assert.Equal("k1", await town.AssignedCourier(order));
    });

    [Fact]
    public Task One_courier_carries_two_orders_one_after_the_other() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        await town.Courier("k1");
        var first = await town.Delivered("anna", "m1");
        var second = await town.Delivered("ben", "m1");
        Assert.Equal(("k1", "k1"), ((await town.Now(first)).Courier, (await town.Now(second)).Courier));
    });

    [Fact]
    public Task Twenty_orders_and_five_couriers_end_with_every_order_delivered_once() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        for (var i = 0; i < 5; i++) await town.Courier($"k{i}");
        var orders = new List<OrderView>();
        for (var i = 0; i < 20; i++)
        {
            var order = await town.Placed($"customer{i}", "m1");
            await town.Accept(order);
            await town.Ready(order);
            orders.Add(order);
        }

        await Task.WhenAll(orders.Select(async order =>
        {
            var courier = await town.AssignedCourier(order);
            await town.Step(order, courier, CourierStep.PickUp);
            await town.Step(order, courier, CourierStep.Deliver);
        }));

        foreach (var order in orders)
        {
            var now = await town.Now(order);
            Assert.Equal(OrderStatus.Delivered, now.Status);
            Assert.Equal(1, now.Timeline.Count(e => e.Type == "delivery.assigned"));
        }
    });
}
