using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Couriers;
using OrderActors.Dispatch;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Values;
using Orleans.Runtime;

namespace OrderActors.Tests.Behaviour;

/// <summary>Zones that split when they are hot, and orders near a border.</summary>
public sealed class ZoneBorderTests
{
    private static readonly GeoPoint North = new(52.5600, 13.4050);

    private static void Beside(IServiceCollection services) => services.Configure<DispatchOptions>(options =>
    {
        options.Zones["town"] = new ZoneOptions { Beside = "suburb, harbour" };
        options.Zones["suburb"] = new ZoneOptions { Beside = "town" };
    });

    private static void Hot(IServiceCollection services) => services.Configure<DispatchOptions>(options => options.SplitAbove = 10);

    /// <summary>Six couriers at either end of the town: more than a zone may have that is hot above ten.</summary>
    private static async Task<string[]> Crowd(Town town, int couriers = 12)
    {
        string[] ids = [.. Enumerable.Range(1, couriers).Select(n => $"k{n}")];
        for (var n = 0; n < ids.Length; n++) await town.Courier(ids[n], n < 6 ? Town.Market : North);
        return ids;
    }

    private static async Task<Town> TwoMerchants(TestCluster cluster)
    {
        var town = new Town(cluster);
        await town.Merchant("south");
        await town.Merchant("north", at: North);
        return town;
    }

    [Fact]
    public Task An_order_that_nobody_in_its_zone_can_serve_goes_to_a_courier_from_beside() => TestCluster.Run(
        async cluster =>
        {
            var (town, suburb) = (new Town(cluster), new Town(cluster, "suburb"));
            await town.Merchant("m1");
            await suburb.Courier("s1");
            var order = await town.ReadyOrder("anna", "m1");
            Assert.Equal("s1", await town.AssignedCourier(order));
            Assert.Equal("suburb", (await town.Now(order)).Timeline.Last(entry => entry.Type == "delivery.assigned").Choice!.Zone);
            await town.Step(order, "s1", CourierStep.PickUp);
            await town.Step(order, "s1", CourierStep.Deliver);
            var zone = cluster.Grains.GetGrain<IDispatchGrain>("suburb");
            await cluster.Eventually(async () => (await zone.Get()).Idle is [{ Courier: "s1" }], "the courier is free at home");
        },
        Beside);

    [Fact]
    public Task Own_couriers_come_first_and_a_zone_that_is_not_beside_is_not_asked() => TestCluster.Run(
        async cluster =>
        {
            var (town, far) = (new Town(cluster), new Town(cluster, "far"));
            await town.Merchant("m1");
            await far.Courier("f1");
            var order = await town.ReadyOrder("anna", "m1");
            await cluster.Advance(TimeSpan.FromMinutes(3));
            Assert.Null((await town.Now(order)).Courier);
            await new Town(cluster, "suburb").Courier("s1", North);
            await town.Courier("k1");

            // A loan that is under way ends within a minute: either of the two may have it, and nobody both.
            var courier = await town.AssignedCourier(order);
            var next = await town.ReadyOrder("ben", "m1");
            if (courier == "s1") Assert.Equal("k1", await town.AssignedCourier(next));
            Assert.Equal(1, (await town.Now(order)).Timeline.Count(entry => entry.Type == "delivery.assigned"));
        },
        Beside);

    [Fact]
    public Task A_hot_zone_splits_and_each_part_serves_its_own_orders() => TestCluster.Run(
        async cluster =>
        {
            var town = await TwoMerchants(cluster);
            var ids = await Crowd(town);
            var zone = cluster.Grains.GetGrain<IDispatchGrain>("town");
            await cluster.Eventually(async () => (await zone.Get()).Parts.Length == 2, "the zone is split");
            await cluster.Eventually(async () => (await zone.Get()).Idle.Length == ids.Length, "all couriers are there");
            Assert.Equal(ids.Order(StringComparer.Ordinal), (await zone.Get()).Idle.Select(courier => courier.Courier));
            Assert.Equal(6, (await cluster.Grains.GetGrain<IDispatchGrain>("town/0").Get()).Idle.Length);

            var south = await town.ReadyOrder("anna", "south");
            var north = await town.ReadyOrder("ben", "north");
            Assert.Contains(await town.AssignedCourier(south), ids[..6]);
            Assert.Contains(await town.AssignedCourier(north), ids[6..]);
            Assert.Equal("town/1", (await town.Now(north)).Timeline.Last(entry => entry.Type == "delivery.assigned").Choice!.Zone);

            // Delivered at the other end: the courier is on the other part's board, and on no other.
            var courier = (await town.Now(north)).Courier!;
            await town.Step(north, courier, CourierStep.PickUp);
            await town.Step(north, courier, CourierStep.Deliver);
            var part = cluster.Grains.GetGrain<IDispatchGrain>("town/0");
            await cluster.Eventually(async () => (await part.Get()).Idle.Any(free => free.Courier == courier), "the courier is in the south");
            Assert.Single((await zone.Get()).Idle, free => free.Courier == courier);
        },
        Hot);

