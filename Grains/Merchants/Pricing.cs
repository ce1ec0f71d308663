using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>What an order comes to at a merchant. Pure; every sum is checked, and a whole order is below 10^12 minor units.</summary>
internal static class Pricing
{
    private static readonly MerchantTerms NoTerms = new();

    /// <summary>The lines with the prices of the menu; lines that a reservation has already keep the prices they had.</summary>
    public static Refusal? PriceLines(
        MerchantProfile profile, OrderKind kind, ImmutableArray<OrderLine> lines, HeldTerms? held, DateTimeOffset now, out ImmutableArray<HeldLine> priced)
    {
        priced = default;
        var builder = ImmutableArray.CreateBuilder<HeldLine>(lines.Length);
        var items = new MenuItem?[lines.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            items[i] = profile.Find(lines[i].Item);
            if (items[i] is null && Known(held, lines[i]) is null) return MenuRules.Unknown(profile, lines[i].Item, $"/lines/{i}/item");
        }

        for (var i = 0; i < lines.Length; i++)
        {
            var (line, item) = (lines[i], items[i]);
            var options = line.Options.OrEmpty().Sort(StringComparer.Ordinal);
            if (Known(held, line) is { } before)
            {
                builder.Add(before with { Quantity = line.Quantity });
                continue;
            }

            if (item!.Virtual is null == (kind == OrderKind.Virtual))
            {
                return Refusal.Invalid(
                    $"/lines/{i}/item", line.Item,
                    kind == OrderKind.Virtual ? "virtual goods, in an order of the kind virtual" : "goods; virtual ones are ordered on their own");
            }

            if (RefuseOptions(item, options, i) is { } wrong) return wrong;
            builder.Add(new(line.Item, line.Quantity, UnitPrice(item, options), options.IsEmpty ? default : options));
        }

        for (var i = 0; i < lines.Length; i++)
        {
            if (items[i] is { } item && RefuseQuantity(item, lines, held, i, now) is { } refusal) return refusal;
        }

        priced = builder.DrainToImmutable();
        return null;
    }

    /// <summary>Which items of a reservation have a limit, with the epoch of each.</summary>
    public static ImmutableArray<StockLeft> Limits(MerchantProfile profile, HeldTerms terms, HeldTerms? before = null)
    {
        var limits = ImmutableArray.CreateBuilder<StockLeft>();
        foreach (var line in before is null ? terms.Lines : terms.Lines.AddRange(before.Lines))
        {
            if (profile.Find(line.Item) is not { Stock: not null } || limits.Any(l => l.Item == line.Item)) continue;
            limits.Add(new(line.Item, 0, profile.EpochOf(line.Item)));
        }

        return limits.DrainToImmutable();
    }

    /// <summary>What bringing an order costs before anything makes it free. Refused outside the merchant's area.</summary>
    public static Refusal? Trip(MerchantProfile profile, HoldRequest request, out long fee)
    {
        fee = 0;
        if (request.Kind != OrderKind.Delivery) return null;
        var terms = profile.Terms ?? NoTerms;
        var metres = (long)Math.Ceiling(profile.Location.MetresTo(request.Dropoff));
        if (metres > terms.RadiusMetres)
        {
            return new(
                RefusalCode.OutOfArea, $"The address is {metres} m from merchant {profile.Id}, which delivers up to {terms.RadiusMetres} m.",
                "/dropoff", $"{metres} m", [$"up to {terms.RadiusMetres} m"]);
        }

        fee = checked(terms.DeliveryFee + (terms.DeliveryFeePerKilometre * metres + 999) / 1000);
        return null;
    }

    /// <summary>Adds up an order.</summary>
    /// <param name="profile">The merchant.</param>
    /// <param name="order">Its lines, its trip and what else it has; sums are filled in.</param>
    /// <param name="isVirtual">Whether it is virtual goods, which have neither a minimum nor a discount.</param>
    /// <param name="at">When it was placed.</param>
    /// <param name="summed">The order with its sums.</param>
    public static Refusal? Sum(MerchantProfile profile, HeldTerms order, bool isVirtual, DateTimeOffset at, out HeldTerms summed)
    {
        summed = order;
        var terms = profile.Terms ?? NoTerms;
        var (subtotal, days, vouchers) = (0L, 0L, 0L);
        foreach (var line in order.Lines)
        {
            subtotal = checked(subtotal + line.UnitPrice * line.Quantity);
            if (profile.Find(line.Item)?.Virtual is not { } goods) continue;
            days = checked(days + (long)goods.MembershipDays * line.Quantity);
            vouchers = checked(vouchers + (long)goods.Vouchers * line.Quantity);
        }

        if (isVirtual && (days > MenuRules.MaxDays || vouchers > MenuRules.MaxVouchers))
        {
            return Refusal.Invalid(
                "/lines", $"{days} days and {vouchers} vouchers", $"at most {MenuRules.MaxDays} days of membership and {MenuRules.MaxVouchers} vouchers");
        }

        if (!isVirtual && subtotal < terms.MinimumOrder)
            return Refusal.Invalid("/lines", $"{subtotal} {profile.Currency}", $"at least {terms.MinimumOrder} {profile.Currency} without the delivery");
        var fee = subtotal >= terms.FreeDeliveryFrom ? 0 : order.TripFee;
        var discount = isVirtual ? 0 : DiscountOn(terms.Discount, Math.Min(subtotal, MerchantRules.MaxTotal), at);
        var total = checked(subtotal + fee - discount);
        if (subtotal > MerchantRules.MaxTotal || total > MerchantRules.MaxTotal)
        {
            return new(
                RefusalCode.InvalidAmount, $"The order comes to {total} {profile.Currency}; {MerchantRules.MaxTotal} is the most an order can.",
                "/lines", $"{total}", [$"at most {MerchantRules.MaxTotal}"]);
        }

        summed = order with
        {
            Total = new(total, profile.Currency),
            DeliveryFee = fee,
            Discount = discount,
            Virtual = isVirtual ? new((int)days, (int)vouchers) : null,
        };
        return null;
    }

