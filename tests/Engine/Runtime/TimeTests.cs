using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Simulation;

namespace OrderActors.Tests.Engine.Runtime;

public sealed class TimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_timer_ticks_with_its_period_counted_from_the_end_of_a_tick() => EngineHost.InVirtualTime(async (host, clock) =>
    {
        var grain = host.Grains.GetGrain<ITickGrain>("t");
        await grain.StartTimer(2 * Second, 10 * Second, interleave: false, keepAlive: false, work: 3 * Second);
        await Task.Delay(30 * Second, clock);
        await grain.StopTimer();
        await Task.Delay(60 * Second, clock);
        Assert.Equal(["tick 00:02", "tick 00:15", "tick 00:28"], host.Journal.Entries);
    });

    [Fact]
    public void A_timer_of_one_tick_ticks_once() => EngineHost.InVirtualTime(async (host, clock) =>
    {
        await host.Grains.GetGrain<ITickGrain>("t").StartTimer(Second, Timeout.InfiniteTimeSpan, interleave: false, keepAlive: false, work: TimeSpan.Zero);
        await Task.Delay(60 * Second, clock);
        Assert.Equal(["tick 00:01"], host.Journal.Entries);
    });

    [Fact]
    public void A_tick_that_a_full_mailbox_refused_comes_a_second_later() => EngineHost.InVirtualTime(
        async (host, clock) =>
        {
            var grain = host.Grains.GetGrain<ITickGrain>("t");
            await grain.StartTimer(Second, Timeout.InfiniteTimeSpan, interleave: false, keepAlive: false, work: TimeSpan.Zero);
            var holds = grain.Hold(3.5 * Second);
            await Task.Delay(0.1 * Second, clock);
            Task[] calls = [holds, .. Enumerable.Range(0, 5).Select(_ => grain.Hold(TimeSpan.Zero))];
            await Task.Delay(60 * Second, clock);
            await Task.WhenAll(calls);
            Assert.Equal(["tick 00:04"], host.Journal.Entries);
        },
        new EngineOptions { MailboxLimit = 5 });

    [Fact]
    public void A_tick_that_waited_longer_than_a_caller_would_comes_all_the_same() => EngineHost.InVirtualTime(async (host, clock) =>
    {
        var grain = host.Grains.GetGrain<ITickGrain>("t");
        await grain.StartTimer(Second, 10 * Second, interleave: false, keepAlive: false, work: TimeSpan.Zero);
        await Assert.ThrowsAsync<TimeoutException>(() => grain.Hold(45 * Second));
        await Task.Delay(25 * Second, clock);
        Assert.Equal(["tick 00:45", "tick 00:55"], host.Journal.Entries);
    });

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void A_timer_keeps_its_grain_only_when_asked_to(bool keepAlive, bool stays) => EngineHost.InVirtualTime(async (host, clock) =>
    {
        await host.Grains.GetGrain<ITickGrain>("t").StartTimer(Second, 30 * Second, interleave: false, keepAlive, work: TimeSpan.Zero);
        await Task.Delay(TimeSpan.FromMinutes(20), clock);
        Assert.Equal(stays, !host.Journal.Entries.Any(e => e.StartsWith("gone", StringComparison.Ordinal)));
    });

    [Fact]
    public void A_reminder_wakes_its_grain_until_it_is_removed() => EngineHost.InVirtualTime(async (host, clock) =>
    {
        var grain = host.Grains.GetGrain<ITickGrain>("t");
        await grain.Remind("wake", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10));
        await Task.Delay(TimeSpan.FromMinutes(25), clock);
        await grain.Unremind("wake");
        await Task.Delay(TimeSpan.FromMinutes(25), clock);
        Assert.Equal(["wake 01:00", "wake 11:00", "wake 21:00"], host.Journal.Entries.Where(e => e.StartsWith("wake", StringComparison.Ordinal)));
    });

    [Fact]
    public void A_reminder_outlives_the_engine_and_a_missed_tick_comes_at_the_start()
    {
        var store = new TestStore();
        EngineHost.InVirtualTime((host, _) => host.Grains.GetGrain<ITickGrain>("t").Remind("wake", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)),
            store: store);
        var world = new VirtualWorld(2, new DateTimeOffset(2026, 1, 1, 12, 15, 30, TimeSpan.Zero));
        world.Run(async () =>
        {
            await using var host = new EngineHost(null, world, store);
            await host.Engine.StartAsync();
            await Task.Delay(TimeSpan.FromMinutes(6), world.Clock);
            Assert.Equal(["wake 15:30", "wake 21:00"], host.Journal.Entries.Where(e => e.StartsWith("wake", StringComparison.Ordinal)));
        });
    }

    [Fact]
    public void A_reminder_shorter_than_a_minute_is_refused() => EngineHost.InVirtualTime(async (host, _) =>
    {
        var refused = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => host.Grains.GetGrain<ITickGrain>("t").Remind("wake", Second, Second));
        Assert.Contains("at least", refused.Message);
    });

    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_another()
    {
        Assert.Equal(Trace(7), Trace(7));
        Assert.Contains(Enumerable.Range(8, 20), seed => !Trace(seed).SequenceEqual(Trace(7)));
    }

    [Fact]
    public void A_run_in_which_nothing_can_happen_any_more_says_so()
    {
        var world = new VirtualWorld(3, DateTimeOffset.UnixEpoch);
        var deadlock = Assert.Throws<StuckWorldException>(() => world.Run(() => new TaskCompletionSource().Task));
        Assert.Contains("seed 3", deadlock.Message);
    }

    private static string[] Trace(int seed)
    {
        string[] entries = [];
        EngineHost.InVirtualTime(
            async (host, clock) =>
            {
                var gates = Enumerable.Range(0, 5).Select(i => host.Grains.GetGrain<IGateGrain>($"g{i}")).ToArray();
                var all = gates.SelectMany((gate, i) =>
                    new[] { gate.Write($"{i}a"), gate.Interleave($"{i}b"), gate.Open($"{i}a"), gate.Open($"{i}b") }).ToArray();
                await Task.WhenAll(all);
                await Task.Delay(Second, clock);
                entries = host.Journal.Entries;
            },
            seed: seed);
        return entries;
    }
}
