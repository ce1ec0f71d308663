using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrderActors.Customers;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Intake;

/// <content>
/// The draining. One interleaving timer looks when the next moment is due and starts what may be started; reading ahead,
/// placing and writing outcomes run beside it and never hold it up.
/// </content>
internal sealed partial class IntakePartitionGrain
{
    /// <summary>The least time between two looks: a moment is used at most so late.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);

    /// <summary>How long outcomes wait for others of their receipt, and finished receipts for others of the queue.</summary>
    private static readonly TimeSpan WriteDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>After so long without a grant the governor may have forgotten the partition.</summary>
    private static readonly TimeSpan GrantsExpected = TimeSpan.FromSeconds(3);

    /// <summary>How often the pause for a full queue grows.</summary>
    private const int MaxOverloads = 3;

    /// <summary>Orders that wait to be tried again; with so many of them the platform has trouble, and new ones stay in the queue.</summary>
    private const int MaxAgain = 1_000;

    private readonly Dictionary<string, OpenIntakeBatch> _opened = new(StringComparer.Ordinal);
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private readonly Queue<IntakeItem> _ready = new();
    private readonly PriorityQueue<IntakeItem, DateTimeOffset> _again = new();
    private IGrainTimer? _ticker;
    private bool _gone;
    private bool _leaving;
    private int _placing;
    private int _unwritten;
    private int _overloads;
    private long _started;
    private long _settled;
    private long _missed;
    private DateTimeOffset _nextLook = DateTimeOffset.MaxValue;
    private DateTimeOffset _pausedUntil;
    private DateTimeOffset _leaveBy = DateTimeOffset.MaxValue;
    private DateTimeOffset _lastGrant;
    private DateTimeOffset _lastStir;

    private void StartDraining() => _ticker = this.RegisterGrainTimer(OnTick, new GrainTimerCreationOptions
    {
        DueTime = TimeSpan.Zero,
        Period = LongestRest,
        Interleave = true,
        KeepAlive = true,
    });

    private void StopDraining()
    {
        _gone = true;
        _ticker?.Dispose();
    }

    private Task OnTick(CancellationToken stop)
    {
        _nextLook = DateTimeOffset.MaxValue;
        Look();
        return Task.CompletedTask;
    }

    /// <summary>Starts whatever can be started, and sees to it that somebody looks again in time.</summary>
    private void Look()
    {
        if (_gone || _ticker is null) return;
        var now = _clock.GetUtcNow();
        _slots.Expire(now);
        StartDue(now);
        if (!_reading && now >= _readAgainAt && _ready.Count < ReadAhead && _again.Count < MaxAgain && HasUnread(now)) _ = ReadOn();
        foreach (var batch in _opened.Values)
        {
            if (batch.WriteBy <= now) _ = WriteOutcomes(batch);
        }

        if (_leaveBy <= now) _ = Leave();
        if (now - _lastGrant >= GrantsExpected && (!_queue.Current.Head.IsEmpty || _opened.Count > 0)) StirGovernor(now);
        LookAgain(now);
    }

    /// <summary>At every moment that is due one order starts: one that is tried again before a new one.</summary>
    private void StartDue(DateTimeOffset now)
    {
        while (now >= _pausedUntil && _placing < _options.MaxPlacing)
        {
            var again = _again.TryPeek(out _, out var at) && at <= now;
            if (!again && (_ready.Count == 0 || _again.Count >= MaxAgain)) break;
            if (!_slots.TryTake(now)) break;
            _placing++;
            _started++;
            _ = Place(again ? _again.Dequeue() : _ready.Dequeue());
        }

        IntakeInstruments.Missed(_slots.Missed - _missed);
        _missed = _slots.Missed;
    }

    /// <summary>Places one order. It never throws: nobody awaits it.</summary>
    private async Task Place(IntakeItem item)
    {
        try
        {
            await TryPlace(item);
        }
        catch (LimitExceededException)
        {
            // Not this order's fault: the partition stands still for a moment, and the order keeps its place.
            if (_clock.GetUtcNow() >= _pausedUntil) _pausedUntil = _clock.GetUtcNow() + _backoff.After(Math.Min(++_overloads, MaxOverloads));
            Again(item, _pausedUntil);
        }
        catch (Exception e)
        {
            if (item.Failed(_clock.GetUtcNow(), _settled, _options) && await TryBury(item, e, item.Failures)) return;
            LogFailed(e, Number, item.Batch.Entry.Receipt, item.Order.Index, item.Failures);
            Again(item, _clock.GetUtcNow() + _backoff.After(item.Failures));
        }
        finally
        {
            _placing--;
            Look();
        }
    }

