using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using OrderActors.Client.Http;
using OrderActors.Governance;

namespace OrderActors.Client.Admission;

/// <summary>
/// The gateway's door: measures, several times an interval, how long work waits, and lets the <see cref="LoadController"/> decide what that
/// means. The delay is the larger of two: four times what the oldest request waits here, and what a piece of work that is ready waits for a
/// thread. The second is where an overload of the processor shows, before any line here fills.
/// </summary>
internal sealed class AdmissionControl : IHostedService, IThreadPoolWorkItem, IDisposable
{
    private const int LooksPerInterval = 5;

    // Processors that are busy are well used; a line at the door is beyond what was found to be useful.
    private const int WeightOfLine = 4;

    // What an operator is told of lasts at least so long: a class that is shed now and then is one condition and not twenty.
    private static readonly TimeSpan ShedMemory = TimeSpan.FromSeconds(5);

    private readonly AdmissionOptions _options;
    private readonly TimeProvider _clock;
    private readonly LoadController _load;
    private readonly Func<double> _draw;
    private readonly long[] _shedAt = new long[3];
    private readonly double[] _shares = new double[3];
    private ITimer? _timer;
    private long _service;
    private long _completed;
    private long _probedAt;
    private long _intervalBegan;
    private long _shortest = long.MaxValue;
    private long _shortestWait = long.MaxValue;
    private int _probing;

    public AdmissionControl(AdmissionOptions options, TimeProvider clock)
        : this(options, clock, Random.Shared.NextDouble)
    {
    }

    /// <param name="options">The limits.</param>
    /// <param name="clock">The time.</param>
    /// <param name="draw">Draws a number from 0 to 1.</param>
    internal AdmissionControl(AdmissionOptions options, TimeProvider clock, Func<double> draw)
    {
        _options = options;
        _clock = clock;
        _draw = draw;
        _load = new(options);
        Limiter = new(options, clock.TimestampFrequency);
        Rates = new(options, clock);
        _intervalBegan = clock.GetTimestamp();
        AdmissionInstruments.Show(this);
    }

    /// <summary>Who is inside and who waits.</summary>
    public ConcurrencyLimiter Limiter { get; }

    /// <summary>The limits of keys and merchants.</summary>
    public RateLimits Rates { get; }

    /// <summary>The shortest delay of the last interval; what is waited here counts fourfold.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>The part of the limit that is in force, 0 to 1, asked once an interval: less than all of it while the platform warms up.</summary>
    public Func<double> Ramp { get; set; } = static () => 1;

    /// <summary>The share of a class that is shed now.</summary>
    public double ShareShed(Priority priority) => Volatile.Read(ref _shares[(int)priority]);

    /// <summary>Whether this request is one of those that are shed.</summary>
    public bool Sheds(Priority priority) => ShareShed(priority) is > 0 and var share && _draw() < share;

    /// <summary>A request was refused for lack of capacity.</summary>
    public void Refused(Priority priority, Refusals why)
    {
        Volatile.Write(ref _shedAt[(int)priority], _clock.GetTimestamp());
        AdmissionInstruments.Refused(priority, why);
    }

    /// <summary>A request is done.</summary>
    /// <param name="priority">Its class.</param>
    /// <param name="began">When it was let in.</param>
    public void Leave(Priority priority, long began)
    {
        var now = _clock.GetTimestamp();
        if (priority != Priority.NonCritical)
        {
            Interlocked.Add(ref _service, now - began);
            Interlocked.Increment(ref _completed);
        }

        Limiter.Leave(priority, now);
    }

    /// <summary>When to come back: later while more is shed, and not everybody at once.</summary>
    public int RetryAfterSeconds() => 1 + (int)(_draw() * (2 + (2 * ShareShed(Priority.NonCritical)) + (2 * ShareShed(Priority.Secondary))));

    /// <summary>What an operator should know, by the names of <see cref="Conditions"/>.</summary>
    public void Notice(ImmutableArray<Condition>.Builder noticed)
    {
        Add(Priority.NonCritical, Conditions.SheddingNonCritical);
        Add(Priority.Secondary, Conditions.SheddingSecondary);
        Add(Priority.Critical, Conditions.SheddingCritical);

        void Add(Priority priority, string name)
        {
            var at = Volatile.Read(ref _shedAt[(int)priority]);
            if (at == 0 || _clock.GetElapsedTime(at) > ShedMemory) return;
            var why = string.Create(
                CultureInfo.InvariantCulture,
                $"A gateway refuses requests of this class: {ShareShed(priority):P0} shed, limit {Limiter.Limit}, delay {Delay.TotalMilliseconds:0} ms.");
            noticed.Add(new(name, why, _clock.GetUtcNow()));
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var period = _options.Interval / LooksPerInterval;
        _timer = _clock.CreateTimer(static control => ((AdmissionControl)control!).Probe(), this, period, period);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    /// <summary>The probe has its thread: so long does work wait.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        var now = _clock.GetTimestamp();
        Look(now, now - _probedAt);
        Volatile.Write(ref _probing, 0);
    }

    /// <summary>Takes one measurement, and decides when an interval is over.</summary>
    /// <param name="now">The time, in clock ticks.</param>
    /// <param name="waited">How long a piece of work waited for a thread.</param>
    internal void Look(long now, long waited)
    {
        _shortest = Math.Min(_shortest, Math.Max(waited, WeightOfLine * Limiter.Sweep(now)));
        _shortestWait = Math.Min(_shortestWait, waited);
        if (_clock.GetElapsedTime(_intervalBegan, now) < _options.Interval) return;
        _intervalBegan = now;
        Delay = _clock.GetElapsedTime(0, _shortest);
        var processors = _clock.GetElapsedTime(0, _shortestWait);
        _shortest = _shortestWait = long.MaxValue;
        var completed = Interlocked.Exchange(ref _completed, 0);
        var service = Interlocked.Exchange(ref _service, 0);
        var mean = completed == 0 ? TimeSpan.Zero : _clock.GetElapsedTime(0, service / completed);
        _load.Step(new(Delay, processors, Limiter.TakePeak(), completed, mean));
        Limiter.SetLimit(Math.Max(1, (int)(_load.Limit * Math.Clamp(Ramp(), 0, 1))));
        for (var i = 0; i < _shares.Length; i++) Volatile.Write(ref _shares[i], _load.ShareShed((Priority)i));
    }

    private void Probe()
    {
        // One at a time: the next measures what this one had to wait.
        if (Interlocked.CompareExchange(ref _probing, 1, 0) != 0) return;
        _probedAt = _clock.GetTimestamp();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
