using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Refunds;
using OrderActors.Tools.Simulate.World;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>Money is conserved: what the card network did is what payments know, what orders owe, and what refunds gave back.</summary>
internal static class MoneyFlow
{
    /// <summary>Checks every order that ever moved money.</summary>
    public static void Check(Town town, Stored stored)
    {
        Promises.Require(town.Outside.Cards.Outrage is null, "money", "card network", "requests that make sense", town.Outside.Cards.Outrage ?? "");
        var moved = Moved(town.Outside.Cards);
        foreach (var order in town.Orders.Values)
        {
            if (!stored.Orders.TryGetValue(order.Number, out var state)) continue;
            var (held, taken, back) = moved.GetValueOrDefault(order.Number);
            stored.Payments.TryGetValue(order.Number, out var payment);
            var refunded = Refunded(stored.Refunds.GetValueOrDefault(order.Number));
            // What the card does not take back is the platform's to see to; its payment's event says so.
            var declined = payment?.Wish is { RefundDeclined: true };
            if (order.Method == PaymentMethod.Cash || order.IsRefused)
            {
                Promises.Require(
                    held == 0 && (taken == back || (declined && taken > back)), "money", order.Key, "no money at the network",
                    $"{held} held, {taken} taken, {back} back");
                if (payment is not null && !order.IsRefused)
                    Promises.Require(payment.Refunded == refunded, "money", order.Key, $"{refunded} credited", $"{payment.Refunded}");
                continue;
            }

            Promises.Require(held == 0, "money", order.Key, "no hold left at the network", $"{held}");
            Promises.Require(
                (payment?.Captured ?? 0, payment?.Refunded ?? 0) == (taken, back), "money", order.Key, $"{taken} taken and {back} back, as at the network",
                $"{payment?.Captured} and {payment?.Refunded}");
            // What the card did not give when it was asked for what it held is the platform's loss.
            var uncaptured = town.Outside.Cards.Operations.Values.Any(o =>
                o.Order == order.Number && o is { Kind: OperationKind.Capture, Result.Outcome: ProviderOutcome.Declined });
            var due = Math.Max(0, state.Costs.Due - refunded);
            Promises.Require(
                taken - back == due || (declined && taken - back > due) || (uncaptured && taken - back == 0 - refunded), "money", order.Key,
                $"{due} kept ({state.Costs.Due} due in {state.Status}, {refunded} claimed back)", $"{taken - back} ({taken} taken, {back} back)");
        }
    }

    private static long Refunded(RefundState? refunds)
    {
        var sum = 0L;
        foreach (var refund in refunds?.Refunds ?? [])
        {
            if (refund.Status == RefundStatus.Refunded) sum += refund.Amount;
        }

        return sum;
    }

    /// <summary>What the network holds, took and gave back, by order.</summary>
    private static Dictionary<OrderNumber, (long Held, long Taken, long Back)> Moved(CardNetwork cards)
    {
        var moved = new Dictionary<OrderNumber, (long Held, long Taken, long Back)>();
        foreach (var (_, operation) in cards.Operations)
        {
            if (operation.Result.Outcome != ProviderOutcome.Succeeded) continue;
            var (held, taken, back) = moved.GetValueOrDefault(operation.Order);
            var of = operation.Target is { } target && cards.Operations.TryGetValue(target, out var known) ? known.Amount : 0;
            moved[operation.Order] = operation.Kind switch
            {
                OperationKind.Authorise => (held + operation.Amount, taken, back),
                OperationKind.Capture => (held - of, taken + operation.Amount, back),
                OperationKind.Void => (held - of, taken, back),
                _ => (held, taken, back + operation.Amount),
            };
        }

        return moved;
    }
}
