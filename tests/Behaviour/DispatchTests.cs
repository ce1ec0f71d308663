using Microsoft.Extensions.DependencyInjection;
using OrderActors.Couriers;
using OrderActors.Dispatch;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

/// <summary>Dispatch as it is set up by default: it plans, says why, and goes on whatever couriers and merchants do.</summary>
public sealed class DispatchTests
{
    private static readonly GeoPoint Near = new(52.5210, 13.4050);
    private static readonly GeoPoint Far = new(52.5500, 13.4050);

    private static TimelineEntry Entry(OrderView order, string type) => order.Timeline.Last(entry => entry.Type == type);

    [Fact]
    public Task An_orders_timeline_says_why_this_courier() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        await town.Courier("far", Far);
        await town.Courier("near", Near);
        await cluster.Eventually(async () => (await cluster.Grains.GetGrain<IDispatchGrain>("town").Get()).Idle.Length == 2, "both are free");
        var order = await town.ReadyOrder("anna", "m1");
        Assert.Equal("near", await town.AssignedCourier(order));

        var choice = Entry(await town.Now(order), "delivery.assigned").Choice!;
        Assert.Equal((ChoiceBasis.Plan, "town", 2), (choice.Basis, choice.Zone, choice.Considered));
        Assert.Equal([order.Number], choice.Orders.ToArray());
        Assert.InRange(choice.Drive, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.True(choice.NextDrive > choice.Drive + TimeSpan.FromMinutes(5));
    });

    [Fact]
    public Task With_an_offer_the_reason_stands_where_the_courier_was_asked() => TestCluster.Run(
        async cluster =>
        {
            var town = new Town(cluster);
            await town.Merchant("m1");
            var courier = await town.Courier("k1", byHand: true);
            var order = await town.ReadyOrder("anna", "m1");
            await cluster.Eventually(async () => (await town.Now(order)).Delivery == DeliveryStatus.Offered, "the courier is asked");
            Assert.Equal(ChoiceBasis.Plan, Entry(await town.Now(order), "delivery.offered").Choice!.Basis);
            await courier.Execute(new AcceptOffer(town.NextId(), new(Role.Courier, "k1"), order.Number));
            await town.AssignedCourier(order);
            Assert.Null(Entry(await town.Now(order), "delivery.assigned").Choice);
        },
        services => services.Configure<CourierOptions>(options => options.OfferTime = TimeSpan.FromMinutes(2)));

    [Fact]
    public Task Where_the_zone_decides_by_the_plain_policy_the_timeline_says_so() => TestCluster.Run(
        async cluster =>
        {
            var town = new Town(cluster);
            await town.Merchant("m1");
            await town.Courier("k1");
            var order = await town.ReadyOrder("anna", "m1");
            await town.AssignedCourier(order);
            Assert.Equal(ChoiceBasis.Nearest, Entry(await town.Now(order), "delivery.assigned").Choice!.Basis);
        },
        services => services.Configure<DispatchOptions>(options => options.Policy = DispatchMethod.Nearest));

    [Fact]
    public Task A_courier_is_sent_when_setting_out_makes_sense_and_at_once_when_the_goods_are_ready_early() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        await town.Courier("k1");
        var order = await town.Placed("anna", "m1");
        await town.Accept(order);
        await cluster.Advance(TimeSpan.FromMinutes(5));
        Assert.Null((await town.Now(order)).Courier);
        await town.Ready(order);
        Assert.Equal("k1", await town.AssignedCourier(order));
        Assert.True(cluster.Clock.GetUtcNow() < order.CreatedAt.AddMinutes(9));

        // The other one is late: its courier was sent for when it was promised, and waits.
        await town.Courier("k2");
        var late = await town.Placed("ben", "m1");
        await town.Accept(late);
        Assert.Equal("k2", await town.AssignedCourier(late));
        await cluster.Advance(TimeSpan.FromMinutes(10));
        await town.Ready(late);
        await town.Step(late, "k2", CourierStep.PickUp);
        Assert.Equal("k2", (await town.Now(late)).Courier);
    });

    [Fact]
    public Task Where_the_zone_allows_it_a_courier_fetches_from_two_merchants_in_one_trip() => TestCluster.Run(
        async cluster =>
        {
            var town = new Town(cluster);
            await town.Merchant("m1");
            await town.Merchant("m2", at: Near);
            var orders = new[] { await town.ReadyOrder("anna", "m1"), await town.ReadyOrder("ben", "m2") };
            var zone = cluster.Grains.GetGrain<IDispatchGrain>("town");
            await cluster.Eventually(async () => (await zone.Get()).Waiting.Length == 2, "both wait");
            var courier = await town.Courier("k1", capacity: 2);
            foreach (var order in orders) Assert.Equal("k1", await town.AssignedCourier(order));
            Assert.Equal(2, (await courier.Get())!.Assignment.Length);
            var choice = Entry(await town.Now(orders[0]), "delivery.assigned").Choice!;
            Assert.Equal(2, choice.Orders.Length);
            foreach (var order in orders) await town.Step(order, "k1", CourierStep.PickUp);
            foreach (var order in orders) await town.Step(order, "k1", CourierStep.Deliver);
            await cluster.Eventually(async () => (await courier.Get())!.Status == CourierStatus.Available, "the courier is free");
        },
        services => services.Configure<DispatchOptions>(options => options.Zones["town"] = new ZoneOptions { MaxMerchantsPerTrip = 2 }));
}
