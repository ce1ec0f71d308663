using Microsoft.Extensions.DependencyInjection;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour;

/// <summary>Orders that are not brought now: for later, to be fetched, virtual; and what people do to orders on their way.</summary>
public sealed class KindTests
{
    private static readonly Actor Anna = new(Role.Customer, "anna");
    private static readonly Actor Merchant = new(Role.Merchant, "m1");
    private static readonly Actor Operator = new(Role.Operator, "op");

    private sealed class Pins : IPinSource
    {
        public string Next() => "4711";
    }

    [Fact]
    public Task A_scheduled_order_is_released_at_its_moment_also_after_a_crash() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var wanted = cluster.Clock.GetUtcNow() + TimeSpan.FromHours(6);
        var order = (await town.Place(town.Order("anna", "m1") with { ScheduledFor = wanted })).Order!;
        Assert.Equal(OrderStatus.Scheduled, order.Status);

        await cluster.CrashAndRestart();
        await cluster.Advance(TimeSpan.FromMinutes(325));
        await cluster.Eventually(async () => (await town.Now(order)).Status != OrderStatus.Scheduled, "the order is released");
        var released = (await town.Now(order)).Timeline.Single(e => e.Type == EventTypes.OrderReleased);
        // The merchant's 12 minutes and 20 for the way before it is wanted.
        Assert.InRange(released.At - (wanted - TimeSpan.FromMinutes(32)), TimeSpan.Zero, TimeSpan.FromMinutes(1));
    });

    [Fact]
    public Task A_scheduled_order_goes_to_a_merchant_who_accepts_by_itself() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1", autoAccept: true);
        var order = (await town.Place(town.Order("anna", "m1") with { ScheduledFor = cluster.Clock.GetUtcNow() + TimeSpan.FromHours(1) })).Order!;
        Assert.Equal(OrderStatus.Scheduled, order.Status);
        await cluster.Advance(TimeSpan.FromMinutes(20));
        await cluster.Eventually(async () => (await town.Now(order)).Status == OrderStatus.Preparing, "it is accepted when its time comes");
    });

    [Fact]
    public Task A_time_in_the_past_is_refused_and_nothing_is_taken() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 3);
        var reply = await town.Place(town.Order("anna", "m1", bread: 2) with { ScheduledFor = cluster.Clock.GetUtcNow() - TimeSpan.FromMinutes(1) });
        Assert.Equal(RefusalCode.ScheduleInvalid, reply.Refusal!.Code);
        Assert.Equal(3, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);
    });

    [Fact]
    public Task An_order_to_be_fetched_needs_no_courier() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        await town.Courier("k1");
        var order = (await town.Place(town.Order("anna", "m1") with { Kind = OrderKind.Pickup })).Order!;
        await town.Accept(order);
        Assert.Equal(DeliveryStatus.NotNeeded, (await town.Ready(order)).Delivery);
        var collected = await town.OrderGrain(order).Execute(new CollectOrder("c", Merchant));
        Assert.Equal((OrderStatus.Delivered, PaymentStatus.Paid, null), (collected.Order!.Status, collected.Order.Payment, collected.Order.Courier));

        var forgotten = (await town.Place(town.Order("anna", "m1") with { Kind = OrderKind.Pickup })).Order!;
        await town.Accept(forgotten);
        await town.Ready(forgotten);
        await cluster.Advance(TimeSpan.FromHours(2));
        await cluster.Eventually(async () => (await town.Now(forgotten)).Reason == CancelReason.NotCollected, "nobody comes for it");
    });

    [Fact]
    public Task A_membership_is_bought_in_one_round_trip_and_the_next_delivery_is_free() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1");
        await merchant.Execute(new SetMenu("menu", Merchant,
            [new MenuItem("soup", "Soup", 900), new MenuItem("club", "Club", 500, Virtual: new VirtualGoods(MembershipDays: 30, Vouchers: 0))]));
        await merchant.Execute(new SetMerchantTerms("terms", Merchant, new MerchantTerms(DeliveryFee: 250)));
        Assert.Equal(RefusalCode.WrongTotal, (await town.Place(town.Order("anna", "m1"))).Refusal!.Code);

        var club = town.Order("anna", "m1") with
        {
            Kind = OrderKind.Virtual,
            Lines = [new("club", 1)],
            Total = new(500, "EUR"),
            Payment = PaymentMethod.Card,
            PaymentSource = "tok_ok",
        };
        // The provider is asked in a turn of its own, which the clock has to bring about.
        var placing = town.Place(club);
        await cluster.Eventually(() => Task.FromResult(placing.IsCompleted), "the answer is there");
        var bought = (await placing).Order!;
        await cluster.Eventually(
            async () => await town.Now(bought) is { Status: OrderStatus.Delivered, Payment: PaymentStatus.Paid, Delivery: DeliveryStatus.NotNeeded },
            "it is handed over");
        await cluster.Eventually(async () => (await cluster.Grains.GetGrain<ICustomerGrain>("anna").Get())?.MemberUntil is not null, "she is a member");

        var order = (await town.Place(town.Order("anna", "m1"))).Order!;
        Assert.Equal((900, 0), (order.Bill!.Total, order.Bill.DeliveryFee));
        Assert.Equal(RefusalCode.WrongTotal, (await town.Place(town.Order("ben", "m1"))).Refusal!.Code);
        await cluster.Advance(TimeSpan.FromHours(29));
        await cluster.Eventually(async () => (await town.Now(bought)).Status == OrderStatus.Completed, "its books close");
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Virtual_goods_are_never_handed_over_for_money_that_cannot_be_taken(bool later) => TestCluster.Run(async cluster =>
    {
        // Found by the simulator: seed 16 (the second card was only held, not charged, when the goods went) and seed 103 (for later).
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1");
        await merchant.Execute(new SetMenu("menu", Merchant, [new MenuItem("club", "Club", 500, Virtual: new VirtualGoods(MembershipDays: 30, Vouchers: 0))]));
        var placing = town.Place(town.Order("anna", "m1") with
        {
            Kind = OrderKind.Virtual,
            Lines = [new("club", 1)],
            Total = new(500, "EUR"),
            Payment = PaymentMethod.Card,
            PaymentSource = "tok_capture_declined",
            ScheduledFor = later ? cluster.Clock.GetUtcNow() + TimeSpan.FromMinutes(5) : null,
        });
        await cluster.Eventually(() => Task.FromResult(placing.IsCompleted), "the answer is there");
        var order = (await placing).Order!;
        // On a slow machine the clock of the grains runs ahead of the provider, and the order is placed before it has answered.
        await cluster.Eventually(
            async () => await town.Now(order) is { Status: OrderStatus.AwaitingPayment, Payment: PaymentStatus.Failed }, "the card was declined");

        await cluster.Advance(TimeSpan.FromSeconds(10));
        var paying = town.OrderGrain(order).Execute(new PayOrder(town.NextId(), Anna, "tok_capture_declined"));
        await cluster.Eventually(() => Task.FromResult(paying.IsCompleted), "the second answer is there");
        Assert.True((await paying).Refusal!.Code is RefusalCode.PaymentDeclined or RefusalCode.Unavailable);
        await cluster.Advance(TimeSpan.FromHours(1));
        await cluster.Eventually(async () => (await town.Now(order)).Status == OrderStatus.Expired, "nobody pays, and it expires");
    });

    [Fact]
    public Task An_order_that_ends_with_an_open_change_uses_up_its_own_goods_and_not_those_of_the_change() => TestCluster.Run(async cluster =>
    {
        // Found by the simulator (seed 24, no faults): the merchant had reserved for the change when its payment was declined.
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 5);
        var order = await town.Placed("anna", "m1", bread: 1);
        await town.Accept(order);
        var grain = town.OrderGrain(order);
        var proposed = (await grain.Execute(new ProposeModification("p1", Anna, [new("soup", 1), new("bread", 4)]))).Order!;
        Assert.Null((await merchant.Amend(order.Number, proposed.Version, [new("soup", 1), new("bread", 4)])).Refusal);
        Assert.Equal(1, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);

        Assert.Null((await grain.Execute(new OverrideOrder("o1", new(Role.Operator, "op"), OrderStatus.Delivered, "It was brought."))).Refusal);
        await cluster.Eventually(async () => (await merchant.Get())!.OpenOrders == 0, "nothing is reserved");
        Assert.Equal(4, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);
    });

    [Fact]
    public Task A_change_is_proposed_approved_and_priced_anew() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 5);
        var order = (await town.Place(town.Order("anna", "m1", bread: 1) with { Payment = PaymentMethod.Card, PaymentSource = "tok_ok" })).Order!;
        var grain = town.OrderGrain(order);
        var proposed = await grain.Execute(new ProposeModification("p1", Anna, [new("soup", 1), new("bread", 4)]));
        Assert.Equal((1900, 1150), (proposed.Order!.Proposals.Single().Total.Amount, proposed.Order.Total.Amount));
        Assert.Equal(RefusalCode.Forbidden, (await grain.Execute(new ResolveModification("own", Anna, 1, Approve: true))).Refusal!.Code);

        var approved = (await grain.Execute(new ResolveModification("a1", Merchant, 1, Approve: true))).Order!;
        Assert.Equal((1900, 1900, 4), (approved.Total.Amount, approved.Bill!.Due, approved.Lines.Single(l => l.Item == "bread").Quantity));
        Assert.Equal(1, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);
        await town.Accept(order);
        await cluster.Eventually(async () => (await town.Now(order)).Payment == PaymentStatus.Paid, "the new total is taken");
        Assert.Equal(1900, (await cluster.Grains.GetGrain<IPaymentGrain>(order.Number.ToString()).Get())!.Captured);

        Assert.Equal(RefusalCode.SoldOut, (await grain.Execute(new ProposeModification("p2", Anna, [new("bread", 9)]))).Refusal!.Code);
        var substitution = (await grain.Execute(new ProposeModification("s1", Merchant, [new("soup", 1)]))).Order!;
        Assert.Equal(2, substitution.Proposals[^1].Number);
        var substituted = (await grain.Execute(new ResolveModification("s2", Anna, 2, Approve: true))).Order!;
        Assert.Equal(900, substituted.Total.Amount);
        Assert.Contains(substituted.Timeline, e => e.Type == EventTypes.OrderItemSubstituted);
        await cluster.Eventually(async () => (await town.Now(order)).Payment == PaymentStatus.PartiallyRefunded, "what was too much goes back");
        Assert.Equal(5, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);
    });

    [Fact]
    public Task A_change_that_nobody_answers_lapses() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        var merchant = await town.Merchant("m1", bread: 5);
        var order = (await town.Place(town.Order("anna", "m1") with { ScheduledFor = cluster.Clock.GetUtcNow() + TimeSpan.FromHours(8) })).Order!;
        var grain = town.OrderGrain(order);
        await grain.Execute(new ProposeModification("p1", Anna, [new("bread", 2)]));
        await cluster.Eventually(async () => (await town.Now(order)).Proposals.Single().Status == ProposalStatus.Declined, "nobody answers");
        Assert.Equal(5, (await merchant.Get())!.Menu.Single(i => i.Id == "bread").Stock);
        Assert.Equal(900, (await town.Now(order)).Total.Amount);
    });

    [Fact]
    public Task Goods_that_nobody_takes_go_back_and_the_customer_pays_for_them() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1", bread: 5);
        var courier = await town.Courier("k1");
        var order = (await town.Place(town.Order("anna", "m1", bread: 2) with { Payment = PaymentMethod.Card, PaymentSource = "tok_ok" })).Order!;
        await town.Accept(order);
        await town.Ready(order);
        await town.AssignedCourier(order);
        await town.Step(order, "k1", CourierStep.ArriveAtDropoff);
        var returning = await town.OrderGrain(order).Execute(new FailDelivery("f", new Actor(Role.Courier, "k1"), CancelReason.CustomerAbsent));
        Assert.Equal((OrderStatus.Returning, DeliveryStatus.Returning, 1400), (returning.Order!.Status, returning.Order.Delivery, returning.Order.Bill!.Due));
        Assert.Equal(CourierStatus.Busy, (await courier.Get())!.Status);
        await town.OrderGrain(order).Execute(new ReturnGoods("r", Merchant));
        await cluster.Eventually(async () => (await courier.Get())!.Status == CourierStatus.Available, "the courier is free again");
        await cluster.Eventually(
            async () => (await cluster.Grains.GetGrain<IMerchantGrain>("m1").Get())!.Menu.Single(i => i.Id == "bread").Stock == 5, "the goods are back");
        await cluster.Advance(TimeSpan.FromHours(29));
        await cluster.Eventually(async () => (await town.Now(order)).Status == OrderStatus.Completed, "its books close");
        Assert.Equal(PaymentStatus.Paid, (await town.Now(order)).Payment);
    });

    [Fact]
    public Task The_courier_has_to_say_the_customers_pin() => TestCluster.Run(
        async cluster =>
        {
            var town = new Town(cluster);
            await town.Merchant("m1", autoAccept: true);
            await town.Courier("k1");
            var order = (await town.Place(town.Order("anna", "m1") with { RequirePin = true })).Order!;
            Assert.Equal("4711", order.Pin);
            await town.AssignedCourier(order);
            var by = new Actor(Role.Courier, "k1");
            Assert.Equal(RefusalCode.WrongPin, (await town.OrderGrain(order).Execute(new AdvanceDelivery("d0", by, CourierStep.Deliver))).Refusal!.Code);
            for (var i = 1; i < 5; i++)
            {
                var wrong = new AdvanceDelivery($"d{i}", by, CourierStep.Deliver, new Proof(Pin: $"000{i}"));
                Assert.Equal(RefusalCode.WrongPin, (await town.OrderGrain(order).Execute(wrong)).Refusal!.Code);
            }

            // Five wrong ones, and the right one does not help any more: somebody could be trying them all.
            var late = new AdvanceDelivery("late", by, CourierStep.Deliver, new Proof(Pin: "4711"));
            Assert.Equal(RefusalCode.WrongPin, (await town.OrderGrain(order).Execute(late)).Refusal!.Code);
            var delivered = await town.OrderGrain(order).Execute(new AdvanceDelivery("op", Operator, CourierStep.Deliver));
            Assert.Equal(OrderStatus.Delivered, delivered.Order!.Status);
        },
        services => services.AddSingleton<IPinSource, Pins>());

    [Fact]
    public Task A_frozen_order_stands_still_past_its_deadlines_and_goes_on_when_it_may() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        var order = await town.Placed("anna", "m1");
        Assert.True((await town.OrderGrain(order).Execute(new FreezeOrder("f", Operator, "fraud?"))).Order!.Frozen);
        await cluster.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(OrderStatus.AwaitingMerchant, (await town.Now(order)).Status);
        Assert.Equal(RefusalCode.OrderFrozen, (await town.OrderGrain(order).Execute(new AcceptOrder("a", Merchant))).Refusal!.Code);
        await town.OrderGrain(order).Execute(new UnfreezeOrder("u", Operator, "no"));
        await cluster.Eventually(async () => (await town.Now(order)).Reason == CancelReason.AcceptanceTimeout, "its deadline comes again");
    });

    [Fact]
    public Task A_courier_who_never_comes_is_replaced_until_it_is_too_late() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        await town.Courier("k1");
        var order = await town.Placed("anna", "m1");
        await town.Accept(order);
        await town.Ready(order);
        await town.AssignedCourier(order);
        await cluster.Advance(TimeSpan.FromMinutes(40));
        await cluster.Eventually(async () => (await town.Now(order)).Attempt > 0, "the courier is replaced");
        await cluster.Advance(TimeSpan.FromHours(5));
        await cluster.Eventually(async () => (await town.Now(order)).Status == OrderStatus.Canceled, "the order ends");
        var now = await town.Now(order);
        Assert.Equal(CancelReason.NoCourier, now.Reason);
        Assert.InRange(now.Attempt, 2, 6);
    });
}
