using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Simulations;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

/// <summary>Scripted merchants, couriers and customers play test orders to the end that their script has.</summary>
public sealed class SimulationTests
{
    private static readonly FeedScope Owner = new(FeedAudience.Operator, "", Live: false);
    private static readonly Actor Operator = new(Role.Operator, "~tess");
    private static readonly SimulationTown OneTown = new(1, 2, Town.Market, "EUR");

    private static SimulationPlan Plan(
        SimulationPreset preset, int speed = 60, SimulationClock clock = SimulationClock.Real, SimulationScript? script = null) =>
        new("a day", script ?? new([], [], []), preset, OneTown, [], [], clock, clock == SimulationClock.Manual ? 1 : speed, 7, null);

    private static ISimulationGrain Simulation(TestCluster cluster, string id = "sim_one") => cluster.Grains.GetGrain<ISimulationGrain>(id);

    private static async Task<SimulationView> Started(TestCluster cluster, SimulationPlan plan, string id = "sim_one")
    {
        var reply = await Simulation(cluster, id).Execute(new StartSimulation("start", Operator, Owner, plan));
        Assert.Null(reply.Refusal);
        await cluster.Eventually(async () => (await Seen(cluster, id)).Pending == 0, "the robots are there");
        Assert.All((await Seen(cluster, id)).Entries, entry => Assert.Equal("done", entry.Outcome));
        return reply.Simulation!;
    }

    private static async Task<SimulationView> Seen(TestCluster cluster, string id = "sim_one") => (await Simulation(cluster, id).Get(Owner))!;

    private static async Task<OrderView> Placed(
        TestCluster cluster, SimulationView simulation, string command = "order-1", PaymentMethod payment = PaymentMethod.Cash)
    {
        const string Customer = "~anna";
        var reply = await cluster.Grains.GetGrain<ICustomerGrain>(Customer).Place(new PlaceOrder(
            command, new(Role.Customer, Customer), Customer, simulation.Merchants[0], [new OrderLine("pizza", 1)], new(900, "EUR"), Town.Home,
            Payment: payment));
        Assert.Null(reply.Refusal);
        Assert.True(reply.Order!.Number.IsTest);
        return reply.Order;
    }

    private static async Task<OrderView> Came(TestCluster cluster, OrderView order, Func<OrderView, bool> to, string what)
    {
        var grain = cluster.Grains.GetGrain<IOrderGrain>(order.Number.ToString());
        await cluster.Eventually(async () => to((await grain.Get())!), what);
        return (await grain.Get())!;
    }

    [Fact]
    public Task On_the_happy_path_an_order_that_waits_for_its_payment_is_paid_and_delivered_also_over_a_crash() => TestCluster.Run(async cluster =>
    {
        var simulation = await Started(cluster, Plan(SimulationPreset.HappyPath, speed: 10));
        var order = await Placed(cluster, simulation, payment: PaymentMethod.Card);
        Assert.Equal(OrderStatus.AwaitingPayment, order.Status);
        await Came(cluster, order, o => o.Status == OrderStatus.Preparing, "it is accepted");
        await cluster.CrashAndRestart();
        var delivered = await Came(cluster, order, o => o.Status == OrderStatus.Delivered, "it is delivered");
        Assert.Equal(PaymentStatus.Paid, delivered.Payment);
        var types = delivered.Timeline.Select(entry => entry.Type).ToList();
        Assert.Contains(EventTypes.DeliveryEnRouteToPickup, types);
        Assert.Contains(EventTypes.DeliveryArrivedAtDropoff, types);
        await cluster.Eventually(async () => (await Seen(cluster)).OpenOrders == 0, "the simulation lets it go");
        var seen = await Seen(cluster);
        Assert.Equal((1, 0), (seen.Orders, seen.Refused));
    });

