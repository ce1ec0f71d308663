using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>What a decision on an order needs to know besides the merchant and the order.</summary>
/// <param name="Merchant">The merchant's id, also when there is none.</param>
/// <param name="Now">The time.</param>
/// <param name="OpenElsewhere">Reservations that stripes have.</param>
/// <param name="SealedPage">The page of the order index that was sealed, or null.</param>
/// <param name="GoodsOnly">Whether only the goods are priced: the release before this one knows no delivery fee and no area.</param>
/// <param name="IsListed">Whether the order is in the order index already, perhaps on a page that is dropped meanwhile.</param>
internal readonly record struct HoldContext(
    string Merchant, DateTimeOffset Now, int OpenElsewhere = 0, int? SealedPage = null, bool GoodsOnly = false, bool IsListed = false);

/// <summary>What a merchant says to an order, before its stock is looked at.</summary>
/// <param name="Terms">On what terms it is taken; null when it is refused.</param>
/// <param name="Refusal">Why it is refused whatever the stock is.</param>
/// <param name="Late">Why it is refused although there is enough stock.</param>
/// <param name="Stage">Its place in the kitchen; null when it has none.</param>
internal readonly record struct Judgement(HeldTerms? Terms, Refusal? Refusal, Refusal? Late = null, KitchenStage? Stage = null);

/// <summary>Takes stock for orders and gives it back. Pure.</summary>
internal static class StockRules
{
    /// <summary>Takes stock for an order; the same order again gets the same answer.</summary>
    public static Decision<MerchantStock, ReservationReply> Hold(MerchantStock stock, MerchantProfile profile, HoldRequest request, HoldContext context)
    {
        if (stock.Holds.All.TryGetValue(request.Order, out var known)) return new(stock, Answer(profile, known.Terms));
        var judged = Judge(stock, profile, request, context);
        if (judged.Refusal is { } refusal) return new(stock, new(null, refusal));
        var (under, terms) = (stock.Under(profile), judged.Terms!);
        if (Shelf.Change(under.Left, null, terms, Pricing.Limits(profile, terms), out var lacking) is not { } left)
            return new(stock, new(null, SoldOut(request.Lines, lacking)));
        if (judged.Late is { } late) return new(stock, new(null, late));
        var after = under with { Left = left, Holds = under.Holds.Set(request.Order, terms) };
        return new(Admit(after, request.Order, judged.Stage, context), Answer(profile, terms));
    }

    /// <summary>Judges an order by everything but the stock, in the order of the refusal codes.</summary>
    public static Judgement Judge(MerchantStock stock, MerchantProfile profile, HoldRequest request, HoldContext context)
    {
        if (Screen(profile, request, context) is { } refusal) return new(null, refusal);
        var stage = StageOf(stock, profile, request);
        if (stage == KitchenStage.Queued && profile.Capacity is { WhenFull: WhenFull.Refuse } capacity)
        {
            return new(null, new(
                RefusalCode.MerchantBusy, $"Merchant {profile.Id} prepares {capacity.Limit} orders, as many as it can; try later.", "/merchant", profile.Id));
        }

        var trip = 0L;
        if (!context.GoodsOnly && Pricing.Trip(profile, request, out trip) is { } outside && request.Agreed is null) return new(null, outside);
        if (Pricing.PriceLines(profile, request.Kind, request.Lines, null, context.Now, out var lines) is { } wrong) return new(null, wrong);
        var isVirtual = request.Kind == OrderKind.Virtual;
        var terms = new HeldTerms(
            lines,
            default,
            isVirtual ? TimeSpan.Zero : PreparationEstimate.For(profile, stock.Learnt, context.Now),
            isVirtual || (profile.AutoAccept && request.ScheduledFor is null && stage != KitchenStage.Queued),
            CommissionPermille: profile.Terms?.CommissionPermille ?? 0,
            TripFee: request.FreeDelivery ? 0 : trip);
        if (request.Agreed is { } agreed) terms = Pricing.AsAgreed(terms, agreed);
        else if (Pricing.Sum(profile, terms, isVirtual, context.Now, out terms) is { } unsummable) return new(null, unsummable);
        return new(terms, null, RefuseTotal(profile, request, terms) ?? RefuseMore(stock, profile, context), stage);
    }

