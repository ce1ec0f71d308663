using Microsoft.Extensions.DependencyInjection;
using OrderActors.Couriers;
using OrderActors.Dispatch;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

public sealed class OfferTests
{
    private static readonly GeoPoint Near = Town.Market;
    private static readonly GeoPoint Far = new(52.5300, 13.4050);

    private static async Task<ICourierGrain> Asked(TestCluster cluster, Town town, string id, GeoPoint at, int capacity = 1)
    {
        var courier = cluster.Grains.GetGrain<ICourierGrain>(id);
        Actor by = new(Role.Courier, id);
        Assert.Null((await courier.Execute(new CreateCourier(town.NextId(), by, "Kim", "town", capacity, AcceptsOffersByHand: true))).Refusal);
        Assert.Null((await courier.Execute(new GoOnline(town.NextId(), by, at))).Refusal);
        return courier;
    }

    private static async Task<OrderView> ReadyOrder(Town town)
    {
        await town.Merchant("m1");
        var order = await town.Placed("anna", "m1");
        await town.Accept(order);
        return await town.Ready(order);
    }

    // Grain time runs ahead of a slow machine, and an offer is to be open when it is answered.
    private static Task Run(Func<TestCluster, Task> test) => TestCluster.Run(
        test, services => services.Configure<CourierOptions>(options => options.OfferTime = TimeSpan.FromMinutes(2)));

    private static Task Offered(TestCluster cluster, Town town, ICourierGrain courier, OrderView order) => cluster.Eventually(
        async () => (await courier.Get())!.Offer is { } offer && offer.Orders.Contains(order.Number)
            && (await town.Now(order)).Delivery == DeliveryStatus.Offered,
        "the courier is asked");

    [Fact]
    public Task Who_accepts_an_offer_gets_the_order() => Run(async cluster =>
    {
        var town = new Town(cluster);
        var courier = await Asked(cluster, town, "k1", Near);
        var order = await ReadyOrder(town);
        await Offered(cluster, town, courier, order);
        Assert.Equal(CourierStatus.Offered, (await courier.Get())!.Status);

        var reply = await courier.Execute(new AcceptOffer(town.NextId(), new(Role.Courier, "k1"), order.Number));
        Assert.Equal(CourierStatus.Busy, reply.Courier!.Status);
        Assert.Equal("k1", await town.AssignedCourier(order));
        await town.Step(order, "k1", CourierStep.PickUp);
        await town.Step(order, "k1", CourierStep.Deliver);
        await cluster.Eventually(async () => (await courier.Get())!.Status == CourierStatus.Available, "the courier is free");

        var earnings = (await courier.Earnings())!;
        Assert.Equal((1, new CourierOptions().PayPerDelivery), (earnings.Shift!.Orders, earnings.Days.Single().Earned));
    });

    [Fact]
    public Task A_courier_does_not_keep_an_order_that_the_same_courier_brought_before() => Run(async cluster =>
    {
        // Found by the simulator (seed 133): a dispatcher that had not heard of the end gave the order to its courier once more.
        var town = new Town(cluster);
        await town.Merchant("m1");
        var courier = await town.Courier("k1");
        var order = await town.Delivered("anna", "m1");
        Assert.Equal("k1", order.Courier);
        await cluster.Eventually(async () => (await courier.Get())!.Status == CourierStatus.Available, "the courier is free");
        Assert.Null((await courier.Execute(new TakeAssignment(town.NextId(), Actor.System, [order.Number]))).Refusal);
        await cluster.Eventually(async () => (await courier.Get())!.Status == CourierStatus.Available, "the courier is free again");
        Assert.Equal(OrderStatus.Delivered, (await town.Now(order)).Status);
    });

    [Fact]
    public Task An_order_that_is_declined_goes_to_the_next_courier_and_not_back_at_once() => Run(async cluster =>
    {
        var town = new Town(cluster);
        var near = await Asked(cluster, town, "near", Near);
        var far = await Asked(cluster, town, "far", Far);
        var order = await ReadyOrder(town);
        await Offered(cluster, town, near, order);
        await near.Execute(new DeclineOffer(town.NextId(), new(Role.Courier, "near"), order.Number, DeclineReason.TooFar));
        var declined = cluster.Clock.GetUtcNow();
        await Offered(cluster, town, far, order);
        Assert.Equal(CourierStatus.Available, (await near.Get())!.Status);
        await far.Execute(new DeclineOffer(town.NextId(), new(Role.Courier, "far"), order.Number, DeclineReason.Other));

        // Both rest from this order, and then it is the nearest one's again.
        await cluster.Advance(declined + TimeSpan.FromMinutes(4) - cluster.Clock.GetUtcNow());
        Assert.Equal(DeliveryStatus.Pending, (await town.Now(order)).Delivery);
        await Offered(cluster, town, near, order);
    });

    [Fact]
    public Task An_offer_that_nobody_answers_ends_and_another_courier_is_asked() => Run(async cluster =>
    {
        var town = new Town(cluster);
        var near = await Asked(cluster, town, "near", Near);
        var far = await Asked(cluster, town, "far", Far);
        var order = await ReadyOrder(town);
        await Offered(cluster, town, near, order);
        await Offered(cluster, town, far, order);
        await cluster.Eventually(async () => (await near.Get())!.Status == CourierStatus.Available, "the first one is free again");
        Assert.Contains((await town.Now(order)).Timeline, entry => entry is { Type: "delivery.offer_expired", Detail: "near" });
        var late = await near.Execute(new AcceptOffer(town.NextId(), new(Role.Courier, "near"), order.Number));
        Assert.Equal(RefusalCode.OfferExpired, late.Refusal!.Code);
        Assert.Null((await far.Execute(new AcceptOffer(town.NextId(), new(Role.Courier, "far"), order.Number))).Refusal);
        Assert.Equal("far", await town.AssignedCourier(order));
    });

