using OrderActors.Broadcast;
using OrderActors.Orders.Kinds;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>What the rows of <see cref="OrderTable"/> do on an order's way forward.</summary>
internal static class OrderEffects
{
    /// <summary>How often a courier may say a wrong PIN before an operator has to see to it.</summary>
    private const int MaxPinFailures = 5;

    /// <summary>Takes the order in: from here on it is durable, and its deadline takes up whatever breaks.</summary>
    public static Refusal? Receive(OrderDraft d, PlaceOrder c)
    {
        if (c.ScheduledFor is { } wanted && (wanted <= d.Now || wanted > d.Now + d.Policy.ScheduleHorizon))
        {
            return new(
                RefusalCode.ScheduleInvalid,
                $"The order is wanted for {wanted:O}; it must be after now, {d.Now:O}, and at most {d.Policy.ScheduleHorizon} ahead.",
                "/scheduled_for", $"{wanted:O}", [$"{d.Now:O} to {d.Now + d.Policy.ScheduleHorizon:O}"]);
        }

        d.State = d.State with
        {
            Status = OrderStatus.Received,
            Kind = c.Kind,
            Delivery = OrderKinds.Of(c.Kind).Delivery,
            Customer = c.Customer,
            Merchant = c.Merchant,
            Total = c.Total,
            Dropoff = c.Dropoff,
            Note = c.Note,
            CreatedAt = d.Now,
            ScheduledFor = c.ScheduledFor,
            Coupon = c.Coupon,
            PaymentMethod = c.Payment,
            PaymentSource = c.PaymentSource,
            ExternalId = c.ExternalId,
            Tenant = c.Tenant,
            Notify = d.Facts.Terms?.Notify ?? false,
            Placing = new(c, d.Facts.Terms ?? new()),
            Deadlines = d.WaitFor(DeadlineKind.Placement),
        };
        d.Raise(EventTypes.OrderReceived);
        return null;
    }

    /// <summary>Everything is reserved: the order is placed, and goes on unless it has to be paid first.</summary>
    public static Refusal? Place(OrderDraft d, CompletePlacing c)
    {
        var (terms, bill) = (c.Reservation, OrderBill.Of(c.Reservation, c.Discount));
        d.State = d.State with
        {
            Zone = terms.Zone,
            Lines = terms.Lines,
            Total = new(bill.Total, bill.Currency),
            Bill = bill,
            Pickup = terms.Pickup,
            PreparationTime = terms.PreparationTime,
            Waits = terms.Waits,
            Virtual = terms.Virtual,
            Pin = c.Pin,
            Tracking = c.Tracking,
            Placing = null,
            Deadlines = [],
        };
        d.Raise(EventTypes.OrderCreated);
        if (c.Payment is { } payment && payment.Version > d.State.PaymentVersion) OrderPayments.Take(d, payment);
        if (!OrderPayments.IsCovered(d.State)) OrderPayments.Await(d);
        else GoOn(d, terms.AutoAccept);
        return null;
    }

    /// <summary>It cannot be placed; what was reserved goes back next.</summary>
    public static Refusal? Refuse(OrderDraft d, RefusePlacing c)
    {
        d.State = d.State with { Placing = d.State.Placing! with { Refusal = c.Refusal }, Deadlines = d.WaitFor(DeadlineKind.Placement) };
        d.Raise(EventTypes.OrderPlacingRefused, Names.Of(c.Refusal.Code));
        return null;
    }

    /// <summary>Everything went back. The command is remembered with its refusal, and nothing else.</summary>
    public static Refusal? Forget(OrderDraft d)
    {
        var (placing, commands) = (d.State.Placing!, d.State.Commands);
        var refusal = placing.Refusal!;
        d.State = new OrderState
        {
            Number = d.State.Number,
            Customer = d.State.Customer,
            Merchant = d.State.Merchant,
            // For good, whatever the refusal says: what the order gave back it never gets again. Who may come again gets another number.
            Commands = commands.Settle(placing.Command.Id, refusal),
        };
        d.Raise(EventTypes.OrderRefused, Names.Of(refusal.Code));
        return null;
    }

