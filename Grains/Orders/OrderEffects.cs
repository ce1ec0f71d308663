using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Broadcast;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>What the rows of <see cref="OrderTable"/> do.</summary>
internal static class OrderEffects
{
    /// <summary>The longest time from acceptance to ready.</summary>
    public static readonly TimeSpan MaxPreparation = TimeSpan.FromHours(6);

    /// <summary>What is wrong with a time of preparation, in the seconds that callers write; null when nothing is.</summary>
    public static Refusal? RefusePreparation(TimeSpan time) => time >= TimeSpan.Zero && time <= MaxPreparation
        ? null
        : Refusal.Invalid(
            "/preparation_seconds", time.TotalSeconds.ToString(CultureInfo.InvariantCulture), $"0 to {MaxPreparation.TotalSeconds:0}");

    /// <summary>The reasons a role may give for ending an order.</summary>
    public static ImmutableArray<CancelReason> Reasons(Role by) => by switch
    {
        Role.Customer => [CancelReason.CustomerRequest],
        Role.Merchant => [CancelReason.MerchantUnable, CancelReason.MerchantBusy, CancelReason.ItemUnavailable],
        Role.Operator =>
        [
            CancelReason.CustomerRequest, CancelReason.MerchantUnable, CancelReason.MerchantBusy, CancelReason.ItemUnavailable,
            CancelReason.OperatorDecision,
        ],
        _ => [],
    };

    public static Refusal? Place(OrderDraft d, PlaceOrder c)
    {
        var reserved = d.Reserved ?? throw new InvalidOperationException("An order is placed with the merchant's reservation.");
        d.State = d.State with
        {
            Status = OrderStatus.AwaitingMerchant,
            Customer = c.Customer,
            Merchant = c.Merchant,
            Zone = reserved.Zone,
            Lines = reserved.Lines,
            Total = reserved.Total,
            Pickup = reserved.Pickup,
            Dropoff = c.Dropoff,
            Note = c.Note,
            CreatedAt = d.Now,
            PreparationTime = reserved.PreparationTime,
            Deadlines = OrderDraft.WaitFor(DeadlineKind.Acceptance, d.Now + d.Policy.Acceptance),
        };
        d.Raise(EventTypes.OrderCreated);
        if (reserved.AutoAccept) Accept(d, reserved.PreparationTime);
        return null;
    }

    public static Refusal? Accept(OrderDraft d, AcceptOrder c)
    {
        Accept(d, c.PreparationTime ?? d.State.PreparationTime);
        return null;
    }

    public static Refusal? Reject(OrderDraft d, RejectOrder c)
    {
        End(d, OrderStatus.Rejected, c.Reason, EventTypes.OrderRejected);
        return null;
    }

    public static Refusal? Cancel(OrderDraft d, CancelReason reason)
    {
        End(d, OrderStatus.Canceled, reason, EventTypes.OrderCanceled);
        return null;
    }

    public static Refusal? MarkReady(OrderDraft d)
    {
        // A courier who waits gets the whole pickup time from now; the search for one goes on as it is.
        var waits = d.State.Courier is null ? d.State.Deadlines : d.WaitForPickup(d.Now);
        d.State = d.State with { Status = OrderStatus.Ready, ReadyAt = d.Now, Deadlines = waits };
        d.Raise(EventTypes.OrderReady);
        return null;
    }

    public static Refusal? Assign(OrderDraft d, string courier)
    {
        d.State = d.State with { Delivery = DeliveryStatus.Assigned, Courier = courier, Deadlines = d.WaitForPickup(d.State.ReadyAt) };
        d.Raise(EventTypes.DeliveryAssigned, courier);
        return null;
    }

    public static Refusal? Unassign(OrderDraft d, string courier)
    {
        if (courier != d.State.Courier) return Refusal.Invalid("/courier", courier, "the courier who has the order now");
        DropOut(d, courier);
        return null;
    }

