using System.Collections.Immutable;
using System.Reflection;
using OrderActors.Broadcast;
using OrderActors.Client.Hosting;
using OrderActors.Client.Hosting.Calls;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Dispatch;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Refunds;
using Orleans.Runtime;
using Xunit;

namespace OrderActors.Tests.Gateway.Calls;

/// <summary>Which calls are sent again, when, and what the caller is told in the end.</summary>
public sealed class RetryTests
{
    private static readonly MethodInfo Command = typeof(IOrderGrain).GetMethod(nameof(IOrderGrain.Execute))!;
    private static readonly MethodInfo Locate = typeof(ICourierGrain).GetMethod(nameof(ICourierGrain.Locate))!;

    private readonly SteppedClock _clock = new();
    private readonly CallOptions _options = new();

    [Theory]
    [InlineData(typeof(IOrderGrain), nameof(IOrderGrain.Get), true)]
    [InlineData(typeof(IOrderGrain), nameof(IOrderGrain.Execute), true)]
    [InlineData(typeof(IOrderGrain), nameof(IOrderGrain.Preview), true)]
    [InlineData(typeof(IExternalIdGrain), nameof(IExternalIdGrain.Get), true)]
    [InlineData(typeof(ICustomerGrain), nameof(ICustomerGrain.Place), true)]
    [InlineData(typeof(ICustomerGrain), nameof(ICustomerGrain.Orders), true)]
    [InlineData(typeof(IMerchantGrain), nameof(IMerchantGrain.Execute), true)]
    [InlineData(typeof(ICourierGrain), nameof(ICourierGrain.Execute), true)]
    [InlineData(typeof(IDispatchGrain), nameof(IDispatchGrain.Get), true)]
    [InlineData(typeof(IRefundGrain), nameof(IRefundGrain.Execute), true)]
    [InlineData(typeof(IRefundGrain), nameof(IRefundGrain.Get), true)]
    [InlineData(typeof(IRefundGrain), nameof(IRefundGrain.RecordPayment), false)]
    [InlineData(typeof(ISubscriberGrain), nameof(ISubscriberGrain.DeadLetters), true)]
    [InlineData(typeof(ISubscriberGrain), nameof(ISubscriberGrain.Replay), false)]
    [InlineData(typeof(ISubscriberGrain), nameof(ISubscriberGrain.Discard), false)]
    [InlineData(typeof(ICourierGrain), nameof(ICourierGrain.Locate), false)]
    [InlineData(typeof(IMerchantGrain), nameof(IMerchantGrain.Reserve), false)]
    [InlineData(typeof(INumberLeaseGrain), nameof(INumberLeaseGrain.Lease), false)]
    public void Reads_and_commands_may_arrive_twice_and_nothing_else(Type grain, string method, bool may) =>
        Assert.Equal(may, IdempotentCalls.Includes(grain.GetMethod(method)!));

    [Fact]
    public async Task A_silo_that_dies_costs_time_and_no_error()
    {
        var tries = await Call(Command, [new WayLost(), new TimeoutException(), new WayLost(), null]);
        Assert.Equal(4, tries);
        Assert.Equal([25, 50, 100], _clock.Pauses.Select(p => p.TotalMilliseconds));
    }

    [Fact]
    public async Task The_waits_double_up_to_the_longest_and_half_of_each_is_drawn()
    {
        await Call(Command, [.. Enumerable.Repeat<Exception?>(new WayLost(), 7), null], draw: 1);
        Assert.Equal([50, 100, 200, 400, 800, 1000, 1000], _clock.Pauses.Select(p => p.TotalMilliseconds));
    }

