using OrderActors.Customers;
using OrderActors.Intake;
using OrderActors.Orders;
using OrderActors.TestKit;

namespace OrderActors.Tests.Behaviour;

public sealed partial class IntakeTests
{
    [Fact]
    public Task Any_five_seconds_of_the_drain_have_the_rate_within_two_hundredths() => Run(async (cluster, town) =>
    {
        await Governor(cluster).SetRate(new(Boss, 0, "fill first"));
        // Requests of all sizes, so that partitions run empty one after the other and their share goes to the others.
        int[] sizes = [1_000, 400, 300, 200, 100, 90, 80, 70, 60, 50, 30, 20, 10, 5, 1];
        for (var i = 0; i < sizes.Length; i++) await Batch(cluster, $"rcp_{i}").Submit(new(Owner, Orders(town, $"x{i}-", sizes[i])));
        await Governor(cluster).SetRate(new(Boss, 200, "go"));
        for (var i = 0; i < sizes.Length; i++) await Drained(cluster, $"rcp_{i}");

        var at = await PlacedAt(cluster, sizes.Length);
        Assert.Equal(sizes.Sum(), at.Count);
        Within(at, 200, at[0], at[^1]);
    });

    [Fact]
    public Task A_change_of_the_rate_holds_at_once() => Run(async (cluster, town) =>
    {
        await Governor(cluster).SetRate(new(Boss, 100, "slowly"));
        for (var i = 0; i < 8; i++) await Batch(cluster, $"rcp_{i}").Submit(new(Owner, Orders(town, $"x{i}-", 520)));
        await cluster.Advance(TimeSpan.FromSeconds(10));
        var changed = cluster.Clock.GetUtcNow();
        await Governor(cluster).SetRate(new(Boss, 400, "faster"));
        Assert.Equal(400, (await Governor(cluster).Get()).Rate);
        await cluster.Advance(TimeSpan.FromSeconds(7));
        Assert.InRange((await Governor(cluster).Get()).Measured, 392, 408);
        for (var i = 0; i < 8; i++) await Drained(cluster, $"rcp_{i}");

        var at = await PlacedAt(cluster, 8);
        Within(at, 100, at[0], changed);
        Within(at, 400, changed.AddSeconds(0.3), at[^1]);
    });

    [Fact]
    public Task A_single_order_is_placed_within_a_second_when_nothing_waits() => Run(async (cluster, town) =>
    {
        for (var i = 0; i < 3; i++)
        {
            var before = cluster.Clock.GetUtcNow();
            await Batch(cluster, $"rcp_{i}").Submit(new(Owner, Orders(town, $"x{i}-", 1)));
            await Drained(cluster, $"rcp_{i}");
            Assert.InRange((await PlacedAt(cluster, i + 1))[^1] - before, TimeSpan.Zero, TimeSpan.FromSeconds(1.3));
            await cluster.Advance(TimeSpan.FromSeconds(20));
        }
    });

    [Fact]
    public Task A_crash_before_any_write_loses_and_doubles_nothing() => CrashEverywhere((storage, at) =>
    {
        var writes = 0;
        storage.BeforeWrite = (_, _) => ++writes == at ? new IOException("crash") : null;
        return () => writes >= at;
    });

    [Fact]
    public Task A_crash_after_any_write_loses_and_doubles_nothing() => CrashEverywhere((storage, at) =>
    {
        var writes = 0;
        storage.AfterWrite = (_, _) => ++writes == at ? new IOException("crash") : null;
        return () => writes >= at;
    });

    /// <summary>One run for each write there is: the process dies there. What was answered is placed once; what was not, once or never.</summary>
    private static async Task CrashEverywhere(Func<FaultyStorage, int, Func<bool>> arm)
    {
        var (at, reached) = (1, true);
        for (; reached && at < 200; at++)
        {
            await Run(async (cluster, town) =>
            {
                var hit = arm(cluster.Storage, at);
                var answered = true;
                try
                {
                    await Batch(cluster, "rcp_a").Submit(new(Owner, Orders(town, "a", 3)));
                    for (var i = 0; i < 100 && !hit() && (await Receipt(cluster, "rcp_a")).Pending > 0; i++)
                        await cluster.Advance(TimeSpan.FromMilliseconds(20));
                    await cluster.Advance(TimeSpan.FromSeconds(2));
                }
                catch (IOException)
                {
                    answered = false;
                }

                reached = hit();
                cluster.Storage.BeforeWrite = cluster.Storage.AfterWrite = null;
                await cluster.CrashAndRestart();

                // Nobody asks: the reminder wakes the intake.
                await cluster.Advance(TimeSpan.FromMinutes(2));
                if (!answered)
                {
                    Assert.InRange((await cluster.Grains.GetGrain<ICustomerGrain>("a0").Orders(null, 10)).Orders.Length, 0, 1);
                    await Batch(cluster, "rcp_a").Submit(new(Owner, Orders(town, "a", 3)));
                }

                Assert.Equal(3, (await Drained(cluster, "rcp_a")).Placed);
                await EachOnce(cluster, "a", 3);
                await cluster.Eventually(async () => await Backlog(cluster) == 0, "nothing waits");
            });
        }

        Assert.InRange(at, 10, 199);
    }

    private static async Task<List<DateTimeOffset>> PlacedAt(TestCluster cluster, int receipts)
    {
        var at = new List<DateTimeOffset>();
        for (var i = 0; i < receipts; i++)
        {
            foreach (var outcome in (await Batch(cluster, $"rcp_{i}").Get(0, IntakePartition.MaxOrders, IntakeStatus.Placed))!.Outcomes)
                at.Add((await cluster.Grains.GetGrain<IOrderGrain>(outcome.Order!.Value.ToString()).Get())!.CreatedAt);
        }

        at.Sort();
        return at;
    }

    /// <summary>Every five seconds between two times, in steps that meet no beat of the drain.</summary>
    private static void Within(List<DateTimeOffset> placed, int rate, DateTimeOffset from, DateTimeOffset to)
    {
        var windows = 0;
        for (; from + TimeSpan.FromSeconds(5) <= to; from += TimeSpan.FromMilliseconds(37), windows++)
        {
            var counted = placed.Count(at => at >= from && at < from + TimeSpan.FromSeconds(5));
            Assert.True(Math.Abs(counted - (5 * rate)) <= 0.02 * 5 * rate, $"{counted} from {from:HH:mm:ss.fff}, at {rate} a second");
        }

        Assert.True(windows > 50);
    }
}
