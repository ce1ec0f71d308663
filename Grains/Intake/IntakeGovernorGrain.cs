using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderActors.Governance;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Intake;

/// <summary>
/// Before every second it asks the partitions how much they could start, and grants them the rate between them. The rate is
/// stored; everything else is made anew.
/// </summary>
/// <remarks>
/// Two activations at once, as a membership change can make, have different epochs: a partition that has heard of the newer
/// one takes nothing from the older. Grants that were not used by their second's end are void, so a governor that dies
/// leaves nothing behind.
/// </remarks>
[GrainType("intake-governor"), WorkClass(WorkClass.Secondary)]
internal sealed partial class IntakeGovernorGrain : Grain, IIntakeGovernorGrain
{
    /// <summary>The key of the only one.</summary>
    public const string TheOne = "intake";

    /// <summary>How long before a second it is granted: enough for the partitions to answer.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a partition has to answer; one that does not gets nothing in the second to come.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>How often it is said again that the intake is behind: well before what was said ceases to hold.</summary>
    private static readonly TimeSpan ToldAgain = TimeSpan.FromSeconds(4);

    /// <summary>How long what was started is looked back at.</summary>
    private const int MeasuredPeriods = 5;

    private readonly Durable<IntakeGovernorState> _state;
    private readonly TimeProvider _clock;
    private readonly IntakeOptions _options;
    private readonly TimeSpan _maxAge;
    private readonly ILogger _log;
    private readonly long[] _startedBefore = new long[IntakePartition.Count];
    private readonly Queue<(DateTimeOffset At, long Started)> _samples = new();

    /// <summary>Partitions that had nothing when they were last asked, and were granted that nothing. Whoever gets something stirs.</summary>
    private readonly bool[] _atRest = new bool[IntakePartition.Count];
    private IGrainTimer? _ticker;
    private DateTimeOffset _from;
    private long _started;
    private long _grantedEpoch;
    private int _turn;
    private DateTimeOffset _toldAt;
    private bool _running;
    private bool _granting;
    private bool _isBehind;

    public IntakeGovernorGrain(
        [PersistentState("state")] IPersistentState<IntakeGovernorState> state, TimeProvider clock, IOptions<IntakeOptions> options,
        IOptions<GovernanceOptions> governance, ILogger<IntakeGovernorGrain> log)
    {
        _maxAge = governance.Value.MaxIntakeAge;
        _state = new(this, state);
        _clock = clock;
        _options = options.Value;
        _log = log;
    }

