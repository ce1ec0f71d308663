using Microsoft.Extensions.Options;
using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using OrderActors.Values;
using Xunit;
using Xunit.Abstractions;
using static OrderActors.Tests.Lifecycles.Dispatch.Zone;

namespace OrderActors.Tests.Lifecycles.Dispatch;

public sealed class OptimisedPolicyTests(ITestOutputHelper output)
{
    private static readonly GreatCircleTravel OnEarth = new GreatCircleTravel(Options.Create(new TravelOptions()));

    private static DispatchPlan Plan(
        IReadOnlyList<WaitingOrder> orders, IReadOnlyList<IdleCourier> idle, IReadOnlyList<IdleCourier>? busy = null, RoutingTerms? terms = null,
        ZoneRules? rules = null) =>
        new OptimisedPolicy(terms ?? new RoutingTerms()).Decide(new DispatchInput(Noon, orders, idle, new Minutes(), busy, Rules: rules));

    private static WaitingOrder Of(string? merchant, WaitingOrder order) => order with { Merchant = merchant };

    [Fact]
    public void One_courier_carries_a_merchants_orders_together()
    {
        var orders = new[] { Of("m", Order(1)), Of("m", Order(2)) };
        Assert.Equal([$"c>{Number(1)}+{Number(2)}"], Given(Plan(orders, [Courier("c") with { Capacity = 2 }])));
        Assert.Equal([$"c>{Number(1)}"], Given(Plan(orders, [Courier("c")])));
    }

    [Fact]
    public void Two_couriers_who_stand_by_carry_one_order_each()
    {
        // Each goes to another end of the town: together, one customer would wait for the other.
        WaitingOrder[] orders = [Of("m", Order(1)) with { Dropoff = North(15) }, Of("m", Order(2)) with { Dropoff = North(-15) }];
        var plan = Plan(orders, [Courier("a") with { Capacity = 2 }, Courier("b") with { Capacity = 2 }]);
        Assert.Equal(2, plan.Pairings.Length);
        Assert.All(plan.Pairings, pairing => Assert.Single(pairing.Orders));
    }

    [Fact]
    public void Orders_whose_merchant_is_not_known_are_never_carried_together()
    {
        var plan = Plan([Order(1), Order(2)], [Courier("c") with { Capacity = 2 }]);
        Assert.Single(Assert.Single(plan.Pairings).Orders);
    }

    [Fact]
    public void An_order_waits_for_a_courier_who_will_be_free_nearby_rather_than_for_one_from_far_away()
    {
        Assert.Equal([$"far>{Number(1)}"], Given(Plan([Order(1)], [Courier("far", at: 30)])));
        Assert.Empty(Plan([Order(1)], [Courier("far", at: 30)], [Courier("near", freeIn: 3)]).Pairings);
    }

    [Fact]
    public void Without_work_allowed_the_plain_policy_answers()
    {
        var (orders, idle, _) = Town(new Random(7), 40, 30, 0);
        var plain = new NearestIdlePolicy().Decide(new DispatchInput(Noon, orders, idle, OnEarth));
        var fallback = new OptimisedPolicy(new RoutingTerms { WorkLimit = 0 }).Decide(new DispatchInput(Noon, orders, idle, OnEarth));
        Assert.NotEmpty(plain.Pairings);
        Assert.Equal(Given(plain), Given(fallback));
        Assert.All(fallback.Pairings, pairing => Assert.Equal(ChoiceBasis.OutOfWork, pairing.Basis));
        Assert.All(plain.Pairings, pairing => Assert.Equal(ChoiceBasis.Nearest, pairing.Basis));
    }

    [Fact]
    public void When_the_time_is_over_what_was_not_looked_at_goes_by_the_plain_policy()
    {
        var (orders, idle, busy) = Town(new Random(7), 300, 400, 0);
        var looks = 0;
        var plan = new OptimisedPolicy().Decide(new DispatchInput(Noon, orders, idle, OnEarth, busy, IsOutOfTime: () => ++looks >= 3));
        Assert.Equal(3, looks);
        Assert.Contains(plan.Pairings, pairing => pairing.Basis == ChoiceBasis.OutOfTime);
        Check(plan, orders, idle, "seed=7");
    }

