using System.Collections.Immutable;
using OrderActors.Merchants;
using OrderActors.Promotions;

namespace OrderActors.Orders;

/// <summary>What an order costs, from what its merchant and its promotion say. Pure.</summary>
internal static class OrderBill
{
    /// <summary>What the lines come to, in minor units.</summary>
    public static long Subtotal(ImmutableArray<PricedLine> lines) =>
        lines.OrEmpty().Sum(line => checked(line.UnitPrice * line.Quantity));

    /// <summary>The bill of an order as it is placed: all of it is due.</summary>
    public static Bill Of(Reservation terms, Discount? discount)
    {
        var bill = new Bill(
            terms.Total.Currency, Subtotal(terms.Lines), terms.DeliveryFee, terms.Discount + (discount?.Merchant ?? 0), discount?.Platform ?? 0,
            terms.CommissionPermille, Due: 0);
        return bill with { Due = bill.Total };
    }
}
