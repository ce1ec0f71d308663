using System.Globalization;
using System.Text;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Tools.Simulate.Checks;

namespace OrderActors.Tools.Simulate.World;

/// <summary>What happened to an order, for whoever has to find out why a promise was broken.</summary>
internal static class Stories
{
    private const int MostTold = 20;

    /// <summary>
    /// The timeline, the couriers, the payment and the clients' commands of each order that the complaint is about: the order itself, or those
    /// of the merchant or customer, or with the coupon, that it names. Empty when it names none.
    /// </summary>
    public static string Of(string complaint, Town town, IWorldPlatform platform)
    {
        var stored = Stored.Read(platform);
        var named = complaint.Split([' ', ',', ':', '/'], StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        return string.Concat(town.Orders.Values
            .Where(order => named.Overlaps([order.Key, order.Merchant.Id, order.Customer.Id, order.Coupon ?? ""]))
            .Take(MostTold).Select(order => Tell(order, town, stored)));
    }

    private static string Tell(OrderTrack order, Town town, Stored stored)
    {
        var text = new StringBuilder();
        Line($"Order {order.Key}: {order.Kind}, {order.Method}, customer {order.Customer.Id}, merchant {order.Merchant.Id}");
        foreach (var entry in stored.Orders.GetValueOrDefault(order.Number)?.Timeline ?? [])
            Line($"  {entry.At:HH:mm:ss.fff} v{entry.Version} {entry.Type} by {entry.By} {entry.Detail}");
        foreach (var e in town.OfCouriers.Where(e => e.Orders.Contains(order.Number)))
            Line($"  {e.At:HH:mm:ss.fff} {e.Courier} v{e.Version} {e.Type}, {e.Status} {e.Detail}");
        if (stored.Payments.GetValueOrDefault(order.Number) is { } payment)
        {
            Line($"  payment v{payment.Version} {payment.Status}: {payment.Captured} taken, {payment.Refunded} back, wish {payment.Wish}");
            foreach (var hold in payment.Holds) Line($"    {hold}");
        }

        foreach (var refund in stored.Refunds.GetValueOrDefault(order.Number)?.Refunds ?? [])
            Line($"  refund {refund.Number} {refund.Status}: {refund.Amount} of {refund.Requested}");
        foreach (var (key, operation) in town.Outside.Cards.Operations)
        {
            if (operation.Order == order.Number) Line($"  network {key}: {operation.Amount} {operation.Result.Outcome}");
        }

        foreach (var command in town.History)
        {
            if (command.Order != order) continue;
            var answer = command.IsDone ? $"done as {command.MadeVersion}" : command.Refused?.ToString() ?? "no answer";
            var what = OrderTable.Name(command.Command);
            Line($"  client {new TimeSpan(command.Invoked):hh\\:mm\\:ss\\.fff} {what} by {command.Command.By} {command.Command.Id}: {answer}");
        }

        return text.ToString();

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
    }
}