    [Fact]
    public Task An_order_that_its_part_cannot_serve_goes_to_a_courier_of_the_other_part() => TestCluster.Run(
        async cluster =>
        {
            var town = new Town(cluster);
            await town.Merchant("south");
            var ids = await Crowd(town);
            var zone = cluster.Grains.GetGrain<IDispatchGrain>("town");
            await cluster.Eventually(async () => (await zone.Get()) is { Parts.Length: 2, Idle.Length: 12 }, "the zone is split");
            foreach (var id in ids[..6]) await cluster.Grains.GetGrain<ICourierGrain>(id).Execute(new GoOffline(town.NextId(), new(Role.Courier, id)));
            await cluster.Eventually(async () => (await zone.Get()).Idle.Length == 6, "the south is empty");
            Assert.Contains(await town.AssignedCourier(await town.ReadyOrder("anna", "south")), ids[6..]);
        },
        Hot);

    /// <summary>The writes that follow the line's: either part's share, in whatever order, and that both were handed over.</summary>
    [Theory]
    [InlineData("town/0", false)]
    [InlineData("town/0", true)]
    [InlineData("town/1", false)]
    [InlineData("town/1", true)]
    [InlineData("town", false)]
    [InlineData("town", true)]
    public Task A_split_survives_a_crash_at_every_write(string zoneOrPart, bool after) => TestCluster.Run(
        async cluster =>
        {
            var town = await TwoMerchants(cluster);
            var fault = SplitFault.In(cluster, zoneOrPart, after);
            fault.Reached += cluster.Storage.Cut;
            var ids = await Crowd(town, 11);
            await cluster.Eventually(() => Task.FromResult(fault.IsReached), $"the write of {zoneOrPart}");
            (cluster.Storage.AfterWrite, cluster.Storage.BeforeWrite) = (null, null);
            await cluster.CrashAndRestart();

            await town.Courier("k12", North);
            var zone = cluster.Grains.GetGrain<IDispatchGrain>("town");
            await cluster.Eventually(async () => (await zone.Get()) is { Parts.Length: 2, Idle.Length: 12 }, "the zone is split and everybody is there");
            Assert.Equal(ids.Append("k12").Order(StringComparer.Ordinal), (await zone.Get()).Idle.Select(courier => courier.Courier));
            var orders = new[] { await town.ReadyOrder("anna", "south"), await town.ReadyOrder("ben", "north") };
            foreach (var order in orders) await town.AssignedCourier(order);
            await cluster.Eventually(async () => (await zone.Get()) is { Waiting.Length: 0, Idle.Length: 10 }, "two are under way");
        },
        Hot);

