using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Tasks.Sources;
using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Http;
using OrderActors.Tools.Load.Measuring;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Load;

/// <summary>Where and how a load is driven.</summary>
/// <param name="Target">The gateway: http://address:port.</param>
/// <param name="Stages">The load, a stage after the other.</param>
internal sealed record LoadPlan(Uri Target, IReadOnlyList<Stage> Stages)
{
    /// <summary>How many connections there are: the most that are asked at once. 1 to 10,000.</summary>
    public int Connections { get; init; } = 256;

    /// <summary>How many arrivals may wait for a connection; one more is dropped, and counted. 0 to 1,000,000.</summary>
    public int Waiting { get; init; } = 10_000;

    /// <summary>How long an answer may take. 10 milliseconds to 10 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>API keys, used in turns; empty for none.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Whether arrivals come at random times (a Poisson process) and not at even ones.</summary>
    public bool AtRandom { get; init; } = true;

    /// <summary>The target's process, whose memory is watched; null for none.</summary>
    public int? TargetProcess { get; init; }
}

/// <summary>What came of a stage, beside its tallies.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Rate">The rate at its end, arrivals a second; 0 for a max stage.</param>
/// <param name="Begin">When it began, in seconds from the run's beginning.</param>
/// <param name="End">When it ended.</param>
/// <param name="Concurrency">How many requests were in the system, averaged over its time.</param>
internal sealed record StageResult(Stage Stage, double Rate, double Begin, double End, double Concurrency)
{
    /// <summary>How long it was, in seconds.</summary>
    public double Seconds => End - Begin;
}

/// <summary>What a run measured.</summary>
/// <param name="Stages">Its stages.</param>
/// <param name="Measurements">Its counts.</param>
/// <param name="Samples">Its seconds.</param>
/// <param name="GeneratorCores">How many processors the generator itself kept busy.</param>
/// <param name="LagP99Micros">How far behind its intended start a request was sent, at the 99th percentile, where a connection was free; part of every time.</param>
internal sealed record LoadResult(
    IReadOnlyList<StageResult> Stages, Measurements Measurements, IReadOnlyList<Sample> Samples, double GeneratorCores, long LagP99Micros);

