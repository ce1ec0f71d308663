using OrderActors.Values;

namespace OrderActors.Orders.Kinds;

/// <summary>What a kind of order adds to the rows that all share, and what it does where they differ.</summary>
internal interface IOrderKind
{
    /// <summary>The row of this kind; null when there is none.</summary>
    OrderTable.Effect? Row(OrderState o, OrderCommand command, Role by);

    /// <summary>Where the delivery of a new order stands.</summary>
    DeliveryStatus Delivery { get; }

    /// <summary>How long before the time wanted the order has to be released, beside its preparation.</summary>
    TimeSpan Lead(OrderPolicy policy);

    /// <summary>Reserved, paid for as far as needed, and due: the order goes to who acts next.</summary>
    void Start(OrderDraft d, bool accepted);

    /// <summary>What is waited for once the merchant has accepted.</summary>
    System.Collections.Immutable.ImmutableArray<Deadline> WaitWhilePreparing(OrderDraft d, DateTimeOffset readyAt);

    /// <summary>What is waited for once the goods are ready.</summary>
    System.Collections.Immutable.ImmutableArray<Deadline> WaitWhenReady(OrderDraft d);
}

/// <summary>The kinds by their names.</summary>
internal static class OrderKinds
{
    private static readonly DeliveryKind Delivery = new();
    private static readonly PickupKind Pickup = new();
    private static readonly VirtualKind Virtual = new();

    /// <summary>A kind's rows.</summary>
    public static IOrderKind Of(OrderKind kind) => kind switch
    {
        OrderKind.Delivery => Delivery,
        OrderKind.Pickup => Pickup,
        OrderKind.Virtual => Virtual,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This release does not know the kind."),
    };
}
