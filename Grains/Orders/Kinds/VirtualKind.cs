using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors.Orders.Kinds;

/// <summary>A voucher or a membership: fulfilled as soon as it is paid, without the merchant's word and without a courier.</summary>
internal sealed class VirtualKind : IOrderKind
{
    public DeliveryStatus Delivery => DeliveryStatus.NotNeeded;

    public TimeSpan Lead(OrderPolicy policy) => TimeSpan.Zero;

    public void Start(OrderDraft d, bool accepted) => OrderEffects.Fulfil(d);

    public ImmutableArray<Deadline> WaitWhilePreparing(OrderDraft d, DateTimeOffset readyAt) => throw NotPrepared();

    public ImmutableArray<Deadline> WaitWhenReady(OrderDraft d) => throw NotPrepared();

    public OrderTable.Effect? Row(OrderState o, OrderCommand command, Role by) => null;

    private static InvalidOperationException NotPrepared() => new("A virtual order is not prepared.");
}
