using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Merchants;

/// <summary>The shell around a stripe's half of <see cref="StripeTransfers"/>. Orders that arrive during a write share the next one.</summary>
[GrainType("merchantstripe")]
internal sealed class StripeGrain : Grain, IMerchantStripeGrain
{
    private readonly Durable<StripeState> _stripe;

    public StripeGrain([PersistentState("stripe")] IPersistentState<StripeState> state) => _stripe = new(this, state);

    public Task<StripeReply> Take(StripeTake request) => _stripe.Decide(state => StripeTransfers.Take(state, request));

    public Task<HeldTerms?> Find(OrderNumber order) => Task.FromResult(_stripe.Current.Open.GetValueOrDefault(order)?.Terms);

    public Task<int> Settle(ImmutableArray<EndedOrder> orders) => _stripe.Decide(state => StripeTransfers.Settle(state, orders));

    public Task Receive(StockTransfer transfer) =>
        _stripe.Decide(state => new Decision<StripeState, bool>(StripeTransfers.Receive(state, transfer), true));

    public Task<StockTransfer?> GiveBack(long acknowledged, ImmutableArray<string> items) =>
        _stripe.Decide(state => StripeTransfers.GiveBack(state, acknowledged, items));

    public Task<StripeView> Get()
    {
        var state = _stripe.Current;
        return Task.FromResult(new StripeView(state.Left, state.Open.Count, state.Received, state.Giving));
    }
}
