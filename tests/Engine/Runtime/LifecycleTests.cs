using OrderActors.Embedded.Runtime;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Tests.Engine.Runtime;

public sealed class LifecycleTests
{
    [Fact]
    public void An_idle_grain_is_collected_and_comes_back_on_its_next_call() => EngineHost.InVirtualTime(async (host, clock) =>
    {
        var grain = host.Grains.GetGrain<IEchoGrain>("a");
        await grain.Nothing();
        await Task.Delay(TimeSpan.FromMinutes(7), clock);
        Assert.Equal(["+a", "-a ActivationIdle"], host.Journal.Entries);
        Assert.Equal(0, host.Engine.ActivationCount);
        await grain.Nothing();
        Assert.Equal(["+a", "-a ActivationIdle", "+a"], host.Journal.Entries);
    });

    [Fact]
    public void A_grain_in_use_is_not_collected() => EngineHost.InVirtualTime(async (host, clock) =>
    {
        var grain = host.Grains.GetGrain<IEchoGrain>("a");
        for (var minute = 0; minute < 20; minute++)
        {
            await grain.Nothing();
            await Task.Delay(TimeSpan.FromMinutes(1), clock);
        }

        Assert.Equal(["+a"], host.Journal.Entries);
    });

    [Fact]
    public void Too_many_activations_are_collected_early_the_longest_idle_first() => EngineHost.InVirtualTime(
        async (host, clock) =>
        {
            for (var i = 0; i < 150; i++)
            {
                await host.Grains.GetGrain<IEchoGrain>($"{i:D3}").Nothing();
                if (i == 100) await Task.Delay(TimeSpan.FromSeconds(30), clock);
            }

            await Task.Delay(TimeSpan.FromSeconds(30), clock);
            Assert.Equal(100, host.Engine.ActivationCount);
            Assert.DoesNotContain("-120 ActivationIdle", host.Journal.Entries);
        },
        new EngineOptions { MaxActivations = 100 });

    [Fact]
    public void A_grain_can_ask_to_leave_and_later_requests_find_a_new_activation() => EngineHost.InVirtualTime(async (host, _) =>
    {
        var grain = host.Grains.GetGrain<IEchoGrain>("a");
        var first = await grain.Instance();
        var leave = grain.Leave();
        var after = Enumerable.Range(0, 20).Select(_ => grain.Instance()).ToArray();
        await leave;
        var answers = await Task.WhenAll(after);
        await grain.Nothing();
        Assert.NotEqual(first, await grain.Instance());
        Assert.All(answers, a => Assert.True(a > 0));
        Assert.Contains("-a ApplicationRequested", host.Journal.Entries);
    });

    [Fact]
    public async Task State_survives_its_activation_and_its_engine()
    {
        var store = new TestStore();
        await using (var host = await EngineHost.StartAsync(store: store))
        {
            for (var i = 0; i < 5; i++) await host.Grains.GetGrain<ICounterGrain>(1).Increment();
        }

        await using (var host = await EngineHost.StartAsync(store: store))
        {
            Assert.Equal(5, await host.Grains.GetGrain<ICounterGrain>(1).Get());
            Assert.Equal(0, await host.Grains.GetGrain<ICounterGrain>(2).Get());
        }
    }

    [Fact]
    public void A_version_conflict_reaches_the_caller_and_ends_the_activation() => EngineHost.InVirtualTime(async (host, _) =>
    {
        var counter = host.Grains.GetGrain<ICounterGrain>(1);
        await counter.Increment();
        await Assert.ThrowsAsync<InconsistentStateException>(() => counter.Poison());
        Assert.Equal(1, await counter.Unprotected(1));
        Assert.Equal(2, await counter.Increment());
    });

    [Fact]
    public void A_grain_that_cannot_be_activated_fails_its_callers_and_is_tried_anew() => EngineHost.InVirtualTime(async (host, _) =>
    {
        var broken = host.Grains.GetGrain<IBrokenGrain>("b");
        BrokenGrain.Fail = true;
        await Assert.ThrowsAsync<NotSupportedException>(() => broken.Hello());
        await Assert.ThrowsAsync<NotSupportedException>(() => broken.Hello());
        BrokenGrain.Fail = false;
        Assert.Equal("hello", await broken.Hello());
    });

    [Fact]
    public void A_stopping_engine_refuses_new_work_and_deactivates_what_it_has() => EngineHost.InVirtualTime(async (host, _) =>
    {
        var grain = host.Grains.GetGrain<IEchoGrain>("a");
        await grain.Nothing();
        var gate = host.Grains.GetGrain<IGateGrain>("g");
        var underWay = gate.Write("w");
        await gate.Open("none");
        var open = gate.Open("w");
        await open;
        await host.Engine.StopAsync();
        await underWay;
        Assert.Contains("w out", host.Journal.Entries);
        Assert.Contains("-a ShuttingDown", host.Journal.Entries);
        Assert.Contains("stopping", (await Assert.ThrowsAsync<OrleansException>(() => grain.Nothing())).Message);
        Assert.Equal(0, host.Engine.ActivationCount);
    });

    // On real threads: what is told late is lost between two of them.
    [Fact]
    public async Task A_stop_waits_for_what_grains_tell_each_other_one_way_while_they_leave()
    {
        for (var round = 0; round < 200; round++)
        {
            await using var host = await EngineHost.StartAsync();
            await host.Grains.GetGrain<IFarewellGrain>("a").Meet("b");
            await host.Grains.GetGrain<IFarewellGrain>("b").Meet("a");
            await host.Engine.StopAsync();
            Assert.Equal(["a left", "b left"], host.Journal.Entries.Order());
        }
    }

    [Fact]
    public void A_stop_waits_no_longer_than_its_limit_for_a_request_that_never_ends() => EngineHost.InVirtualTime(async (host, clock) =>
    {
        _ = host.Grains.GetGrain<IGateGrain>("g").Write("never");
        await host.Grains.GetGrain<IEchoGrain>("a").Nothing();
        var start = clock.GetUtcNow();
        await host.Engine.StopAsync();
        Assert.Equal(TimeSpan.FromSeconds(15), clock.GetUtcNow() - start);
    });

    [Theory]
    [InlineData("ResponseTimeout")]
    [InlineData("MailboxLimit")]
    [InlineData("MaxActivations")]
    [InlineData("CollectionAge")]
    [InlineData("StuckAfter")]
    [InlineData("DrainTimeout")]
    public void An_option_outside_its_range_is_named_with_the_range(string option)
    {
        var options = new EngineOptions();
        var property = typeof(EngineOptions).GetProperty(option)!;
        property.SetValue(options, property.PropertyType == typeof(int) ? 0 : TimeSpan.FromDays(-1));
        var refused = Assert.Throws<ArgumentOutOfRangeException>(options.Validate);
        Assert.Contains(option, refused.Message);
        Assert.Contains("must be", refused.Message);
    }
}

public interface IBrokenGrain : IGrainWithStringKey
{
    Task<string> Hello();
}

public sealed class BrokenGrain : Grain, IBrokenGrain
{
    internal static bool Fail { get; set; }

    public Task<string> Hello() => Task.FromResult("hello");

    public override Task OnActivateAsync(CancellationToken cancellationToken) => Fail ? throw new NotSupportedException("not today") : Task.CompletedTask;
}
