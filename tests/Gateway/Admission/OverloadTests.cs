using OrderActors.Client.Admission;
using OrderActors.Client.Http;
using Xunit;

namespace OrderActors.Tests.Gateway.Admission;

/// <summary>The door under load, in virtual time. The machine does about 10,000 requests a second.</summary>
public sealed class OverloadTests
{
    private const double Capacity = 10_000;
    private static readonly double[] Mix = [0.05, 0.75, 0.2];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void At_five_times_the_capacity_critical_work_gets_through_and_what_is_admitted_is_quick(int seed)
    {
        var gateway = new SimulatedGateway(new(), seed);
        var before = gateway.Run(TimeSpan.FromSeconds(5), 0.5 * Capacity, Mix);
        Assert.Equal([0, 0, 0], before.Refused);
        var rise = gateway.Run(TimeSpan.FromSeconds(2), 5 * Capacity, Mix);
        Assert.True(rise.Refused[0] <= rise.Arrived[0] / 1000, $"{rise.Refused[0]} of {rise.Arrived[0]} critical were refused while it rises.");

        var during = gateway.Run(TimeSpan.FromSeconds(10), 5 * Capacity, Mix);
        Assert.True(during.Refused[0] <= during.Arrived[0] / 1000, $"{during.Refused[0]} of {during.Arrived[0]} critical were refused.");
        Assert.True(during.Done[1] > 0.3 * Capacity * 10 * (1 - Mix[0]) * 0.5, $"Only {during.Done[1]} secondary were done.");
        Assert.True(during.Milliseconds(0.99) < 60, $"p99 is {during.Milliseconds(0.99)} ms; before it was {before.Milliseconds(0.99)} ms.");
        Assert.True(during.Done[2] * 20 < during.Done[1], "The lowest class goes first.");
        Assert.True(gateway.MostInside <= 2_000 && gateway.MostReady < 20_000, $"{gateway.MostInside} inside, {gateway.MostReady} ready.");

        gateway.Run(TimeSpan.FromSeconds(5), 0.5 * Capacity, Mix);
        var after = gateway.Run(TimeSpan.FromSeconds(3), 0.5 * Capacity, Mix);
        Assert.Equal([0, 0, 0], after.Refused);
        Assert.True(after.Milliseconds(0.99) < 3 * before.Milliseconds(0.99));
    }

    [Fact]
    public void A_burst_of_a_moment_is_forgiven()
    {
        var gateway = new SimulatedGateway(new(), seed: 4);
        for (var i = 0; i < 10; i++)
        {
            var burst = gateway.Run(TimeSpan.FromMilliseconds(30), 3 * Capacity, 0.1, 0.9);
            var pause = gateway.Run(TimeSpan.FromMilliseconds(300), 0.3 * Capacity, 0.1, 0.9);
            Assert.Equal([0, 0, 0], burst.Refused.Zip(pause.Refused, (a, b) => a + b));
        }
    }

    [Fact]
    public void A_machine_that_is_busy_with_something_else_sheds_nothing()
    {
        var controller = new LoadController(new());
        var second = TimeSpan.FromSeconds(1);
        for (var i = 0; i < 100; i++) controller.Step(new(second, second, Peak: 7, Completed: 5, TimeSpan.FromMilliseconds(100)));
        Assert.Equal((0, 128), (controller.ShareShed(Priority.NonCritical), controller.Limit));
    }

    [Fact]
    public void A_storage_that_gets_slow_lets_fewer_in_and_one_that_recovers_lets_them_back()
    {
        var gateway = new SimulatedGateway(new() { MaxConcurrency = 512 }, seed: 5);
        gateway.Run(TimeSpan.FromSeconds(3), 0.5 * Capacity, 0.2, 0.8);
        gateway.Storage = TimeSpan.FromMilliseconds(400);
        gateway.Run(TimeSpan.FromSeconds(10), 0.5 * Capacity, 0.2, 0.8);
        Assert.Equal(128, gateway.Control.Limiter.Limit);
        gateway.Storage = TimeSpan.FromMilliseconds(2);
        gateway.Run(TimeSpan.FromSeconds(5), 0.5 * Capacity, 0.2, 0.8);
        var after = gateway.Run(TimeSpan.FromSeconds(1), 0.5 * Capacity, 0.2, 0.8);
        Assert.Equal([0, 0, 0], after.Refused);
    }

