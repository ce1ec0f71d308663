using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Broadcast;
using OrderActors.Customers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Values;

namespace OrderActors.Tests.Behaviour.Cluster;

/// <summary>Silos come and go while orders flow. Whoever gets no answer asks again with the same command id, as the gateway does.</summary>
public sealed class ChurnTests
{
    private const int Bread = 100_000;
    private const int Writers = 8;
    private const int BreathsPerOrder = 8;

    private static readonly TestClusterShape Shape = new() { ResponseTimeout = TimeSpan.FromSeconds(3) };

    [Fact]
    public Task Nothing_acknowledged_is_lost_and_nothing_is_done_twice_while_silos_come_and_go() => TestCluster.Run(Shape, async cluster =>
    {
        var town = new Town(cluster);
        foreach (var merchant in Merchants) await town.Merchant(merchant, Bread, autoAccept: true);
        var orders = new Flow(cluster, town);
        var flowing = Enumerable.Range(0, Writers).Select(orders.Run).ToArray();

        await cluster.Eventually(() => Task.FromResult(orders.Count >= 40), "40 orders on two silos");
        await cluster.AddSilo();
        Assert.Equal(3, cluster.Silos.Count);
        var before = orders.Count;
        await cluster.Eventually(() => Task.FromResult(orders.Count >= before + 40), "40 more on three");
        await cluster.KillSilo(cluster.Silos[1]);
        before = orders.Count;
        await cluster.Eventually(() => Task.FromResult(orders.Count >= before + 80), "80 more after one of them was killed");
        await cluster.StopSilo(cluster.Silos[1]);
        before = orders.Count;
        await cluster.Eventually(() => Task.FromResult(orders.Count >= before + 40), "40 more after another one left");
        orders.Stop();
        await Task.WhenAll(flowing);

        await EveryOrderIsAsItWasLeft(cluster, orders);
        await EveryConsumerIsAtTheEnd(cluster);
        await EveryEventIsThereOnce(cluster, orders);
        await cluster.Eventually(async () => await Missing(cluster) == orders.Kept.Count, "the stock is what the kept orders took");
    },
    services =>
    {
        // Few customers keep many orders open, however fast they come, and what is kept stays while hours pass for the grains.
        services.Configure<CustomerOptions>(options => options.MaxOpenOrders = 1_000);
        services.AddSingleton(new OrderPolicy { CourierSearch = TimeSpan.FromDays(1) });

        // By the grains' clock a silo that was killed is away for long; what is tested is that nothing is lost, and not when news is given up.
        services.Configure<SubscriberOptions>(options => options.MaxAttempts = 100);
    });

    private static string[] Merchants => ["m1", "m2", "m3", "m4", "m5"];

    private static async Task EveryOrderIsAsItWasLeft(TestCluster cluster, Flow orders)
    {
        Assert.Equal(orders.Count, orders.Kept.Concat(orders.Cancelled).Select(o => o.Number).Distinct().Count());
        foreach (var order in orders.Kept)
        {
            var now = await orders.Insist(() => cluster.Grains.GetGrain<IOrderGrain>(order.Number.ToString()).Get());
            Assert.Equal(OrderStatus.Preparing, now!.Status);
        }

        foreach (var order in orders.Cancelled)
        {
            var now = await orders.Insist(() => cluster.Grains.GetGrain<IOrderGrain>(order.Number.ToString()).Get());
            Assert.Equal(OrderStatus.Canceled, now!.Status);
        }
    }

    private static async Task EveryConsumerIsAtTheEnd(TestCluster cluster)
    {
        for (var partition = 0; partition < Shard.Count; partition++)
        {
            var key = Shard.Key(partition);
            var head = await cluster.Log.HeadAsync(partition);
            if (head == 0) continue;
            await AtEnd(cluster.Grains.GetGrain<IFulfilmentGrain>(key));
            await AtEnd(cluster.Grains.GetGrain<IDispatchFeedGrain>(key));

            async Task AtEnd(ISubscriberGrain subscriber)
            {
                // Time goes on meanwhile, and with it orders: it may well be past it.
                await cluster.Eventually(async () => await subscriber.Position() >= head, $"{subscriber} is at {head}");
                Assert.Empty(await subscriber.DeadLetters());
            }
        }
    }

    private static async Task EveryEventIsThereOnce(TestCluster cluster, Flow orders)
    {
        var seen = new HashSet<(OrderNumber, long, string)>();
        var events = new List<OrderEvent>();
        for (var partition = 0; partition < Shard.Count; partition++)
        {
            foreach (var logged in await cluster.Log.ReadAsync(partition, 0, int.MaxValue))
            {
                if (logged.Event is not OrderEvent happened) continue;
                Assert.True(
                    seen.Add((happened.Order, happened.Version, happened.Type)), $"{happened.Order} has {happened.Type} of version {happened.Version} twice");
                events.Add(happened);
            }
        }

        var cancelled = events.Where(e => e.Type == EventTypes.OrderCanceled).Select(e => e.Order).ToArray();
        Assert.Equal(cancelled.Length, cancelled.Distinct().Count());
        Assert.Subset(cancelled.ToHashSet(), orders.Cancelled.Select(o => o.Number).ToHashSet());
        Assert.Subset(events.Select(e => e.Order).ToHashSet(), orders.Kept.Select(o => o.Number).ToHashSet());
    }

    private static async Task<int> Missing(TestCluster cluster)
    {
        var missing = 0;
        foreach (var merchant in Merchants)
        {
            missing += Bread - (await cluster.Grains.GetGrain<IMerchantGrain>(merchant).Get())!.Menu.Single(i => i.Id == "bread").Stock!.Value;
        }

        return missing;
    }

    /// <summary>Places orders until it is stopped, and cancels every second one.</summary>
    private sealed class Flow(TestCluster cluster, Town town)
    {
        private volatile bool _stopped;

        public ConcurrentBag<OrderView> Kept { get; } = [];

        public ConcurrentBag<OrderView> Cancelled { get; } = [];

        public int Count => Kept.Count + Cancelled.Count;

        public void Stop() => _stopped = true;

        public async Task Run(int writer)
        {
            for (var i = 0; !_stopped; i++)
            {
                // A silo takes seconds to come or go. As fast as they can, the writers would leave one zone more orders than it has room for.
                for (var breath = 0; breath < BreathsPerOrder; breath++) await cluster.Breathe();
                var customer = string.Create(CultureInfo.InvariantCulture, $"customer{writer}-{i % 7}");
                var command = town.Order(customer, Merchants[(writer + i) % Merchants.Length], bread: 1);
                var placed = await Insist(() => town.Place(command));
                Assert.Null(placed.Refusal);
                if (i % 2 == 0)
                {
                    Kept.Add(placed.Order!);
                    continue;
                }

                var cancel = new CancelOrder(town.NextId(), new Actor(Role.Customer, customer), CancelReason.CustomerRequest);
                var reply = await Insist(() => town.OrderGrain(placed.Order!).Execute(cancel));
                Assert.Null(reply.Refusal);
                Cancelled.Add(placed.Order!);
            }
        }

        /// <summary>Asks again until there is an answer.</summary>
        public async Task<T> Insist<T>(Func<Task<T>> call)
        {
            for (var attempts = 1; ; attempts++)
            {
                try
                {
                    return await call();
                }
                catch (Exception) when (attempts < 500)
                {
                    await cluster.Breathe();
                }
            }
        }
    }
}
