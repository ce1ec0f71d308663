using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Orders;

namespace OrderActors.Settlement;

/// <summary>What an event means for the books. Pure.</summary>
/// <remarks>
/// An order is booked once, by the event that ends it: completed, or cancelled, expired or returned with money kept. The full
/// bill is booked; each refund is a booking of its own on the day it went back, before or after. Whatever the other parties do
/// not get or bear is the platform's, so that a booking always sums to zero.
/// </remarks>
internal static class SettlementRules
{
    /// <summary>The booking of an event; null when it concerns no books.</summary>
    public static SettlementBooking? BookingOf(LoggedEvent logged, SettlementOptions options) => logged.Event switch
    {
        OrderEvent { Bill: { } bill } e => OfOrder(logged.Sequence, e, bill, options),
        RefundEvent { Type: EventTypes.RefundCompleted } e => OfRefund(logged.Sequence, e),
        _ => null,
    };

    private static SettlementBooking? OfOrder(long sequence, OrderEvent e, Bill bill, SettlementOptions options)
    {
        var books = new Dictionary<(PartyKind, string), long>();
        switch (e.Type)
        {
            // A returned order was booked when its goods came back: that its books close changes nothing any more.
            case EventTypes.OrderCompleted when e.Delivery != DeliveryStatus.Returned:
                Collect(books, e, bill.Due);
                Add(books, PartyKind.Merchant, e.Merchant, checked(bill.Subtotal - bill.MerchantDiscount - Commission(bill)));
                PayCourier(books, e, options);
                break;
            case EventTypes.OrderCanceled or EventTypes.OrderExpired when KeepsMoney(e, bill):
                Fee(books, e, bill);
                break;
            case EventTypes.OrderReturned:
                // The courier went both ways, whatever the customer owes.
                if (KeepsMoney(e, bill)) Fee(books, e, bill);
                PayCourier(books, e, options);
                break;
            default:
                return null;
        }

        return Booking(sequence, e.Type, e.Order, refund: 0, bill.Currency, e.At, books);
    }

    private static SettlementBooking? OfRefund(long sequence, RefundEvent e)
    {
        var books = new Dictionary<(PartyKind, string), long>();
        Add(books, PartyKind.Customer, e.Customer, e.Amount.Amount);
        Add(books, PartyKind.Merchant, e.Merchant, checked(-e.MerchantShare));
        return Booking(sequence, e.Type, e.Order, e.Refund, e.Amount.Currency, e.At, books);
    }

    private static bool KeepsMoney(OrderEvent e, Bill bill) => e.PaymentMethod == PaymentMethod.Card && bill.Due > 0;

    private static void Fee(Dictionary<(PartyKind, string), long> books, OrderEvent e, Bill bill)
    {
        Add(books, PartyKind.Customer, e.Customer, checked(-bill.Due));
        Add(books, PartyKind.Merchant, e.Merchant, bill.Due);
    }

    /// <summary>Whoever has the money owes it: the platform took the customer's card, or the courier or the merchant took the cash.</summary>
    private static void Collect(Dictionary<(PartyKind, string), long> books, OrderEvent e, long due)
    {
        if (e.PaymentMethod == PaymentMethod.Card) Add(books, PartyKind.Customer, e.Customer, checked(-due));
        else if (e is { Kind: OrderKind.Delivery, Courier: { } courier }) Add(books, PartyKind.Courier, courier, checked(-due));
        else Add(books, PartyKind.Merchant, e.Merchant, checked(-due));
    }

    private static void PayCourier(Dictionary<(PartyKind, string), long> books, OrderEvent e, SettlementOptions options)
    {
        if (e is { Kind: OrderKind.Delivery, Courier: { } courier }) Add(books, PartyKind.Courier, courier, options.CourierPayPerDelivery);
    }

    /// <summary>Of the lines before discounts; fractions are the merchant's.</summary>
    private static long Commission(Bill bill) => checked((long)((Int128)bill.Subtotal * bill.CommissionPermille / 1_000));

    private static void Add(Dictionary<(PartyKind, string), long> books, PartyKind party, string id, long amount) =>
        books[(party, id)] = checked(books.GetValueOrDefault((party, id)) + amount);

    private static SettlementBooking? Booking(
        long sequence,
        string type,
        Values.OrderNumber order,
        int refund,
        string currency,
        DateTimeOffset at,
        Dictionary<(PartyKind Party, string Id), long> books)
    {
        var rest = 0L;
        foreach (var amount in books.Values) rest = checked(rest - amount);
        books[(PartyKind.Platform, "")] = rest;
        ImmutableArray<SettlementEntry> entries =
        [
            .. from entry in books
               where entry.Value != 0
               orderby entry.Key.Party
               select new SettlementEntry(entry.Key.Party, entry.Key.Id, entry.Value),
        ];
        return entries.IsEmpty ? null : new(sequence, type, order, refund, currency, at, entries);
    }
}