    private int Rate => _state.Current.Rate ?? _options.Rate;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await _state.Decide(state => new Decision<IntakeGovernorState, bool>(IntakeGovernorLifecycle.Begin(state), true));
        _ticker = this.RegisterGrainTimer(OnTick, new GrainTimerCreationOptions
        {
            DueTime = TimeSpan.Zero,
            Period = IntakeSchedule.Period,
            Interleave = true,
            KeepAlive = true,
        });
        _running = true;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _running = false;
        _ticker?.Dispose();
        return Task.CompletedTask;
    }

    public Task Stir()
    {
        Array.Clear(_atRest);
        if (_running || _ticker is null) return Task.CompletedTask;
        _running = true;
        _ticker.Change(TimeSpan.Zero, IntakeSchedule.Period);
        return Task.CompletedTask;
    }

    public async Task<IntakeView> Get()
    {
        var reports = await Gather();
        if (reports.Any(report => report is { Backlog: > 0 })) await Stir();
        return View(reports);
    }

    public async Task<IntakeViewReply> SetRate(SetIntakeRate command)
    {
        var now = _clock.GetUtcNow();
        if (await _state.Decide(state => IntakeGovernorLifecycle.SetRate(state, command, now)) is { } refusal) return new(null, refusal);

        // What was granted at the old rate is void with the first grant of the new epoch: at once, and not in a second.
        _running = true;
        _from = default;
        _ticker?.Change(TimeSpan.Zero, IntakeSchedule.Period);
        return new(View(await Gather()), null);
    }

    private async Task OnTick(CancellationToken stop)
    {
        if (_granting || !_running) return;
        _granting = true;
        try
        {
            await GrantNext();
        }
        catch (Exception e)
        {
            LogFailed(e);
        }
        finally
        {
            _granting = false;
        }

        if (stop.IsCancellationRequested) return;
        if (!_running)
        {
            // Whoever has something to drain stirs.
            _ticker?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var rest = _from - Lead - _clock.GetUtcNow();
        _ticker?.Change(rest > TimeSpan.Zero ? rest : TimeSpan.FromMilliseconds(1), IntakeSchedule.Period);
    }

    private async Task GrantNext()
    {
        if (_state.Current.Epoch != _grantedEpoch) Array.Clear(_atRest);
        var reports = await Gather(_atRest);
        var (now, epoch, rate) = (_clock.GetUtcNow(), _state.Current.Epoch, Rate);
        Count(reports, now);
        var backlog = reports.Sum(report => report?.Backlog ?? 0);
        var oldest = reports.Min(report => report?.Oldest) is { } at ? now - at : TimeSpan.Zero;
        IntakeInstruments.Stands(backlog, oldest, rate, Measured());
        TellGovernance(backlog, oldest, now);

        // A partition that did not answer may have a backlog too; it says so when it is there again.
        if (backlog == 0 && Measured() == 0 && epoch == _grantedEpoch)
        {
            _running = false;
            _samples.Clear();
            return;
        }

        // The seconds follow each other without a seam, unless this comes too late for the next one.
        if (_from < now) _from = now;
        var startable = new long[IntakePartition.Count];
        for (var i = 0; i < startable.Length; i++) startable[i] = reports[i]?.Startable ?? 0;
        var resting = (bool[])_atRest.Clone();
        for (var i = 0; i < startable.Length; i++) _atRest[i] |= reports[i] is { Backlog: 0 };
        var grant = new IntakeGrant(epoch, _from, Math.Max(1, rate), [.. IntakeSchedule.Split(rate, startable, _turn++ % startable.Length)]);

        // To those without a share too: they learn that they are not forgotten, and that older grants are void.
        for (var i = 0; i < IntakePartition.Count; i++)
        {
            if (!resting[i]) _ = Send(i, grant);
        }

        _grantedEpoch = epoch;
        _from += IntakeSchedule.Period;
    }

    /// <summary>What others react to. Nobody waits for it; what was said holds for ten seconds.</summary>
    private void TellGovernance(long backlog, TimeSpan oldest, DateTimeOffset now)
    {
        // Half of it is caught up before it counts as over: no condition comes and goes with every second.
        var was = _isBehind;
        _isBehind = oldest > (was ? _maxAge / 2 : _maxAge);
        if (!was && !_isBehind) return;
        if (was == _isBehind && now - _toldAt < ToldAgain) return;
        _toldAt = now;
        var why = string.Create(CultureInfo.InvariantCulture, $"{backlog} orders wait, the oldest for {oldest.TotalMinutes:0.0} minutes.");
        _ = Tell(new("intake", -1, _isBehind ? [new(Conditions.IntakeBacklog, why, now)] : []));
    }

    private async Task Tell(ProcessReport report)
    {
        try
        {
            await GrainFactory.GetGrain<IGovernanceGrain>(IGovernanceGrain.Key).Report(report);
        }
        catch (Exception e)
        {
            _toldAt = default;
            LogNotTold(e);
        }
    }

    private async Task Send(int partition, IntakeGrant grant)
    {
        try
        {
            await PartitionOf(partition).Grant(grant);
        }
        catch (Exception e)
        {
            LogNoAnswer(e, partition);
        }
    }

    /// <summary>Asks all partitions how they stand; those that do not answer in time are left out.</summary>
    /// <param name="without">Those that are not asked; null for none.</param>
    private Task<IntakeReport?[]> Gather(bool[]? without = null)
    {
        return Task.WhenAll(Enumerable.Range(0, IntakePartition.Count)
            .Select(i => without is not null && without[i] ? Task.FromResult<IntakeReport?>(null) : Ask(i)));

        async Task<IntakeReport?> Ask(int i)
        {
            try
            {
                return await PartitionOf(i).Report().WaitAsync(Patience, _clock);
            }
            catch (Exception e)
            {
                LogNoAnswer(e, i);
                return null;
            }
        }
    }

    private void Count(IntakeReport?[] reports, DateTimeOffset now)
    {
        for (var i = 0; i < reports.Length; i++)
        {
            if (reports[i] is not { } report) continue;

            // A partition that was activated anew counts from nought.
            _started += report.Started >= _startedBefore[i] ? report.Started - _startedBefore[i] : report.Started;
            _startedBefore[i] = report.Started;
        }

        _samples.Enqueue((now, _started));
        while (_samples.Count > MeasuredPeriods + 1) _samples.Dequeue();
    }

    private double Measured()
    {
        if (!_running || _samples.Count < 2) return 0;
        var (first, last) = (_samples.Peek(), _samples.Last());
        return last.At > first.At ? (last.Started - first.Started) / (last.At - first.At).TotalSeconds : 0;
    }

    private IntakeView View(IntakeReport?[] reports) => new(Rate, Measured(), [.. reports], _state.Current.Audit);

    private IIntakePartitionGrain PartitionOf(int partition) => GrainFactory.GetGrain<IIntakePartitionGrain>(IntakePartition.Key(partition));

    [LoggerMessage(90, LogLevel.Error, "intake: the next second could not be granted; trying the one after")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(91, LogLevel.Warning, "intake: partition {Partition} does not answer")]
    private partial void LogNoAnswer(Exception failure, int partition);

    [LoggerMessage(92, LogLevel.Warning, "intake: the backlog could not be told; it is told again in a moment")]
    private partial void LogNotTold(Exception failure);
}
