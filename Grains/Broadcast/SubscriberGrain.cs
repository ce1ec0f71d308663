using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace OrderActors.Broadcast;

/// <summary>
/// A consumer of one partition of the event log. It reads after its durable cursor and hands the events on in order, at
/// least once. Doorbells, reminders, the safety poll and <see cref="Wake"/> only make it look.
/// </summary>
/// <remarks>
/// A doorbell begins the reading and does not wait for it: it is answered at once, however long the events take, and calls such as
/// <see cref="Position"/> get through meanwhile. The timer looks for what nobody rang for, and keeps the activation alive, because a
/// consumer that was collected cannot notice a lost doorbell.
/// </remarks>
public abstract partial class SubscriberGrain : Grain, ISubscriberGrain, IAsyncObserver<LogAppended>, IStreamSubscriptionObserver, IRemindable
{
    private const string WakeReminder = "wake";

    // The shortest period that Orleans allows by default. It only matters after a restart without a doorbell.
    private static readonly TimeSpan WakePeriod = TimeSpan.FromMinutes(1);

    private readonly SubscriberContext _context;
    private readonly ILogger _log;
    private IGrainTimer? _timer;

    /// <summary>The timer's token, from its first look on: cancelled when the activation goes.</summary>
    private CancellationToken? _stop;
    private long _position;
    private bool _reading;
    private bool _rung;

    /// <summary>Takes what the host supplies and the consumer's dead letters.</summary>
    protected SubscriberGrain(SubscriberContext context, IPersistentState<DeadLetterState> letters)
    {
        _context = context;
        _letters = letters;
        _letterWrites = new CoalescedWrite(letters.WriteStateAsync);
        _log = context.LoggerFor(GetType());
    }

    /// <summary>The consumer's name in cursors and dead letters: part of the stored format.</summary>
    protected abstract string Subscriber { get; }

    /// <summary>
    /// How long a doorbell is left waiting, so that more events are read at once. Zero where an order waits for what follows;
    /// everybody else costs the orders less the longer they can wait.
    /// </summary>
    protected virtual TimeSpan Linger => TimeSpan.Zero;

    /// <summary>How long those wait for whom nobody waits: what the host says.</summary>
    protected TimeSpan Unhurried => _context.Options.Linger;

    /// <summary>The partition this grain consumes, 0 to 119.</summary>
    protected int Partition { get; private set; }

    /// <summary>
    /// Does what the events ask for. Must be idempotent: after a failure, a timeout or a crash the same events come again,
    /// together or one by one. When it is cancelled, its outcome is not awaited any more and it should start nothing new.
    /// </summary>
    protected abstract Task Handle(IReadOnlyList<LoggedEvent> batch, CancellationToken cancellation);

    /// <summary>Handles a dead letter again, long after its neighbours and perhaps beside the reading.</summary>
    protected virtual Task HandleAgain(LoggedEvent logged, CancellationToken cancellation) => Handle([logged], cancellation);

    /// <summary>Where to begin after an activation.</summary>
    protected virtual ValueTask<long> LoadPosition() => _context.Log.GetCursorAsync(Subscriber, Partition);