/// <summary>
/// Sends requests when they are due, whether or not earlier ones were answered, over a bounded number of connections. Times count from
/// the moment at which a request was to be sent, so that a target that stalls cannot hide how many would have waited.
/// </summary>
internal sealed class LoadDriver : IDisposable
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromMilliseconds(250);
    private static readonly double MicrosPerTick = 1e6 / Stopwatch.Frequency;

    private readonly LoadPlan _plan;
    private readonly ITraffic _traffic;
    private readonly Action<Sample>? _progress;
    private readonly Measurements _measurements;
    private readonly Histogram _lag = new();
    private readonly byte[][] _authorizations;
    private readonly Lane[] _lanes;
    private readonly Lock _lock = new();
    private readonly Stack<Lane> _idle;
    private readonly Queue<Arrival> _waiting = new();
    private readonly List<StageResult> _stages = [];
    private readonly List<Sample> _samples = [];
    private readonly ProcessWatch? _watch;
    private readonly TaskCompletionSource _fault = new();
    private readonly CancellationTokenSource _ended = new();
    private int _inSystem;
    private int _turn;
    private volatile int _stage;
    private volatile int _maxStage = -1;
    private long _begin;

    /// <param name="plan">Where and how.</param>
    /// <param name="traffic">What.</param>
    /// <param name="progress">Told of every second.</param>
    public LoadDriver(LoadPlan plan, ITraffic traffic, Action<Sample>? progress = null)
    {
        _plan = plan;
        _traffic = traffic;
        _progress = progress;
        _measurements = new(traffic.Operations, plan.Stages.Count);
        _authorizations = [.. plan.Keys.DefaultIfEmpty().Select(key => Encoding.ASCII.GetBytes(key is null ? "" : $"Authorization: Bearer {key}\r\n"))];
        var address = HttpTarget.AddressOf(plan.Target);
        _lanes = [.. Enumerable.Range(0, plan.Connections).Select(_ => new Lane(address, plan.Target.Authority))];
        _idle = new(_lanes);
        _watch = plan.TargetProcess is { } id ? new(id) : null;
    }

    /// <summary>Runs all stages, then waits for what is under way.</summary>
    public async Task<LoadResult> RunAsync(CancellationToken cancellationToken)
    {
        var before = Environment.CpuUsage.TotalTime;
        foreach (var lane in _lanes) _ = ServeAsync(lane);
        using var asked = cancellationToken.Register(_ended.Cancel);
        _begin = Stopwatch.GetTimestamp();
        using var over = new CancellationTokenSource();
        var watching = WatchAsync(over.Token);

        // A thread of its own: what has to happen at a certain time must not queue behind answers.
        await Task.Factory.StartNew(() => Dispatch(_ended.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await over.CancelAsync();
        await watching;
        var cores = (Environment.CpuUsage.TotalTime - before).TotalSeconds / Seconds(Stopwatch.GetTimestamp());
        cancellationToken.ThrowIfCancellationRequested();
        if (_fault.Task.IsFaulted) await _fault.Task;
        return new(_stages, _measurements, _samples, cores, _lag.Percentile(0.99));
    }

    public void Dispose()
    {
        foreach (var lane in _lanes) lane.Dispose();
        _watch?.Dispose();
        _ended.Dispose();
    }

    private double Seconds(long timestamp) => (timestamp - _begin) / (double)Stopwatch.Frequency;

    private static long Micros(long from, long to) => (long)((to - from) * MicrosPerTick);

    private void Dispatch(CancellationToken cancellationToken)
    {
        var (random, rate, capacity, begin) = (new Random(), 0.0, 0.0, _begin);
        for (var i = 0; i < _plan.Stages.Count && !cancellationToken.IsCancellationRequested; i++)
        {
            var stage = _plan.Stages[i];
            var end = begin + (long)(stage.Duration.TotalSeconds * Stopwatch.Frequency);
            var crowd = new Crowd(this, begin);
            _stage = i;
            var to = stage.IsMultiple ? stage.Rate * capacity : stage.Rate;
            if (stage.Kind == StageKind.Max) Saturate(i);
            else Arrive(new StageArrivals(stage, rate, to, _plan.AtRandom ? random : null), i, begin, crowd, cancellationToken);
            while (Stopwatch.GetTimestamp() < end && !cancellationToken.IsCancellationRequested) crowd.Sleep();
            _maxStage = -1;
            _stages.Add(new(stage, to, Seconds(begin), Seconds(end), crowd.Mean));
            if (stage.Kind == StageKind.Max) capacity = _measurements.Sum(i)[Outcome.Ok] / stage.Duration.TotalSeconds;
            (rate, begin) = (to, end);
        }

        // Answers that are late are still part of the run; those that do not come at all are given up by the watch.
        while (Volatile.Read(ref _inSystem) > 0 && !cancellationToken.IsCancellationRequested) Thread.Sleep(1);
    }

    private void Arrive(StageArrivals arrivals, int stage, long begin, Crowd crowd, CancellationToken cancellationToken)
    {
        while (arrivals.TryNext(out var seconds) && !cancellationToken.IsCancellationRequested)
        {
            var due = begin + (long)(seconds * Stopwatch.Frequency);
            while (Stopwatch.GetTimestamp() < due) crowd.Sleep();
            Start(new(_traffic.Next(), due, stage));
        }
    }

    /// <summary>Gives a request to a connection that is free, or to the waiting line.</summary>
    private void Start(Arrival arrival)
    {
        Lane? lane;
        lock (_lock)
        {
            if (!_idle.TryPop(out lane))
            {
                if (_waiting.Count >= _plan.Waiting)
                {
                    _measurements.Add(arrival.Stage, arrival.Operation, Outcome.Dropped, 0, "dropped", default);
                    return;
                }

                _waiting.Enqueue(arrival);
            }
        }

        Interlocked.Increment(ref _inSystem);
        if (lane is null) return;
        _lag.Add(Micros(arrival.Intended, Stopwatch.GetTimestamp()));
        lane.Wake(arrival);
    }

    /// <summary>Lets every connection send again as soon as it can.</summary>
    private void Saturate(int stage)
    {
        _maxStage = stage;
        while (true)
        {
            Lane? lane;
            lock (_lock)
            {
                if (!_idle.TryPop(out lane)) return;
            }

            Interlocked.Increment(ref _inSystem);
            lane.Wake(new(_traffic.Next(), Stopwatch.GetTimestamp(), stage));
        }
    }

    /// <summary>The next request for a connection; false when there is none now, and the connection is idle.</summary>
    private bool TryNext(Lane lane, out Arrival arrival)
    {
        int stage;
        lock (_lock)
        {
            if (_waiting.TryDequeue(out arrival)) return true;
            stage = _maxStage;
            if (stage < 0)
            {
                lane.Rest();
                _idle.Push(lane);
                return false;
            }
        }

        Interlocked.Increment(ref _inSystem);
        arrival = new(_traffic.Next(), Stopwatch.GetTimestamp(), stage);
        return true;
    }

    private async Task ServeAsync(Lane lane)
    {
        try
        {
            while (true)
            {
                var arrival = await lane.Awake();
                do await ExchangeAsync(lane, arrival);
                while (TryNext(lane, out arrival));
            }
        }
        catch (Exception e)
        {
            // Nothing of this is expected: the run ends with it.
            _fault.TrySetException(e);
            await _ended.CancelAsync();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ExchangeAsync(Lane lane, Arrival arrival)
    {
        var ticket = lane.Ticket;
        ticket.Operation = arrival.Operation;
        lane.Request.Begin();
        _traffic.Write(arrival.Operation, lane.Request, ticket);
        var authorization = _authorizations[(uint)Interlocked.Increment(ref _turn) % (uint)_authorizations.Length];
        var status = await lane.Connection.ExchangeAsync(lane.Request.Finish(authorization));
        var micros = Micros(arrival.Intended, Stopwatch.GetTimestamp());
        var outcome = ProblemCodes.OutcomeOf(status);
        var code = outcome == Outcome.Ok ? null : ProblemCodes.CodeOf(status, lane.Connection.Body.Span);
        _traffic.Settle(ticket, status, status > 0 ? lane.Connection.Body.Span : default);
        _measurements.Add(arrival.Stage, ticket.Operation, outcome, micros, code, lane.Connection.Body.Span);
        Interlocked.Decrement(ref _inSystem);
    }

    private async Task WatchAsync(CancellationToken over)
    {
        using var timer = new PeriodicTimer(WatchEvery);
        try
        {
            for (var n = 1; await timer.WaitForNextTickAsync(over); n++)
            {
                var before = Stopwatch.GetTimestamp() - (long)(_plan.Timeout.TotalSeconds * Stopwatch.Frequency);
                foreach (var lane in _lanes) lane.Connection.Expire(before);
                if (n % 4 == 0) Sample();
            }
        }
        catch (OperationCanceledException)
        {
            Sample();
        }
    }

    private void Sample()
    {
        var classes = _measurements.EndSecond();
        var (megabytes, cores) = _watch?.Look() ?? default;
        var sample = new Sample(Seconds(Stopwatch.GetTimestamp()), _stage, Tally.Sum(classes), classes, Volatile.Read(ref _inSystem), megabytes, cores);
        _samples.Add(sample);
        _progress?.Invoke(sample);
    }

    /// <summary>A request that is due.</summary>
    private readonly record struct Arrival(int Operation, long Intended, int Stage);

    /// <summary>How many requests were in the system, averaged over a stage's time.</summary>
    private sealed class Crowd(LoadDriver driver, long begin)
    {
        private long _last = begin;
        private double _area;
        private double _seconds;

        public double Mean => _seconds == 0 ? 0 : _area / _seconds;

        public void Sleep()
        {
            Thread.Sleep(1);
            var now = Stopwatch.GetTimestamp();
            var seconds = (now - _last) / (double)Stopwatch.Frequency;
            _last = now;
            _area += seconds * Volatile.Read(ref driver._inSystem);
            _seconds += seconds;
        }
    }

    /// <summary>One connection with what it needs, woken by the next request for it.</summary>
    private sealed class Lane(IPEndPoint address, string host) : IValueTaskSource<Arrival>, IDisposable
    {
        private ManualResetValueTaskSourceCore<Arrival> _wake;

        public Connection Connection { get; } = new(address);

        public RequestWriter Request { get; } = new(host);

        public Ticket Ticket { get; } = new();

        public void Rest() => _wake.Reset();

        public ValueTask<Arrival> Awake() => new(this, _wake.Version);

        public void Wake(Arrival arrival) => _wake.SetResult(arrival);

        public Arrival GetResult(short token) => _wake.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _wake.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _wake.OnCompleted(continuation, state, token, flags);

        public void Dispose() => Connection.Dispose();
    }
}
