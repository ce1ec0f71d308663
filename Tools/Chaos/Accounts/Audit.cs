using OrderActors.Client.Api;
using OrderActors.Tools.Chaos.Targets;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Chaos.Accounts;

/// <summary>Which promise was broken.</summary>
internal enum Promise
{
    /// <summary>What was acknowledged is there.</summary>
    Kept,

    /// <summary>What was asked for once was done once; what was refused was not done.</summary>
    Once,

    /// <summary>Nobody is charged too much or too little, and the books sum to zero.</summary>
    Money,

    /// <summary>Nothing is left lying about.</summary>
    Finished,
}

/// <summary>A promise that does not hold.</summary>
/// <param name="Promise">Which.</param>
/// <param name="What">A sentence for people.</param>
internal sealed record Finding(Promise Promise, string What);

/// <summary>The rules that the platform is held to after a run. Pure: what was acknowledged and what is seen come in.</summary>
internal static class Audit
{
    private const int MostNamed = 5;

    /// <summary>What happens to an order once, however often it was asked for.</summary>
    private static readonly string[] Once = ["order.created", "order.accepted", "order.ready", "delivery.picked_up", "delivery.delivered", "order.completed"];

    // How far an order is once this was acknowledged; what is not here moves it nowhere.
    private static readonly (Act Act, OrderStatus Status)[] Reached =
    [
        (Act.Pay, OrderStatus.AwaitingMerchant), (Act.Accept, OrderStatus.Preparing), (Act.Ready, OrderStatus.Ready), (Act.Pickup, OrderStatus.InDelivery),
        (Act.Collect, OrderStatus.Delivered), (Act.Deliver, OrderStatus.Delivered),
    ];

    private static readonly OrderStatus[] Forward =
    [
        OrderStatus.Received, OrderStatus.Scheduled, OrderStatus.AwaitingPayment, OrderStatus.AwaitingMerchant, OrderStatus.Preparing, OrderStatus.Ready,
        OrderStatus.InDelivery, OrderStatus.Delivered, OrderStatus.Completed,
    ];

    /// <summary>An acknowledged order against what the platform says of it; null when the platform does not know it.</summary>
    public static IEnumerable<Finding> OfOrder(OrderAccount account, Order? seen)
    {
        if (seen is null)
        {
            yield return new(Promise.Kept, $"order {account.Number} was acknowledged and is not there");
            yield break;
        }

        var at = Array.IndexOf(Forward, seen.Status);
        foreach (var (act, status) in Reached)
        {
            if (account.WasAcknowledged(act) && at >= 0 && at < Array.IndexOf(Forward, status))
                yield return new(Promise.Kept, $"order {account.Number}: '{Name(act)}' was acknowledged, and it is only {Name(seen.Status)}");
        }

        if (account.WasAcknowledged(Act.Cancel) && seen.Status != OrderStatus.Canceled)
            yield return new(Promise.Kept, $"order {account.Number} was acknowledged as canceled and is {Name(seen.Status)}");
        if (at < 0 && !account.WasAsked(Act.Cancel))
            yield return new(Promise.Kept, $"order {account.Number} is {Name(seen.Status)} ({seen.Reason}), and nobody asked for that");
        if (seen.Customer != account.Customer || seen.Merchant != account.Merchant)
            yield return new(Promise.Kept, $"order {account.Number} of {account.Customer} at {account.Merchant} belongs to {seen.Customer} at {seen.Merchant}");
        foreach (var type in Once)
        {
            if (seen.Timeline?.Count(entry => entry.Type == type) is { } times && times > 1)
                yield return new(Promise.Once, $"order {account.Number} has {type} {times} times in its timeline");
        }
    }

    /// <summary>A card order against what the payment provider did for it.</summary>
    public static IEnumerable<Finding> OfCharges(OrderAccount account, Order seen, Charges charges)
    {
        var (due, net) = (account.ByCard ? seen.Total.Amount : 0, charges.Taken - charges.Returned);
        if (net > due)
        {
            yield return new(
                Promise.Money,
                $"order {account.Number} costs {due}; the provider took {charges.Taken} in {charges.Captures} operations and returned {charges.Returned}");
        }

        if (!account.ByCard) yield break;
        var handedOver = seen.Status is OrderStatus.Delivered or OrderStatus.Completed;
        if (handedOver && net < due) yield return new(Promise.Money, $"order {account.Number} was handed over, and of its {due} the provider took {net}");
        if (account.WasAcknowledged(Act.Pay) && seen.Status is OrderStatus.AwaitingMerchant or OrderStatus.Preparing or OrderStatus.Ready
            && charges.Held + net < due)
        {
            yield return new(Promise.Money, $"order {account.Number} was acknowledged as paid, and of its {due} the provider holds {charges.Held + net}");
        }
    }

