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
    private readonly RecentEnds _ends = new();
    private HoldPages? _holdPages;

    public StripeGrain([PersistentState("stripe")] IPersistentState<StripeState> state) =>
        _stripe = new(this, state, complete: async read => read with { Holds = await HoldPages.Read(read.Holds) });

    private HoldPages HoldPages => _holdPages ??= new(GrainFactory, this.GetPrimaryKeyString());

    public override Task OnActivateAsync(CancellationToken cancellationToken) => _stripe.Complete();

    public async Task<StripeReply> Take(StripeTake request)
    {
        // Called twice, or late: the order has ended, and nobody would give it back.
        var reply = await _stripe.Decide(state => _ends.Contains(request.Order)
            ? new(state, new(null, Taken: false, state.Holds.All.Count))
            : StripeTransfers.Take(state, request));
        if (_stripe.Current.Holds.IsPageFull) _ = SealHolds();
        return reply;
    }

    public Task<HeldTerms?> Find(OrderNumber order) => Task.FromResult(_stripe.Current.Holds.All.GetValueOrDefault(order)?.Terms);

    public Task<StripeSettled> Settle(ImmutableArray<EndedOrder> orders)
    {
        foreach (var ended in orders.OrEmpty()) _ends.Add(ended.Order);
        return _stripe.Decide(state => StripeTransfers.Settle(state, orders), surely: true);
    }

    // Surely: a number that is not the next one can be another activation's doing.
    public Task Receive(StockTransfer transfer) =>
        _stripe.Decide(state => new Decision<StripeState, bool>(StripeTransfers.Receive(state, transfer), true), surely: true);

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
