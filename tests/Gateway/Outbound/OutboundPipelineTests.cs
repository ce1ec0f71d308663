using OrderActors.Silo.Outbound.Pipelines;
using OrderActors.TestKit;
using Polly.Timeout;
using Xunit;

namespace OrderActors.Tests.Gateway.Outbound;

public sealed class OutboundPipelineTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly Chaos _chaos = new();

    private OutboundPipeline Pipeline(Action<OutboundOptions>? set = null)
    {
        var options = new OutboundOptions { Retries = 0, MinCalls = 4, SamplingTime = TimeSpan.FromMinutes(5) };
        set?.Invoke(options);
        Assert.Null(options.Validate());
        return new OutboundPipeline("payments", options, _clock, () => 0.5, _chaos);
    }

    private Task<int> Call(OutboundPipeline pipeline, Func<Task>? work = null, bool repeatable = true) => pipeline.ExecuteAsync(
        "test", repeatable, async _ =>
        {
            if (work is not null) await work();
            return 7;
        }, CancellationToken.None);

    /// <summary>Lets time pass until the call is done.</summary>
    private async Task<T> Drive<T>(Task<T> call)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!call.IsCompleted && DateTime.UtcNow < deadline)
        {
            // A moment for the call to go on, which runs on other threads.
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        return await call;
    }

    [Fact]
    public async Task What_is_slow_is_used_and_opens_the_breaker_and_one_good_call_closes_it()
    {
        using var pipeline = Pipeline();
        for (var i = 0; i < 4; i++)
        {
            var call = Call(pipeline, () => Task.Delay(TimeSpan.FromMilliseconds(1_200), _clock));
            _clock.Advance(TimeSpan.FromMilliseconds(1_200));
            Assert.Equal(7, await call.WaitAsync(Patience));
        }

        var open = pipeline.State();
        Assert.Equal(("open", 4L, 0L), (open.Breaker, open.Slow, open.Failures));
        await Assert.ThrowsAsync<OutboundRejectedException>(() => Call(pipeline));
        Assert.Equal(1, pipeline.State().Rejected);

        // One call tries; it fails, and the breaker is open again.
        _clock.Advance(TimeSpan.FromSeconds(6));
        await Assert.ThrowsAsync<IOException>(() => Call(pipeline, () => throw new IOException()));
        await Assert.ThrowsAsync<OutboundRejectedException>(() => Call(pipeline));
        _clock.Advance(TimeSpan.FromSeconds(6));
        var half = "";
        Assert.Equal(7, await Call(pipeline, () =>
        {
            half = pipeline.State().Breaker;
            return Task.CompletedTask;
        }));
        Assert.Equal(("half_open", "closed"), (half, pipeline.State().Breaker));
    }

    [Fact]
    public async Task A_failure_is_tried_again_only_where_that_does_no_harm()
    {
        using var pipeline = Pipeline(options => options.Retries = 2);
        var tries = 0;
        Task Fail() => ++tries % 3 == 0 ? Task.CompletedTask : throw new IOException();
        Assert.Equal(7, await Drive(Call(pipeline, Fail)));
        Assert.Equal(3, tries);
        await Assert.ThrowsAsync<IOException>(() => Call(pipeline, Fail, repeatable: false));
        Assert.Equal(4, tries);
    }

    [Fact]
    public async Task A_call_that_never_comes_back_ends_with_its_time_even_if_it_does_not_listen()
    {
        using var pipeline = Pipeline();
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => Drive(Call(pipeline, () => new TaskCompletionSource().Task)));
        Assert.Equal((1L, 0), (pipeline.State().Failures, pipeline.State().InFlight));
    }

    [Fact]
    public async Task Too_many_at_once_wait_and_beyond_that_are_refused()
    {
        using var pipeline = Pipeline(options => (options.MaxConcurrent, options.MaxQueued) = (2, 3));
        var gate = new TaskCompletionSource();
        var calls = Enumerable.Range(0, 5).Select(_ => Call(pipeline, () => gate.Task)).ToList();
        Assert.Equal((2, 3), (pipeline.State().InFlight, pipeline.State().Queued));
        await Assert.ThrowsAsync<OutboundRejectedException>(() => Call(pipeline));
        gate.SetResult();
        Assert.All(await Task.WhenAll(calls), result => Assert.Equal(7, result));
        Assert.Equal((0, 0, 1L), (pipeline.State().InFlight, pipeline.State().Queued, pipeline.State().Rejected));
    }

    [Fact]
    public async Task Chaos_is_innermost_so_that_everything_else_sees_it()
    {
        using var pipeline = Pipeline(options => options.Retries = 1);
        _chaos.Next = () => throw new IOException("chaos");
        await Assert.ThrowsAsync<IOException>(() => Drive(Call(pipeline)));
        Assert.Equal(2, pipeline.State().Failures);
        _chaos.Next = () => Task.Delay(TimeSpan.FromSeconds(2), _clock);
        Assert.Equal(7, await Drive(Call(pipeline)));
        Assert.Equal(1, pipeline.State().Slow);
    }

    private sealed class Chaos : IOutboundChaos
    {
        public Func<Task> Next { get; set; } = () => Task.CompletedTask;

        public Task BeforeAsync(string dependency, string operation, CancellationToken cancellation) => Next();
    }
}
