using OrderActors.Broadcast;
using OrderActors.Embedded.Simulation;
using OrderActors.Orders;
using OrderActors.Tools.Simulate.Checks;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.World;

/// <summary>An order as one version of it left it.</summary>
internal struct OrderVersion
{
    /// <summary>The world's time when it was durable.</summary>
    public long Ticks;

    /// <summary>Who brought it about.</summary>
    public Actor By;

    /// <summary>A number made of the types of its events.</summary>
    public ulong Types;

    public OrderStatus Status;
    public DeliveryStatus Delivery;
    public PaymentStatus Payment;
    public bool Frozen;

    /// <summary>Who proposed the change that waits for its answer; null for none.</summary>
    public Role? Proposer;

    public string? Courier;
}

/// <summary>What the log says of one order, version by version, and what its people mean to do.</summary>
internal sealed class OrderTrack(OrderNumber number, OrderEvent first, Dice dice)
{
    private readonly List<OrderVersion> _versions = [default];

    /// <summary>The order.</summary>
    public OrderNumber Number { get; } = number;

    /// <summary>Its key.</summary>
    public string Key { get; } = number.ToString();

    /// <summary>Its kind.</summary>
    public OrderKind Kind { get; } = first.Kind;

    /// <summary>Its customer.</summary>
    public Actor Customer { get; } = new(Role.Customer, first.Customer);

    /// <summary>Its merchant.</summary>
    public Actor Merchant { get; } = new(Role.Merchant, first.Merchant);

    /// <summary>How it is paid.</summary>
    public PaymentMethod Method { get; } = first.PaymentMethod;

    /// <summary>Its coupon.</summary>
    public string? Coupon { get; } = first.Coupon;

    /// <summary>Its people's dice.</summary>
    public Dice Dice { get; } = dice;

    /// <summary>Every version, by its number; 0 is before the order.</summary>
    public IReadOnlyList<OrderVersion> Versions => _versions;

    /// <summary>The newest version.</summary>
    public long Version => _versions.Count - 1;

    /// <summary>The newest event.</summary>
    public OrderEvent Last { get; private set; } = first;

    /// <summary>Whether nothing more happens to it.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether it has taken its place among its customer's open ones.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The version, from 1, at which its coupon was spent; 0 when it was not.</summary>
    public long SpentAt { get; private set; }

    /// <summary>The version at which it ended unserved; 0 when it did not.</summary>
    public long UnservedAt { get; private set; }

    /// <summary>Whether its goods were used up.</summary>
    public bool IsConsumed { get; private set; }

    /// <summary>Whether it was refused while it was placed.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>How many wrong steps its people took on purpose; keeps them from going on for ever.</summary>
    public int Whims { get; set; }

    /// <summary>Takes an event in; false when it does not follow the one before.</summary>
    public bool Take(OrderEvent e, long ticks)
    {
        if (e.Version != Version && e.Version != Version + 1) return false;
        ref readonly var before = ref System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_versions)[^1];
        var isNew = e.Version == _versions.Count;
        var now = new OrderVersion
        {
            Ticks = isNew ? ticks : before.Ticks,
            By = e.By,
            Types = Coverage.Mix(isNew ? 0 : before.Types, e.Type),
            Status = e.Status,
            Delivery = e.Delivery,
            Payment = e.Payment,
            Frozen = before.Frozen,
            Proposer = before.Proposer,
            Courier = e.Courier,
        };
        Note(e, ref now);
        if (isNew) _versions.Add(now);
        else _versions[^1] = now;
        Last = e;
        return true;
    }

    private void Note(OrderEvent e, ref OrderVersion now)
    {
        switch (e.Type)
        {
            case EventTypes.OrderFrozen: now.Frozen = true; break;
            case EventTypes.OrderUnfrozen: now.Frozen = false; break;
            case EventTypes.OrderModificationProposed: now.Proposer = e.By.Role; break;
            case EventTypes.OrderModificationApproved or EventTypes.OrderModificationDeclined: now.Proposer = null; break;
            case EventTypes.OrderPaid when e.Status != OrderStatus.Received: SpentAt = SpentAt == 0 ? e.Version : SpentAt; break;
            case EventTypes.OrderCreated when e.Payment == PaymentStatus.Paid: SpentAt = SpentAt == 0 ? e.Version : SpentAt; break;
            case EventTypes.OrderDelivered:
                SpentAt = SpentAt == 0 ? e.Version : SpentAt;
                IsConsumed = true;
                break;
            case EventTypes.OrderCanceled or EventTypes.OrderRejected or EventTypes.OrderExpired or EventTypes.OrderReturned:
                UnservedAt = UnservedAt == 0 ? e.Version : UnservedAt;
                IsConsumed = e.Type == EventTypes.OrderCanceled && e.Reason is CancelReason.NotCollected or CancelReason.DeliveryLost;
                break;
            case EventTypes.OrderRefused: IsRefused = true; break;
        }

        if (e.Status.IsEnd())
        {
            now.Frozen = false;
            HasEnded = true;
        }

        HasEnded |= IsRefused;
    }
}
