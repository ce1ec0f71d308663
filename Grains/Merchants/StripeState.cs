using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>What is stored of a stripe.</summary>
[StoredAs("merchant-stripe", version: 1)]
internal sealed record StripeState
{
    private readonly ImmutableArray<StockLeft> _left;

    /// <summary>The stock it sells.</summary>
    public ImmutableArray<StockLeft> Left { get => _left.OrEmpty(); init => _left = value; }

    /// <summary>The open reservations.</summary>
    [JsonIgnore]
    public HoldBook Holds { get; init; } = HoldBook.Empty;

    /// <summary>The newest of them, which are in this record.</summary>
    public ImmutableSortedDictionary<OrderNumber, OpenReservation> Open
    {
        get => Holds.Newest;
        init => Holds = HoldBook.Stored(value, Holds.Pages, Holds.Sealed);
    }

    /// <summary>The pages that the others are on.</summary>
    public ImmutableArray<HoldPage> HoldPages { get => Holds.Pages; init => Holds = HoldBook.Stored(Holds.Newest, value, Holds.Sealed); }

    /// <summary>How many such pages there ever were.</summary>
    public int SealedHoldPages { get => Holds.Sealed; init => Holds = HoldBook.Stored(Holds.Newest, Holds.Pages, value); }

    /// <summary>The newest transfer that it took in.</summary>
    public long Received { get; init; }

    /// <summary>The newest transfer that left it; kept until the merchant says that it has it.</summary>
    public StockTransfer? Giving { get; init; }
}

/// <summary>What the merchant knows of its transfers with one stripe.</summary>
/// <param name="Granted">The newest transfer to the stripe.</param>
/// <param name="Pending">What it brings: sent again until it is known to have arrived.</param>
/// <param name="Taken">The newest transfer from the stripe that was taken in.</param>
internal sealed record StripeLink(long Granted, ImmutableArray<StockLeft> Pending, long Taken)
{
    public static StripeLink New { get; } = new(0, [], 0);
}

/// <summary>
/// How stock moves between a merchant and its stripes. Pure. Each transfer is taken from one side and written down there in
/// the same write, sent as often as need be, and taken in by its number once: whatever crashes, the sum stays whole.
/// </summary>
internal static class StripeTransfers
{
    /// <summary>Over how many stripes a hot merchant is spread. Part of the stripes' keys: it never changes.</summary>
    public const int Stripes = 8;

    /// <summary>Fewer than this the merchant sells itself: portions that are nearly gone are not spread any more.</summary>
    private const int LeastShared = 8 * Stripes;

    /// <summary>The stripe of an order: its number with all digits mixed, so that shards do not show.</summary>
    public static int Of(OrderNumber order) => Shard.Of(order.ToString()) % Stripes;

    /// <summary>Sends a share of what is plentiful to a stripe whose last transfer has arrived.</summary>
    public static MerchantStock Share(MerchantStock stock, int stripe)
    {
        var (left, sent) = (stock.Left, ImmutableArray.CreateBuilder<StockLeft>());
        foreach (var count in stock.Left)
        {
            if (count.Left < LeastShared) continue;
            var share = count.Left / (2 * Stripes);
            left = Shelf.Set(left, count with { Left = count.Left - share });
            sent.Add(count with { Left = share });
        }

        return sent.Count == 0 ? stock : Send(stock with { Left = left }, stripe, sent.DrainToImmutable());
    }

    /// <summary>Sends just so much of some items to a stripe whose last transfer has arrived; null when there is not enough.</summary>
    public static MerchantStock? Grant(MerchantStock stock, int stripe, ImmutableArray<StockLeft> wanted)
    {
        var left = stock.Left;
        foreach (var want in wanted)
        {
            if (Shelf.Find(left, want.Item) is not { } count || count.Epoch != want.Epoch || count.Left < want.Left) return null;
            left = Shelf.Set(left, count with { Left = count.Left - want.Left });
        }

        return Send(stock with { Left = left }, stripe, wanted);
    }

    /// <summary>The transfer to a stripe that may not have arrived; null when there was none.</summary>
    public static StockTransfer? Pending(MerchantStock stock, int stripe) =>
        LinkOf(stock, stripe) is { Granted: > 0 } link ? new(link.Granted, link.Pending) : null;

