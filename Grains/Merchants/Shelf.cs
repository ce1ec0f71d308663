using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>Counts of items and what orders take from them: the same for a merchant and for each of its stripes. Pure.</summary>
internal static class Shelf
{
    /// <summary>The count of an item; null when it has none.</summary>
    public static StockLeft? Find(ImmutableArray<StockLeft> left, string item)
    {
        foreach (var candidate in left)
        {
            if (candidate.Item == item) return candidate;
        }

        return null;
    }

    /// <summary>
    /// Takes what a reservation needs beyond what it has, and puts back what it needs no more. The counts as they are then; null
    /// when there is not enough, and then <paramref name="lacking"/> is of what.
    /// </summary>
    /// <param name="left">The counts.</param>
    /// <param name="before">The reservation so far, or null.</param>
    /// <param name="after">The reservation as it shall be.</param>
    /// <param name="limits">Its items that have a limit, with their present epoch. A count of another epoch is none.</param>
    /// <param name="lacking">What there is not enough of, and how many there are.</param>
    public static ImmutableArray<StockLeft>? Change(
        ImmutableArray<StockLeft> left, HeldTerms? before, HeldTerms after, ImmutableArray<StockLeft> limits, out StockLeft lacking)
    {
        lacking = default;
        var counts = left;
        foreach (var limit in limits.OrEmpty())
        {
            var needed = QuantityOf(after, limit.Item) - (before is null ? 0 : QuantityOf(before, limit.Item));
            if (needed == 0) continue;
            var count = Find(counts, limit.Item);
            var there = count is { } known && known.Epoch == limit.Epoch ? known.Left : 0;
            if (needed > there)
            {
                lacking = limit with { Left = there };
                return null;
            }

            counts = Set(counts, new(limit.Item, Math.Min(there - needed, MerchantRules.MaxStock), limit.Epoch));
        }

        // Who asks may not know of the reservation's last change, so that its limits lack an item that only that one has.
        foreach (var item in before is null ? [] : before.Lines.OrEmpty().Select(line => line.Item).Distinct(StringComparer.Ordinal))
        {
            var spare = QuantityOf(before!, item) - QuantityOf(after, item);
            if (spare > 0 && Find(limits.OrEmpty(), item) is null && Find(counts, item) is { } count)
                counts = Set(counts, count with { Left = Math.Min(count.Left + spare, MerchantRules.MaxStock) });
        }

        return counts;
    }

    /// <summary>Puts a reservation's goods back. An item without a count has no limit now, or left the menu.</summary>
    public static ImmutableArray<StockLeft> Return(ImmutableArray<StockLeft> left, HeldTerms terms)
    {
        foreach (var line in terms.Lines.OrEmpty())
        {
            if (Find(left, line.Item) is { } count)
                left = Set(left, count with { Left = Math.Min(count.Left + line.Quantity, MerchantRules.MaxStock) });
        }

        return left;
    }

    /// <summary>Adds counts that came from elsewhere. A newer epoch replaces an older one, and an older one means nothing.</summary>
    public static ImmutableArray<StockLeft> Add(ImmutableArray<StockLeft> left, ImmutableArray<StockLeft> more)
    {
        foreach (var added in more.OrEmpty())
        {
            left = Find(left, added.Item) switch
            {
                { } known when known.Epoch > added.Epoch => left,
                { } known when known.Epoch == added.Epoch =>
                    Set(left, known with { Left = Math.Min(checked(known.Left + added.Left), MerchantRules.MaxStock) }),
                _ => Set(left, added),
            };
        }

        return left;
    }

    /// <summary>Puts a count where the item's was, or at the end.</summary>
    public static ImmutableArray<StockLeft> Set(ImmutableArray<StockLeft> left, StockLeft count)
    {
        for (var i = 0; i < left.Length; i++)
        {
            if (left[i].Item == count.Item) return left.SetItem(i, count);
        }

        return left.Add(count);
    }

    /// <summary>How many of an item a reservation has, over all lines.</summary>
    public static int QuantityOf(HeldTerms terms, string item)
    {
        var quantity = 0;
        foreach (var line in terms.Lines.OrEmpty())
        {
            if (line.Item == item) quantity = checked(quantity + line.Quantity);
        }

        return quantity;
    }
}
