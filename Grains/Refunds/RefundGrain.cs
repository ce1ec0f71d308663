using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderActors.Governance;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Refunds;

/// <summary>
/// The shell around <see cref="RefundLifecycle"/>: reads the order, decides, and tells the payment what was granted. It only
/// ever reads the order, so that the reverse flow costs the forward flow nothing.
/// </summary>
[GrainType("refund"), WorkClass(WorkClass.Secondary)]
internal sealed partial class RefundGrain : Grain, IRefundGrain
{
    private readonly Durable<RefundState> _refunds;
    private readonly RefundOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly HashSet<int> _underWay = [];

    public RefundGrain(
        [PersistentState("refunds")] IPersistentState<RefundState> state,
        IOptions<RefundOptions> options,
        TimeProvider clock,
        ILogger<RefundGrain> log)
    {
        _refunds = new(this, state);
        _options = options.Value;
        _clock = clock;
        _log = log;
    }

    private string Key => this.GetPrimaryKeyString();

    public async Task<RefundReply> Execute(RefundCommand command)
    {
        RequestBudget.Begin(_clock.GetUtcNow());
        if (!OrderNumber.TryParse(Key, out var number, out _)) return new(null, new(RefusalCode.NotFound, $"There is no order {Key}.", Value: Key));
        var facts = new RefundFacts(number, await ReadOrder());
        var outcome = await _refunds.Decide(state => RefundLifecycle.Decide(state, command, facts, _options, _clock.GetUtcNow()));

        // Not awaited: what was granted is durable, and if this gets lost its deadline does it.
        if (outcome is { Refusal: null, Refund: > 0 }) _ = Tell(outcome.Refund);
        var state = _refunds.Current;
        return new(state.View(outcome.Refund), outcome.Refusal, state.Version, outcome.Replayed);
    }

    public async Task<RefundsView?> Get()
    {
        if (!OrderNumber.TryParse(Key, out var number, out _) || await ReadOrder() is not { } order) return null;
        var state = _refunds.Current;
        var left = Math.Max(0, order.Paid.Amount - state.Claimed);
        return new(number, state.Version, order.Paid with { Amount = left }, [.. state.Refunds.Select(r => r.ToView(number, state.Currency))]);
    }

    public async Task<bool> Reach(Deadline deadline)
    {
        if (deadline.Kind == DeadlineKind.RefundDecision)
        {
            // Nothing about a frozen order changes, not even by time.
            if (await ReadOrder() is { Frozen: true }) return IsOpen(deadline);
            await _refunds.Decide(state => Unanswered(RefundLifecycle.Reach(state, deadline, _options, _clock.GetUtcNow())), surely: true);
        }

        foreach (var refund in _refunds.Current.Refunds) await Tell(refund.Number);
        return IsOpen(deadline);
    }

    public Task RecordPayment(int refund, bool succeeded, PaymentView payment) => _refunds.Decide(
        state => Unanswered(RefundLifecycle.Settle(state, refund, succeeded, payment.DeclineCode, payment.Version, _clock.GetUtcNow())), surely: true);

    private bool IsOpen(Deadline deadline) => _refunds.Current.Refunds.Any(refund => refund.Deadline == deadline);

    private async Task<RefundedOrder?> ReadOrder() =>
        await GrainFactory.GetGrain<IOrderGrain>(Key).Get() is { } order ? RefundedOrder.From(order) : null;

    /// <summary>Tells the payment of a refund that was granted, once. It never throws: the deadline comes again.</summary>
    private async Task Tell(int number)
    {
        if (_refunds.Current.Find(number) is not { Status: RefundStatus.Approved, Deadline: not null } claim || !_underWay.Add(number)) return;
        try
        {
            var reply = await GrainFactory.GetGrain<IPaymentGrain>(Key).Refund(new RefundPayment(_refunds.Current.Order, number, claim.Amount));
            if (reply.Refusal is { Code: RefusalCode.Unavailable or RefusalCode.TooMany } later)
            {
                LogLater(Key, number, later.Detail);
                return;
            }

            await _refunds.Decide(state => Unanswered(reply.Refusal is { } refusal
                ? RefundLifecycle.Settle(state, number, succeeded: false, refusal.Detail, paymentVersion: 0, _clock.GetUtcNow())
                : RefundLifecycle.HandedOver(state, number)));
        }
#pragma warning disable CA1031 // Nobody awaits it, and whatever went wrong is tried again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogNotTold(e, Key, number);
        }
        finally
        {
            _underWay.Remove(number);
        }
    }

    private static Decision<RefundState, bool> Unanswered(RefundState state) => new(state, true);

    [LoggerMessage(90, LogLevel.Information, "Refund {Order}/{Refund}: the payment does not take it now; it is told again. {Detail}")]
    private partial void LogLater(string order, int refund, string detail);

    [LoggerMessage(91, LogLevel.Warning, "Refund {Order}/{Refund}: the payment did not answer; it is told again")]
    private partial void LogNotTold(Exception failure, string order, int refund);
}
