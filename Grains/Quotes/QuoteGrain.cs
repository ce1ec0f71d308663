using Microsoft.Extensions.Options;
using OrderActors.Customers;
using OrderActors.Dispatch.Matching;
using OrderActors.Governance;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Promotions;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Quotes;

/// <summary>
/// The shell around <see cref="QuoteLifecycle"/>: asks merchant and coupon for the price, writes once, and deletes its state when
/// nobody needs it any more. The deadline for that is learnt from its event, like an order's.
/// </summary>
[GrainType("quote"), WorkClass(WorkClass.Secondary)]
internal sealed class QuoteGrain : Grain, IQuoteGrain
{
    private readonly IPersistentState<QuoteState> _storage;
    private readonly OrderPolicy _policy;
    private readonly ITravelModel _travel;
    private readonly QuoteOptions _options;
    private readonly RecentPrices _prices;
    private readonly Switchboard _switches;
    private readonly TimeProvider _clock;
    private Durable<QuoteState> _quote;

    public QuoteGrain(
        [PersistentState("state")] IPersistentState<QuoteState> state,
        OrderPolicy policy,
        ITravelModel travel,
        IOptions<QuoteOptions> options,
        RecentPrices prices,
        Switchboard switches,
        TimeProvider clock)
    {
        _prices = prices;
        _switches = switches;
        _storage = state;
        _policy = policy;
        _travel = travel;
        _options = options.Value;
        _clock = clock;
        _quote = new(this, state);
    }

    private string Id => this.GetPrimaryKeyString();

    public async Task<QuoteReply> Create(CreateQuote command)
    {
        var now = _clock.GetUtcNow();
        RequestBudget.Begin(now);
        if (QuoteLifecycle.Recall(_quote.Current, command, now) is { } known) return known;
        if (QuoteLifecycle.Validate(command, _policy, now) is { } invalid) return new(null, invalid);
        var customer = await GrainFactory.GetGrain<ICustomerGrain>(command.Customer).Get();
        var priced = await Price(command.Merchant, new(
            default, command.Lines, default, command.Kind, command.Dropoff, command.ScheduledFor, customer?.MemberUntil > now, HasCoupon: true));
        if (priced.Reservation is not { } terms) return new(null, priced.Refusal);

        Discount? discount = null;
        if (command.Coupon is { } code)
        {
            // Less the merchant's own discount, as when it is placed.
            var subtotal = OrderBill.Subtotal(terms.Lines) - terms.Discount;
            var reply = await GrainFactory.GetGrain<IPromotionGrain>(code)
                .Quote(new(default, command.Customer, command.Merchant, new(subtotal, terms.Total.Currency), now));
            if (reply.Refusal is { } refused) return new(null, refused);
            discount = reply.Discount;
        }

        TimeSpan? way = command.Kind == OrderKind.Delivery ? _travel.Between(terms.Pickup, command.Dropoff) + _travel.PickupService : null;
        return await _quote.Decide(state => QuoteLifecycle.Create(state, command, Id, new(terms, discount, way), _options, now));
    }

    /// <summary>What the merchant says; while the platform is behind, what it said to somebody else a moment ago.</summary>
    private async Task<ReservationReply> Price(string merchant, HoldRequest asked)
    {
        if ((await _switches.Read(GrainFactory)).IsBehind && _prices.Find(merchant, asked) is { } known) return new(known, null);
        var reply = await GrainFactory.GetGrain<IMerchantGrain>(merchant).Quote(asked);
        if (reply.Reservation is { } answer) _prices.Keep(merchant, asked, answer);
        return reply;
    }

    public Task<QuoteView?> Get() => Task.FromResult(_quote.Current.Exists ? _quote.Current.ToView(_clock.GetUtcNow()) : null);

    public Task<QuoteClaim> Claim(OrderNumber order, PlaceOrder placement)
    {
        var now = _clock.GetUtcNow();
        return _quote.Decide(state => QuoteLifecycle.Claim(state, Id, order, placement, _options, now));
    }

    public Task Release(OrderNumber order)
    {
        var now = _clock.GetUtcNow();
        return _quote.Decide(state => new Decision<QuoteState, bool>(QuoteLifecycle.Release(state, order, _options, now), true), surely: true);
    }

    public async Task<bool> Reach(Deadline deadline)
    {
        var quote = _quote.Current;
        if (!quote.Exists || quote.Deadline != deadline) return false;
        if (_clock.GetUtcNow() < deadline.Due) return true;
        await _storage.ClearStateAsync();
        _quote = new(this, _storage);
        DeactivateOnIdle();
        return false;
    }
}
