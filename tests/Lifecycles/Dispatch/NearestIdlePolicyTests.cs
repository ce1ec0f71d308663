using Microsoft.Extensions.Options;
using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using OrderActors.Values;
using Xunit;
using Xunit.Abstractions;
using static OrderActors.Tests.Lifecycles.Dispatch.Zone;

namespace OrderActors.Tests.Lifecycles.Dispatch;

public sealed class NearestIdlePolicyTests(ITestOutputHelper output)
{
    [Fact]
    public void Orders_come_by_ready_time_then_placement_then_number()
    {
        var courier = Courier("c");
        Assert.Equal([$"c>{Number(3)}"], Given(Decide([Order(1, readyIn: 0), Order(2, readyIn: -1, placedAgo: 5), Order(3, readyIn: -1)], [courier])));
        Assert.Equal([$"c>{Number(1)}"], Given(Decide([Order(2), Order(1)], [courier])));
    }

    [Fact]
    public void Equally_near_couriers_go_by_id()
    {
        Assert.Equal([$"B>{Number(1)}"], Given(Decide([Order(1)], [Courier("b", at: 2), Courier("a", at: -2), Courier("B", at: 2)])));
    }

    [Fact]
    public void An_order_that_is_not_due_keeps_its_courier_from_later_orders()
    {
        var plan = Decide([Order(1, readyIn: 5), Order(2, readyIn: 6)], [Courier("near"), Courier("far", at: 20)]);
        Assert.Equal([$"far>{Number(2)}"], Given(plan));
        Assert.Equal(Noon.AddMinutes(3), plan.LookAgainAt);
    }

    [Fact]
    public void The_search_by_latitude_finds_what_a_search_of_everyone_finds()
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var (orders, couriers) = Town(new Random(seed), 60, 80);
            var fast = Decide(orders, couriers, new GreatCircleTravel(Options.Create(new TravelOptions())));
            var thorough = Decide([.. orders.Reverse()], [.. couriers.Reverse()], new Unbounded());
            Assert.True(Given(fast).SequenceEqual(Given(thorough)), $"seed={seed}");
            Assert.True(fast.LookAgainAt == thorough.LookAgainAt, $"seed={seed}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_thousand_orders_and_two_thousand_couriers_take_less_than_a_tenth_of_a_second(bool oneDepot)
    {
        var (orders, couriers) = Town(new Random(1), 1_000, 2_000);
        if (oneDepot) couriers = [.. couriers.Select(courier => courier with { Location = Centre })];
        var travel = new GreatCircleTravel(Options.Create(new TravelOptions()));

        var best = ThreadTime.Best(10, () => Decide(orders, couriers, travel));
        output.WriteLine($"best of ten runs: {best.TotalMilliseconds:F1} ms");

        Assert.True(best < TimeSpan.FromMilliseconds(100), $"best of ten runs: {best.TotalMilliseconds:F1} ms");
    }

    private static (WaitingOrder[] Orders, IdleCourier[] Couriers) Town(Random random, int orders, int couriers)
    {
        GeoPoint Somewhere() => new(Centre.Latitude + random.NextDouble() * 0.2, Centre.Longitude + random.NextDouble() * 0.3);
        return (
            [.. Enumerable.Range(0, orders).Select(n => Order(n, readyIn: random.Next(-5, 30)) with { Pickup = Somewhere() })],
            [.. Enumerable.Range(0, couriers).Select(n =>
                Courier($"c{n}", until: random.Next(1, 200), freeIn: random.Next(-20, 3)) with { Location = Somewhere() })]);
    }

    private sealed class Unbounded : ITravelModel
    {
        private readonly GreatCircleTravel _inner = new(Options.Create(new TravelOptions()));

        public TimeSpan PickupService => _inner.PickupService;

        public TimeSpan DropoffService => _inner.DropoffService;

        public TimeSpan Between(GeoPoint from, GeoPoint to) => _inner.Between(from, to);
    }
}