    /// <summary>An order at a price that was agreed on before, instead of the menu's.</summary>
    public static HeldTerms AsAgreed(HeldTerms order, AgreedPrice agreed) => order with
    {
        Lines =
        [
            .. order.Lines.Select(line => line with
            {
                UnitPrice = agreed.Lines.First(l => MerchantRules.KeyOf(l.Item, l.Options) == MerchantRules.KeyOf(line.Item, line.Options)).UnitPrice,
            }),
        ],
        Total = agreed.Total,
        DeliveryFee = agreed.DeliveryFee,
        Discount = agreed.Discount,
        CommissionPermille = agreed.CommissionPermille,
        TripFee = Math.Max(order.TripFee, agreed.DeliveryFee),
    };

    /// <summary>The lines of a reservation for its callers; a name that left the menu is the item's id.</summary>
    public static ImmutableArray<PricedLine> Named(MerchantProfile profile, HeldTerms terms) =>
        [.. terms.Lines.OrEmpty().Select(l => new PricedLine(l.Item, profile.Find(l.Item)?.Name ?? l.Item, l.Quantity, l.UnitPrice, l.Options))];

    private static long DiscountOn(MerchantDiscount? discount, long subtotal, DateTimeOffset at) =>
        discount is null || subtotal < discount.FromSubtotal || at < discount.From || at >= discount.Until
            ? 0
            : checked(subtotal * discount.Permille / 1000);

    private static HeldLine? Known(HeldTerms? held, OrderLine line)
    {
        if (held is null) return null;
        var key = MerchantRules.KeyOf(line.Item, line.Options);
        foreach (var known in held.Lines.OrEmpty())
        {
            if (MerchantRules.KeyOf(known.Item, known.Options) == key) return known;
        }

        return null;
    }

    private static long UnitPrice(MenuItem item, ImmutableArray<string> options)
    {
        var price = item.Price;
        foreach (var option in item.Options.OrEmpty().SelectMany(group => group.Options))
        {
            if (options.Contains(option.Id)) price = checked(price + option.Price);
        }

        // Each option may take off the whole price; several of them take off no more.
        return Math.Max(0, price);
    }

    private static Refusal? RefuseOptions(MenuItem item, ImmutableArray<string> options, int line)
    {
        var groups = item.Options.OrEmpty();
        for (var i = 0; i < options.Length; i++)
        {
            if (i > 0 && options[i] == options[i - 1])
                return Option($"Option '{options[i]}' of '{item.Id}' was chosen twice.", line, options[i], [options[i]]);
            if (!groups.Any(group => group.Options.Any(o => o.Id == options[i])))
            {
                return Option(
                    $"'{options[i]}' is not an option of '{item.Id}'.", line, options[i], [.. groups.SelectMany(g => g.Options).Take(20).Select(o => o.Id)]);
            }
        }

        foreach (var group in groups)
        {
            var chosen = group.Options.Count(o => options.Contains(o.Id));
            if (chosen >= group.Min && chosen <= group.Max) continue;
            return Option(
                $"{chosen} of '{group.Id}' were chosen for '{item.Id}'; it must be {group.Min} to {group.Max}.", line, $"{chosen}",
                [.. group.Options.Take(20).Select(o => o.Id)]);
        }

        return null;
    }

    private static Refusal Option(string detail, int line, string value, ImmutableArray<string> allowed) =>
        new(RefusalCode.UnknownOption, detail, $"/lines/{line}/options", value, allowed);

    /// <summary>An item's own limit, and whether it can be had now. What an order has of it already, it may keep.</summary>
    private static Refusal? RefuseQuantity(MenuItem item, ImmutableArray<OrderLine> lines, HeldTerms? held, int line, DateTimeOffset now)
    {
        var wanted = 0;
        foreach (var other in lines)
        {
            if (other.Item == item.Id) wanted += other.Quantity;
        }

        var had = held is null ? 0 : Shelf.QuantityOf(held, item.Id);
        if (wanted <= had) return null;
        if (wanted > item.Limit) return Refusal.Invalid($"/lines/{line}/quantity", $"{wanted}", $"at most {item.Limit} of '{item.Id}' in one order");
        if (!item.Unavailable || item.UnavailableUntil <= now) return null;
        var until = item.UnavailableUntil is { } u ? $" until {TermsRules.Shown(u)}" : "";
        return new(RefusalCode.SoldOut, $"'{item.Id}' cannot be had{until}.", $"/lines/{line}/item", item.Id, ["0"]);
    }
}