    [Theory]
    [InlineData("town/0", false)]
    [InlineData("town/1", true)]
    [InlineData("town", false)]
    [InlineData("town", true)]
    public Task A_split_whose_write_fails_or_is_not_confirmed_is_tried_again(string zoneOrPart, bool after) => TestCluster.Run(
        async cluster =>
        {
            var town = await TwoMerchants(cluster);
            var fault = SplitFault.In(cluster, zoneOrPart, after);
            var ids = await Crowd(town);
            var zone = cluster.Grains.GetGrain<IDispatchGrain>("town");

            // Orders that came before the line would take couriers away, and there might never be too many.
            await cluster.Eventually(() => Task.FromResult(fault.IsReached), $"the write of {zoneOrPart}");
            var orders = new[] { await town.ReadyOrder("anna", "south"), await town.ReadyOrder("ben", "north") };
            await cluster.Eventually(async () => (await zone.Get()).Parts.Length == 2, "the zone is split");
            foreach (var order in orders) await town.AssignedCourier(order);
            await cluster.Eventually(async () => (await zone.Get()) is { Waiting.Length: 0, Idle.Length: 10 }, "two are under way");
            Assert.Subset(ids.ToHashSet(), (await zone.Get()).Idle.Select(courier => courier.Courier).ToHashSet());
        },
        Hot);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public Task Nobody_is_booked_twice_whatever_splits_lends_declines_and_goes(int seed) => TestCluster.Run(
        async cluster =>
        {
            var random = new Random(seed);
            var (town, suburb) = (new Town(cluster), new Town(cluster, "suburb"));
            await town.Merchant("south");
            await town.Merchant("north", at: North);
            await suburb.Merchant("west", at: new(52.5400, 13.3900));
            var couriers = new List<string>();
            for (var n = 0; n < 16; n++)
            {
                couriers.Add($"k{n}");
                await (n % 4 == 0 ? suburb : town).Courier($"k{n}", n % 2 == 0 ? Town.Market : North, capacity: 1 + n % 3, byHand: n % 5 == 0);
            }

            var orders = new List<OrderView>();
            for (var n = 0; n < 24; n++) orders.Add(await town.ReadyOrder($"customer{n}", (n % 3) switch { 0 => "south", 1 => "north", _ => "west" }));
            var leaver = couriers[random.Next(couriers.Count)];
            await cluster.Grains.GetGrain<ICourierGrain>(leaver).Execute(new GoOffline(town.NextId(), new(Role.Courier, leaver)));
            var cancelled = orders[random.Next(orders.Count)];
            await town.OrderGrain(cancelled).Execute(new CancelOrder(town.NextId(), new(Role.Operator, "op"), CancelReason.CustomerRequest));
            await Task.WhenAll(orders.Where(order => order != cancelled).Select(order => Deliver(cluster, town, order, new Random(random.Next()))).ToArray());
            Assert.NotEmpty((await cluster.Grains.GetGrain<IDispatchGrain>("town").Get()).Parts);
            await Bookings.Check(cluster, seed);
        },
        services => services.Configure<DispatchOptions>(options =>
        {
            (options.SplitAbove, options.MaxMerchantsPerTrip, options.LendAfter) = (10, 2, TimeSpan.FromMinutes(1));
            options.Zones["town"] = new ZoneOptions { Beside = "suburb" };
            options.Zones["suburb"] = new ZoneOptions { Beside = "town" };
        }),
        seed);

    private static async Task Deliver(TestCluster cluster, Town town, OrderView order, Random random)
    {
        await cluster.Eventually(
            async () =>
            {
                var now = await town.Now(order);
                if (now.Delivery != DeliveryStatus.Offered) return now.Courier is not null;
                if (now.Timeline.Last(entry => entry.Type == "delivery.offered").Detail is not { } asked) return false;
                CourierCommand answer = random.Next(3) == 0
                    ? new DeclineOffer(town.NextId(), new(Role.Courier, asked), order.Number, DeclineReason.TooFar)
                    : new AcceptOffer(town.NextId(), new(Role.Courier, asked), order.Number);
                await cluster.Grains.GetGrain<ICourierGrain>(asked).Execute(answer);
                return false;
            },
            $"{order.Number} has a courier");
        var courier = (await town.Now(order)).Courier!;
        await town.Step(order, courier, CourierStep.PickUp);
        await town.Step(order, courier, CourierStep.Deliver);
    }

    /// <summary>The process goes when a zone or a part writes after the line is drawn: a part its share, the zone that both have theirs.</summary>
    private sealed class SplitFault(string zoneOrPart)
    {
        private readonly ConcurrentDictionary<string, bool> _parts = new();
        private volatile bool _reached;

        /// <summary>Puts it before or after the writes of a cluster's storage.</summary>
        public static SplitFault In(TestCluster cluster, string zoneOrPart, bool after)
        {
            var fault = new SplitFault(zoneOrPart);
            if (after) cluster.Storage.AfterWrite = fault.Next;
            else cluster.Storage.BeforeWrite = fault.Next;
            return fault;
        }

        public event Action? Reached;

        public bool IsReached => _reached;

        public IOException? Next(string state, GrainId grain)
        {
            var key = grain.Key.ToString()!;
            if (_reached || state != "zone" || !key.StartsWith("town", StringComparison.Ordinal)) return null;
            var isNext = key == zoneOrPart && (key != "town" || _parts.Count == 2);
            if (key != "town") _parts.TryAdd(key, true);
            if (!isNext) return null;
            _reached = true;
            Reached?.Invoke();
            return new IOException("The process is gone.");
        }
    }
}
