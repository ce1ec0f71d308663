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
    private HoldPages? _holdPages;

    public StripeGrain([PersistentState("stripe")] IPersistentState<StripeState> state) =>
        _stripe = new(this, state, complete: async read => read with { Holds = await HoldPages.Read(read.Holds) });

    private HoldPages HoldPages => _holdPages ??= new(GrainFactory, this.GetPrimaryKeyString());

    public override Task OnActivateAsync(CancellationToken cancellationToken) => _stripe.Complete();

    public async Task<StripeReply> Take(StripeTake request)
    {
        var reply = await _stripe.Decide(state => StripeTransfers.Take(state, request));
        if (_stripe.Current.Holds.IsPageFull) _ = SealHolds();
        return reply;
    }

    public Task<HeldTerms?> Find(OrderNumber order) => Task.FromResult(_stripe.Current.Holds.All.GetValueOrDefault(order)?.Terms);

    public Task<int> Settle(ImmutableArray<EndedOrder> orders) => _stripe.Decide(state => StripeTransfers.Settle(state, orders));

    public Task Receive(StockTransfer transfer) =>
        _stripe.Decide(state => new Decision<StripeState, bool>(StripeTransfers.Receive(state, transfer), true));

    public Task<StockTransfer?> GiveBack(long acknowledged, ImmutableArray<string> items) =>
        _stripe.Decide(state => StripeTransfers.GiveBack(state, acknowledged, items));

    public Task<StripeView> Get()
    {
        var state = _stripe.Current;
        return Task.FromResult(new StripeView(state.Left, state.Holds.All.Count, state.Received, state.Giving));
    }

    private async Task SealHolds()
    {
        try
        {
            await HoldPages.Seal(
                () => _stripe.Current.Holds,
                change => _stripe.Decide(state => new Decision<StripeState, bool>(
                    change(state.Holds) is var holds && ReferenceEquals(holds, state.Holds) ? state : state with { Holds = holds }, true)));
        }
#pragma warning disable CA1031 // The next order tries again.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
