using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderActors.Broadcast;
using OrderActors.Customers;
using OrderActors.Governance;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Intake;

/// <summary>
/// A part of the intake: keeps the queue of its receipts and drains it, an order at each moment that the governor granted.
/// </summary>
/// <remarks>
/// Every order is placed as any other, under an id that never changes. So whatever a crash takes from memory (what was being
/// placed, outcomes not written yet) is simply done again, and comes out as before.
/// </remarks>
[GrainType("intake-partition"), WorkClass(WorkClass.Secondary)]
internal sealed partial class IntakePartitionGrain : Grain, IIntakePartitionGrain, IRemindable
{
    private const string WakeReminder = "wake";

    // It only matters after a restart: nobody else may come by.
    private static readonly TimeSpan WakePeriod = TimeSpan.FromMinutes(1);

    private readonly Durable<IntakePartitionState> _queue;
    private readonly TimeProvider _clock;
    private readonly IntakeOptions _options;
    private readonly Backoff _backoff;
    private readonly ILogger _log;
    private IntakeSlots _slots = null!;
    private Task? _sealing;

    public IntakePartitionGrain(
        [PersistentState("queue")] IPersistentState<IntakePartitionState> queue,
        TimeProvider clock,
        IOptions<IntakeOptions> options,
        ILogger<IntakePartitionGrain> log)
    {
        _queue = new(this, queue);
        _clock = clock;
        _options = options.Value;
        _backoff = new(_options.FirstBackoff, _options.MaxBackoff);
        _log = log;
    }

    private int Number { get; set; }