    /// <summary>Takes in what a stripe gave. Items that have no count any more, or one of a newer epoch, do not come back.</summary>
    public static MerchantStock TakeIn(MerchantStock stock, int stripe, StockTransfer transfer)
    {
        var link = LinkOf(stock, stripe);
        if (transfer.Number <= link.Taken) return stock;
        if (transfer.Number != link.Taken + 1)
            throw new InvalidOperationException($"Stripe {stripe} gave transfer {transfer.Number}, and {link.Taken + 1} is the next.");
        var counted = transfer.Stock.RemoveAll(s => Shelf.Find(stock.Left, s.Item) is null);
        return With(stock, stripe, link with { Taken = transfer.Number }) with { Left = Shelf.Add(stock.Left, counted) };
    }

    /// <summary>A link for each stripe.</summary>
    public static ImmutableArray<StripeLink> Links(MerchantStock stock) =>
        stock.Stripes.IsEmpty ? [.. Enumerable.Repeat(StripeLink.New, Stripes)] : stock.Stripes;

    public static StripeLink LinkOf(MerchantStock stock, int stripe) => stripe < stock.Stripes.Length ? stock.Stripes[stripe] : StripeLink.New;

    /// <summary>The stripe takes a transfer in, once.</summary>
    public static StripeState Receive(StripeState state, StockTransfer transfer)
    {
        if (transfer.Number <= state.Received) return state;
        if (transfer.Number != state.Received + 1)
            throw new InvalidOperationException($"Transfer {transfer.Number} arrived, and {state.Received + 1} is the next.");
        return state with { Left = Shelf.Add(state.Left, transfer.Stock), Received = transfer.Number };
    }

    /// <summary>The stripe gives all it has of some items, or again what it gave and the merchant does not have.</summary>
    public static Decision<StripeState, StockTransfer?> GiveBack(StripeState state, long acknowledged, ImmutableArray<string> items)
    {
        if (state.Giving is { } giving && giving.Number > acknowledged) return new(state, giving);
        var given = state.Left.RemoveAll(s => s.Left == 0 || !(items.IsDefaultOrEmpty || items.Contains(s.Item)));
        if (given.IsEmpty) return new(state, null);
        var left = state.Left;
        foreach (var count in given) left = Shelf.Set(left, count with { Left = 0 });
        var transfer = new StockTransfer(acknowledged + 1, given);
        return new(state with { Left = left, Giving = transfer }, transfer);
    }

    /// <summary>The stripe takes stock for an order, or makes its reservation what it should be now.</summary>
    public static Decision<StripeState, StripeReply> Take(StripeState state, StripeTake request)
    {
        var known = state.Holds.All.GetValueOrDefault(request.Order)?.Terms;
        if (known?.Revision >= request.Terms.Revision) return new(state, new(known, true, state.Holds.All.Count));
        if (Shelf.Change(state.Left, known, request.Terms, request.Limits, out _) is not { } left)
            return new(state, new(known, false, state.Holds.All.Count));
        var after = state with { Left = left, Holds = state.Holds.Set(request.Order, request.Terms) };
        return new(after, new(request.Terms, true, after.Holds.All.Count));
    }

    /// <summary>The stripe ends reservations; what was not consumed goes back to its stock.</summary>
    public static Decision<StripeState, StripeSettled> Settle(StripeState state, ImmutableArray<EndedOrder> orders)
    {
        var (after, unknown) = (state, ImmutableArray.CreateBuilder<OrderNumber>());
        foreach (var ended in orders.OrEmpty())
        {
            if (!after.Holds.All.TryGetValue(ended.Order, out var open))
            {
                unknown.Add(ended.Order);
                continue;
            }

            after = after with
            {
                Holds = after.Holds.Remove(ended.Order),
                Left = ended.Consumed ? after.Left : Shelf.Return(after.Left, open.Terms),
            };
        }

        return new(after, new(after.Holds.All.Count, unknown.ToImmutable()));
    }

    private static MerchantStock Send(MerchantStock stock, int stripe, ImmutableArray<StockLeft> sent)
    {
        var link = LinkOf(stock, stripe);
        return With(stock, stripe, link with { Granted = link.Granted + 1, Pending = sent });
    }

    private static MerchantStock With(MerchantStock stock, int stripe, StripeLink link) =>
        stock with { Stripes = Links(stock).SetItem(stripe, link) };
}
