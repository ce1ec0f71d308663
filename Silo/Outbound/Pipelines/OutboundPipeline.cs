using System.Threading.RateLimiting;
using OrderActors.Client.Operations;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace OrderActors.Silo.Outbound.Pipelines;

/// <summary>A call that was not made: the breaker is open, or too many wait.</summary>
internal sealed class OutboundRejectedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The way to one dependency: total time limit, bulkhead, retry with jitter, circuit breaker, time limit of a try, and innermost
/// the place for chaos. The breaker counts what is slow as failed, although its answer is used.
/// </summary>
internal sealed class OutboundPipeline : IDisposable
{
    private static readonly ResiliencePropertyKey<bool> Repeatable = new("repeatable");
    private static readonly ResiliencePropertyKey<TimeSpan> Took = new("took");

    private readonly string _name;
    private readonly OutboundOptions _options;
    private readonly TimeProvider _clock;
    private readonly IOutboundChaos _chaos;
    private readonly ConcurrencyLimiter _places;
    private readonly ResiliencePipeline _total;
    private readonly ResiliencePipeline _tries;
    private readonly CircuitBreakerStateProvider _breaker = new();
    private long _since;
    private long _calls;
    private long _failures;
    private long _slow;
    private long _rejected;

    public OutboundPipeline(string name, OutboundOptions options, TimeProvider clock, Func<double> random, IOutboundChaos chaos)
    {
        _name = name;
        _options = options;
        _clock = clock;
        _chaos = chaos;
        _since = clock.GetUtcNow().UtcTicks;
        OutboundInstruments.Declare(name);
        _places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = options.MaxConcurrent,
            QueueLimit = options.MaxQueued,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        _total = new ResiliencePipelineBuilder { TimeProvider = clock }.AddTimeout(options.TotalTimeout).Build();
        var tries = new ResiliencePipelineBuilder { TimeProvider = clock };
        if (options.Retries > 0) tries.AddRetry(Retry(random));
        _tries = tries.AddCircuitBreaker(Breaker()).AddTimeout(options.AttemptTimeout).Build();
    }

    /// <summary>How it goes.</summary>
    public OutboundState State()
    {
        var places = _places.GetStatistics()!;
        var since = new DateTimeOffset(Volatile.Read(ref _since), TimeSpan.Zero);
        return new(
            _name, NameOf(_breaker.CircuitState), since, Volatile.Read(ref _calls),
            Volatile.Read(ref _failures), Volatile.Read(ref _slow), _options.MaxConcurrent - (int)places.CurrentAvailablePermits,
            (int)places.CurrentQueuedCount, Volatile.Read(ref _rejected))
        {
            IsGivenUp = _breaker.CircuitState == CircuitState.Open && _clock.GetUtcNow() < since + _options.BreakTime,
        };
    }

    /// <summary>Makes a call.</summary>
    /// <param name="operation">What for; a fixed word and not an id.</param>
    /// <param name="repeatable">Whether doing it twice does it once; only then it is tried again.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    /// <exception cref="OutboundRejectedException">It was not made.</exception>
    public async Task<T> ExecuteAsync<T>(string operation, bool repeatable, Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _calls);

        // Back into the caller's turn: grains call from theirs.
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellation);
        context.Properties.Set(Repeatable, repeatable);
        try
        {
            return await _total.ExecuteAsync(async c => await InPlace(c, operation, call), context);
        }
        catch (BrokenCircuitException e)
        {
            throw Rejected("breaker", $"The breaker of {_name} is open.", e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task<T> InPlace<T>(ResilienceContext context, string operation, Func<CancellationToken, Task<T>> call)
    {
        using var place = await _places.AcquireAsync(1, context.CancellationToken);
        if (!place.IsAcquired) throw Rejected("queue", $"{_options.MaxQueued} calls to {_name} wait already.", null);
        return await _tries.ExecuteAsync(async c => await Try(c, operation, call), context);
    }

    private async Task<T> Try<T>(ResilienceContext context, string operation, Func<CancellationToken, Task<T>> call)
    {
        using var span = OutboundSpans.Begin(_name, operation);
        var began = _clock.GetTimestamp();
        var outcome = "failed";
        var cancellation = context.CancellationToken;
        try
        {
            await _chaos.BeforeAsync(_name, operation, cancellation).WaitAsync(cancellation);

            // Also for a call that does not listen: its time is over, and its outcome unknown.
            var result = await call(cancellation).WaitAsync(cancellation);
            outcome = "succeeded";
            return result;
        }
        finally
        {
            var took = _clock.GetElapsedTime(began);
            context.Properties.Set(Took, took);
            if (outcome == "failed") Interlocked.Increment(ref _failures);
            else if (took > _options.SlowAfter)
            {
                outcome = "slow";
                Interlocked.Increment(ref _slow);
            }

            OutboundInstruments.Tried(_name, outcome, took);
            OutboundSpans.Ends(span, outcome);
        }
    }

    private RetryStrategyOptions Retry(Func<double> random) => new()
    {
        MaxRetryAttempts = _options.Retries,
        Delay = _options.RetryDelay,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Randomizer = random,
        ShouldHandle = args => new(
            args.Outcome.Exception is not (null or BrokenCircuitException or OperationCanceledException)
            && args.Context.Properties.GetValue(Repeatable, false)),
    };

    private CircuitBreakerStrategyOptions Breaker() => new()
    {
        FailureRatio = _options.FailureRatio,
        MinimumThroughput = _options.MinCalls,
        SamplingDuration = _options.SamplingTime,
        BreakDuration = _options.BreakTime,
        ShouldHandle = args => new(
            args.Outcome.Exception is not (null or OperationCanceledException)
            || args.Context.Properties.GetValue(Took, TimeSpan.Zero) > _options.SlowAfter),
        StateProvider = _breaker,
        OnOpened = _ => Changed("open"),
        OnHalfOpened = _ => Changed("half_open"),
        OnClosed = _ => Changed("closed"),
    };

    private static string NameOf(CircuitState state) => state switch
    {
        CircuitState.Closed => "closed",
        CircuitState.HalfOpen => "half_open",
        _ => "open",
    };

    private ValueTask Changed(string to)
    {
        Volatile.Write(ref _since, _clock.GetUtcNow().UtcTicks);
        OutboundInstruments.Changed(_name, to);
        return default;
    }

    private OutboundRejectedException Rejected(string why, string message, Exception? inner)
    {
        Interlocked.Increment(ref _rejected);
        OutboundInstruments.Rejected(_name, why);
        return new OutboundRejectedException(message, inner);
    }
}
