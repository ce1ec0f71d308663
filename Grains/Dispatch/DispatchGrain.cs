using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderActors.Dispatch.Matching;
using OrderActors.Governance;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Dispatch;

/// <summary>
/// Dispatch of one zone: takes in who waits and who is free, asks the policy, and offers what it says to the couriers.
/// </summary>
/// <remarks>
/// The board only has to be good enough to propose: the courier grain judges each assignment, and the order grain whether it
/// still wants a courier. So matching works on memory at once, while the answer to <see cref="Apply"/> waits for the write.
/// </remarks>
[GrainType("dispatch")]
public sealed partial class DispatchGrain : Grain, IDispatchGrain, IRemindable
{
    private const string WakeReminder = "wake";
    private static readonly TimeSpan WakePeriod = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(5);

    // Matching takes at most a fifth of the zone's time, however fast changes come.
    private const int RestPerMatch = 4;

    private readonly IPersistentState<DispatchState> _state;
    private readonly BudgetedDecision _decision;
    private readonly ITravelModel _travel;
    private readonly Switchboard _switches;
    private readonly TimeProvider _clock;
    private readonly DispatchOptions _options;
    private readonly ILogger _log;
    private readonly CoalescedWrite _writes;
    private readonly ZoneForecast _forecast;
    private ZoneBoard _board = new(new DispatchState());
    private IGrainTimer? _timer;
    private DateTimeOffset _lookAt = DateTimeOffset.MaxValue;
    private DateTimeOffset _restUntil;
    private bool _isAhead;
    private long _durable;
    private bool _reminded;
    private bool _gone;