    /// <summary>Reserved and paid for: the order waits for its time, or starts.</summary>
    public static void GoOn(OrderDraft d, bool accepted)
    {
        var kind = OrderKinds.Of(d.State.Kind);
        if (d.State.ScheduledFor is { } wanted && wanted - d.State.PreparationTime - kind.Lead(d.Policy) is var release && release > d.Now)
        {
            d.State = d.State with { Status = OrderStatus.Scheduled, Deadlines = d.WaitFor(DeadlineKind.Release, release) };
            d.Raise(EventTypes.OrderScheduled);
            return;
        }

        kind.Start(d, accepted);
    }

    /// <summary>The merchant's turn.</summary>
    /// <param name="d">The draft.</param>
    /// <param name="accepted">Whether the merchant accepted with its reservation.</param>
    public static void AskMerchant(OrderDraft d, bool accepted)
    {
        if (accepted)
        {
            Accept(d, d.State.PreparationTime);
            return;
        }

        // The merchant counted an order that comes from elsewhere than its own reservation only when it is told.
        var later = d.State.Status is OrderStatus.Scheduled or OrderStatus.AwaitingPayment;
        d.State = d.State with { Status = OrderStatus.AwaitingMerchant, Deadlines = d.WaitFor(DeadlineKind.Acceptance) };
        if (later) d.Raise(EventTypes.OrderReleased);
    }

    /// <summary>A virtual order is done.</summary>
    public static void Fulfil(OrderDraft d)
    {
        d.State = d.State with { Status = OrderStatus.Delivered, Deadlines = d.WaitFor(DeadlineKind.Completion) };
        d.Raise(EventTypes.OrderDelivered);
    }

    public static Refusal? Accept(OrderDraft d, AcceptOrder c)
    {
        Accept(d, c.PreparationTime ?? d.State.PreparationTime);
        return null;
    }

    public static Refusal? MarkReady(OrderDraft d)
    {
        d.State = d.State with { Status = OrderStatus.Ready, ReadyAt = d.Now, Deadlines = OrderKinds.Of(d.State.Kind).WaitWhenReady(d) };
        d.Raise(EventTypes.OrderReady);
        return null;
    }

    public static Refusal? Collect(OrderDraft d)
    {
        if (d.State.Status == OrderStatus.Preparing) d.Raise(EventTypes.OrderReady);
        HandedOver(d);
        if (d.State.PaymentMethod == PaymentMethod.Cash) d.Raise(EventTypes.OrderPaid);
        return null;
    }

    public static Refusal? Offer(OrderDraft d, OfferDelivery c)
    {
        // The search goes on beside it, or offers that nobody takes would prolong it for ever.
        d.State = d.State with
        {
            Delivery = DeliveryStatus.Offered,
            OfferedTo = c.Courier,
            Deadlines = d.State.Deadlines.Add(new(DeadlineKind.Offer, c.Until > d.Now ? c.Until : d.Now)),
        };
        d.Raise(EventTypes.DeliveryOffered, c.Courier, c.Choice);
        return null;
    }

    public static Refusal? Decline(OrderDraft d, UnassignCourier c)
    {
        if (c.Courier != d.State.OfferedTo) return Refusal.Invalid("/courier", c.Courier, "the courier who was asked");
        EndOffer(d);
        d.Declined = c.Declined;
        d.Raise(EventTypes.DeliveryUnassigned, c.Courier);
        return null;
    }

    public static Refusal? Assign(OrderDraft d, AssignCourier c)
    {
        var courier = c.Courier;
        if (d.State.OfferedTo is { } asked && asked != courier) return Refusal.Invalid("/courier", courier, $"{asked}, who was asked and has not answered");
        d.State = d.State with { Delivery = DeliveryStatus.Assigned, Courier = courier, OfferedTo = null, Deadlines = d.WaitForPickup(d.State.ReadyAt) };
        d.Raise(EventTypes.DeliveryAssigned, courier, c.Choice);
        return null;
    }