    [Fact]
    public async Task After_its_time_the_way_stays_lost_and_the_answer_unknown()
    {
        _options.RetryFor = TimeSpan.FromSeconds(3);
        var lost = await Assert.ThrowsAsync<ClusterUnavailableException>(() => Call(Command, [new WayLost()], each: TimeSpan.FromSeconds(1)));
        Assert.IsType<WayLost>(lost.InnerException);
        Assert.True(_clock.Elapsed <= TimeSpan.FromSeconds(4), $"{_clock.Elapsed}");
        await Assert.ThrowsAsync<TimeoutException>(() => Call(Command, [new TimeoutException()], each: TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task What_may_not_arrive_twice_is_sent_once()
    {
        await Assert.ThrowsAsync<ClusterUnavailableException>(() => Call(Locate, [new WayLost(), null]));
        await Assert.ThrowsAsync<TimeoutException>(() => Call(Locate, [new TimeoutException(), null]));
        Assert.Empty(_clock.Pauses);
    }

    [Fact]
    public async Task What_the_grain_or_the_storage_said_is_said_once()
    {
        await Assert.ThrowsAsync<InvalidCursorException>(() => Call(Command, [new InvalidCursorException("no"), null]));
        await Assert.ThrowsAsync<IOException>(() => Call(Command, [new NoStorage(), null]));
        await Assert.ThrowsAsync<LimitExceededException>(() => Call(Command, [new Busy(), null]));
        Assert.Empty(_clock.Pauses);
    }

    [Fact]
    public async Task No_more_calls_wait_for_another_try_than_may()
    {
        _options.MaxRetrying = 2;
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _clock.Hold = hold.Task;
        var policy = new RetryPolicy(_options, _clock, () => 0);
        var failed = new HashSet<int>();
        Task Start(int call) => policy.Run(() => failed.Add(call) ? Task.FromException(new WayLost()) : Task.CompletedTask, Judge);
        Task[] waiting = [Start(1), Start(2)];
        Assert.Equal(2, policy.Retrying);
        await Assert.ThrowsAsync<WayLost>(() => Start(3));
        hold.SetResult();
        await Task.WhenAll(waiting);
        Assert.Equal(0, policy.Retrying);
    }

    [Fact]
    public async Task Never_again_is_never()
    {
        _options.RetryFor = TimeSpan.Zero;
        await Assert.ThrowsAsync<ClusterUnavailableException>(() => Call(Command, [new WayLost(), null]));
    }

    [Theory]
    [InlineData(nameof(CallOptions.ResponseTimeout), "00:00:00.4")]
    [InlineData(nameof(CallOptions.RetryFor), "00:05:01")]
    [InlineData(nameof(CallOptions.FirstBackoff), "00:00:00")]
    [InlineData(nameof(CallOptions.MaxBackoff), "00:00:00.01")]
    public void An_option_outside_its_range_is_named(string name, string value)
    {
        typeof(CallOptions).GetProperty(name)!.SetValue(_options, TimeSpan.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.StartsWith($"Calls:{name} is ", Assert.Throws<StartupException>(_options.Validate).Message, StringComparison.Ordinal);
    }

    /// <summary>Makes a call whose tries fail as scripted, the last entry for ever; null succeeds. Returns how many tries it took.</summary>
    private async Task<int> Call(MethodInfo method, ImmutableArray<Exception?> script, double draw = 0, TimeSpan each = default)
    {
        var tries = 0;
        var filter = new RetryFilter(new RetryPolicy(_options, _clock, () => draw), Judge);
        await filter.Invoke(method, () =>
        {
            _clock.Advance(each);
            return script[Math.Min(tries++, script.Length - 1)] is { } failure ? Task.FromException(failure) : Task.CompletedTask;
        });
        return tries;
    }

    private static CallFailure Judge(Exception exception) => exception switch
    {
        WayLost => CallFailure.WayLost,
        TimeoutException => CallFailure.Unanswered,
        Busy => CallFailure.TooBusy,
        NoStorage => CallFailure.Storage,
        _ => CallFailure.Answer,
    };

    private sealed class WayLost() : Exception("The silo is gone.");

    private sealed class Busy() : Exception("Too much.");

    private sealed class NoStorage() : Exception("No storage.");

    /// <summary>A clock whose timers fire at once and take the time they were set for.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private long _now = 1;

        public List<TimeSpan> Pauses { get; } = [];

        public Task Hold { get; set; } = Task.CompletedTask;

        public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            Advance(dueTime);
            _ = Fire();
            return new Fired();

            async Task Fire()
            {
                await Hold.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                callback(state);
            }
        }

        private sealed class Fired : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
