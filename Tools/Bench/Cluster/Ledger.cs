using System.Collections.Concurrent;

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
    public void Note(OrderSeen seen)
    {
        if (Number is not null && Number != seen.Number) Contradictions.Add($"key {Key} was answered with order {Number} and then with {seen.Number}");
        Number ??= seen.Number;
        if (seen.Step is { } step && step > Acknowledged) Acknowledged = step;
        if (seen.Step is null) Contradictions.Add($"order {seen.Number} is {seen.Status}, and nobody ended it");
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

/// <summary>What an answer says of an order.</summary>
internal sealed record OrderSeen(string Number, string Status, string DeliveryStatus, string? Courier, TimelineSeen[]? Timeline = null)
{
    /// <summary>How far it is; null when it ended without delivery.</summary>
    public OrderStep? Step => Status switch
    {
        "awaiting_merchant" => OrderStep.Placed,
        "preparing" => OrderStep.Accepted,
        "ready" => OrderStep.Ready,
        "in_delivery" => OrderStep.PickedUp,
        "delivered" or "completed" => OrderStep.Delivered,
        _ => null,
    };
}

/// <summary>An entry of an order's timeline.</summary>
internal sealed record TimelineSeen(string Type);
