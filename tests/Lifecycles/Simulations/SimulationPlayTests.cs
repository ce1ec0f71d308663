using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Simulations;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Simulations;

/// <summary>What a simulation plans from what it sees.</summary>
public sealed class SimulationPlayTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly FeedScope Owner = new(FeedAudience.Operator, "", Live: false);
    private static readonly SimulationOptions Options = new();
    private static readonly OrderNumber Order = OrderNumber.Create(1, TestMode.Region, 0, 3, 0);

    private static SimulationState Started(SimulationClock clock = SimulationClock.Real, int speed = 1, SimulationScript? script = null, int maxOrders = 10)
    {
        var plan = new SimulationPlan(
            null, script ?? new([], [], []), SimulationPreset.HappyPath, null, ["~m1"], ["~k1"], clock, speed, 1, null);
        var (state, reply) = SimulationLifecycle.Execute(
            new(), "sim_a", new StartSimulation("start", Actor.System, Owner, plan), Start, new SimulationOptions { MaxOrders = maxOrders });
        Assert.Null(reply.Refusal);
        return state;
    }

    private static OrderSighting Seen(
        long sequence, OrderStatus status, DeliveryStatus delivery = DeliveryStatus.Pending, string type = EventTypes.OrderCreated, string? courier = null) =>
        new(3, sequence, type, Actor.System, Order, sequence, OrderKind.Delivery, "~c1", "~m1", courier, status, delivery, null);

    private static SimulationState Observe(SimulationState state, DateTimeOffset now, params ImmutableArray<OrderSighting> seen) =>
        SimulationPlay.Observe(state, seen, again: false, now, Options);

    [Fact]
    public void An_event_that_comes_again_plans_nothing_again_even_when_it_is_to_be_handled_again()
    {
        var once = Observe(Started(), Start, Seen(1, OrderStatus.AwaitingMerchant));
        Assert.Equal(SimulationAction.Accept, Assert.Single(once.Steps).Action);
        var twice = Observe(once, Start, Seen(1, OrderStatus.AwaitingMerchant));
        var again = SimulationPlay.Observe(twice, [Seen(1, OrderStatus.AwaitingMerchant)], again: true, Start, Options);
        Assert.Single(again.Steps);
        Assert.Equal(1, again.OrderCount);
    }

    [Fact]
    public void A_fast_clock_makes_steps_due_sooner_and_a_manual_one_only_when_it_is_advanced()
    {
        var fast = Observe(Started(speed: 10), Start, Seen(1, OrderStatus.AwaitingMerchant));
        Assert.Equal(Start + TimeSpan.FromSeconds(2), SimulationLifecycle.Next(fast));
        Assert.Empty(SimulationLifecycle.Due(fast, Start + TimeSpan.FromSeconds(1)));
        Assert.Single(SimulationLifecycle.Due(fast, Start + TimeSpan.FromSeconds(2)));

        var manual = Observe(Started(SimulationClock.Manual), Start, Seen(1, OrderStatus.AwaitingMerchant));
        Assert.Equal(manual.EndsAt, SimulationLifecycle.Next(manual));
        Assert.Empty(SimulationLifecycle.Due(manual, Start + TimeSpan.FromMinutes(50)));
        var advanced = SimulationLifecycle.Execute(
            manual, "sim_a", new AdvanceSimulation("a", Actor.System, Owner, TimeSpan.FromHours(1)), Start, Options).State;
        Assert.Single(SimulationLifecycle.Due(advanced, Start));

        // What follows from the step counts from when it was due, and not from the hour to which the clock was advanced.
        var accepted = Observe(advanced, Start, Seen(2, OrderStatus.Preparing, type: EventTypes.OrderAccepted));
        Assert.Equal(Start + TimeSpan.FromSeconds(320), accepted.Steps.Single(step => step.Action == SimulationAction.Ready).At);
    }

    [Fact]
    public void What_is_refused_for_the_moment_is_tried_again_and_in_the_end_given_up()
    {
        var state = Observe(Started(), Start, Seen(1, OrderStatus.AwaitingMerchant));
        var now = Start;
        for (var tries = 0; tries < 5; tries++)
        {
            now += TimeSpan.FromMinutes(2);
            var step = Assert.Single(SimulationLifecycle.Due(state, now));
            state = SimulationLifecycle.Record(state, [new(step.Id, new(RefusalCode.TooMany, "Full."))], now);
        }

        Assert.Empty(state.Steps);
        Assert.Equal((0, 1), (state.Done, state.Refused));
        Assert.Equal("too_many", state.Entries[0].Outcome);
    }

    [Fact]
    public void An_order_that_ended_takes_its_steps_with_it_and_more_orders_than_fit_are_left_alone()
    {
        var options = new SimulationOptions { MaxOrders = 1 };
        var state = SimulationPlay.Observe(Started(), [Seen(1, OrderStatus.AwaitingMerchant)], again: false, Start, options);
        var other = Seen(2, OrderStatus.Received) with { Order = OrderNumber.Create(2, TestMode.Region, 0, 3, 0) };
        state = SimulationPlay.Observe(state, [other], again: false, Start, options);
        Assert.Equal((1, 1L), (state.Orders.Count, state.Unplayed));
        state = Observe(state, Start, Seen(3, OrderStatus.Canceled, DeliveryStatus.Canceled, EventTypes.OrderCanceled));
        Assert.Empty(state.Orders);
        Assert.Empty(state.Steps);
    }

    [Fact]
    public void A_courier_who_lost_the_order_does_no_more_steps_and_the_next_one_plays_the_next_play()
    {
        var script = new SimulationScript([], [new(CourierAct.Deliver), new(CourierAct.FailAtDoor)], []);
        var state = Observe(Started(script: script), Start, Seen(1, OrderStatus.Preparing, DeliveryStatus.Offered, EventTypes.DeliveryOffered, "~k1"));
        Assert.Contains(state.Steps, step => step.Action == SimulationAction.AcceptOffer);
        state = Observe(state, Start, Seen(2, OrderStatus.Preparing, type: EventTypes.DeliveryOfferExpired, courier: "~k1"));
        Assert.DoesNotContain(state.Steps, step => step.By.Role == Role.Courier);
        state = Observe(state, Start, Seen(3, OrderStatus.InDelivery, DeliveryStatus.ArrivedAtDropoff, EventTypes.DeliveryArrivedAtDropoff, "~k1"));
        Assert.Equal(SimulationAction.FailDelivery, state.Steps.Single(step => step.By.Role == Role.Courier).Action);
    }

    [Fact]
    public void The_same_seed_draws_the_same_and_about_as_often_as_the_weights_say()
    {
        ImmutableArray<MerchantPlay> plays = [new(MerchantAct.Accept, Weight: 3), new(MerchantAct.Reject, Weight: 1)];
        int[] Drawn(int seed) => [.. Enumerable.Range(0, 4_000).Select(i => SimulationDice.Choose(plays, p => p.Weight, seed, Role.Merchant, i))];
        Assert.Equal(Drawn(7), Drawn(7));
        Assert.NotEqual(Drawn(7), Drawn(8));
        Assert.InRange(Drawn(7).Count(play => play == 0), 2_850, 3_150);
    }
}
