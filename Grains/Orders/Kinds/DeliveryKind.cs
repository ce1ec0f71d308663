using System.Collections.Immutable;
using OrderActors.Values;
using static OrderActors.Orders.DeliveryStatus;
using static OrderActors.Orders.OrderStatus;

namespace OrderActors.Orders.Kinds;

/// <summary>A courier brings the goods.</summary>
internal sealed class DeliveryKind : IOrderKind
{
    public DeliveryStatus Delivery => Pending;

    public TimeSpan Lead(OrderPolicy policy) => policy.DeliveryLead;

    public void Start(OrderDraft d, bool accepted) => OrderEffects.AskMerchant(d, accepted);

    public ImmutableArray<Deadline> WaitWhilePreparing(OrderDraft d, DateTimeOffset readyAt) => d.WaitForCourier(readyAt);

    // A courier who waits gets the whole pickup time from now; the search for one goes on as it is.
    public ImmutableArray<Deadline> WaitWhenReady(OrderDraft d) => d.State.Courier is null ? d.State.Deadlines : d.WaitForPickup(d.Now);

    /// <remarks>
    /// A pickup closes the preparation, whatever the merchant said: the courier holding the goods is a fact. Until then a courier
    /// can drop out; after it, another one can take the goods over, or they go back.
    /// </remarks>
    public OrderTable.Effect? Row(OrderState o, OrderCommand command, Role by) => (o.Status, o.Delivery, command) switch
    {
        (Preparing or Ready, Pending, OfferDelivery c) => d => OrderEffects.Offer(d, c),
        (Preparing or Ready, Pending, AssignCourier c) => d => OrderEffects.Assign(d, c),
        (Preparing or Ready, Offered, AssignCourier c) => d => OrderEffects.Assign(d, c),
        (Preparing or Ready, Offered, UnassignCourier c) => d => OrderEffects.Decline(d, c),
        (Preparing or Ready, Assigned or EnRouteToPickup or ArrivedAtPickup, UnassignCourier { Declined: false } c) => d => OrderEffects.Unassign(d, c.Courier),

        (Preparing or Ready, Assigned, AdvanceDelivery { Step: CourierStep.LeaveForPickup } c) => d => OrderEffects.Advance(d, c),
        (Preparing or Ready, Assigned or EnRouteToPickup, AdvanceDelivery { Step: CourierStep.ArriveAtPickup } c) => d => OrderEffects.Advance(d, c),
        (Preparing or Ready, Assigned or EnRouteToPickup or ArrivedAtPickup, AdvanceDelivery { Step: >= CourierStep.PickUp } c)
            => d => OrderEffects.Advance(d, c),
        (InDelivery, PickedUp, AdvanceDelivery { Step: > CourierStep.PickUp } c) => d => OrderEffects.Advance(d, c),
        (InDelivery, EnRouteToDropoff, AdvanceDelivery { Step: > CourierStep.LeaveForDropoff } c) => d => OrderEffects.Advance(d, c),
        (InDelivery, ArrivedAtDropoff, AdvanceDelivery { Step: CourierStep.Deliver } c) => d => OrderEffects.Advance(d, c),

        (InDelivery or OrderStatus.Returning, _, HandOver c) => d => OrderEffects.HandOver(d, c.Courier),
        (InDelivery, _, FailDelivery c) => d => OrderEnds.StartReturn(d, c.Reason),
        (InDelivery, _, CancelOrder c) when by is Role.Operator => d => OrderEnds.StartReturn(d, c.Reason),
        (OrderStatus.Returning, _, ReturnGoods) => OrderEnds.Return,

        _ => null,
    };
}
