using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Refunds;

/// <summary>What refunds need to know of their order.</summary>
/// <param name="Status">Where the order stands.</param>
/// <param name="Frozen">Whether an operator stopped everything about it.</param>
/// <param name="Customer">Whose it is.</param>
/// <param name="Merchant">The merchant.</param>
/// <param name="Paid">What the customer paid and the order keeps, refunds aside.</param>
/// <param name="Lines">What was ordered.</param>
/// <param name="GoodsPaid">What was paid for the lines: less discounts, without the delivery.</param>
/// <param name="EndedAt">When it was handed over, or ended otherwise.</param>
internal sealed record RefundedOrder(
    OrderStatus Status, bool Frozen, string Customer, string Merchant, Money Paid, ImmutableArray<PricedLine> Lines, long GoodsPaid,
    DateTimeOffset EndedAt)
{
    /// <summary>Whether anything can be claimed in this state; before the handover an order is cancelled instead.</summary>
    public bool IsRefundable => Status is OrderStatus.Delivered or OrderStatus.Completed or OrderStatus.Canceled or OrderStatus.Returned;

    /// <summary>Reads them off an order.</summary>
    public static RefundedOrder From(OrderView order)
    {
        var subtotal = OrderBill.Subtotal(order.Lines);
        var isPaid = order.Payment is PaymentStatus.Paid or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded;
        return new(
            order.Status, order.Frozen, order.Customer, order.Merchant,
            new Money(isPaid ? order.Bill?.Due ?? order.Total.Amount : 0, order.Total.Currency),
            order.Lines.OrEmpty(),
            order.Bill is { } bill ? Math.Clamp(checked(subtotal - bill.MerchantDiscount - bill.PlatformDiscount), 0, subtotal) : subtotal,
            EndOf(order));
    }

    private static DateTimeOffset EndOf(OrderView order)
    {
        var type = order.Status switch
        {
            OrderStatus.Canceled => EventTypes.OrderCanceled,
            OrderStatus.Returned => EventTypes.OrderReturned,
            _ => EventTypes.OrderDelivered,
        };
        DateTimeOffset? end = null, overridden = null, last = null;
        foreach (var entry in order.Timeline.OrEmpty())
        {
            last = entry.At;
            if (entry.Type == type) end = entry.At;
            if (entry.Type == EventTypes.OrderOverridden) overridden = entry.At;
        }

        return end ?? overridden ?? last ?? order.CreatedAt;
    }
}

/// <summary>What a refund is worth, who bears it, and whether a rule grants it. Pure.</summary>
internal static class RefundRules
{
    /// <summary>
    /// Whether the merchant bears it: the kitchen's faults, and whatever the merchant asked for. The rest is the platform's.
    /// </summary>
    public static bool IsBorneByMerchant(RefundReason reason, Actor by) =>
        by.Role == Role.Merchant || reason is RefundReason.MissingItem or RefundReason.WrongItem or RefundReason.Quality;

    /// <summary>Whether nobody has to be asked: the merchant and operators grant what they ask for, a customer's small claims are granted.</summary>
    public static bool IsApproved(Claim claim, RefundState state, RefundedOrder order, RefundOptions options)
    {
        if (claim.By.Role is Role.Operator or Role.Merchant) return true;
        return claim.Amount <= options.AutoApproveAmount
            && (Int128)claim.Amount * 1_000 <= (Int128)order.Paid.Amount * options.AutoApprovePermille
            && state.Refunds.Count(r => r.Automatic) < options.AutoApprovePerOrder
            && options.ReadReasons()?.Contains(claim.Reason) == true;
    }

    /// <summary>The items that a claim gets: the first ones of each line that no other claim has. Null when there are not so many.</summary>
    public static ClaimedLine? Choose(RefundLine wanted, ImmutableArray<PricedLine> lines, RefundState state)
    {
        if (wanted.Line < 1 || wanted.Line > lines.Length) return null;
        var taken = Taken(wanted.Line, state);
        var free = Enumerable.Range(0, lines[wanted.Line - 1].Quantity).Where(unit => !taken.Contains(unit)).Take(wanted.Quantity).ToImmutableArray();
        return free.Length == wanted.Quantity ? new(wanted.Line, free) : null;
    }

    /// <summary>How many items of a line no claim has.</summary>
    public static int Free(int line, ImmutableArray<PricedLine> lines, RefundState state) =>
        line < 1 || line > lines.Length ? 0 : lines[line - 1].Quantity - Taken(line, state).Count;

    /// <summary>
    /// What was paid for these items. The discounts are spread over all items by price; where a cent cannot be split, it falls
    /// on a certain item, so that the items of an order always add up to just what was paid for them.
    /// </summary>
    public static long Price(ImmutableArray<ClaimedLine> claimed, RefundedOrder order)
    {
        var subtotal = OrderBill.Subtotal(order.Lines);
        if (subtotal == 0) return 0;
        var sum = 0L;
        foreach (var (line, units) in claimed)
        {
            var start = OrderBill.Subtotal(order.Lines[..(line - 1)]);
            var price = order.Lines[line - 1].UnitPrice;
            foreach (var unit in units)
            {
                var from = checked(start + price * unit);
                sum = checked(sum + PaidUpTo(from + price) - PaidUpTo(from));
            }
        }

        return sum;

        long PaidUpTo(long gross) => (long)((Int128)gross * order.GoodsPaid / subtotal);
    }

    private static HashSet<int> Taken(int line, RefundState state) =>
        [.. state.Refunds.Where(refund => refund.Counts).SelectMany(refund => refund.Lines).Where(l => l.Line == line).SelectMany(l => l.Units)];
}