    [Fact]
    public void Where_fairness_counts_an_order_goes_to_who_had_fewer_and_where_it_does_not_earnings_change_nothing()
    {
        var busyDay = Courier("rich", at: 1) with { Delivered = 9, OnDutySince = Noon.AddHours(-3) };
        var slowDay = Courier("poor", at: 4) with { Delivered = 1, OnDutySince = Noon.AddHours(-3) };
        Assert.Equal([$"rich>{Number(1)}"], Given(Plan([Order(1)], [busyDay, slowDay])));
        Assert.Equal([$"poor>{Number(1)}"], Given(Plan([Order(1)], [busyDay, slowDay], rules: new ZoneRules(Fairness: 1))));

        // Who has just come is no poorer than the others.
        var fresh = Courier("fresh", at: 4) with { OnDutySince = Noon };
        Assert.Equal([$"rich>{Number(1)}"], Given(Plan([Order(1)], [busyDay, fresh], rules: new ZoneRules(Fairness: 0.2))));
    }

    [Fact]
    public void Where_the_zone_allows_it_one_courier_fetches_from_two_merchants_and_only_then()
    {
        // Both merchants on the way to two customers who are neighbours.
        WaitingOrder[] orders =
        [
            Of("m", Order(1)) with { Dropoff = North(20) }, Of("n", Order(2, at: 2)) with { Dropoff = North(21) },
        ];
        IdleCourier[] idle = [Courier("c", at: -1) with { Capacity = 2 }];
        Assert.Equal([$"c>{Number(1)}"], Given(Plan(orders, idle)));
        Assert.Equal([$"c>{Number(1)}+{Number(2)}"], Given(Plan(orders, idle, rules: new ZoneRules(MaxMerchantsPerTrip: 2))));
        Assert.Equal([$"c>{Number(1)}"], Given(Plan(orders, [idle[0] with { Capacity = 1 }], rules: new ZoneRules(MaxMerchantsPerTrip: 2))));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_trip_has_no_more_merchants_than_the_zone_allows_and_no_more_orders_than_the_courier_carries(int merchants)
    {
        var mixed = 0;
        for (var seed = 1; seed <= 12; seed++)
        {
            var (orders, idle, busy) = Town(new Random(seed), 80, 10, 5);
            var byNumber = orders.ToDictionary(order => order.Order);
            var plan = new OptimisedPolicy().Decide(
                new DispatchInput(Noon, orders, idle, OnEarth, busy, Rules: new ZoneRules(MaxMerchantsPerTrip: merchants)));
            foreach (var (courier, numbers, _) in plan.Pairings)
            {
                var trip = numbers.Select(number => byNumber[number]).ToArray();
                var visited = trip.Select(order => order.Merchant).Distinct().Count();
                mixed += visited > 1 ? 1 : 0;
                Assert.True(visited <= merchants && trip.Length <= courier.Capacity, $"seed={seed}");
                Assert.True(TripTimetable.Of(courier, trip, OnEarth, Noon).PickupAt <= courier.Until, $"seed={seed}");
            }

            Assert.True(plan.Pairings.SelectMany(p => p.Orders).Distinct().Count() == plan.Pairings.Sum(p => p.Orders.Length), $"seed={seed}");
        }

        Assert.True(mixed > 0, "No trip had two merchants.");
    }

    [Theory]
    [InlineData(300)]
    [InlineData(3_000)]
    [InlineData(1_000_000)]
    public void Whatever_the_work_allowed_the_rules_hold_and_the_order_of_the_lists_makes_no_difference(long work)
    {
        var policy = new OptimisedPolicy(new RoutingTerms { WorkLimit = work });
        for (var seed = 1; seed <= 12; seed++)
        {
            var (orders, idle, busy) = Town(new Random(seed), 60, 20, 20);
            var plan = policy.Decide(new DispatchInput(Noon, orders, idle, OnEarth, busy));
            var mirrored = policy.Decide(new DispatchInput(Noon, [.. orders.Reverse()], [.. idle.Reverse()], OnEarth, [.. busy.Reverse()]));
            Assert.True(Given(plan).SequenceEqual(Given(mirrored)), $"seed={seed}");
            Assert.True(plan.LookAgainAt == mirrored.LookAgainAt, $"seed={seed}");
            Check(plan, orders, idle, $"seed={seed}");
        }
    }

    [Fact]
    public void Two_thousand_orders_and_five_thousand_couriers_are_decided_within_a_second_and_a_bounded_memory()
    {
        var (orders, idle, busy) = Town(new Random(1), 2_000, 2_500, 2_500);
        var input = new DispatchInput(Noon, orders, idle, OnEarth, busy);

        var least = long.MaxValue;
        var best = ThreadTime.Best(4, () =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Check(new OptimisedPolicy().Decide(input), orders, idle, "seed=1");
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        });

        // All that it ever held at once is less than what it took in all.
        output.WriteLine($"best: {best.TotalMilliseconds:F0} ms, {least / 1_048_576} MiB");
        Assert.True(best < TimeSpan.FromSeconds(1), $"best: {best.TotalMilliseconds:F0} ms");
        Assert.True(least < 256L << 20, $"least: {least} bytes");
    }

