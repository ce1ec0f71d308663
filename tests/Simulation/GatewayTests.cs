using OrderActors.Embedded.Simulation;
using OrderActors.Tools.Simulate;
using OrderActors.Tools.Simulate.Checks;
using OrderActors.Tools.Simulate.World;

namespace OrderActors.Tests.Simulation;

/// <summary>Worlds whose people speak to the product's own gateways over HTTP.</summary>
public sealed class GatewayTests
{
    private const int Orders = 10;

    private static readonly long[] Seeds = [.. Enumerable.Range(1, 100).Select(i => (long)i).Where(seed => WorldPlan.Draw(seed, Orders).UsesGateway).Take(4)];

    public static TheoryData<long> GatewaySeeds => [.. Seeds];

    [Theory]
    [MemberData(nameof(GatewaySeeds))]
    public async Task The_same_seed_takes_the_same_steps_through_gateways_on_any_thread(long seed)
    {
        var first = await OnAThread(() => Live(seed, FaultPlan.Draw(seed)));
        var second = await OnAThread(() => Live(seed, FaultPlan.Draw(seed)));
        Assert.Equal(first.Hash, second.Hash);
        Assert.Null(first.Failure?.Message);
    }

    [Theory]
    [MemberData(nameof(GatewaySeeds))]
    public async Task A_world_in_which_a_fifth_of_all_answers_is_lost_is_still_right(long seed)
    {
        var dice = new Dice(seed, "lost answers");
        var lost = Enumerable.Range(1, 20_000).Where(_ => dice.Happens(0.2)).Select(i => new FaultId(FaultKind.ReplyLost, i));
        var outcome = await OnAThread(() => Live(seed, FaultPlan.Only(seed, lost)));
        Assert.Null(outcome.Failure?.Message);
        Assert.True(outcome.Faults.Count > 50, $"Only {outcome.Faults.Count} answers were lost with seed {seed}.");
    }

    [Theory]
    [MemberData(nameof(GatewaySeeds))]
    public async Task A_world_in_which_gateways_die_again_and_again_is_still_right(long seed)
    {
        var deaths = Enumerable.Range(1, 400).Select(i => new FaultId(FaultKind.SiloCrash, 700 * i));
        var outcome = await OnAThread(() => Live(seed, FaultPlan.Only(seed, deaths)));
        Assert.Null(outcome.Failure?.Message);
        Assert.True(outcome.Faults.Count > 2, $"Only {outcome.Faults.Count} silos died with seed {seed}.");
    }

    [Fact]
    public void A_request_breaks_with_the_process_that_works_on_it() => Run(async cluster =>
    {
        var broken = cluster.Send<int>((silo, _) => cluster.Crash(silo), TimeSpan.FromMinutes(5));
        await Assert.ThrowsAsync<IOException>(() => broken);
    });

    [Fact]
    public void A_client_hangs_up_when_its_patience_is_over() => Run(async cluster =>
    {
        var (began, hungUp) = (cluster.World.Clock.GetTimestamp(), CancellationToken.None);
        await Assert.ThrowsAsync<TimeoutException>(() => cluster.Send<int>((_, request) => hungUp = request.HungUp, TimeSpan.FromSeconds(5)));
        Assert.Equal(TimeSpan.FromSeconds(5), cluster.World.Clock.GetElapsedTime(began));
        Assert.True(hungUp.IsCancellationRequested);
    });

    private static SeedOutcome Live(long seed, FaultPlan faults) => SeedRun.Run(seed, Orders, faults, new Coverage());

    private static void Run(Func<SimulatedCluster, Task> body)
    {
        var options = new SimulationOptions { Seed = 1, Silos = 1, Faults = FaultPlan.None(1) };
        SimulatedPlatform.Cluster(options, SimulatedPlatform.Host(options.Engine, _ => { })).Run(async cluster =>
        {
            await body(cluster);
            return true;
        });
    }

    /// <summary>A world has a thread of its own.</summary>
    private static Task<T> OnAThread<T>(Func<T> live)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => done.SetResult(live()), 16 << 20) { IsBackground = true }.Start();
        return done.Task;
    }
}
