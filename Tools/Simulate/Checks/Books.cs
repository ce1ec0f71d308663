using OrderActors.Orders;
using OrderActors.Refunds;
using OrderActors.Settlement;
using OrderActors.Tools.Simulate.World;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>The books sum to zero, have every event once, and charge each customer what was taken of the card.</summary>
internal static class Books
{
    /// <summary>Checks all bookings.</summary>
    public static void Check(Town town, Stored stored)
    {
        var seen = new HashSet<(int, long)>();
        var charged = new Dictionary<OrderNumber, long>();
        foreach (var (partition, booking) in stored.Bookings)
        {
            Promises.Require(seen.Add((partition, booking.Sequence)), "books", $"{partition}/{booking.Sequence} of {booking.Order}", "booked once", "twice");
            var (sum, customer) = (0L, 0L);
            foreach (var entry in booking.Entries)
            {
                sum += entry.Amount;
                if (entry.Party == PartyKind.Customer) customer += entry.Amount;
            }

            Promises.Require(sum == 0, "books", $"{booking.Order} {booking.Type}", "0 in sum", sum);
            if (booking.Order != default) charged[booking.Order] = charged.GetValueOrDefault(booking.Order) + customer;
        }

        foreach (var order in town.Orders.Values)
        {
            if (!stored.Orders.TryGetValue(order.Number, out var state) || order.IsRefused) continue;
            var refunded = stored.Refunds.GetValueOrDefault(order.Number)?.Refunds.Where(r => r.Status == RefundStatus.Refunded).Sum(r => r.Amount) ?? 0;
            var due = order.Method == PaymentMethod.Card && state.Status != OrderStatus.Rejected ? state.Costs.Due : 0;
            var expected = refunded - due;
            Promises.Require(
                charged.GetValueOrDefault(order.Number) == expected, "books", order.Key, $"{expected} on the customer's account ({due} due, {refunded} back)",
                charged.GetValueOrDefault(order.Number));
        }
    }
}
