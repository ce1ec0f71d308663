using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Dispatch.Matching;
using OrderActors.Governance;
using OrderActors.Merchants;
using OrderActors.Payments;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Orders;

/// <summary>
/// The shell around <see cref="OrderLifecycle"/>: asks those who have a say, decides, writes once, answers. All calls interleave,
/// so that nothing waits behind a slow merchant or payment provider; decisions and writes do not (<see cref="Durable{TState}"/>).
/// </summary>
[GrainType("order")]
internal sealed partial class OrderGrain : Grain, IOrderGrain
{
    private readonly Durable<OrderState> _order;
    private readonly OrderPolicy _policy;
    private readonly IPinSource _pins;
    private readonly ITrackingTokens _tokens;
    private readonly ITravelModel _travel;
    private readonly TimeProvider _clock;
    private readonly Switchboard _switches;

    public OrderGrain(
        [PersistentState("state")] IPersistentState<OrderState> state,
        OrderPolicy policy,
        IPinSource pins,
        ITrackingTokens tokens,
        ITravelModel travel,
        TimeProvider clock,
        Switchboard switches)
    {
        _switches = switches;
        _order = new(this, state, Count);
        _policy = policy;
        _pins = pins;
        _tokens = tokens;
        _travel = travel;
        _clock = clock;
    }

    private string Key => this.GetPrimaryKeyString();

    private void Count(OrderState order, ImmutableArray<DomainEvent> events) => OrderInstruments.Committed(order, events, _policy);

    public Task<OrderReply> Place(PlaceOrder command, CustomerTerms terms) => Execute(command, terms);

    public Task<OrderReply> Execute(OrderCommand command)
    {
        RequestBudget.Begin(_clock.GetUtcNow());
        return Execute(command, new CustomerTerms());
    }

    public async Task<OrderReply> Preview(OrderCommand command)
    {
        if (!OrderNumber.TryParse(Key, out var number, out var error)) return BadNumber(error);
        var facts = await Facts(number, command, new CustomerTerms(), preview: true);
        return OrderLifecycle.Decide(_order.Current, command, facts, _policy, _clock.GetUtcNow()).Reply;
    }

    public Task<OrderView?> Get() => Task.FromResult(_order.Current.Status == OrderStatus.None ? null : _order.Current.ToView());

    public async Task<OrderView?> GetSince(long version)
    {
        if (_order.Current.Version < version) await _order.Decide(state => new Decision<OrderState, bool>(state, true), surely: true);
        return await Get();
    }

    public async Task<TrackingView?> Track(string token)
    {
        var (order, now) = (_order.Current, _clock.GetUtcNow());
        if (!OrderTracking.IsOpen(order, token, _policy, now)) return null;
        var courier = OrderTracking.IsOnTheWay(order) ? await GrainFactory.GetGrain<ICourierGrain>(order.Courier!).Get() : null;
        return OrderTracking.Of(_order.Current, courier, _travel, now);
    }

    private async Task<OrderReply> Execute(OrderCommand command, CustomerTerms terms)
    {
        if (!OrderNumber.TryParse(Key, out var number, out var error)) return BadNumber(error);
        var facts = await Facts(number, command, terms, preview: false);
        // Whoever was asked was asked at the version expected: what changed while they thought is for the state to judge.
        if (facts is { Merchant: not null } or { Payment: not null }) command = command with { ExpectedVersion = null };
        var isNew = _order.Current.Status == OrderStatus.None;
        OrderReply reply;
        try
        {
            reply = await Decide(command, facts);
        }
        catch (MissingFactException) when (facts is { Merchant: null, Payment: null })
        {
            // Another activation had moved the order on, so that somebody has a say after all. The state is read by now.
            facts = await Facts(number, command, terms, preview: false);
            reply = await Decide(command, facts);
        }

        if (isNew && reply is { Refusal: null, Replayed: false }) _paymentUntouched = true;
        if (_order.Current is { Status: OrderStatus.Received } received && (command is DeadlineReached || received.Placing!.Command.Id == command.Id))
        {
            var placed = await FinishPlacing(number);
            if (command is PlaceOrder) reply = placed with { Replayed = reply.Replayed };
        }

        // After the handover nothing happens for a day: memory is for orders under way.
        if (_order.Current.HasEnded || _order.Current.Status == OrderStatus.Delivered) DeactivateOnIdle();
        return reply;
    }

