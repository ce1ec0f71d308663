using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using OrderActors.Governance;
using OrderActors.Listings;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Merchants;

/// <summary>
/// The shell around <see cref="MerchantLifecycle"/> and <see cref="StockRules"/>. Reservations interleave: those that arrive
/// during a write share the next one, so that a busy merchant needs far fewer writes than orders. A hot one spreads them over
/// stripes.
/// </summary>
[GrainType("merchant")]
internal sealed partial class MerchantGrain : Grain, IMerchantGrain
{
    /// <summary>Orders not on a sealed page from which on an order waits for the page.</summary>
    private const int MostUnsealed = 16 * OrderIndex.PageSize;

    // An order that is older than this may have been here long before.
    private static readonly TimeSpan FirstTry = TimeSpan.FromSeconds(5);

    private readonly Durable<MerchantProfile> _profile;
    private readonly Durable<MerchantStock> _stock;
    private readonly TimeProvider _clock;
    private readonly MerchantOptions _options;
    private readonly ListingEntry _listing = new(ListingKinds.Merchants);
    private readonly Dictionary<OrderNumber, Task<ReservationReply>> _holding = [];
    private readonly RecentEnds _ends = new();
    private Task? _sealing;
    private HoldPages? _holdPages;
    private int? _sealedPage;

    public MerchantGrain(
        [PersistentState("profile")] IPersistentState<MerchantProfile> profile,
        [PersistentState("stock")] IPersistentState<MerchantStock> stock,
        TimeProvider clock,
        IOptions<MerchantOptions> options)
    {
        _profile = new(this, profile);
        _stock = new(this, stock, complete: async read => read with { Holds = await HoldPages.Read(read.Holds) });
        _clock = clock;
        _options = options.Value;
    }

    private string Id => this.GetPrimaryKeyString();

    private HoldPages HoldPages => _holdPages ??= new(GrainFactory, Id);