    [Fact]
    public Task An_order_that_is_cancelled_takes_its_offer_back() => Run(async cluster =>
    {
        var town = new Town(cluster);
        var courier = await Asked(cluster, town, "k1", Near);
        var order = await ReadyOrder(town);
        await Offered(cluster, town, courier, order);
        Actor merchant = new(Role.Merchant, "m1");
        Assert.Null((await town.OrderGrain(order).Execute(new CancelOrder(town.NextId(), merchant, CancelReason.MerchantUnable))).Refusal);
        await cluster.Eventually(async () => (await courier.Get()) is { Status: CourierStatus.Available, Offer: null }, "the courier is free again");
        var answer = await courier.Execute(new AcceptOffer(town.NextId(), new(Role.Courier, "k1"), order.Number));
        Assert.Equal(RefusalCode.OfferExpired, answer.Refusal!.Code);
    });

    [Fact]
    public Task Who_goes_off_duty_with_an_open_offer_leaves_the_order_to_others() => Run(async cluster =>
    {
        var town = new Town(cluster);
        var courier = await Asked(cluster, town, "k1", Near);
        var order = await ReadyOrder(town);
        await Offered(cluster, town, courier, order);
        await courier.Execute(new GoOffline(town.NextId(), new(Role.Courier, "k1")));
        await town.Courier("k2");
        Assert.Equal("k2", await town.AssignedCourier(order));
        Assert.Equal(CourierStatus.OffDuty, (await courier.Get())!.Status);
    });

    [Fact]
    public Task An_offer_survives_a_crash() => Run(async cluster =>
    {
        var town = new Town(cluster);
        await Asked(cluster, town, "k1", Near);
        var order = await ReadyOrder(town);
        await Offered(cluster, town, cluster.Grains.GetGrain<ICourierGrain>("k1"), order);
        await cluster.CrashAndRestart();
        var courier = cluster.Grains.GetGrain<ICourierGrain>("k1");
        Assert.Null((await courier.Execute(new AcceptOffer(town.NextId(), new(Role.Courier, "k1"), order.Number))).Refusal);
        Assert.Equal("k1", await town.AssignedCourier(order));
    });

    [Fact]
    public Task A_courier_on_a_break_is_not_asked() => Run(async cluster =>
    {
        var town = new Town(cluster);
        var courier = await town.Courier("k1");
        Actor by = new(Role.Courier, "k1");
        Assert.Equal(CourierStatus.Paused, (await courier.Execute(new PauseCourier(town.NextId(), by))).Courier!.Status);
        var zone = cluster.Grains.GetGrain<IDispatchGrain>("town");
        await cluster.Eventually(async () => (await zone.Get()).Idle.IsEmpty, "dispatch knows");
        var order = await ReadyOrder(town);
        await cluster.Advance(TimeSpan.FromMinutes(5));
        Assert.Null((await town.Now(order)).Courier);
        Assert.Null((await courier.Execute(new ResumeCourier(town.NextId(), by))).Refusal);
        Assert.Equal("k1", await town.AssignedCourier(order));
    });

    [Fact]
    public Task Goods_are_handed_over_on_the_way() => Run(async cluster =>
    {
        var town = new Town(cluster);
        var giver = await town.Courier("k1");
        var order = await ReadyOrder(town);
        await town.AssignedCourier(order);
        await town.Step(order, "k1", CourierStep.PickUp);
        var taker = await town.Courier("k2");
        Assert.Null((await taker.Execute(new TakeOver(town.NextId(), new(Role.Courier, "k2"), order.Number, "k1"))).Refusal);
        await cluster.Eventually(async () => (await town.Now(order)).Courier == "k2", "the other courier has it");
        await cluster.Eventually(async () => (await giver.Get())!.Status == CourierStatus.Available, "the first one is free");
        Assert.Equal([order.Number], (await taker.Get())!.Assignment.ToArray());
        await town.Step(order, "k2", CourierStep.Deliver);
        await cluster.Eventually(async () => (await taker.Get())!.Status == CourierStatus.Available, "the second one is free");
        Assert.Equal(1, (await taker.Earnings())!.Shift!.Orders);
        Assert.Equal(0, (await giver.Earnings())!.Shift!.Orders);
    });

    [Theory]
    [InlineData("k1", false)]
    [InlineData("k3", true)]
    public Task A_handover_that_the_order_does_not_know_of_is_taken_back(string from, bool pickedUp) => Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Courier("k1");
        var order = await ReadyOrder(town);
        await town.AssignedCourier(order);
        if (pickedUp) await town.Step(order, "k1", CourierStep.PickUp);
        var taker = await town.Courier("k2");
        Assert.Null((await taker.Execute(new TakeOver(town.NextId(), new(Role.Courier, "k2"), order.Number, from))).Refusal);
        await cluster.Eventually(async () => (await taker.Get())!.Status == CourierStatus.Available, "the courier who has nothing is free");
        Assert.Equal("k1", (await town.Now(order)).Courier);
    });
}