    /// <summary>Notes an order that has its stock: in the index of orders, and in the kitchen.</summary>
    public static MerchantStock Admit(MerchantStock stock, OrderNumber order, KitchenStage? stage, in HoldContext context) => stock with
    {
        Orders = context.IsListed ? stock.Orders : stock.Orders.Add(order, context.SealedPage),
        Kitchen = stage is { } s ? (stock.Kitchen ?? Kitchen.Empty).Admit(order, s) : stock.Kitchen,
    };

    /// <summary>Makes a reservation these lines, or leaves it as it is.</summary>
    public static Decision<MerchantStock, ReservationReply> Amend(
        MerchantStock stock, MerchantProfile profile, OrderNumber order, long revision, ImmutableArray<OrderLine> lines, DateTimeOffset now)
    {
        if (!stock.Holds.All.TryGetValue(order, out var known)) return new(stock, new(null, NotHeld(profile, order)));
        if (known.Terms.Revision >= revision) return new(stock, Answer(profile, known.Terms));
        if (Reprice(profile, known.Terms, order, revision, lines, now, out var terms) is { } refusal) return new(stock, new(null, refusal));
        var under = stock.Under(profile);
        if (Shelf.Change(under.Left, known.Terms, terms, Pricing.Limits(profile, terms, known.Terms), out var lacking) is not { } left)
            return new(stock, new(null, SoldOut(lines, lacking)));
        return new(under with { Left = left, Holds = under.Holds.Set(order, terms) }, Answer(profile, terms));
    }

    /// <summary>A reservation's terms with other lines: what it has keeps its price, the discount is that of when it was placed.</summary>
    public static Refusal? Reprice(
        MerchantProfile profile, HeldTerms held, OrderNumber order, long revision, ImmutableArray<OrderLine> lines, DateTimeOffset now, out HeldTerms terms)
    {
        terms = held;
        if (MerchantRules.ValidateLines(lines) is { } invalid) return invalid;
        var isVirtual = held.Virtual is not null;
        var kind = isVirtual ? OrderKind.Virtual : OrderKind.Delivery;
        if (Pricing.PriceLines(profile, kind, lines, held, now, out var priced) is { } wrong) return wrong;
        return Pricing.Sum(profile, held with { Lines = priced, Revision = revision }, isVirtual, order.CreatedAt, out terms);
    }

    /// <summary>Ends reservations: what was not consumed goes back on the shelf. Unknown ones ended before.</summary>
    public static MerchantStock Settle(MerchantStock stock, MerchantProfile profile, ImmutableArray<EndedOrder> orders)
    {
        var after = stock;
        foreach (var ended in orders.OrEmpty())
        {
            if (after.Kitchen is { } kitchen && kitchen.Orders.ContainsKey(ended.Order)) after = after with { Kitchen = kitchen.Move(ended.Order, null) };
            if (!after.Holds.All.TryGetValue(ended.Order, out var open)) continue;
            if (!ended.Consumed) after = after.Under(profile);
            after = after with
            {
                Holds = after.Holds.Remove(ended.Order),
                Left = ended.Consumed ? after.Left : Shelf.Return(after.Left, open.Terms),
            };
        }

        return after;
    }

