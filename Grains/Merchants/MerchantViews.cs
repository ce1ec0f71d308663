using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>A merchant as its callers see it. Pure.</summary>
internal static class MerchantViews
{
    /// <summary>The merchant as it stands, or null.</summary>
    public static MerchantView? Of(MerchantProfile p, MerchantStock stock, ImmutableArray<StripeView> stripes, DateTimeOffset now)
    {
        if (!p.Exists) return null;
        var left = LeftWith(stock.Under(p), stripes);
        var status = p.StatusAt(now);
        var open = StockRules.IsOpen(p, now);
        return new(
            p.Id, p.Version, status, p.Name, p.Zone, p.Location, p.Currency, p.PreparationTime, p.AutoAccept,
            [.. p.Menu.Select(i => i.Stock is null ? i : i with { Stock = Shelf.Find(left, i.Id)?.Left ?? 0 })],
            stock.Holds.All.Count + stripes.Sum(s => s.Open),
            p.Hours,
            status is MerchantStatus.Busy or MerchantStatus.Paused ? p.Spell!.Until : null,
            status == MerchantStatus.Busy ? p.Spell!.Preparation : TimeSpan.Zero,
            open,
            open ? null : StockRules.OpensAt(p, now),
            PreparationEstimate.For(p, stock.Learnt, now),
            p.Learn,
            p.Capacity,
            stock.Kitchen?.Occupied ?? 0,
            stock.Kitchen?.Queued ?? 0,
            p.Terms,
            stock.Striped ? StripeTransfers.Stripes : 0);
    }

    /// <summary>What an order would come to; refused where an order would be.</summary>
    public static ReservationReply Quote(
        MerchantStock stock, MerchantProfile profile, HoldRequest request, HoldContext context, ImmutableArray<StripeView> stripes)
    {
        var judged = StockRules.Judge(stock, profile, request, context);
        if (judged.Refusal is { } refusal) return new(null, refusal);
        var left = LeftWith(stock.Under(profile), stripes);
        return Shelf.Change(left, null, judged.Terms!, Pricing.Limits(profile, judged.Terms!), out var lacking) is null
            ? new(null, StockRules.SoldOut(request.Lines, lacking))
            : StockRules.Answer(profile, judged.Terms!);
    }

    /// <summary>The merchant's counts with those of its stripes and of what is on the way between them.</summary>
    private static ImmutableArray<StockLeft> LeftWith(MerchantStock stock, ImmutableArray<StripeView> stripes)
    {
        var left = stock.Left;
        for (var i = 0; i < stripes.Length; i++)
        {
            var link = StripeTransfers.LinkOf(stock, i);
            left = Add(left, stripes[i].Left);
            if (stripes[i].Received < link.Granted) left = Add(left, link.Pending);
            if (stripes[i].Giving is { } giving && giving.Number > link.Taken) left = Add(left, giving.Stock);
        }

        return left;
    }

    private static ImmutableArray<StockLeft> Add(ImmutableArray<StockLeft> left, ImmutableArray<StockLeft> more) =>
        Shelf.Add(left, more.OrEmpty().RemoveAll(m => Shelf.Find(left, m.Item) is not { } count || count.Epoch != m.Epoch));
}