    [Theory]
    [InlineData(SimulationPreset.MerchantRejects, OrderStatus.Rejected, CancelReason.MerchantBusy)]
    [InlineData(SimulationPreset.NoCourier, OrderStatus.Canceled, CancelReason.NoCourier)]
    [InlineData(SimulationPreset.DoorFail, OrderStatus.Returned, CancelReason.CustomerAbsent)]
    [InlineData(SimulationPreset.CourierVanishes, OrderStatus.Delivered, CancelReason.None)]
    [InlineData(SimulationPreset.LateEverything, OrderStatus.Delivered, CancelReason.None)]
    public Task A_preset_brings_an_order_to_the_end_that_it_is_named_for(SimulationPreset preset, OrderStatus end, CancelReason reason) =>
        TestCluster.Run(async cluster =>
        {
            var order = await Placed(cluster, await Started(cluster, Plan(preset)));
            var ended = await Came(cluster, order, o => o.Status == end, $"it is {end}");
            Assert.Equal(reason, ended.Reason);
            var tried = ended.Timeline.Count(entry => entry.Type == EventTypes.DeliveryAssigned);
            if (preset == SimulationPreset.CourierVanishes) Assert.Equal(2, tried);
            if (preset == SimulationPreset.NoCourier) Assert.Equal(0, tried);
        });

    [Fact]
    public Task In_chaos_every_order_comes_to_some_end_and_no_step_is_planned_twice() => TestCluster.Run(async cluster =>
    {
        var simulation = await Started(cluster, Plan(SimulationPreset.Chaos, speed: 100) with { Town = new(2, 10, Town.Market, "EUR") });
        var orders = new List<OrderView>();
        for (var i = 0; i < 12; i++) orders.Add(await Placed(cluster, simulation, $"order-{i}"));
        foreach (var order in orders)
        {
            // A courier who went offline with the goods keeps them until the platform counts them as lost.
            await Came(cluster, order, o => o.Status is OrderStatus.Delivered or OrderStatus.Completed or OrderStatus.Rejected or OrderStatus.Canceled
                or OrderStatus.Returned or OrderStatus.InDelivery, "it comes to an end");
        }

        var steps = (await Seen(cluster)).Entries.Where(e => e.Outcome == "done" && e.Order is not null && e.By.Role == Role.Merchant);
        Assert.All(steps.GroupBy(e => (e.Order, e.Action)), same => Assert.Single(same));
    });

    [Fact]
    public Task On_a_manual_clock_nothing_happens_until_it_is_advanced_and_then_everything_that_is_due() => TestCluster.Run(async cluster =>
    {
        var simulation = await Started(cluster, Plan(SimulationPreset.HappyPath, clock: SimulationClock.Manual));
        var order = await Placed(cluster, simulation);
        await cluster.Eventually(async () => (await Seen(cluster)).Pending == 1, "the merchant means to accept");
        await cluster.Advance(TimeSpan.FromMinutes(30));
        await Came(cluster, order, o => o.Status == OrderStatus.AwaitingMerchant, "it waits");

        Assert.Null((await Simulation(cluster).Execute(new AdvanceSimulation("a1", Operator, Owner, TimeSpan.FromSeconds(19)))).Refusal);
        Assert.Equal(1, (await Seen(cluster)).Pending);
        Assert.Null((await Simulation(cluster).Execute(new AdvanceSimulation("a2", Operator, Owner, TimeSpan.FromSeconds(1)))).Refusal);
        await Came(cluster, order, o => o.Status == OrderStatus.Preparing, "it is accepted");
        Assert.Null((await Simulation(cluster).Execute(new AdvanceSimulation("a3", Operator, Owner, TimeSpan.FromHours(1)))).Refusal);
        await Came(cluster, order, o => o.Status == OrderStatus.Delivered, "one advance brings it to the door");
        Assert.Equal(simulation.CreatedAt + TimeSpan.FromSeconds(3_620), (await Seen(cluster)).ClockAt);
        Assert.True((await Simulation(cluster).Execute(new AdvanceSimulation("a3", Operator, Owner, TimeSpan.FromHours(1)))).Replayed);
    });