    private async Task TryPlace(IntakeItem item)
    {
        PlaceOrder command;
        string? partner;
        try
        {
            (command, partner) = IntakeBatchLifecycle.Decode(item.Batch.Entry.Receipt, item.Order);
        }
        catch (Exception e)
        {
            // It will not read better the next time.
            if (!await TryBury(item, e, item.Failures + 1)) Again(item, _clock.GetUtcNow() + _options.MaxBackoff);
            return;
        }

        var reply = await Place(command, partner);
        _overloads = 0;

        // Refused for the moment: the same id may have another answer later, and the intake is there to wait for it.
        if (reply.Refusal is { Code: RefusalCode.TooMany or RefusalCode.Unavailable } && !item.PutOff(_clock.GetUtcNow(), _settled, _options))
        {
            Again(item, _clock.GetUtcNow() + _backoff.After(item.Failures));
            return;
        }

        if (IntakePartitionLifecycle.Find(_queue.Current, item.Batch.Entry.Receipt, item.Order.Index) is not null)
            await Change(state => IntakePartitionLifecycle.Raise(state, item.Batch.Entry.Receipt, item.Order.Index));
        Settle(item, IntakeBatchLifecycle.OutcomeOf(item.Order.Index, reply));
        _settled++;
    }

    /// <summary>Places an order as any other. A customer of whom nobody has heard becomes the partner's.</summary>
    private async Task<OrderReply> Place(PlaceOrder command, string? partner)
    {
        var customer = GrainFactory.GetGrain<ICustomerGrain>(command.Customer);
        return partner is null || await customer.Claim(partner) ? await customer.Place(command) : IntakeBatchLifecycle.NotTheirs(command);
    }

    private void Again(IntakeItem item, DateTimeOffset at)
    {
        IntakeInstruments.Retried();
        _again.Enqueue(item, at);
    }

    /// <summary>Gives an order up, durably; false when that is not possible, and it has to be tried for ever.</summary>
    private async Task<bool> TryBury(IntakeItem item, Exception failure, int attempts)
    {
        var letter = new IntakeDeadLetter(item.Batch.Entry.Receipt, item.Order.Index, Text(failure), attempts, _clock.GetUtcNow());
        try
        {
            if (!await _queue.Decide(state => IntakePartitionLifecycle.Bury(state, letter, _options.MaxDeadLetters)))
            {
                LogFull(failure, Number, letter.Receipt, letter.Index, _options.MaxDeadLetters);
                return false;
            }
        }
        catch (Exception e)
        {
            LogWriteFailed(e, Number, letter.Receipt);
            return false;
        }

        LogBuried(failure, Number, letter.Receipt, letter.Index, letter.Attempts);
        Settle(item, new(item.Order.Index, IntakeStatus.Dead, Detail: letter.Error));
        return true;
    }

    private void Settle(IntakeItem item, IntakeOutcome outcome)
    {
        IntakeInstruments.Settled(outcome.Status);
        var batch = item.Batch;
        batch.Unwritten.Add(outcome);
        batch.Open--;
        _unwritten++;

        // The last one is waited for by nobody else.
        if (batch.Open == 0) batch.WriteBy = _clock.GetUtcNow();
        else if (batch.WriteBy == DateTimeOffset.MaxValue) batch.WriteBy = _clock.GetUtcNow() + WriteDelay;
    }

    /// <summary>Writes the outcomes there are. It never throws.</summary>
    private async Task WriteOutcomes(OpenIntakeBatch batch)
    {
        if (batch.IsWriting) return;
        (batch.IsWriting, batch.WriteBy) = (true, DateTimeOffset.MaxValue);
        ImmutableArray<IntakeOutcome> outcomes = [.. batch.Unwritten];
        try
        {
            await GrainFactory.GetGrain<IIntakeBatchGrain>(batch.Entry.Receipt).Record(outcomes);
            batch.Unwritten.RemoveRange(0, outcomes.Length);
            _unwritten -= outcomes.Length;
            batch.Failures = 0;
            if (batch.Unwritten.Count > 0) batch.WriteBy = _clock.GetUtcNow() + (batch.Open == 0 ? TimeSpan.Zero : WriteDelay);
            else if (batch.Open == 0) Close(batch.Entry.Receipt);
        }
        catch (Exception e)
        {
            LogWriteFailed(e, Number, batch.Entry.Receipt);
            batch.WriteBy = _clock.GetUtcNow() + _backoff.After(Math.Min(++batch.Failures, 10));
        }
        finally
        {
            batch.IsWriting = false;
        }

        Look();
    }