    private Task<OrderReply> Decide(OrderCommand command, OrderFacts facts)
    {
        var now = _clock.GetUtcNow();
        return _order.Decide(state => OrderLifecycle.Decide(state, command, facts, _policy, now), MustBeSure(command));
    }

    /// <summary>
    /// Whether a refusal has to be sure. Whoever says it takes that for the end of the matter: deadlines are dropped, couriers keep or lose the
    /// order by it. Or it says so by the state alone and is not stored, so that an old state would refuse what was done: a courier's right, a version.
    /// </summary>
    private static bool MustBeSure(OrderCommand command) => command is DeadlineReached || command.ExpectedVersion is not null
        || command.By.Role == Role.Courier
        || (command.By.Role == Role.System && command is OfferDelivery or AssignCourier or UnassignCourier or HandOver);

    /// <summary>Asks those who have a say in a command; nobody, for most.</summary>
    private async Task<OrderFacts> Facts(OrderNumber number, OrderCommand command, CustomerTerms terms, bool preview)
    {
        var (facts, order) = (new OrderFacts(number, terms), _order.Current);
        // What is refused in any case costs nobody a question.
        if (!preview && command is PayOrder or ProposeModification or ResolveModification { Approve: true } && !IsPossible(command, facts)) return facts;
        switch (command)
        {
            case ProposeModification c when order.Status.CanChange():
                var asked = new HoldRequest(
                    number, c.Lines, order.Total, order.Kind, order.Dropoff, order.ScheduledFor, order.Costs.DeliveryFee == 0, HasCoupon: true);
                return facts with { Merchant = await Merchant(order).Quote(asked) };

            case ResolveModification { Approve: true } when !preview && order.OpenProposal is { } open:
                facts = facts with { Merchant = await Merchant(order).Amend(number, order.Version, [.. open.Lines.Select(AsAsked)]) };
                if (facts.Merchant.Refusal is not null || !OrderChanges.NeedsMore(order, open.Total.Amount)) return facts;
                if (order.PaymentSource is not { } source) return facts;
                var isHandedOver = OrderPayments.IsHandedOverOnPayment(order.Kind);
                return facts with
                {
                    Payment = await Ask(new(
                        number, $"change-{open.Number}", open.Total, source, isHandedOver, SameCard: true, OrderVersion: order.Version)),
                };

            case PayOrder c when !preview && order.Status == OrderStatus.AwaitingPayment:
                var due = new Money(order.Costs.Due, order.Costs.Currency);
                return facts with { Payment = await Ask(new(number, $"pay-{c.Id}", due, c.Source, OrderPayments.IsHandedOverOnPayment(order.Kind))) };

            default:
                return facts;
        }
    }

    /// <summary>Whether a command gets as far as the question to others.</summary>
    private bool IsPossible(OrderCommand command, OrderFacts facts)
    {
        try
        {
            var reply = OrderLifecycle.Decide(_order.Current, command, facts, _policy, _clock.GetUtcNow()).Reply;
            return reply is { Refusal: null or { Code: RefusalCode.Unavailable }, Replayed: false };
        }
        catch (MissingFactException)
        {
            return true;
        }
    }

    /// <summary>The payment's answer, or nothing when it takes longer than the caller should wait: then an event tells.</summary>
    private async Task<PaymentReply?> Ask(AuthorisePayment request)
    {
        var payment = GrainFactory.GetGrain<IPaymentGrain>(Key).Authorise(request);
        try
        {
            var reply = await payment.WaitAsync(_policy.ProviderPatience, _clock);
            return reply.Payment is { OutcomeUnknown: true } ? null : reply;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private IMerchantGrain Merchant(OrderState order) => GrainFactory.GetGrain<IMerchantGrain>(order.Merchant);

    private static OrderLine AsAsked(PricedLine line) => new(line.Item, line.Quantity, line.Options);

    private static OrderReply BadNumber(string error) => new(null, Refusal.Invalid("/order", null, error));
}