    private static void Check(DispatchPlan plan, WaitingOrder[] orders, IdleCourier[] idle, string which)
    {
        var byNumber = orders.ToDictionary(order => order.Order);
        Assert.True(plan.Pairings.Length > 0, which);
        Assert.True(plan.Pairings.Select(p => p.Courier.Courier).Distinct().Count() == plan.Pairings.Length, which);
        Assert.True(plan.Pairings.SelectMany(p => p.Orders).Distinct().Count() == plan.Pairings.Sum(p => p.Orders.Length), which);
        foreach (var (courier, numbers, _) in plan.Pairings)
        {
            var trip = numbers.Select(number => byNumber[number]).ToArray();
            var pickup = Noon + OnEarth.Between(courier.Location, trip[0].Pickup) + OnEarth.PickupService / 2;
            if (trip.Max(order => order.ReadyAt) is var ready && ready > pickup) pickup = ready;
            Assert.True(idle.Contains(courier) && courier.Since <= Noon, which);
            Assert.True(trip.Length <= courier.Capacity, which);
            Assert.True(trip.All(order => order.Merchant == trip[0].Merchant && order.Pickup == trip[0].Pickup), which);
            Assert.True(pickup <= courier.Until, which);
        }
    }

    private static (WaitingOrder[] Orders, IdleCourier[] Idle, IdleCourier[] Busy) Town(Random random, int orders, int idle, int busy)
    {
        // Two merchants at each place, as in a food court: who shares a place does not share a counter.
        var places = Enumerable.Range(0, Math.Max(2, orders / 8)).Select(_ => Somewhere()).ToArray();
        return (
            [.. Enumerable.Range(0, orders).Select(n =>
            {
                var place = random.Next(places.Length);
                return Order(n, readyIn: random.Next(-5, 30)) with
                {
                    Pickup = places[place], Dropoff = Somewhere(), Merchant = $"m{place}-{random.Next(2)}",
                };
            })],
            [.. Enumerable.Range(0, idle).Select(n => Free($"c{n}", random.Next(-20, 3)))],
            [.. Enumerable.Range(0, busy).Select(n => Free($"d{n}", random.Next(1, 30)))]);

        GeoPoint Somewhere() => new(Centre.Latitude + random.NextDouble() * 0.1, Centre.Longitude + random.NextDouble() * 0.15);

        IdleCourier Free(string id, double freeIn) =>
            Courier(id, until: random.Next(1, 200), freeIn: freeIn) with { Location = Somewhere(), Capacity = random.Next(1, 5) };
    }
}
