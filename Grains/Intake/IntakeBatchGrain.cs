using System.Collections.Immutable;
using OrderActors.Governance;
using OrderActors.Idempotency;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Intake;

/// <summary>
/// Takes a request's orders in with one write, and another, shared with other requests, that gives them their place in the
/// queue. In memory only while somebody asks or the orders are being drained.
/// </summary>
[GrainType("intake-batch"), WorkClass(WorkClass.Secondary)]
internal sealed class IntakeBatchGrain : Grain, IIntakeBatchGrain
{
    private readonly IPersistentState<IntakeBatchState> _stored;
    private readonly Durable<IntakeBatchState> _batch;
    private readonly Durable<IntakeReceiptState> _receipt;
    private readonly TimeProvider _clock;

    public IntakeBatchGrain(
        [PersistentState("orders")] IPersistentState<IntakeBatchState> batch,
        [PersistentState("receipt")] IPersistentState<IntakeReceiptState> receipt,
        TimeProvider clock)
    {
        _stored = batch;
        _batch = new(this, batch);
        _receipt = new(this, receipt);
        _clock = clock;
    }

    private string Id => this.GetPrimaryKeyString();

    private IIntakePartitionGrain Partition =>
        GrainFactory.GetGrain<IIntakePartitionGrain>(IntakePartition.Key(IntakePartition.Of(Id)));

    public async Task<IntakeReply> Submit(SubmitIntake command)
    {
        var orders = IntakeBatchLifecycle.Encode(command.Orders.OrEmpty(), command.Partner);
        var fingerprint = IntakeBatchLifecycle.Fingerprint(orders);

        // The first outcome says that the orders are in the queue: only what is there is drained.
        if (_receipt.Current is { Orders: > 0 } known)
            return known.Fingerprint == fingerprint ? new(Receipt(), null, Replayed: true) : Refused(CommandMemory.Reused(Id));

        var isNew = _batch.Current.Owner.Length == 0;
        if (isNew && (IntakeBatchLifecycle.Screen(Id, command) ?? await Partition.Room(orders.Length)) is { } full) return Refused(full);
        var now = _clock.GetUtcNow();
        var (refusal, replayed) = await _batch.Decide(
            state => IntakeBatchLifecycle.Accept(state, Id, command.Owner, orders, fingerprint, now));
        if (refusal is not null) return Refused(refusal);

        // Whoever was answered can rely on it; whoever was not asks again, and comes by here again.
        await Partition.Enqueue(new(Id, orders.Length, _batch.Current.At));
        if (!replayed) IntakeInstruments.Accepted(orders.Length);

        // A backlog waits on disk and not in memory.
        DeactivateOnIdle();
        return new(Receipt(), null, replayed);
    }

    public Task<ImmutableArray<IntakeOrder>> Pending() => Task.FromResult(IntakeBatchLifecycle.Pending(_batch.Current, _receipt.Current));

    public Task<IntakeOrder?> Order(int index) => Task.FromResult(
        index >= 0 && index < _batch.Current.Orders.Length ? new IntakeOrder(index, _batch.Current.Orders[index]) : null);

    public async Task Record(ImmutableArray<IntakeOutcome> outcomes)
    {
        await _receipt.Decide(state =>
            new Decision<IntakeReceiptState, bool>(IntakeBatchLifecycle.Record(state, _batch.Current, outcomes), true));
        if (!IntakeBatchLifecycle.IsOver(_receipt.Current)) return;

        // What is left of them are orders. A crash before this leaves them here, which costs room and nothing else.
        if (_batch.Current.Owner.Length > 0 && !_clearing)
        {
            _clearing = true;
            await _stored.ClearStateAsync();
        }

        DeactivateOnIdle();
    }

    private bool _clearing;

    public Task<IntakeReceiptPage?> Get(int from, int limit, IntakeStatus? only)
    {
        var receipt = Receipt();
        return Task.FromResult(receipt is null ? null : IntakeBatchLifecycle.Page(receipt, _receipt.Current, from, limit, only));
    }

    private IntakeReceipt? Receipt() => IntakeBatchLifecycle.Receipt(Id, _batch.Current, _receipt.Current);

    private static IntakeReply Refused(Refusal refusal) => new(null, refusal);
}
