using System.Collections.Concurrent;
using OrderActors.Client.Api;

namespace OrderActors.Tools.Bench.Cluster;

/// <summary>How far an order was acknowledged to be.</summary>
internal enum OrderStep
{
    /// <summary>It was asked for; no answer yet.</summary>
    Asked,

    /// <summary>It has a number.</summary>
    Placed,

    /// <summary>The merchant has accepted it.</summary>
    Accepted,

    /// <summary>It is ready.</summary>
    Ready,

    /// <summary>The courier has it.</summary>
    PickedUp,

    /// <summary>The customer has it.</summary>
    Delivered,
}

/// <summary>An order in the ledger. Its caller writes it; the check reads it when no caller runs.</summary>
/// <param name="Key">The Idempotency-Key it was placed with.</param>
/// <param name="Customer">Who ordered, by number.</param>
/// <param name="Merchant">Of whom, by number.</param>
/// <param name="Meals">How many meals it takes from the merchant's stock.</param>
internal sealed record LedgerOrder(string Key, int Customer, int Merchant, int Meals)
{
    /// <summary>Its number, once it was told.</summary>
    public string? Number { get; private set; }

    /// <summary>The furthest that was acknowledged.</summary>
    public OrderStep Acknowledged { get; private set; }

    /// <summary>Answers that contradict earlier ones, such as another number for the same key.</summary>
    public List<string> Contradictions { get; } = [];

    /// <summary>Notes what an answer says.</summary>
    public void Note(Order seen)
    {
        if (Number is not null && Number != seen.Number) Contradictions.Add($"key {Key} was answered with order {Number} and then with {seen.Number}");
        Number ??= seen.Number;
        if (seen.StepOf() is { } step && step > Acknowledged) Acknowledged = step;
        if (seen.StepOf() is null) Contradictions.Add($"order {seen.Number} is {seen.Status}, and nobody ended it");
    }
}

/// <summary>Every order that was asked for, with what was acknowledged: what must be there afterwards, whatever failed meanwhile.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentQueue<LedgerOrder> _orders = new();

    /// <summary>All orders, in the order in which they were asked for.</summary>
    public IReadOnlyCollection<LedgerOrder> Orders => _orders;

    /// <summary>Opens the account of an order, before it is asked for.</summary>
    public LedgerOrder Open(string key, int customer, int merchant, int meals)
    {
        var order = new LedgerOrder(key, customer, merchant, meals);
        _orders.Enqueue(order);
        return order;
    }
}

/// <summary>How far an order is.</summary>
internal static class OrderSteps
{
    /// <summary>The step that an answer shows; null when the order ended without delivery.</summary>
    public static OrderStep? StepOf(this Order order) => order.Status switch
    {
        OrderStatus.AwaitingMerchant => OrderStep.Placed,
        OrderStatus.Preparing => OrderStep.Accepted,
        OrderStatus.Ready => OrderStep.Ready,
        OrderStatus.InDelivery => OrderStep.PickedUp,
        OrderStatus.Delivered or OrderStatus.Completed => OrderStep.Delivered,
        _ => null,
    };
}