    /// <summary>The events up to a sequence are done with: makes that durable, now or later.</summary>
    protected virtual ValueTask Advanced(long sequence) => _context.Log.SetCursorAsync(Subscriber, Partition, sequence);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Partition = PartitionOf(this.GetPrimaryKeyString());
        _position = await LoadPosition();
        _context.Instruments.Begins(Subscriber, Partition, _position);
        // Also at 0: the log keeps what a subscriber it knows of has not passed, and only the newest of what nobody asked for.
        await _context.Log.SetCursorAsync(Subscriber, Partition, _position);
        if (await this.GetReminder(WakeReminder) is null) await this.RegisterOrUpdateReminder(WakeReminder, WakePeriod, WakePeriod);
        _rung = true;
        _timer = this.RegisterGrainTimer(Look, new GrainTimerCreationOptions
        {
            DueTime = TimeSpan.Zero,
            Period = _context.Options.PollInterval,
            Interleave = true,
            KeepAlive = true,
        });
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // Also cancels the reading, wherever it waits.
        _timer?.Dispose();
        _context.Instruments.Ends(Subscriber, Partition);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory)
    {
        ArgumentNullException.ThrowIfNull(handleFactory);
        return handleFactory.Create<LogAppended>().ResumeAsync(this);
    }

    /// <inheritdoc/>
    public async Task OnNextAsync(LogAppended item, StreamSequenceToken? token = null)
    {
        // While this one waits, the stream holds back the bells that follow: they are one when it returns.
        if (Linger > TimeSpan.Zero) await Task.Delay(Linger, _context.Clock);

        // Not by the timer: what is read and handled without waiting is done here and now, which is most of what a doorbell costs.
        _rung = true;
        if (!_reading && _stop is { IsCancellationRequested: false } stop) _ = Look(stop);
    }

    /// <inheritdoc/>
    public Task OnCompletedAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task OnErrorAsync(Exception ex)
    {
        LogDoorbellFailed(ex, Subscriber, Partition);
        return Wake();
    }

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) => Wake();

    /// <inheritdoc/>
    public Task Wake()
    {
        if (!_rung)
        {
            _rung = true;
            // While it reads, it sees the flag before it stops.
            if (!_reading) _timer?.Change(TimeSpan.Zero, _context.Options.PollInterval);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<long> Position() => Task.FromResult(_position);

    private async Task Look(CancellationToken stop)
    {
        _stop = stop;
        if (_reading) return;
        _reading = true;
        try
        {
            for (var failures = 0; !stop.IsCancellationRequested;)
            {
                try
                {
                    var rung = _rung;
                    _rung = false;
                    if (!rung && !await HasGrown()) return;
                    await ReadToHead(stop);
                    failures = 0;
                    if (!_rung) return;
                }
                catch (Exception e) when (!stop.IsCancellationRequested)
                {
                    // The log or the dead letters could not be reached. That is nobody's event: there is nothing to give up.
                    LogReadFailed(e, Subscriber, Partition, _position);
                    _rung = true;
                    await Pause(++failures, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The activation goes; the cursor says where the next one begins.
        }
        finally
        {
            _reading = false;
        }
    }

    private async ValueTask<bool> HasGrown()
    {
        var head = await _context.Log.HeadAsync(Partition);
        if (head < _position) LogBehind(Subscriber, Partition, _position, head);
        return head > _position;
    }

    private async Task ReadToHead(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var page = await _context.Log.ReadAsync(Partition, _position, _context.Options.PageSize);
            if (page.Count == 0) return;
            ReportGaps(page);
            await HandlePage(page, stop);
        }
    }

    private void ReportGaps(IReadOnlyList<LoggedEvent> page)
    {
        var expected = _position + 1;
        foreach (var logged in page)
        {
            if (logged.Sequence != expected) LogGap(Subscriber, Partition, expected, logged.Sequence);
            expected = logged.Sequence + 1;
        }
    }

    private async ValueTask Advance(long sequence)
    {
        _position = sequence;
        _context.Instruments.Advanced(Subscriber, Partition, sequence);
        await Advanced(sequence);
    }

    private Task Pause(int failures, CancellationToken stop) => Task.Delay(Backoff.After(failures), _context.Clock, stop);

    private Backoff Backoff => new(_context.Options.FirstBackoff, _context.Options.MaxBackoff);

    private static int PartitionOf(string key) =>
        int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var partition) && partition < Shard.Count && Shard.Key(partition) == key
            ? partition
            : throw new ArgumentException($"'{key}' is not a partition of the event log; those are \"000\" to \"{Shard.Key(Shard.Count - 1)}\".");
}