    /// <summary>Takes the zone's state and what the host supplies.</summary>
    public DispatchGrain(
        [PersistentState("zone")] IPersistentState<DispatchState> state,
        IDispatchPolicy policy,
        ITravelModel travel,
        Switchboard switches,
        TimeProvider clock,
        IOptions<DispatchOptions> options,
        ILogger<DispatchGrain> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        _state = state;
        _travel = travel;
        _switches = switches;
        _clock = clock;
        _options = options.Value;
        _decision = new BudgetedDecision(policy, clock, _options.DecisionBudget);
        _log = log;
        _forecast = new ZoneForecast(travel, _options.MaxIdle);
        _writes = new CoalescedWrite(WriteBoard);
    }

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _board = new ZoneBoard(_state.State);
        (_split, _adopted) = (_state.State.Split, _state.State.Adopted);
        _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions
        {
            // The reminder keeps a zone alive in which orders wait. The period makes good a tick that a full mailbox dropped.
            DueTime = WakePeriod,
            Period = WakePeriod,
            Interleave = true,
            KeepAlive = false,
        });
        Look();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _gone = true;
        _timer?.Dispose();
        try
        {
            // Saves the next activation from offering what is taken. Nothing is lost without it.
            if (_durable < _board.Revision) await _writes.WriteAsync();
        }
        catch (Exception e)
        {
            LogLastWriteFailed(e, Zone);
        }
    }

    /// <inheritdoc/>
    public async Task Apply(ImmutableArray<ZoneChange> changes)
    {
        if (_split is not null)
        {
            await Forward(changes);
            return;
        }

        var before = _board.Revision;
        // One order may be heard of more than once in one moment: accepted, ready, and ready when a courier has just taken it.
        var placed = changes.Select(change => change.Waiting).OfType<WaitingOrder>()
            .Where(order => _board.Known(order.Order) == 0 && !_taken.ContainsKey(order.Order)).DistinctBy(order => order.Order).ToArray();
        _board.Apply(changes, _options.MaxWaiting, _options.MaxIdle);
        foreach (var order in placed) _forecast.Placed(order, _clock.GetUtcNow());
        Settle(changes);
        if (_board.Revision != before) Look();
        await RemindIfNeeded();
        await MakeDurable();
        SplitIfHot();
    }

    /// <summary>After a restart nobody may call for long, and orders wait here.</summary>
    private async Task RemindIfNeeded()
    {
        if (_reminded || _board.Waiting.Count == 0) return;
        _reminded = true;
        try
        {
            await this.RegisterOrUpdateReminder(WakeReminder, WakePeriod, WakePeriod);
        }
        catch
        {
            _reminded = false;
            throw;
        }
    }

    private async Task MakeDurable()
    {
        if (_durable >= _board.Revision) return;
        try
        {
            await _writes.WriteAsync();
        }
        catch
        {
            // Another activation may have the zone by now; whoever asked comes again and finds what is stored.
            this.DeactivateOnIdle();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task Locate(string courier, GeoPoint location)
    {
        if (_split is { HandedOver: true })
            return Task.WhenAll(Part(0).Locate(courier, location), Part(1).Locate(courier, location));
        if (_board.Update(courier, location: location) && _board.Waiting.Count > 0) LookNoLaterThan(_clock.GetUtcNow() + _options.LookAfterMove);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<ZoneView> Get()
    {
        if (_split is { HandedOver: true }) return await Whole();
        return new ZoneView(
            Zone,
            [.. _board.Waiting.OrderBy(order => order.Order)],
            [.. _board.Idle.OrderBy(courier => courier.Courier, StringComparer.Ordinal)],
            []);
    }

    /// <inheritdoc/>
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        // It comes so that a zone in which orders wait is activated, which is a look; a zone that is active looks by its timer.
        if (IsNeeded)
        {
            _reminded = true;
            return;
        }

        _reminded = false;
        if (await this.GetReminder(WakeReminder) is { } reminder) await this.UnregisterReminder(reminder);

        // An order may have come meanwhile, and its reminder gone with this one.
        if (_board.Waiting.Count > 0) await this.RegisterOrUpdateReminder(WakeReminder, WakePeriod, WakePeriod);
    }

    /// <summary>Whether the zone is to stay active: orders wait, or what it expects, which is in memory only, is worth keeping.</summary>
    private bool IsNeeded =>
        _board.Waiting.Count > 0 || _split is { HandedOver: false } || (_split is null && _forecast.IsWorthKeeping(_clock.GetUtcNow()));

    private string Zone => this.GetPrimaryKeyString();

    private async Task WriteBoard()
    {
        var revision = _board.Revision;
        if (revision == _durable) return;
        _state.State = _board.ToState(_split, _adopted);
        await _state.WriteStateAsync();
        _durable = revision;
    }

    private void Look() => LookNoLaterThan(DateTimeOffset.MinValue);

    private void LookNoLaterThan(DateTimeOffset at)
    {
        if (at < _restUntil) at = _restUntil;
        if (_gone || at >= _lookAt) return;
        _lookAt = at;
        _isAhead = at > _clock.GetUtcNow();
        SetTimer();
    }

    private void SetTimer()
    {
        // Timers count whole milliseconds and cut the rest off: one that came early would find nothing due and come again at once.
        var due = _lookAt == DateTimeOffset.MaxValue
            ? WakePeriod
            : TimeSpan.FromMilliseconds(Math.Ceiling((_lookAt - _clock.GetUtcNow()).TotalMilliseconds));
        _timer?.Change(due < TimeSpan.Zero ? TimeSpan.Zero : due > WakePeriod ? WakePeriod : due, WakePeriod);
    }

    /// <summary>
    /// The timer's tick. Only a look that is due is done: what a zone decides follows from what happened there and what its
    /// policy asked for, not from when its timer happens to come.
    /// </summary>
    private async Task Tick(CancellationToken cancellation)
    {
        if (_clock.GetUtcNow() < _lookAt)
        {
            if (_lookAt != DateTimeOffset.MaxValue) SetTimer();
            return;
        }

        if (_isAhead)
        {
            // The moment was set long ago; whatever else was, such as a handover, comes first.
            _isAhead = false;
            SetTimer();
            return;
        }

        try
        {
            await Match(cancellation);
        }
        catch
        {
            // A look that failed gave nothing, and what it was for is still due.
            LookNoLaterThan(_clock.GetUtcNow() + RestAfterFailure);
            throw;
        }
    }

    [LoggerMessage(40, LogLevel.Warning, "Zone {Zone}: the last write before the activation went failed")]
    private partial void LogLastWriteFailed(Exception failure, string zone);
}
