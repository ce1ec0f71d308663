using Microsoft.Extensions.DependencyInjection;
using OrderActors.Couriers;
using OrderActors.Embedded.Simulation;
using OrderActors.Orders;
using OrderActors.TestKit;
using OrderActors.Tools.Simulate;

namespace OrderActors.Tests.Simulation;

public sealed class ClusterTests
{
    [Fact]
    public void Orders_reach_the_door_on_several_silos_without_faults()
    {
        var (_, steps) = Live(1, FaultPlan.None(1), orders: 10);
        Assert.True(steps > 1000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Orders_reach_their_end_whatever_the_faults_of_a_seed_are(int seed) => Live(seed, FaultPlan.Draw(seed, 3), orders: 10);

    [Fact]
    public void The_same_seed_gives_the_same_run() => Assert.Equal(Live(7, FaultPlan.Draw(7), 5), Live(7, FaultPlan.Draw(7), 5));

    internal static (ulong Hash, long Steps) Live(int seed, FaultPlan faults, int orders)
    {
        var options = new SimulationOptions { Seed = seed, Faults = faults };
        var host = SimulatedPlatform.Host(options.Engine, services => services.AddSingleton<IPinSource>(new SamePin()));
        var cluster = SimulatedPlatform.Cluster(options, host);
        return cluster.Run(async c =>
        {
            var town = new Town(() => c.Grains, (_, _) => Task.CompletedTask, "town");
            await Again(c, () => town.Merchant("m1"));
            await Again(c, () => town.Courier("k1"));
            for (var i = 0; i < orders; i++)
            {
                if (i == orders / 2) await c.HealAsync();
                var command = town.Order("anna", "m1");
                if ((await Again(c, () => town.Place(command)))?.Order is { } order) await Bring(c, town, order);
            }

            return (c.Trace.Hash, c.World.Steps);
        });
    }

    private static async Task Bring(SimulatedCluster cluster, Town town, OrderView order)
    {
        await Again(cluster, () => town.Accept(order));
        await Again(cluster, () => town.Ready(order));
        for (var looks = 0; looks < 200; looks++)
        {
            var now = await Again(cluster, () => town.Now(order));
            if (now is null || now.Status is not (OrderStatus.Preparing or OrderStatus.Ready)) return;
            if (now.Courier is { } courier)
            {
                await Again(cluster, () => town.Step(order, courier, CourierStep.PickUp));
                await Again(cluster, () => town.Step(order, courier, CourierStep.Deliver));
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(10), cluster.World.Clock);
        }
    }

    /// <summary>Asks again while the outcome is unknown; null when it was refused.</summary>
    private static async Task<T?> Again<T>(SimulatedCluster cluster, Func<Task<T>> call)
        where T : class
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (InvalidOperationException)
            {
                return null;
            }
            catch (Exception) when (tries < 100)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cluster.World.Clock);
            }
        }
    }

    private sealed class SamePin : IPinSource
    {
        public string Next() => "4711";
    }
}
