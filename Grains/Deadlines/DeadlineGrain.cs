using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Quotes;
using OrderActors.Refunds;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Deadlines;

/// <summary>The deadlines of one partition's orders, of their payments and of their refunds.</summary>
/// <remarks>
/// No deadline costs a write of its own: they are learnt from the log, kept in memory and stored now and then together with
/// the place in the log they were learnt up to. The log's cursor follows only after that write, so a crash loses nothing but
/// the time to read those events again. A deadline leaves when its order has answered; if the crash comes between, it fires
/// once more, with the same command id.
/// </remarks>
[GrainType("deadlines")]
[ImplicitStreamSubscription(LogAppended.Namespace)]
public sealed partial class DeadlineGrain : SubscriberGrain, IDeadlineGrain
{
    private readonly SubscriberContext _context;
    private readonly IPersistentState<DeadlineState> _state;
    private readonly DeadlineOptions _options;
    private readonly ILogger _log;
    private readonly CoalescedWrite _snapshots;
    private readonly Backoff _backoff;
    private readonly DeadlineWheel _wheel = new();
    private IGrainTimer? _ticker;
    private long _handled;
    private int _changes;
    private int _firing;
    private bool _gone;
    private DateTimeOffset _writeBy = DateTimeOffset.MaxValue;
    private DateTimeOffset _nextLook = DateTimeOffset.MaxValue;

    /// <summary>Takes the shard's states and what the host supplies.</summary>
    public DeadlineGrain(
        SubscriberContext context,
        [PersistentState("dead-letters")] IPersistentState<DeadLetterState> letters,
        [PersistentState("deadlines")] IPersistentState<DeadlineState> state,
        IOptions<DeadlineOptions> options,
        ILogger<DeadlineGrain> log)
        : base(context, letters)
    {
        ArgumentNullException.ThrowIfNull(options);
        _context = context;
        _state = state;
        _options = options.Value;
        _log = log;
        _snapshots = new CoalescedWrite(WriteSnapshot);
        _backoff = new Backoff(_options.FirstRetry, _options.MaxRetry);
    }

    /// <inheritdoc/>
    protected override string Subscriber => "deadlines";