    public static Refusal? Advance(OrderDraft d, CourierStep step)
    {
        // Whoever is further on has picked up, even if the step was never reported: consumers always see the pickup.
        if (step >= CourierStep.PickUp && d.State.Status != OrderStatus.InDelivery) PickUp(d);
        switch (step)
        {
            case CourierStep.LeaveForPickup: Move(d, DeliveryStatus.EnRouteToPickup, EventTypes.DeliveryEnRouteToPickup); break;
            case CourierStep.ArriveAtPickup: Move(d, DeliveryStatus.ArrivedAtPickup, EventTypes.DeliveryArrivedAtPickup); break;
            case CourierStep.PickUp: break;
            case CourierStep.LeaveForDropoff: Move(d, DeliveryStatus.EnRouteToDropoff, EventTypes.DeliveryEnRouteToDropoff); break;
            case CourierStep.ArriveAtDropoff: Move(d, DeliveryStatus.ArrivedAtDropoff, EventTypes.DeliveryArrivedAtDropoff); break;
            case CourierStep.Deliver: Deliver(d); break;
        }

        return null;
    }

    public static Refusal? Reach(OrderDraft d, Deadline deadline)
    {
        switch (deadline.Kind)
        {
            case DeadlineKind.Acceptance: Cancel(d, CancelReason.AcceptanceTimeout); break;
            case DeadlineKind.CourierSearch: Cancel(d, CancelReason.NoCourier); break;
            case DeadlineKind.Pickup: DropOut(d, d.State.Courier!); break;
            case DeadlineKind.Delivery:
                d.State = d.State with { Deadlines = d.State.Deadlines.Remove(deadline) };
                d.Raise(EventTypes.OrderSlaBreached, Names.Of(deadline.Kind));
                break;
            case DeadlineKind.Completion:
                d.State = d.State with { Status = OrderStatus.Completed, Settlement = SettlementStatus.Eligible, Deadlines = [] };
                d.Raise(EventTypes.OrderCompleted);
                break;
        }

        return null;
    }

    private static void Accept(OrderDraft d, TimeSpan preparation)
    {
        var readyAt = d.Now + preparation;
        d.State = d.State with { Status = OrderStatus.Preparing, ReadyAt = readyAt, Deadlines = d.WaitForCourier(readyAt) };
        d.Raise(EventTypes.OrderAccepted);
    }

    private static void PickUp(OrderDraft d)
    {
        var d0 = d.State;
        if (d0.Status == OrderStatus.Preparing) d.Raise(EventTypes.OrderReady);
        d.State = d0 with
        {
            Status = OrderStatus.InDelivery,
            Delivery = DeliveryStatus.PickedUp,
            ReadyAt = d0.Status == OrderStatus.Preparing ? d.Now : d0.ReadyAt,
            Deadlines = OrderDraft.WaitFor(DeadlineKind.Delivery, d.Now + d.Policy.Delivery),
        };
        d.Raise(EventTypes.DeliveryPickedUp, d0.Courier);
    }

    private static void Move(OrderDraft d, DeliveryStatus to, string type)
    {
        d.State = d.State with { Delivery = to };
        d.Raise(type, d.State.Courier);
    }

    private static void Deliver(OrderDraft d)
    {
        d.State = d.State with
        {
            Status = OrderStatus.Delivered,
            Delivery = DeliveryStatus.Delivered,
            Payment = PaymentStatus.Paid,
            Deadlines = OrderDraft.WaitFor(DeadlineKind.Completion, d.Now + d.Policy.Completion),
        };
        d.Raise(EventTypes.OrderDelivered);
        d.Raise(EventTypes.DeliveryDelivered, d.State.Courier);
        d.Raise(EventTypes.OrderPaid);
    }

    private static void DropOut(OrderDraft d, string courier)
    {
        d.State = d.State with
        {
            Delivery = DeliveryStatus.Pending,
            Courier = null,
            Attempt = d.State.Attempt + 1,
            Deadlines = d.WaitForCourier(d.State.ReadyAt),
        };
        d.Raise(EventTypes.DeliveryUnassigned, courier);
    }

    private static void End(OrderDraft d, OrderStatus status, CancelReason reason, string type)
    {
        d.State = d.State with
        {
            Status = status,
            Delivery = DeliveryStatus.Canceled,
            Payment = PaymentStatus.Voided,
            Courier = null,
            Reason = reason,
            Deadlines = [],
        };
        d.Raise(type, Names.Of(reason));
        d.Raise(EventTypes.DeliveryCanceled);
    }
}