    [Fact]
    public void No_class_starves_a_higher_one()
    {
        var limiter = new ConcurrencyLimiter(new() { InitialConcurrency = 100, MinConcurrency = 10 }, TimeSpan.TicksPerSecond);
        Assert.Equal(25, Fill(Priority.NonCritical));
        Assert.Equal(50, Fill(Priority.Secondary));
        Assert.Equal(25, Fill(Priority.Critical));
        for (var i = 0; i < 25; i++) limiter.Leave(Priority.Critical, 0);
        Assert.Equal(0, Fill(Priority.Secondary));
        Assert.Equal(0, Fill(Priority.NonCritical));
        Assert.Equal(25, Fill(Priority.Critical));

        int Fill(Priority priority)
        {
            var count = 0;
            while (limiter.TryEnter(priority)) count++;
            return count;
        }
    }

    [Fact]
    public async Task Whoever_waits_goes_in_by_class_and_lines_are_bounded()
    {
        var options = new AdmissionOptions { InitialConcurrency = 1, MinConcurrency = 1, CriticalQueue = 1, SecondaryQueue = 2, NonCriticalQueue = 0 };
        var limiter = new ConcurrencyLimiter(options, TimeSpan.TicksPerSecond);
        Assert.True(limiter.TryEnter(Priority.Secondary));
        var (older, newer) = (Wait(Priority.Secondary, 1), Wait(Priority.Secondary, 2));
        var critical = Wait(Priority.Critical, 3);
        Assert.Equal(Entry.Full, await Wait(Priority.Secondary, 4));
        Assert.Equal(Entry.Full, await Wait(Priority.NonCritical, 4));
        Assert.False(older.IsCompleted || newer.IsCompleted || critical.IsCompleted);
        limiter.Leave(Priority.Secondary, 5);
        Assert.Equal(Entry.Entered, await critical);
        Assert.False(older.IsCompleted);
        limiter.Leave(Priority.Critical, 6);
        Assert.Equal(Entry.Entered, await older);
        limiter.Sweep(TimeSpan.TicksPerSecond);
        Assert.Equal(Entry.Expired, await newer);
        limiter.Leave(Priority.Secondary, TimeSpan.TicksPerSecond);
        Assert.True(limiter.TryEnter(Priority.NonCritical));

        Task<Entry> Wait(Priority priority, long now) =>
            limiter.EnterAsync(priority, now, now + (3 * TimeSpan.TicksPerSecond), CancellationToken.None).AsTask();
    }

    [Fact]
    public async Task Many_at_once_never_exceed_the_limit_and_all_come_to_an_end()
    {
        var options = new AdmissionOptions { InitialConcurrency = 8, MinConcurrency = 8, CriticalQueue = 100_000, SecondaryQueue = 100_000 };
        var limiter = new ConcurrencyLimiter(options, TimeSpan.TicksPerSecond);
        var (inside, most, entered) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 20_000).Select(i => Task.Run(async () =>
        {
            var priority = i % 3 == 0 ? Priority.Critical : Priority.Secondary;
            Assert.Equal(Entry.Entered, await limiter.EnterAsync(priority, 0, long.MaxValue, CancellationToken.None));
            var now = Interlocked.Increment(ref inside);
            InterlockedMax(ref most, now);
            if (i % 7 == 0) await Task.Yield();
            Interlocked.Increment(ref entered);
            Interlocked.Decrement(ref inside);
            limiter.Leave(priority, 0);
        })));
        Assert.Equal((20_000, 0), (entered, Enum.GetValues<Priority>().Sum(limiter.Inside)));
        Assert.InRange(most, 1, 8);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target)) Interlocked.CompareExchange(ref target, value, seen);
    }
}