    /// <inheritdoc/>
    /// <remarks>No order waits for less than a second.</remarks>
    protected override TimeSpan Linger => Unhurried;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        _ticker = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions
        {
            DueTime = _options.Tick,
            Period = _options.LongestRest,
            Interleave = true,
            KeepAlive = true,
        });
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _gone = true;
        _ticker?.Dispose();
        await base.OnDeactivateAsync(reason, cancellationToken);
        if (_changes > 0) await TrySnapshot();
    }

    /// <inheritdoc/>
    public Task<int> Open() => Task.FromResult(_wheel.Count);

    /// <inheritdoc/>
    protected override ValueTask<long> LoadPosition()
    {
        _wheel.Load(_state.State.Orders);
        _handled = _state.State.Cursor;
        return new ValueTask<long>(_handled);
    }

    /// <inheritdoc/>
    protected override Task Handle(IReadOnlyList<LoggedEvent> batch, CancellationToken cancellation)
    {
        foreach (var logged in batch)
        {
            if (logged.Event.Waits is { } waits && _wheel.Replace(new Waiter(waits.Order, waits.Owner, waits.Key), logged.Sequence, waits.Deadlines)) Changed();
        }

        LookInTime();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async ValueTask Advanced(long sequence)
    {
        _handled = sequence;

        // The cursor is part of the snapshot: events that changed nothing still have to be left behind some day.
        if (_writeBy == DateTimeOffset.MaxValue) _writeBy = _context.Clock.GetUtcNow() + _options.SnapshotInterval;
        if (_changes >= Math.Max(_options.ChangesPerSnapshot, _wheel.Waiters)) await TrySnapshot();
        LookInTime();
    }

    private void Changed()
    {
        _changes++;
        if (_writeBy == DateTimeOffset.MaxValue) _writeBy = _context.Clock.GetUtcNow() + _options.SnapshotInterval;
    }

    private async Task Tick(CancellationToken cancellation)
    {
        _nextLook = DateTimeOffset.MaxValue;
        FireDue();
        LookInTime();
        if (_context.Clock.GetUtcNow() >= _writeBy) await TrySnapshot();
    }

    /// <summary>Sees to it that the shard looks again when the next deadline is due or the snapshot is, but no sooner than a tick from now.</summary>
    private void LookInTime()
    {
        if (_gone || _ticker is null) return;
        var now = _context.Clock.GetUtcNow();
        var next = _wheel.NextDue is { } due && due < _writeBy ? due : _writeBy;
        var rest = next - now;
        if (rest < _options.Tick) rest = _options.Tick;
        if (rest > _options.LongestRest) rest = _options.Tick > _options.LongestRest ? _options.Tick : _options.LongestRest;
        // One that is overdue is on its way: putting it off again and again would mean never.
        if (_nextLook <= now + rest) return;
        _nextLook = now + rest;
        _ticker.Change(rest, _options.LongestRest);
    }

    private void FireDue()
    {
        if (_gone || _firing >= _options.MaxFiring) return;
        foreach (var due in _wheel.TakeDue(_context.Clock.GetUtcNow(), _options.MaxFiring - _firing))
        {
            _firing++;
            _ = Fire(due);
        }
    }

    /// <summary>Tells who waits. It never throws: nobody awaits it.</summary>
    private async Task Fire(Firing due)
    {
        try
        {
            if (await StillWaits(due) is { } why)
            {
                // Still open by its own word. An order remembers the refusal under this id, so the next try needs another.
                LogNotYet(Partition, due.Waiter.Owner, due.Waiter.Order, due.Deadline.Kind, why);
                _wheel.Again(due, Retry(due), refused: true);
            }
            else if (_wheel.Done(due))
            {
                Changed();
            }
        }
        catch (Exception e)
        {
            LogFireFailed(e, Partition, due.Waiter.Owner, due.Waiter.Order, due.Deadline.Kind, due.Failures + 1);
            _wheel.Again(due, Retry(due), refused: false);
        }
        finally
        {
            _firing--;
        }

        FireDue();
        LookInTime();
    }

    /// <summary>Fires the deadline; why it is still open, or null when that is done.</summary>
    private async Task<string?> StillWaits(Firing due)
    {
        var key = due.Waiter.Order.ToString();
        switch (due.Waiter.Owner)
        {
            case DeadlineOwner.Payment:
                return await GrainFactory.GetGrain<IPaymentGrain>(key).Reach(due.Deadline) ? "It still waits." : null;
            case DeadlineOwner.Refund:
                return await GrainFactory.GetGrain<IRefundGrain>(key).Reach(due.Deadline) ? "It still waits." : null;
            case DeadlineOwner.Quote:
                return await GrainFactory.GetGrain<IQuoteGrain>(due.Waiter.Key!).Reach(due.Deadline) ? "It still waits." : null;
            default:
                var reply = await GrainFactory.GetGrain<IOrderGrain>(key).Execute(new DeadlineReached(IdOf(due), Actor.System, due.Deadline));
                return reply.Refusal is { } refusal && reply.Order is { Deadlines.IsDefault: false } order && order.Deadlines.Contains(due.Deadline)
                    ? refusal.Detail
                    : null;
        }
    }

    private DateTimeOffset Retry(Firing due) => _context.Clock.GetUtcNow() + _backoff.After(due.Failures + 1);

    private static string IdOf(Firing due)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"deadline:{due.Deadline.Kind}:{due.Deadline.Due.UtcTicks}");
        return due.Refusals == 0 ? id : string.Create(CultureInfo.InvariantCulture, $"{id}:{due.Refusals}");
    }

    private async Task TrySnapshot()
    {
        try
        {
            await _snapshots.WriteAsync();
        }
        catch (Exception e)
        {
            // What is stored is older than what is in memory, or another activation's. A new activation reads it and the log.
            LogSnapshotFailed(e, Partition);
            this.DeactivateOnIdle();
        }
    }

    private async Task WriteSnapshot()
    {
        var cursor = _handled;
        _changes = 0;
        _writeBy = DateTimeOffset.MaxValue;
        _state.State = new DeadlineState { Cursor = cursor, Orders = _wheel.ToState() };
        await _state.WriteStateAsync();
        await _context.Log.SetCursorAsync(Subscriber, Partition, cursor);
    }

    [LoggerMessage(60, LogLevel.Warning, "deadlines/{Partition}: the {Owner} {Order} did not answer its {Kind} deadline, attempt {Attempt}; " +
        "trying again later")]
    private partial void LogFireFailed(Exception failure, int partition, DeadlineOwner owner, OrderNumber order, DeadlineKind kind, int attempt);

    [LoggerMessage(61, LogLevel.Warning, "deadlines/{Partition}: the {Owner} {Order} was told of its {Kind} deadline and still waits for " +
        "it; trying again later. {Detail}")]
    private partial void LogNotYet(int partition, DeadlineOwner owner, OrderNumber order, DeadlineKind kind, string detail);

    [LoggerMessage(62, LogLevel.Error, "deadlines/{Partition}: the snapshot could not be written; starting again from the last one")]
    private partial void LogSnapshotFailed(Exception failure, int partition);
}