    /// <summary>
    /// The kitchen after orders got on. The same instance when nothing happened that has to be written: a kitchen may believe
    /// an order to be there that left, and never miss one that is there.
    /// </summary>
    public static MerchantStock Advance(MerchantStock stock, MerchantProfile profile, ImmutableArray<OrderProgress> steps)
    {
        if (stock.Kitchen is not { } kitchen) return stock;
        foreach (var step in steps.OrEmpty())
        {
            kitchen = step.Step switch
            {
                OrderProgressStep.Released when profile.AutoAccept && !(kitchen.IsFull(profile.Capacity) && profile.Capacity!.WhenFull == WhenFull.Queue) =>
                    kitchen.Admit(step.Order, KitchenStage.Called),
                OrderProgressStep.Released => kitchen.Admit(step.Order, profile.AutoAccept ? KitchenStage.Queued : KitchenStage.Waiting),
                OrderProgressStep.Accepted => kitchen.Move(step.Order, KitchenStage.Accepted),
                OrderProgressStep.Ready or OrderProgressStep.Consumed or OrderProgressStep.Returned => kitchen.Move(step.Order, null),
                _ => kitchen,
            };
            if (step.Step == OrderProgressStep.Released && profile.AutoAccept && kitchen.Orders[step.Order] == KitchenStage.Waiting)
                kitchen = kitchen.Move(step.Order, KitchenStage.Called);
        }

        if (profile.AutoAccept) kitchen = kitchen.Call(profile.Capacity);
        return ReferenceEquals(kitchen, stock.Kitchen) ? stock : stock with { Kitchen = kitchen };
    }

    /// <summary>Whether the second kitchen has to be written: an order is in it, or has room in it, that had none in the first.</summary>
    public static bool Occupies(Kitchen? before, Kitchen? after) => after is not null && !ReferenceEquals(before, after) && after.Orders.Any(o =>
        before is null || !before.Orders.TryGetValue(o.Key, out var stage) || (stage == KitchenStage.Queued && o.Value != KitchenStage.Queued));

    /// <summary>A kitchen for a merchant that has a capacity, none for one that minds none. A new one starts with all that is open.</summary>
    public static MerchantStock WithKitchen(MerchantStock stock, MerchantProfile profile) => (stock.Kitchen, profile.Capacity) switch
    {
        (null, not null) => stock with
        {
            Kitchen = new()
            {
                Orders = stock.Holds.All.Where(o => o.Value.Terms.Virtual is null).ToImmutableSortedDictionary(o => o.Key, _ => KitchenStage.Waiting),
            },
        },
        ({ } kitchen, null) when kitchen.Orders.All(o => o.Value is not (KitchenStage.Queued or KitchenStage.Called)) => stock with { Kitchen = null },
        _ => stock,
    };

    /// <summary>A reservation as its callers see it.</summary>
    public static ReservationReply Answer(MerchantProfile profile, HeldTerms terms) => new(
        new(
            Pricing.Named(profile, terms), terms.Total, profile.Zone, profile.Location, terms.PreparationTime, terms.AutoAccept,
            terms.DeliveryFee, terms.Discount, terms.CommissionPermille, profile.Terms?.Waits, terms.Virtual),
        null);

    public static Refusal NotHeld(MerchantProfile profile, OrderNumber order) =>
        new(RefusalCode.NotFound, $"Merchant {profile.Id} holds nothing for order {order}.", Value: order.ToString());

