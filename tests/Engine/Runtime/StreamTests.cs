using Microsoft.Extensions.DependencyInjection;
using OrderActors.Embedded.Runtime;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace OrderActors.Tests.Engine.Runtime;

public sealed class StreamTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    [Fact]
    public void An_append_wakes_the_implicit_subscriber_of_its_partition() => EngineHost.InVirtualTime(async (host, clock) =>
    {
        host.Store.Append(7);
        await Task.Delay(Moment, clock);
        Assert.Equal(["007 heard 7:1"], host.Journal.Entries);
    });

    [Fact]
    public void What_was_appended_while_the_engine_was_down_is_announced_at_the_start()
    {
        var store = new TestStore();
        store.Append(3);
        store.Append(3);
        EngineHost.InVirtualTime(
            async (host, clock) =>
            {
                await Task.Delay(Moment, clock);
                Assert.Equal(["003 heard 3:2"], host.Journal.Entries);
            },
            store: store);
    }

    [Fact]
    public void A_subscriber_that_never_returns_is_woken_no_further_and_costs_nothing() => EngineHost.InVirtualTime(
        async (host, clock) =>
        {
            host.Behaviour.OnHeard = _ => new TaskCompletionSource().Task;
            for (var i = 0; i < 10_000; i++) host.Store.Append(1);
            await Task.Delay(Moment, clock);
            Assert.Single(host.Journal.Entries);
            host.Behaviour.OnHeard = _ => Task.CompletedTask;
            await Task.Delay(TimeSpan.FromMinutes(3), clock);
            Assert.Contains("001 heard 1:10000", host.Journal.Entries);
        },
        new EngineOptions { StuckAfter = TimeSpan.FromMinutes(1) });

    [Fact]
    public void A_wake_up_that_fails_is_repeated() => EngineHost.InVirtualTime(async (host, clock) =>
    {
        var failures = 2;
        host.Behaviour.OnHeard = _ => failures-- > 0 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
        host.Store.Append(1);
        await Task.Delay(TimeSpan.FromSeconds(5), clock);
        Assert.Equal(3, host.Journal.Entries.Length);
    });

    [Fact]
    public void The_host_can_subscribe_and_unsubscribe() => EngineHost.InVirtualTime(async (host, clock) =>
    {
        var heard = new List<Bell>();
        var stream = host.Grains.GetStreamProvider("log").GetStream<Bell>(StreamId.Create("event-log", "005"));
        var subscription = await stream.SubscribeAsync(new Observer(heard));
        host.Store.Append(5);
        host.Store.Append(6);
        await Task.Delay(Moment, clock);
        Assert.Equal([new Bell(5, 1)], heard);
        await subscription.UnsubscribeAsync();
        host.Store.Append(5);
        await Task.Delay(Moment, clock);
        Assert.Single(heard);
    });

    [Fact]
    public void A_grain_s_explicit_subscription_outlives_the_engine()
    {
        var store = new TestStore();
        EngineHost.InVirtualTime(
            async (host, clock) =>
            {
                await host.Grains.GetGrain<IListenerGrain>("me").Subscribe(9);
                host.Store.Append(9);
                await Task.Delay(Moment, clock);
                Assert.Contains("me heard 9:1", host.Journal.Entries);
            },
            store: store);
        EngineHost.InVirtualTime(
            async (host, clock) =>
            {
                host.Store.Append(9);
                await Task.Delay(Moment, clock);
                Assert.Contains("me heard 9:2", host.Journal.Entries);
                await host.Grains.GetGrain<IListenerGrain>("me").Unsubscribe(9);
                host.Store.Append(9);
                await Task.Delay(Moment, clock);
                Assert.DoesNotContain("me heard 9:3", host.Journal.Entries);
            },
            store: store);
    }

    [Theory]
    [InlineData("event-log", "120")]
    [InlineData("event-log", "x")]
    [InlineData("other", "001")]
    public void A_stream_that_does_not_exist_is_refused_with_those_that_do(string ns, string key) => EngineHost.InVirtualTime((host, _) =>
    {
        var refused = Assert.Throws<ArgumentException>(() => host.Grains.GetStreamProvider("log").GetStream<Bell>(StreamId.Create(ns, key)));
        Assert.Contains("000", refused.Message);
        Assert.Contains("119", refused.Message);
        return Task.CompletedTask;
    });

    private sealed class Observer(List<Bell> heard) : IAsyncObserver<Bell>
    {
        public Task OnNextAsync(Bell item, StreamSequenceToken? token = null)
        {
            heard.Add(item);
            return Task.CompletedTask;
        }

        public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
    }
}
