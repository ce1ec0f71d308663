using System.Collections.Immutable;
using OrderActors.Values;
using static OrderActors.Orders.OrderStatus;

namespace OrderActors.Orders.Kinds;

/// <summary>The customer comes for the goods: no courier.</summary>
internal sealed class PickupKind : IOrderKind
{
    public DeliveryStatus Delivery => DeliveryStatus.NotNeeded;

    public TimeSpan Lead(OrderPolicy policy) => TimeSpan.Zero;

    public void Start(OrderDraft d, bool accepted) => OrderEffects.AskMerchant(d, accepted);

    public ImmutableArray<Deadline> WaitWhilePreparing(OrderDraft d, DateTimeOffset readyAt) =>
        d.WaitFor(DeadlineKind.Collection, readyAt + d.TimeFor(DeadlineKind.Collection));

    public ImmutableArray<Deadline> WaitWhenReady(OrderDraft d) => d.WaitFor(DeadlineKind.Collection);

    public OrderTable.Effect? Row(OrderState o, OrderCommand command, Role by) => (o.Status, command) switch
    {
        // Handing over closes the preparation, whatever was said before.
        (Preparing or Ready, CollectOrder) => OrderEffects.Collect,
        _ => null,
    };
}
