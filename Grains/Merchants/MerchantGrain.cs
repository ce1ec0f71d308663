using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Merchants;

/// <summary>
/// The shell around <see cref="MerchantLifecycle"/> and <see cref="StockRules"/>. Reservations interleave: those that arrive
/// during a write share the next one, so that a busy merchant needs far fewer writes than orders.
/// </summary>
[GrainType("merchant")]
internal sealed class MerchantGrain : Grain, IMerchantGrain
{
    private readonly Durable<MerchantProfile> _profile;
    private readonly Durable<MerchantStock> _stock;
    private readonly TimeProvider _clock;

    public MerchantGrain(
        [PersistentState("profile")] IPersistentState<MerchantProfile> profile,
        [PersistentState("stock")] IPersistentState<MerchantStock> stock,
        TimeProvider clock)
    {
        _profile = new(this, profile);
        _stock = new(this, stock);
        _clock = clock;
    }

    private string Id => this.GetPrimaryKeyString();

    private OrderIndexPages Pages => new(GrainFactory, $"merchant/{Id}");

    public async Task<MerchantReply> Execute(MerchantCommand command)
    {
        var now = _clock.GetUtcNow();
        var outcome = await _profile.Decide(profile => MerchantLifecycle.Decide(profile, command, Id, now));
        return new(View(), outcome.Refusal, outcome.Replayed);
    }

    public Task<MerchantView?> Get() => Task.FromResult(View());

    public async Task<ReservationReply> Reserve(OrderNumber order, ImmutableArray<OrderLine> lines, Money total)
    {
        var sealedPage = await Pages.SealFullPage(_stock.Current.Orders);
        return await _stock.Decide(stock => StockRules.Reserve(stock, this.GetPrimaryKeyString(), _profile.Current, order, lines, total, sealedPage));
    }

    public Task<ReservationReply> Hold(HoldRequest request) => Reserve(request.Order, request.Lines, request.Total);

    public Task<ReservationReply> Quote(HoldRequest request) => throw new NotSupportedException();

    public Task<ReservationReply> Amend(OrderNumber order, long revision, ImmutableArray<OrderLine> lines) => throw new NotSupportedException();

    public async Task<ImmutableArray<OrderNumber>> Progress(ImmutableArray<OrderProgress> steps)
    {
        await Settle([.. steps.Where(s => s.Step >= OrderProgressStep.Consumed).Select(s => new EndedOrder(s.Order, s.Step == OrderProgressStep.Consumed))]);
        return [];
    }

    public Task Settle(ImmutableArray<EndedOrder> orders) =>
        _stock.Decide(stock => new Decision<MerchantStock, bool>(StockRules.Settle(stock, _profile.Current, orders), true));

    public Task<OrderPage> Orders(string? cursor, int limit) => Pages.Read(_stock.Current.Orders, cursor, limit);

    private MerchantView? View()
    {
        var p = _profile.Current;
        if (!p.Exists) return null;
        var stock = _stock.Current.Under(p);
        var left = stock.Left.ToDictionary(s => s.Item, s => s.Left, StringComparer.Ordinal);
        return new(
            p.Id, p.Version, p.Status, p.Name, p.Zone, p.Location, p.Currency, p.PreparationTime, p.AutoAccept,
            [.. p.Menu.Select(i => i.Stock is null ? i : i with { Stock = left.GetValueOrDefault(i.Id) })], stock.Open.Count);
    }
}