    public static Refusal? Unassign(OrderDraft d, string courier)
    {
        if (courier != d.State.Courier) return Refusal.Invalid("/courier", courier, "the courier who has the order now");
        DropOut(d, courier);
        return null;
    }

    public static Refusal? HandOver(OrderDraft d, string courier)
    {
        if (courier == d.State.Courier) return Refusal.Invalid("/courier", courier, "another courier than the one who has the goods");
        var before = d.State.Courier;
        d.State = d.State with { Courier = courier };
        d.Raise(EventTypes.DeliveryHandedOver, before);
        return null;
    }

    public static Refusal? Advance(OrderDraft d, AdvanceDelivery c)
    {
        if (c.Step == CourierStep.Deliver && RefusePin(d, c.Proof) is { } refusal) return refusal;

        // Whoever is further on has picked up, even if the step was never reported: consumers always see the pickup.
        if (c.Step >= CourierStep.PickUp && d.State.Status != OrderStatus.InDelivery) PickUp(d);
        switch (c.Step)
        {
            case CourierStep.LeaveForPickup: Move(d, DeliveryStatus.EnRouteToPickup, EventTypes.DeliveryEnRouteToPickup); break;
            case CourierStep.ArriveAtPickup: Move(d, DeliveryStatus.ArrivedAtPickup, EventTypes.DeliveryArrivedAtPickup); break;
            case CourierStep.PickUp: break;
            case CourierStep.LeaveForDropoff: Move(d, DeliveryStatus.EnRouteToDropoff, EventTypes.DeliveryEnRouteToDropoff); break;
            case CourierStep.ArriveAtDropoff: Move(d, DeliveryStatus.ArrivedAtDropoff, EventTypes.DeliveryArrivedAtDropoff); break;
            case CourierStep.Deliver: Deliver(d, c.Proof); break;
        }

        return null;
    }

    public static Refusal? Freeze(OrderDraft d, FreezeOrder c)
    {
        d.State = d.State with { Frozen = true };
        d.Raise(EventTypes.OrderFrozen, c.Reason);
        return null;
    }

    public static Refusal? Unfreeze(OrderDraft d, UnfreezeOrder c)
    {
        d.State = d.State with { Frozen = false };
        d.Raise(EventTypes.OrderUnfrozen, c.Reason);
        return null;
    }

    public static Refusal? Reach(OrderDraft d, Deadline deadline)
    {
        switch (deadline.Kind)
        {
            case DeadlineKind.Placement:
                d.State = d.State with { Deadlines = d.WaitFor(DeadlineKind.Placement) };
                d.Raise(EventTypes.OrderPlacingResumed);
                break;
            case DeadlineKind.Payment: OrderEnds.Expire(d); break;
            case DeadlineKind.Release: OrderKinds.Of(d.State.Kind).Start(d, accepted: false); break;
            case DeadlineKind.Acceptance: OrderEnds.End(d, CancelReason.AcceptanceTimeout); break;
            case DeadlineKind.CourierSearch: OrderEnds.End(d, CancelReason.NoCourier); break;
            case DeadlineKind.Offer:
                var asked = d.State.OfferedTo;
                EndOffer(d);
                d.Raise(EventTypes.DeliveryOfferExpired, asked);
                break;
            case DeadlineKind.Pickup: DropOut(d, d.State.Courier!); break;
            case DeadlineKind.Collection: OrderEnds.End(d, CancelReason.NotCollected); break;
            case DeadlineKind.Delivery or DeadlineKind.Return:
                d.State = d.State with { Deadlines = d.WaitFor(DeadlineKind.Loss) };
                d.Raise(EventTypes.OrderSlaBreached, Names.Of(deadline.Kind));
                break;
            case DeadlineKind.Loss: OrderEnds.Lose(d); break;
            case DeadlineKind.Modification: OrderChanges.Lapse(d); break;
            case DeadlineKind.Completion:
                d.State = d.State with { Status = OrderStatus.Completed, Settlement = Eligible(d.State), Deadlines = [] };
                d.Raise(EventTypes.OrderCompleted);
                break;
        }

        return null;
    }

