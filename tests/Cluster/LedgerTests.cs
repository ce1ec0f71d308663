using OrderActors.TestKit.Servers;
using OrderActors.Tools.Bench.Cluster;
using Xunit.Abstractions;

namespace OrderActors.Tests.Cluster;

/// <summary>Orders flow through two gateways while one thing after the other fails; afterwards every acknowledgement is held against the cluster.</summary>
public sealed class LedgerTests(ITestOutputHelper output)
{
    /// <summary>
    /// How long an order whose silo was killed may be away: the ten seconds that a quiet machine is held to (docs/cluster.md), and as much again and
    /// more for one that is not.
    /// </summary>
    private static readonly TimeSpan Takeover = TimeSpan.FromSeconds(30);

    [ServersFact]
    public async Task Nothing_acknowledged_is_lost_or_done_twice_whatever_dies()
    {
        await using var cluster = await LiveCluster.Start();
        var silos = new List<ClusterProcess> { await cluster.Silo() };
        silos.AddRange(await Task.WhenAll(cluster.Silo(), cluster.Silo()));
        var gateways = await Task.WhenAll(cluster.Gateway(), cluster.Gateway());
        using var driver = new ClusterDriver(new ClusterPlan([.. gateways.Select(gateway => new Uri(gateway.Url))])
        {
            Key = Gateway.Api.OperatorKey,
            Callers = 12,
            Merchants = 24,
            Customers = 200,
            Patience = TimeSpan.FromSeconds(60),
            TryTimeout = TimeSpan.FromSeconds(20),
        });
        await driver.PrepareAsync(CancellationToken.None);

        var quiet = await Drive(driver, "nothing happens", () => Task.CompletedTask);
        var killed = await Drive(driver, "a silo is killed", silos[1].Kill);
        await Drive(driver, "a silo is drained", async () => Assert.Equal(0, await silos[2].Drain()));
        await Drive(driver, "a silo joins", async () => silos.Add(await cluster.Silo()));
        await Drive(driver, "PostgreSQL crashes and comes back", async () =>
        {
            await cluster.Postgres.CrashAsync();
            await cluster.Postgres.RestartAsync();
        });
        await Drive(driver, "Redis crashes and comes back", async () =>
        {
            await cluster.Redis.CrashAsync();
            await cluster.Redis.RestartAsync();
        });
        await Drive(driver, "a gateway is killed", gateways[0].Kill);

        var verdict = await LedgerCheck.RunAsync(driver, CancellationToken.None);
        output.WriteLine($"{verdict.Orders} orders");
        string[] findings = [.. verdict.Lost.Take(10), .. verdict.AppliedTwice.Take(10), .. silos.Select(silo => $"{silo}")];
        Assert.True(verdict.Holds, string.Join(Environment.NewLine, findings));
        Assert.True(killed <= Takeover + quiet, $"The killed silo's orders were away for {killed.TotalSeconds:0.0} s.");
    }

    /// <summary>Drives orders until some more were delivered after something happened; returns the longest that a command took.</summary>
    private async Task<TimeSpan> Drive(ClusterDriver driver, string what, Func<Task> happens)
    {
        const int Before = 40, After = 150;
        driver.BeginCounting();
        using var stop = new CancellationTokenSource();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var driving = driver.RunAsync(stop.Token, patience.Token);
        try
        {
            await Delivered(driver, Before, driving);
            await happens();
            await Delivered(driver, After, driving);
        }
        finally
        {
            await stop.CancelAsync();
        }

        await driving;
        var gap = driver.Callers.Max(caller => caller.LongestGap);
        var longest = driver.Callers.SelectMany(caller => caller.Commands).DefaultIfEmpty().Max();
        output.WriteLine(
            $"{what}: {driver.Callers.Sum(caller => caller.Errors)} tries settled nothing, longest gap {gap.TotalSeconds:0.00} s, " +
            $"longest command {longest.TotalSeconds:0.00} s");
        return longest > gap ? longest : gap;
    }

    private static async Task Delivered(ClusterDriver driver, int more, Task driving)
    {
        var goal = driver.Delivered + more;
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (driver.Delivered < goal)
        {
            if (driving.IsCompleted) await driving;
            await poll.WaitForNextTickAsync();
        }
    }
}
