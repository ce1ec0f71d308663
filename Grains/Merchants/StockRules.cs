using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>Takes stock for orders and gives it back. Pure.</summary>
internal static class StockRules
{
    /// <summary>How many items a refusal names.</summary>
    private const int MaxNamed = 20;

    /// <summary>Takes stock for an order; the same order again gets the same answer.</summary>
    public static Decision<MerchantStock, ReservationReply> Reserve(
        MerchantStock stock, string merchant, MerchantProfile profile, OrderNumber order, ImmutableArray<OrderLine> lines, Money total, int? sealedPage)
    {
        if (stock.Open.TryGetValue(order, out var known)) return new(stock, new(known.Terms, null));
        if (Refuse(stock, merchant, profile, lines) is { } refusal) return new(stock, new(null, refusal));

        var items = new MenuItem[lines.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            if (profile.Menu.FirstOrDefault(m => m.Id == lines[i].Item) is not { } item)
                return new(stock, new(null, UnknownItem(profile, lines[i].Item, i)));
            items[i] = item;
        }

        var under = stock.Under(profile);
        var (left, priced) = (under.Left.ToBuilder(), ImmutableArray.CreateBuilder<PricedLine>(lines.Length));
        long sum = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            for (var s = 0; s < left.Count; s++)
            {
                if (left[s].Item != line.Item) continue;
                if (left[s].Left < line.Quantity) return new(stock, new(null, SoldOut(line, left[s].Left, i)));
                left[s] = left[s] with { Left = left[s].Left - line.Quantity };
            }

            priced.Add(new(line.Item, items[i].Name, line.Quantity, items[i].Price));
            // Cannot overflow: 100 lines of 99 at the highest price are below 10^12.
            sum = checked(sum + items[i].Price * line.Quantity);
        }

        if (total.Currency != profile.Currency)
        {
            return new(stock, new(null, new(
                RefusalCode.WrongCurrency, $"The merchant's prices are in {profile.Currency}, not {total.Currency}.",
                "/total/currency", total.Currency, [profile.Currency])));
        }

        if (total.Amount != sum)
        {
            return new(stock, new(null, new(
                RefusalCode.WrongTotal, $"The lines come to {sum} {profile.Currency}, not {total.Amount}.",
                "/total/amount", $"{total.Amount}", [$"{sum}"])));
        }

        var terms = new Reservation(priced.DrainToImmutable(), total, profile.Zone, profile.Location, profile.PreparationTime, profile.AutoAccept);
        var after = under with
        {
            Left = left.DrainToImmutable(),
            Open = under.Open.Add(order, new(terms)),
            Orders = under.Orders.Add(order, sealedPage),
        };
        return new(after, new(terms, null));
    }

    /// <summary>Ends reservations: what was not consumed goes back on the shelf. Unknown ones ended before.</summary>
    public static MerchantStock Settle(MerchantStock stock, MerchantProfile profile, ImmutableArray<EndedOrder> orders)
    {
        var after = stock;
        foreach (var ended in orders.OrEmpty())
        {
            if (!after.Open.TryGetValue(ended.Order, out var open)) continue;
            if (ReferenceEquals(after, stock)) after = stock.Under(profile);
            after = after with { Open = after.Open.Remove(ended.Order) };
            if (ended.Consumed) continue;
            var left = after.Left.ToBuilder();
            foreach (var line in open.Terms.Lines)
            {
                // An item that left the menu, or has no limit now, has no count to go back to.
                for (var s = 0; s < left.Count; s++)
                {
                    if (left[s].Item == line.Item) left[s] = left[s] with { Left = Math.Min(left[s].Left + line.Quantity, MerchantRules.MaxStock) };
                }
            }

            after = after with { Left = left.DrainToImmutable() };
        }

        return after;
    }

    private static Refusal? Refuse(MerchantStock stock, string merchant, MerchantProfile profile, ImmutableArray<OrderLine> lines)
    {
        if (!profile.Exists) return new(RefusalCode.UnknownMerchant, $"There is no merchant '{merchant}'.", "/merchant", merchant);
        if (MerchantRules.ValidateLines(lines) is { } invalid) return invalid;
        if (profile.Status != MerchantStatus.Open)
            return new(RefusalCode.StoreClosed, $"Merchant {profile.Id} is closed and takes no orders now.", "/merchant", profile.Id);
        return stock.Open.Count >= MerchantRules.MaxOpenOrders
            ? new(RefusalCode.TooMany, $"Merchant {profile.Id} has {stock.Open.Count} open orders, the most there can be; try later.", "/merchant", profile.Id)
            : null;
    }

    private static Refusal UnknownItem(MerchantProfile profile, string item, int line) => new(
        RefusalCode.UnknownItem, $"'{item}' is not on the menu of merchant {profile.Id}.", $"/lines/{line}/item", item,
        [.. profile.Menu.Take(MaxNamed).Select(i => i.Id)]);

    private static Refusal SoldOut(OrderLine line, int left, int index) => new(
        RefusalCode.SoldOut, $"{line.Quantity} of '{line.Item}' were asked for and {left} are left.",
        $"/lines/{index}/quantity", $"{line.Quantity}", [$"{left}"]);
}
