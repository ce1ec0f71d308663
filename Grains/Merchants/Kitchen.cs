using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>Where an order is, as far as the kitchen's room is concerned.</summary>
internal enum KitchenStage
{
    /// <summary>It has room, and the merchant has not answered it.</summary>
    Waiting,

    /// <summary>There was no room for it.</summary>
    Queued,

    /// <summary>It was queued and has room now: it is to be accepted.</summary>
    Called,

    /// <summary>It is being prepared.</summary>
    Accepted,
}

/// <summary>
/// The orders that occupy a kitchen with a capacity: reserved for now, and neither ready nor ended. Pure. It may believe an
/// order to be there that left, because steps other than the ends are not written on their own; it never misses one. So
/// before anything is refused or queued for its sake, the orders themselves are asked.
/// </summary>
internal sealed record Kitchen
{
    public static Kitchen Empty { get; } = new();

    public ImmutableSortedDictionary<OrderNumber, KitchenStage> Orders { get; init; } = ImmutableSortedDictionary<OrderNumber, KitchenStage>.Empty;

    /// <summary>How many occupy it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Occupied => Orders.Count - Queued;

    /// <summary>How many wait for room.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Queued => Orders.Count(o => o.Value == KitchenStage.Queued);

    public bool IsFull(MerchantCapacity? capacity) => capacity is { } c && Occupied >= c.Limit;

    /// <summary>Takes an order in; one that is there stays where it is.</summary>
    public Kitchen Admit(OrderNumber order, KitchenStage stage) =>
        Orders.ContainsKey(order) ? this : this with { Orders = Orders.Add(order, stage) };

    /// <summary>An order is elsewhere now; null when it left. One that is not there stays away.</summary>
    public Kitchen Move(OrderNumber order, KitchenStage? stage)
    {
        if (!Orders.TryGetValue(order, out var present) || present == stage) return this;
        return this with { Orders = stage is { } to ? Orders.SetItem(order, to) : Orders.Remove(order) };
    }

    /// <summary>Calls queued orders while there is room, oldest first.</summary>
    public Kitchen Call(MerchantCapacity? capacity)
    {
        var room = capacity is { } c ? c.Limit - Occupied : int.MaxValue;
        var orders = Orders;
        foreach (var (order, stage) in Orders)
        {
            if (stage != KitchenStage.Queued || room <= 0) continue;
            orders = orders.SetItem(order, KitchenStage.Called);
            room--;
        }

        return ReferenceEquals(orders, Orders) ? this : this with { Orders = orders };
    }

    /// <summary>The orders that were called and not accepted yet: named again until they are, for whoever was told may have failed.</summary>
    public ImmutableArray<OrderNumber> ToAccept() => [.. Orders.Where(o => o.Value == KitchenStage.Called).Select(o => o.Key)];

    /// <summary>Where an order really is, by its own word: a stage, or null when it does not occupy the kitchen.</summary>
    /// <param name="believed">Where the kitchen has it.</param>
    /// <param name="order">The order, or null when there is none.</param>
    /// <param name="isNew">Whether it is so new that it may not have been written yet.</param>
    public static KitchenStage? Real(KitchenStage believed, OrderView? order, bool isNew) => order?.Status switch
    {
        null => isNew ? believed : null,
        OrderStatus.Received or OrderStatus.AwaitingPayment or OrderStatus.AwaitingMerchant => believed,
        OrderStatus.Preparing => KitchenStage.Accepted,
        _ => null,
    };
}

/// <summary>The estimate of how long an order takes from acceptance to ready. Pure.</summary>
internal static class PreparationEstimate
{
    /// <summary>How much the newest order counts: about the last ten make the estimate.</summary>
    private const double Weight = 0.2;

    /// <summary>How far the estimate may leave what the merchant stated, either way.</summary>
    private const int MostTimes = 3;

    /// <summary>The estimate for an order now: what was stated or learnt, and what being busy adds.</summary>
    public static TimeSpan For(MerchantProfile profile, TimeSpan? learnt, DateTimeOffset now)
    {
        var usual = profile.Learn && learnt is { } l ? Bound(l, profile.PreparationTime) : profile.PreparationTime;
        var busy = profile.StatusAt(now) == MerchantStatus.Busy ? profile.Spell!.Preparation : TimeSpan.Zero;
        var sum = usual + busy;
        return sum < OrderValidation.MaxPreparation ? sum : OrderValidation.MaxPreparation;
    }

    /// <summary>Learns from an order: an exponentially weighted mean, in whole seconds.</summary>
    public static TimeSpan Learn(TimeSpan? learnt, TimeSpan stated, TimeSpan took)
    {
        var before = learnt ?? stated;
        var bounded = Bound(took, stated);
        return Bound(TimeSpan.FromSeconds(Math.Round((before + (bounded - before) * Weight).TotalSeconds)), stated);
    }

    private static TimeSpan Bound(TimeSpan time, TimeSpan stated)
    {
        var (least, most) = (stated / MostTimes, stated * MostTimes);
        return time < least ? least : time > most ? most : time;
    }
}