    private OrderIndexPages Pages => new(GrainFactory, $"merchant/{Id}");

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await _stock.Complete();
        if (!_stock.Current.Stripes.IsEmpty) WatchStripes();
    }

    public async Task<MerchantReply> Execute(MerchantCommand command)
    {
        var now = _clock.GetUtcNow();
        RequestBudget.Begin(now);
        // Listed before there is a merchant; one of an earlier release at its next command.
        var isToBe = _profile.Current.Exists || MerchantLifecycle.Decide(_profile.Current, command, Id, now).Reply.Refusal is null;
        if (isToBe && await _listing.Ensure(GrainFactory, Id) is { } full) return new(null, full);
        var outcome = await _profile.Decide(profile => MerchantLifecycle.Decide(profile, command, Id, now));
        return new(await Get(), outcome.Refusal, outcome.Replayed);
    }

    public async Task<MerchantView?> Get()
    {
        var stripes = await AskStripes();
        return MerchantViews.Of(_profile.Current, Noted(_stock.Current), stripes, _clock.GetUtcNow());
    }

    public Task<ReservationReply> Reserve(OrderNumber order, ImmutableArray<OrderLine> lines, Money total) =>
        Hold(new HoldRequest(order, lines, total), goodsOnly: true);

    public Task<ReservationReply> Hold(HoldRequest request) => Hold(request, goodsOnly: false);

    public async Task<ReservationReply> Quote(HoldRequest request)
    {
        var profile = _profile.Current;
        // The caller asks for the total, so there is none to compare.
        var asked = request with { Total = new(0, profile.Currency), HasCoupon = true };
        await CheckKitchen(asked);
        return MerchantViews.Quote(Noted(_stock.Current), profile, asked, Context(null, goodsOnly: false), await AskStripes());
    }

    public async Task<ReservationReply> Amend(OrderNumber order, long revision, ImmutableArray<OrderLine> lines)
    {
        if (!_stock.Current.Holds.All.ContainsKey(order) && await FindInStripe(order) is { } held) return await AmendInStripe(order, held, revision, lines);
        while (true)
        {
            var recalls = _recalls;
            var reply = await AmendHere(order, revision, lines);
            if (!await RecallFor(reply, lines, recalls)) return reply;
        }
    }

    public async Task<ImmutableArray<OrderNumber>> Progress(ImmutableArray<OrderProgress> steps)
    {
        steps = steps.OrEmpty();
        Learn(steps);
        await End([.. steps.Where(s => s.Step is OrderProgressStep.Consumed or OrderProgressStep.Returned)
            .Select(s => new EndedOrder(s.Order, s.Step == OrderProgressStep.Consumed))]);
        return await AdvanceKitchen(steps);
    }

    public async Task Settle(ImmutableArray<EndedOrder> orders)
    {
        await End(orders.OrEmpty());
        await AdvanceKitchen([]);
    }

    public Task<OrderPage> Orders(string? cursor, int limit) => Pages.Read(_stock.Current.Orders, cursor, limit);

    public Task<OrderPage> FindOrders(OrderQuery query) => Pages.Find(_stock.Current.Orders, query, OrderIndexPages.SoonAfter);

    private Task<ReservationReply> Hold(HoldRequest request, bool goodsOnly)
    {
        // Two tries of one order at once could end up in two places.
        if (_holding.TryGetValue(request.Order, out var holding)) return holding;
        var hold = HoldOnce(request, goodsOnly);
        if (hold.IsCompleted) return hold;
        _holding.Add(request.Order, hold);
        return Forget(request.Order, hold);
    }

    private async Task<ReservationReply> Forget(OrderNumber order, Task<ReservationReply> hold)
    {
        try
        {
            return await hold;
        }
        finally
        {
            _holding.Remove(order);
        }
    }

    private async Task<ReservationReply> HoldOnce(HoldRequest request, bool goodsOnly)
    {
        NoteHeat();
        if (_stock.Current.Holds.All.TryGetValue(request.Order, out var known)) return StockRules.Answer(_profile.Current, known.Terms);
        await CheckKitchen(request);
        var context = Context(await PageToDrop(), goodsOnly) with { IsListed = await IsListed(request.Order) };
        if (_stock.Current.Striped) return await HoldStriped(request, context);
        if (await FindInStripe(request.Order) is { } held) return await AdmitHeld(request, context, held);
        return await HoldHere(request, context);
    }

    /// <summary>Takes the order in the merchant's own record; stock that stripes have comes back before anything is sold out.</summary>
    private async Task<ReservationReply> HoldHere(HoldRequest request, HoldContext context)
    {
        while (true)
        {
            var recalls = _recalls;
            var reply = await DecideHold(request, context);
            if (_stock.Current.Holds.IsPageFull) _ = Unnoticed(SealHolds);
            if (!await RecallFor(reply, request.Lines, recalls)) return reply;
        }
    }

    private Task<ReservationReply> DecideHold(HoldRequest request, HoldContext context) => Decide(stock => _ends.Contains(request.Order)
        ? new(stock, Ended(request.Order))
        : StockRules.Hold(stock, _profile.Current, request, context));

    private Task SealHolds() => HoldPages.Seal(
        () => _stock.Current.Holds,
        change => _stock.Decide(stock => new Decision<MerchantStock, bool>(
            change(stock.Holds) is var holds && ReferenceEquals(holds, stock.Holds) ? stock : stock with { Holds = holds }, true)));

    private Task<ReservationReply> AmendHere(OrderNumber order, long revision, ImmutableArray<OrderLine> lines)
    {
        var now = _clock.GetUtcNow();
        return Decide(stock => StockRules.Amend(stock, _profile.Current, order, revision, lines, now));
    }

    private async Task End(ImmutableArray<EndedOrder> orders)
    {
        if (orders.IsEmpty) return;
        foreach (var ended in orders) _ends.Add(ended.Order);
        // One that is both here and in a stripe, asked for at two activations at once, counts here: changes of its lines were made here.
        var knewStripes = StripesInUse;
        var hadAll = await EndInStripes([.. orders.Select(o => _stock.Current.Holds.All.ContainsKey(o.Order) ? o with { Consumed = false } : o)]);
        // A try to hold one that is still on its way is refused by its end. One that nobody knows ended before, or is known to what is stored.
        var stock = _stock.Current;
        var isKnown = orders.Any(o =>
            stock.Holds.All.ContainsKey(o.Order) || stock.Kitchen?.Orders.ContainsKey(o.Order) == true || _holding.ContainsKey(o.Order));
        if (isKnown || !hadAll) await Decide(s => new Decision<MerchantStock, bool>(StockRules.Settle(s, _profile.Current, orders), true), surely: true);
        // What was read for that can say for the first time that there are stripes.
        if (!knewStripes && StripesInUse) await EndInStripes(orders);
    }

    private HoldContext Context(int? sealedPage, bool goodsOnly) => new(Id, _clock.GetUtcNow(), OpenInStripes, sealedPage, goodsOnly);

    /// <summary>The newest sealed page: who is told of an order twice is mostly told so within moments.</summary>
    private (int Page, HashSet<OrderNumber>? Orders) _lastPage;

    /// <summary>Whether an order is in the index already; one whose number is new did not come before.</summary>
    private async ValueTask<bool> IsListed(OrderNumber order)
    {
        var index = _stock.Current.Orders;
        if (index.Open.Contains(order)) return true;
        if (index.SealedPages == 0) return false;
        if (_lastPage.Page != index.SealedPages - 1 || _lastPage.Orders is null)
            _lastPage = (index.SealedPages - 1, [.. await Pages.Sealed(index.SealedPages - 1)]);
        return _lastPage.Orders.Contains(order) || ((_clock.GetUtcNow() - order.CreatedAt).Duration() > FirstTry && await Pages.HasSealed(index, order));
    }

    private ReservationReply Ended(OrderNumber order) =>
        new(null, new(RefusalCode.InvalidTransition, $"Order {order} has ended; merchant {Id} holds nothing for it any more.", Value: order.ToString()));

    /// <summary>A page of the index that is sealed and can be dropped. Orders wait for the sealing only when it falls far behind.</summary>
    private async Task<int?> PageToDrop()
    {
        var index = _stock.Current.Orders;
        if (index.FullPage.IsEmpty) return null;
        if (_sealedPage != index.SealedPages)
        {
            if (_sealing is null or { IsCompleted: true }) _sealing = Seal(index);
            if (index.Open.Length > MostUnsealed) await _sealing;
        }

        return _sealedPage;
    }

    private async Task Seal(OrderIndex index)
    {
        try
        {
            _sealedPage = await Pages.SealFullPage(index);
        }
        catch (Exception) when (index.Open.Length <= MostUnsealed)
        {
            // The next order tries again.
        }
    }

    /// <summary>Decides on the stock with what was noted in memory; that alone is no reason to write.</summary>
    private async Task<TReply> Decide<TReply>(Func<MerchantStock, Decision<MerchantStock, TReply>> decide, bool surely = false)
    {
        var reply = await _stock.Decide(stock =>
        {
            var noted = Noted(stock);
            var decision = decide(noted);
            return ReferenceEquals(decision.State, noted) ? decision with { State = stock } : decision;
        }, surely);
        DropWrittenNotes();
        return reply;
    }
}
