using Microsoft.Extensions.DependencyInjection;
using OrderActors.Broadcast;
using OrderActors.Deadlines;
using OrderActors.Embedded.Simulation;
using OrderActors.Intake;
using OrderActors.TestKit;
using OrderActors.Tools.Simulate;

namespace OrderActors.Tests.Simulation;

/// <summary>A platform on which nothing happens does nothing.</summary>
public sealed class IdleTests
{
    [Fact]
    public void An_intake_that_has_drained_does_nothing_until_something_comes()
    {
        var options = new SimulationOptions { Faults = FaultPlan.None(1), Silos = 1 };
        // What other grains look at every few seconds rests, so that what is left is the intake's.
        var cluster = SimulatedPlatform.Cluster(options, SimulatedPlatform.Host(options.Engine, services =>
        {
            services.Configure<SubscriberOptions>(o => o.PollInterval = TimeSpan.FromHours(1));
            services.Configure<DeadlineOptions>(o => o.LongestRest = TimeSpan.FromMinutes(10));
        }));
        cluster.Run(async c =>
        {
            var town = new Town(() => c.Grains, (_, _) => Task.CompletedTask, "town");
            await town.Merchant("m1");
            await TakeIn(c, town, "first");
            await Task.Delay(TimeSpan.FromHours(3), c.World.Clock);
            var before = c.World.Steps;
            await Task.Delay(TimeSpan.FromMinutes(30), c.World.Clock);
            Assert.InRange(c.World.Steps - before, 0, 500);
            await TakeIn(c, town, "second");
            return true;
        });
    }

    private static async Task TakeIn(SimulatedCluster cluster, Town town, string receipt)
    {
        var batch = cluster.Grains.GetGrain<IIntakeBatchGrain>(receipt);
        Assert.Null((await batch.Submit(new("live:Operator:op", [town.Order("anna", "m1")]))).Refusal);
        for (var looks = 0; looks < 100; looks++)
        {
            if (await batch.Get(0, 1, null) is { Receipt: { Pending: 0 } drained })
            {
                Assert.Equal(1, drained.Placed);
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cluster.World.Clock);
        }

        Assert.Fail("It was not drained within a hundred seconds.");
    }
}