    /// <summary>The customer has the goods; cash changes hands with them.</summary>
    public static void HandedOver(OrderDraft d)
    {
        var cash = d.State.PaymentMethod == PaymentMethod.Cash;
        d.State = d.State with
        {
            Status = OrderStatus.Delivered,
            Payment = cash ? PaymentStatus.Paid : d.State.Payment,
            ReadyAt = d.State.Status == OrderStatus.Preparing ? d.Now : d.State.ReadyAt,
            Deadlines = d.WaitFor(DeadlineKind.Completion),
        };
        d.Raise(EventTypes.OrderDelivered);
    }

    /// <summary>Handed over by a courier, or by an operator's word.</summary>
    public static void Deliver(OrderDraft d, Proof? proof)
    {
        d.State = d.State with { Delivery = DeliveryStatus.Delivered, OfferedTo = null, Proof = proof };
        HandedOver(d);
        d.Raise(EventTypes.DeliveryDelivered, d.State.Courier);
        if (d.State.PaymentMethod == PaymentMethod.Cash) d.Raise(EventTypes.OrderPaid);
        if (proof is not null) d.Raise(EventTypes.DeliveryProofCaptured);
    }

    private static void Accept(OrderDraft d, TimeSpan preparation)
    {
        var readyAt = d.Now + preparation;
        d.State = d.State with { Status = OrderStatus.Preparing, ReadyAt = readyAt, Deadlines = OrderKinds.Of(d.State.Kind).WaitWhilePreparing(d, readyAt) };
        d.Raise(EventTypes.OrderAccepted);
    }

    /// <summary>A returned order is on the books before it is completed, and its day may be closed by then.</summary>
    private static SettlementStatus Eligible(OrderState o) =>
        o.Settlement == SettlementStatus.Exported ? SettlementStatus.Exported : SettlementStatus.Eligible;

    private static Refusal? RefusePin(OrderDraft d, Proof? proof)
    {
        if (d.State.Pin is not { } pin || d.By.Role != Role.Courier) return null;
        if (d.State.PinFailures >= MaxPinFailures)
            return new(RefusalCode.WrongPin, $"A wrong PIN was given {MaxPinFailures} times; an operator has to see to it.", "/proof/pin");
        return proof?.Pin == pin ? null : new(RefusalCode.WrongPin, "The customer has another PIN.", "/proof/pin", proof?.Pin);
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
            Deadlines = d.WaitFor(DeadlineKind.Delivery),
        };
        d.Raise(EventTypes.DeliveryPickedUp, d0.Courier);
    }

    private static void Move(OrderDraft d, DeliveryStatus to, string type)
    {
        d.State = d.State with { Delivery = to };
        d.Raise(type, d.State.Courier);
    }

    private static void EndOffer(OrderDraft d) => d.State = d.State with
    {
        Delivery = DeliveryStatus.Pending,
        OfferedTo = null,
        Attempt = d.State.Attempt + 1,
        Deadlines = d.State.Deadlines.RemoveAll(open => open.Kind == DeadlineKind.Offer),
    };

    private static void DropOut(OrderDraft d, string courier)
    {
        if (d.Now >= (d.State.ReadyAt ?? d.Now) + d.Policy.PickupLimit)
        {
            // Couriers who take it and do not come would keep it going for ever.
            d.Raise(EventTypes.DeliveryUnassigned, courier);
            OrderEnds.End(d, CancelReason.NoCourier);
            return;
        }

        d.State = d.State with
        {
            Delivery = DeliveryStatus.Pending,
            Courier = null,
            Attempt = d.State.Attempt + 1,
            Deadlines = d.WaitForCourier(d.State.ReadyAt),
        };
        d.Raise(EventTypes.DeliveryUnassigned, courier);
    }
}