    [Fact]
    public Task A_list_of_plays_is_gone_through_in_order_and_a_substitution_is_approved() => TestCluster.Run(async cluster =>
    {
        var script = new SimulationScript(
            [
                new(MerchantAct.Reject, Reason: CancelReason.MerchantUnable), new(MerchantAct.Substitute), new(MerchantAct.Forget), new(MerchantAct.RunOut),
            ],
            [], []);
        var simulation = await Started(cluster, Plan(SimulationPreset.HappyPath, script: script));
        var first = await Came(cluster, await Placed(cluster, simulation, "o1"), o => o.Status == OrderStatus.Rejected, "the first is rejected");
        Assert.Equal(CancelReason.MerchantUnable, first.Reason);
        var second = await Came(cluster, await Placed(cluster, simulation, "o2"), o => o.Status == OrderStatus.Delivered, "the second is delivered");
        Assert.Equal("salad", Assert.Single(second.Lines).Item);
        var third = await Came(cluster, await Placed(cluster, simulation, "o3"), o => o.Status == OrderStatus.Canceled, "the third is forgotten");
        Assert.Equal(CancelReason.AcceptanceTimeout, third.Reason);
        var fourth = await Came(cluster, await Placed(cluster, simulation, "o4"), o => o.Status == OrderStatus.Rejected, "the fourth cannot be had");
        Assert.Equal(CancelReason.ItemUnavailable, fourth.Reason);
        await cluster.Eventually(async () => (await Seen(cluster)).Entries[0].Action == "empty_shelf", "the shelf is empty");
        var menu = (await cluster.Grains.GetGrain<IMerchantGrain>(simulation.Merchants[0]).Get())!.Menu;
        Assert.Equal(0, menu.Single(item => item.Id == "pizza").Stock);
    });

    [Fact]
    public Task A_simulation_ends_by_itself_and_closes_its_robots() => TestCluster.Run(async cluster =>
    {
        var simulation = await Started(cluster, Plan(SimulationPreset.HappyPath) with { Lasts = TimeSpan.FromMinutes(2) });
        await cluster.Eventually(async () => (await Seen(cluster)) is { Status: SimulationStatus.Ended, Pending: 0 }, "its time is over");
        Assert.Equal(MerchantStatus.Closed, (await cluster.Grains.GetGrain<IMerchantGrain>(simulation.Merchants[0]).Get())!.Status);
        Assert.Equal(CourierStatus.OffDuty, (await cluster.Grains.GetGrain<ICourierGrain>(simulation.Couriers[0]).Get())!.Status);
        var directory = cluster.Grains.GetGrain<ISimulationDirectoryGrain>(ISimulationDirectoryGrain.Key);
        Assert.Empty((await directory.Get(-1))!.Running);
        Assert.Equal("sim_one", Assert.Single(await directory.List(Owner)));
    });

    [Fact]
    public Task Nobody_is_played_by_two_simulations_and_an_owner_has_only_so_many() => TestCluster.Run(async cluster =>
    {
        await new Town(cluster, "~town").Merchant("~m1");
        var own = Plan(SimulationPreset.HappyPath) with { Town = null, Merchants = ["~m1"] };
        await Started(cluster, own);
        var taken = await Simulation(cluster, "sim_two").Execute(new StartSimulation("start", Operator, Owner, own));
        Assert.Equal(RefusalCode.AlreadyExists, taken.Refusal!.Code);
        var partner = new FeedScope(FeedAudience.Partner, "shop", Live: false);
        var foreign = await Simulation(cluster, "sim_two").Execute(new StartSimulation("start", Operator, partner, own));
        Assert.Equal(RefusalCode.Forbidden, foreign.Refusal!.Code);
        for (var i = 2; i <= 5; i++) await Started(cluster, Plan(SimulationPreset.HappyPath), $"sim_{i}");
        var full = await Simulation(cluster, "sim_6").Execute(new StartSimulation("start", Operator, Owner, Plan(SimulationPreset.HappyPath)));
        Assert.Equal(RefusalCode.TooMany, full.Refusal!.Code);
        Assert.Null((await Simulation(cluster).Execute(new StopSimulation("stop", Operator, Owner))).Refusal);
        await Started(cluster, Plan(SimulationPreset.HappyPath), "sim_6");
    });
}
