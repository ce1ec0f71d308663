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

    // Matching takes at most a fifth of the zone's time, however fast changes come.
    private const int RestPerMatch = 4;

    private readonly IPersistentState<DispatchState> _state;
    private readonly IDispatchPolicy _policy;
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
        _policy = policy;
        _travel = travel;
        _switches = switches;
        _clock = clock;
        _options = options.Value;
        _log = log;
        _forecast = new ZoneForecast(travel, _options.MaxIdle);
        _writes = new CoalescedWrite(WriteBoard);
    }

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _board = new ZoneBoard(_state.State);
        _timer = this.RegisterGrainTimer(Match, new GrainTimerCreationOptions
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
        var before = _board.Revision;
        var placed = changes.Select(change => change.Waiting).OfType<WaitingOrder>().Where(order => _board.Known(order.Order) == 0).ToArray();
        _board.Apply(changes, _options.MaxWaiting, _options.MaxIdle);
        foreach (var order in placed) _forecast.Placed(order, _clock.GetUtcNow());
        Settle(changes);
        if (_board.Revision != before) Look();
        if (!_reminded && _board.Waiting.Count > 0)
        {
            // After a restart nobody may call for long, and orders wait here.
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
        if (_board.Update(courier, location: location) && _board.Waiting.Count > 0) LookNoLaterThan(_clock.GetUtcNow() + _options.LookAfterMove);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ZoneView> Get() => Task.FromResult(new ZoneView(
        Zone,
        [.. _board.Waiting.OrderBy(order => order.Order)],
        [.. _board.Idle.OrderBy(courier => courier.Courier, StringComparer.Ordinal)]));

    /// <inheritdoc/>
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Look();
        if (_board.Waiting.Count > 0)
        {
            _reminded = true;
            return;
        }

        _reminded = false;
        if (await this.GetReminder(WakeReminder) is { } reminder) await this.UnregisterReminder(reminder);

        // An order may have come meanwhile, and its reminder gone with this one.
        if (_board.Waiting.Count > 0) await this.RegisterOrUpdateReminder(WakeReminder, WakePeriod, WakePeriod);
    }

    private string Zone => this.GetPrimaryKeyString();

    private async Task WriteBoard()
    {
        var revision = _board.Revision;
        if (revision == _durable) return;
        _state.State = _board.ToState();
        await _state.WriteStateAsync();
        _durable = revision;
    }

    private void Look() => LookNoLaterThan(DateTimeOffset.MinValue);

    private void LookNoLaterThan(DateTimeOffset at)
    {
        if (at < _restUntil) at = _restUntil;
        if (_gone || at >= _lookAt) return;
        _lookAt = at;

        // Timers count whole milliseconds and cut the rest off: one that came early would find nothing due and come again at once.
        var due = TimeSpan.FromMilliseconds(Math.Ceiling((at - _clock.GetUtcNow()).TotalMilliseconds));
        _timer?.Change(due < TimeSpan.Zero ? TimeSpan.Zero : due > WakePeriod ? WakePeriod : due, WakePeriod);
    }

    [LoggerMessage(40, LogLevel.Warning, "Zone {Zone}: the last write before the activation went failed")]
    private partial void LogLastWriteFailed(Exception failure, string zone);
}