    public static Refusal SoldOut(ImmutableArray<OrderLine> lines, StockLeft lacking)
    {
        var (first, wanted) = (-1, 0);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Item != lacking.Item) continue;
            if (first < 0) first = i;
            wanted += lines[i].Quantity;
        }

        return new(
            RefusalCode.SoldOut, $"{wanted} of '{lacking.Item}' were asked for and {lacking.Left} are left.",
            $"/lines/{Math.Max(0, first)}/quantity", $"{wanted}", [$"{lacking.Left}"]);
    }

    /// <summary>What is wrong with a request by itself, and whether the merchant takes such orders at that time.</summary>
    private static Refusal? Screen(MerchantProfile profile, HoldRequest request, HoldContext context)
    {
        if (MerchantRules.ValidateLines(request.Lines) is { } invalid) return invalid;
        if (request.Total.Amount is < 0 or > MerchantRules.MaxTotal)
        {
            return new(
                RefusalCode.InvalidAmount, $"The total is {request.Total.Amount}; it must be 0 to {MerchantRules.MaxTotal} minor units.",
                "/total/amount", $"{request.Total.Amount}");
        }

        if (!Enum.IsDefined(request.Kind))
            return new(RefusalCode.UnknownValue, $"There is no kind {request.Kind}.", "/kind", request.Kind.ToString(), Names.Of(Enum.GetValues<OrderKind>()));
        if (!profile.Exists) return new(RefusalCode.UnknownMerchant, $"There is no merchant '{context.Merchant}'.", "/merchant", context.Merchant);
        if (request.Kind == OrderKind.Virtual) return null;
        if (!context.GoodsOnly && request.Kind == OrderKind.Delivery && !request.Dropoff.IsValid) return Names.BadPlace("/dropoff", request.Dropoff);
        var kinds = profile.Terms?.Kinds.OrEmpty() ?? [];
        if (!kinds.IsEmpty && !kinds.Contains(request.Kind)) return Refusal.Invalid("/kind", Names.Of(request.Kind), string.Join(" or ", Names.Of(kinds)));
        return RefuseClosed(profile, request.ScheduledFor ?? context.Now);
    }

    private static Refusal? RefuseClosed(MerchantProfile profile, DateTimeOffset at)
    {
        if (IsOpen(profile, at)) return null;
        var next = OpensAt(profile, at);
        var when = next is { } n ? $"It opens at {TermsRules.Shown(n)}." : "When it opens is not known.";
        return new(
            RefusalCode.StoreClosed, $"Merchant {profile.Id} is closed at {TermsRules.Shown(at)}. {when}", "/merchant", profile.Id,
            next is { } opens ? [TermsRules.Shown(opens)] : default);
    }

    /// <summary>Whether a merchant takes orders for a time.</summary>
    public static bool IsOpen(MerchantProfile profile, DateTimeOffset at) =>
        profile.StatusAt(at) is MerchantStatus.Open or MerchantStatus.Busy && (profile.Hours is null || OpeningTimes.IsOpen(profile.Hours, at));

    /// <summary>From when on it does; null when that is not known.</summary>
    public static DateTimeOffset? OpensAt(MerchantProfile profile, DateTimeOffset at)
    {
        var from = profile.StatusAt(at) switch
        {
            MerchantStatus.Closed => (DateTimeOffset?)null,
            MerchantStatus.Paused => profile.Spell!.Until,
            _ => at,
        };
        return from is { } f && profile.Hours is { } hours ? OpeningTimes.NextOpen(hours, f) : from;
    }

    private static KitchenStage? StageOf(MerchantStock stock, MerchantProfile profile, HoldRequest request)
    {
        if (profile.Capacity is not { } capacity || request.Kind == OrderKind.Virtual || request.ScheduledFor is not null) return null;
        var full = stock.Kitchen?.IsFull(capacity) == true;
        return full && (profile.AutoAccept || capacity.WhenFull == WhenFull.Refuse) ? KitchenStage.Queued : KitchenStage.Waiting;
    }

    private static Refusal? RefuseTotal(MerchantProfile profile, HoldRequest request, HeldTerms terms)
    {
        if (request.Total.Currency != profile.Currency)
        {
            return new(
                RefusalCode.WrongCurrency, $"The merchant's prices are in {profile.Currency}, not {request.Total.Currency}.",
                "/total/currency", request.Total.Currency, [profile.Currency]);
        }

        return request.HasCoupon || request.Total.Amount == terms.Total.Amount
            ? null
            : new(
                RefusalCode.WrongTotal, $"The order comes to {terms.Total.Amount} {profile.Currency}, not {request.Total.Amount}.",
                "/total/amount", $"{request.Total.Amount}", [$"{terms.Total.Amount}"]);
    }

    private static Refusal? RefuseMore(MerchantStock stock, MerchantProfile profile, HoldContext context)
    {
        var open = stock.Holds.All.Count + context.OpenElsewhere;
        return open >= MerchantRules.MaxOpenOrders
            ? new(RefusalCode.TooMany, $"Merchant {profile.Id} has {open} open orders, the most there can be; try later.", "/merchant", profile.Id)
            : null;
    }
}