    /// <summary>A receipt has all its outcomes.</summary>
    private void Close(string receipt)
    {
        _opened.Remove(receipt);
        _done.Add(receipt);
        if (_leaveBy == DateTimeOffset.MaxValue) _leaveBy = _clock.GetUtcNow() + WriteDelay;
    }

    /// <summary>Finished receipts leave the queue. It never throws.</summary>
    private async Task Leave()
    {
        if (_leaving) return;
        (_leaving, _leaveBy) = (true, DateTimeOffset.MaxValue);
        var done = _done.ToHashSet(StringComparer.Ordinal);
        try
        {
            await Change(state => IntakePartitionLifecycle.Done(state, done));
            _done.ExceptWith(done);
        }
        catch (Exception e)
        {
            // The activation goes with this; the next one finds them done.
            LogWriteFailed(e, Number, "of the queue");
        }
        finally
        {
            _leaving = false;
            if (_done.Count > 0 && _leaveBy == DateTimeOffset.MaxValue) _leaveBy = _clock.GetUtcNow() + WriteDelay;
        }

        Look();
    }

    /// <summary>Asks for grants; at most once a second.</summary>
    private void StirGovernor(DateTimeOffset now)
    {
        if (now - _lastStir < LongestRest) return;
        _lastStir = now;
        _ = Stir();

        async Task Stir()
        {
            try
            {
                await Governor.Stir();
            }
            catch (Exception e)
            {
                LogStirFailed(e, Number);
            }
        }
    }

    /// <summary>Whether nothing waits: then only a new receipt changes anything, and it looks by itself.</summary>
    private bool IsAtRest => _queue.Current.Head.IsEmpty && !IntakePartitionLifecycle.HasMore(_queue.Current)
        && _opened.Count == 0 && _done.Count == 0 && _placing == 0 && !_leaving;

    private void LookAgain(DateTimeOffset now)
    {
        if (_gone || _ticker is null) return;
        if (IsAtRest)
        {
            _nextLook = DateTimeOffset.MaxValue;
            _ticker.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var next = now + LongestRest;
        if (_slots.Next is { } due && (_ready.Count > 0 || _again.Count > 0)) next = Earlier(next, Later(due, _pausedUntil));
        if (_ready.Count < ReadAhead && !_reading && HasUnread(now)) next = Earlier(next, _readAgainAt);
        foreach (var batch in _opened.Values) next = Earlier(next, batch.WriteBy);
        next = Earlier(next, _leaveBy);
        next = Later(next, now + Tick);

        // One that is on its way already comes first.
        if (_nextLook <= next) return;
        _nextLook = next;
        _ticker.Change(next - now, LongestRest);
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    [LoggerMessage(81, LogLevel.Warning, "intake/{Partition}: order {Index} of receipt {Receipt} failed, attempt {Attempt}; trying again later")]
    private partial void LogFailed(Exception failure, int partition, string receipt, int index, int attempt);

    [LoggerMessage(82, LogLevel.Error, "intake/{Partition}: order {Index} of receipt {Receipt} is given up after {Attempts} attempts")]
    private partial void LogBuried(Exception failure, int partition, string receipt, int index, int attempts);

    [LoggerMessage(83, LogLevel.Error, "intake/{Partition}: order {Index} of receipt {Receipt} fails, and the list of {Most} dead letters is full")]
    private partial void LogFull(Exception failure, int partition, string receipt, int index, int most);

    [LoggerMessage(84, LogLevel.Warning, "intake/{Partition}: outcomes of receipt {Receipt} could not be written; trying again later")]
    private partial void LogWriteFailed(Exception failure, int partition, string receipt);

    [LoggerMessage(86, LogLevel.Warning, "intake/{Partition}: the governor does not answer")]
    private partial void LogStirFailed(Exception failure, int partition);
}