    /// <summary>Whether the provider holds money that the order will never take.</summary>
    public static bool IsHeldTwice(Order seen, Charges charges) => charges.Held > 0 && charges.Held + charges.Taken - charges.Returned > seen.Total.Amount;

    /// <summary>A list of orders against the ledger.</summary>
    /// <param name="owner">Whose list.</param>
    /// <param name="accounts">The orders that must be in it, each once.</param>
    /// <param name="listed">The numbers in it.</param>
    /// <param name="open">How many placements there may be of which nobody knows.</param>
    public static IEnumerable<Finding> OfList(string owner, IEnumerable<OrderAccount> accounts, IReadOnlyList<string> listed, int open)
    {
        var times = listed.CountBy(number => number).ToDictionary(StringComparer.Ordinal);
        foreach (var account in accounts)
        {
            times.Remove(account.Number, out var count);
            if (count == 0) yield return new(Promise.Kept, $"order {account.Number} is missing in the list of {owner}");
            if (count > 1) yield return new(Promise.Once, $"order {account.Number} is {count} times in the list of {owner}");
        }

        var some = string.Join(", ", times.Keys.Order(StringComparer.Ordinal).Take(MostNamed));
        if (times.Count > open) yield return new(Promise.Once, $"{owner} has orders that nobody was told of: {some}");
    }

    /// <summary>A merchant's stock against what was sold.</summary>
    /// <param name="merchant">Whose.</param>
    /// <param name="taken">How many meals are missing.</param>
    /// <param name="perOrder">How many meals an order has.</param>
    /// <param name="kept">Orders that took their meals.</param>
    /// <param name="perhaps">Orders of which it is not said whether theirs went back, and those of which nobody knows.</param>
    public static IEnumerable<Finding> OfStock(string merchant, long taken, int perOrder, int kept, int perhaps)
    {
        if (taken < (long)kept * perOrder)
            yield return new(Promise.Kept, $"{merchant} sold {kept * perOrder} meals, and its stock went down by {taken}");
        if (taken > (long)(kept + perhaps) * perOrder)
            yield return new(Promise.Once, $"{merchant} sold at most {(kept + perhaps) * perOrder} meals, and its stock went down by {taken}");
    }

    /// <summary>A day of the books.</summary>
    public static IEnumerable<Finding> OfBooks(SettlementDay day)
    {
        foreach (var currency in day.Totals.GroupBy(total => total.Amount.Currency))
        {
            if (currency.Sum(total => total.Amount.Amount) is var sum && sum != 0)
                yield return new(Promise.Money, $"the books of {day.Day} sum to {sum} {currency.Key} and not to zero");
        }
    }

    /// <summary>The orders whose completion an export of the books has, each as often as it was booked.</summary>
    /// <param name="csv">The export: an entry a line, after a line that names the columns.</param>
    public static IEnumerable<string> CompletionsIn(string csv)
    {
        var lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var columns = lines[0].Split(',');
        var (order, type, partition, sequence) = (Column("order"), Column("type"), Column("partition"), Column("sequence"));

        // A booking has an entry for each party; its place in the log tells it from another booking.
        return lines.Skip(1).Select(line => line.Split(',')).Where(cells => cells[type] == "order.completed")
            .DistinctBy(cells => (cells[partition], cells[sequence])).Select(cells => cells[order]);

        int Column(string name) => Array.IndexOf(columns, name);
    }

    /// <summary>The completed orders against the books: each is booked once.</summary>
    /// <param name="completed">The completed orders.</param>
    /// <param name="booked">The orders whose completion the books have, as often as they have it.</param>
    public static IEnumerable<Finding> OfBookings(IEnumerable<string> completed, IEnumerable<string> booked)
    {
        var times = booked.CountBy(number => number).ToDictionary(StringComparer.Ordinal);
        foreach (var number in completed)
        {
            var count = times.GetValueOrDefault(number);
            if (count == 0) yield return new(Promise.Money, $"order {number} is completed and not in the books");
            if (count > 1) yield return new(Promise.Money, $"order {number} is {count} times in the books");
        }
    }

    /// <summary>What consumers gave up.</summary>
    public static IEnumerable<Finding> OfDeadLetters(DeadLetters letters) => letters.Data.Select(letter => new Finding(
        Promise.Finished, $"{letter.Subscriber} gave up {letter.Type} ({letter.Partition}/{letter.Sequence}) after {letter.Attempts} tries: {letter.Error}"));

    private static string Name<T>(T word)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString());
}