    private IIntakeGovernorGrain Governor => GrainFactory.GetGrain<IIntakeGovernorGrain>(IntakeGovernorGrain.TheOne);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Number = int.Parse(this.GetPrimaryKeyString(), NumberStyles.None, CultureInfo.InvariantCulture);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Number, IntakePartition.Count);
        _slots = new(Number);
        if (await this.GetReminder(WakeReminder) is null) await this.RegisterOrUpdateReminder(WakeReminder, WakePeriod, WakePeriod);
        StartDraining();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        StopDraining();
        return Task.CompletedTask;
    }

    /// <summary>Being activated is all: the queue is looked at then.</summary>
    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;

    public Task<Refusal?> Room(int orders) =>
        Task.FromResult(IntakePartitionLifecycle.Room(Backlog(), orders, _options.MaxBacklog / IntakePartition.Count));

    public async Task Enqueue(IntakeEntry entry)
    {
        while (!IntakePartitionLifecycle.FullPage(_queue.Current).IsEmpty) await SealOnce();
        var wasEmpty = _queue.Current.Head.IsEmpty;
        await Change(state => IntakePartitionLifecycle.Append(state, entry));
        if (wasEmpty) StirGovernor(_clock.GetUtcNow());
        Look();
    }

    public Task<IntakeReport> Report()
    {
        _slots.Expire(_clock.GetUtcNow());
        var oldest = _queue.Current.Head.IsEmpty ? (DateTimeOffset?)null : _queue.Current.Head.Min(entry => entry.At);
        var backlog = Backlog();
        var startable = Math.Max(0, backlog - _placing - _unwritten - _slots.Left);
        return Task.FromResult(new IntakeReport(
            backlog, startable, backlog == 0 ? null : oldest, _started, _placing, _queue.Current.DeadLetters.Length));
    }

    public Task Grant(IntakeGrant grant)
    {
        _slots.Add(grant);
        _lastGrant = _clock.GetUtcNow();
        Look();
        return Task.CompletedTask;
    }

    public Task<IntakeDeadLetters> DeadLetters() =>
        Task.FromResult(new IntakeDeadLetters(_queue.Current.DeadLetters, _queue.Current.Audit));

    public async Task<IntakeResolution> Resolve(ResolveIntakeDeadLetter command)
    {
        if (IntakePartitionLifecycle.Find(_queue.Current, command.Receipt, command.Index) is not { } letter) return new(Found: false);
        var batch = GrainFactory.GetGrain<IIntakeBatchGrain>(command.Receipt);
        IntakeOutcome outcome;
        if (command.Retry)
        {
            try
            {
                var order = await batch.Order(command.Index) ?? throw new InvalidOperationException("The order is not there any more.");
                var (placed, partner) = IntakeBatchLifecycle.Decode(command.Receipt, order);
                outcome = IntakeBatchLifecycle.OutcomeOf(command.Index, await Place(placed, partner));
            }
            catch (Exception e)
            {
                LogDeadAgain(e, Number, command.Receipt, command.Index);
                var again = letter with { Error = Text(e), Attempts = letter.Attempts + 1 };
                await _queue.Decide(state => IntakePartitionLifecycle.Find(state, letter.Receipt, letter.Index) is null
                    ? new(state, false)
                    : IntakePartitionLifecycle.Bury(state, again, _options.MaxDeadLetters));
                return new(Found: true, Error: again.Error);
            }
        }
        else
        {
            outcome = new(command.Index, IntakeStatus.Dead, Detail: IntakeBatchLifecycle.Shortened($"Left by an operator: {command.Reason}"));
        }

        await batch.Record([outcome]);
        var subject = string.Create(CultureInfo.InvariantCulture, $"{command.Receipt}/{command.Index}");
        var entry = new IntakeAuditEntry(_clock.GetUtcNow(), command.By, command.Retry ? "retry" : "skip", subject, command.Reason);
        await Change(state => IntakePartitionLifecycle.Raise(state, command.Receipt, command.Index) with
        {
            Audit = IntakePartitionLifecycle.Kept(state.Audit, entry),
        });
        return new(Found: true, outcome);
    }

    /// <summary>Orders without an outcome that is written.</summary>
    private long Backlog()
    {
        var backlog = IntakePartitionLifecycle.Orders(_queue.Current);
        foreach (var entry in _queue.Current.Head)
        {
            if (_done.Contains(entry.Receipt)) backlog -= entry.Orders;
            else if (_opened.TryGetValue(entry.Receipt, out var batch) && batch.Open >= 0) backlog -= entry.Orders - batch.Open - batch.Unwritten.Count;
        }

        return Math.Max(0, backlog);
    }

    /// <summary>Seals the full page, together with whoever does so already.</summary>
    private async Task SealOnce()
    {
        var sealing = _sealing ??= SealFullPage();
        try
        {
            await sealing;
        }
        finally
        {
            if (ReferenceEquals(_sealing, sealing)) _sealing = null;
        }
    }

    /// <summary>The tail's oldest receipts go to a page: the page first, then the tail without them.</summary>
    private async Task SealFullPage()
    {
        var full = IntakePartitionLifecycle.FullPage(_queue.Current);
        if (full.IsEmpty) return;

        // A page that holds others was left by a crash: they are in the queue before these, and it stays in its place.
        var page = _queue.Current.NextPage;
        while (!await Page(page).Seal(full)) page++;
        await Change(state => IntakePartitionLifecycle.Sealed(state, page, full));
    }

    private IIntakePageGrain Page(int page) =>
        GrainFactory.GetGrain<IIntakePageGrain>(string.Create(CultureInfo.InvariantCulture, $"{Number}/{page}"));

    private Task<bool> Change(Func<IntakePartitionState, IntakePartitionState> change) =>
        _queue.Decide(state => new Decision<IntakePartitionState, bool>(change(state), true));

    private static string Text(Exception failure) => IntakeBatchLifecycle.Shortened($"{failure.GetType().Name}: {failure.Message}");

    [LoggerMessage(80, LogLevel.Warning, "intake/{Partition}: order {Index} of receipt {Receipt} failed again")]
    private partial void LogDeadAgain(Exception failure, int partition, string receipt, int index);
}
