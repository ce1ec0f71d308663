using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Simulations;

/// <summary>
/// What everybody in a simulation does next, from what became of the orders. It plans by where an order stands and not by what happened, so
/// that nothing is lost when events come late, and nothing is done twice when they come again. Pure.
/// </summary>
internal static class SimulationPlay
{
    /// <summary>How long the goods of a refused order take to be on the shelf again: they come back with the order's event.</summary>
    private static readonly TimeSpan GoodsComeBack = TimeSpan.FromSeconds(2);

    /// <summary>Looks at orders.</summary>
    public static SimulationState Observe(
        SimulationState state, ImmutableArray<OrderSighting> sightings, bool again, DateTimeOffset now, SimulationOptions options)
    {
        if (!state.IsRunning) return state;
        var draft = new SimulationDraft(state, now);
        foreach (var e in sightings)
        {
            var isNews = e.Sequence > draft.Seen.GetValueOrDefault(e.Partition);
            if (!isNews && !again) continue;
            if (isNews) draft.Seen[e.Partition] = e.Sequence;
            Look(draft, e, options);
        }

        return draft.Finish();
    }

    /// <summary>A step is done, or will not be: what follows from that and not from an event.</summary>
    public static void Follow(SimulationDraft draft, SimulationStep step, bool refused)
    {
        // The goods of the order that was refused come back to the shelf; a merchant who has run out has none of those either.
        if (step is { Action: SimulationAction.RunOut, Order: { } rejected } && !refused)
            draft.Plan(step.At, SimulationAction.EmptyShelf, step.By, rejected, step.Play, GoodsComeBack);
        if (step.Order is not { } number || !draft.Orders.TryGetValue(number, out var order)) return;
        if (step.At > order.Reached) order = order with { Reached = step.At };
        draft.Orders[number] = order;
        if (step.Action == SimulationAction.AskRefund) Leave(draft, number);

        // There was nothing to propose: then it is as it was ordered.
        if (step.Action == SimulationAction.Substitute && refused) AcceptChanged(draft, order, step.By, step.At);
    }

    private static void Look(SimulationDraft draft, OrderSighting e, SimulationOptions options)
    {
        if (IsOver(e))
        {
            Leave(draft, e.Order);
            return;
        }

        if (!draft.Orders.TryGetValue(e.Order, out var order))
        {
            if (e.Status == OrderStatus.Delivered) return;
            if (draft.Orders.Count >= options.MaxOrders)
            {
                if (e.Status == OrderStatus.Received) draft.Unplayed++;
                return;
            }

            order = Meet(draft, e);
        }

        order = order with { Reached = Reached(draft, order, e) };
        order = PlayCourier(draft, PlayCustomer(draft, PlayMerchant(draft, order, e), e), e);
        draft.Orders[e.Order] = order;
        if (e.Status == OrderStatus.Delivered && (order.Planned & SimulationDuties.Refund) == 0) Leave(draft, e.Order);
    }

    private static bool IsOver(OrderSighting e) =>
        e.Type == EventTypes.OrderRefused || e.Status is OrderStatus.Rejected or OrderStatus.Canceled or OrderStatus.Expired or OrderStatus.Completed
            or OrderStatus.Returned;

    private static PlayedOrder Meet(SimulationDraft draft, OrderSighting e)
    {
        var ordinal = draft.OrderCount++;
        var (script, seed) = (draft.Script, draft.Before.Plan!.Seed);
        var merchant = draft.Before.Merchants.Contains(e.Merchant) ? SimulationDice.Choose(script.Merchants, p => p.Weight, seed, Role.Merchant, ordinal) : -1;
        var customer = IsOwners(draft, e) ? SimulationDice.Choose(script.Customers, p => p.Weight, seed, Role.Customer, ordinal) : -1;
        return new(e.Order, e.Customer, merchant, customer, draft.ClockAt);
    }

    /// <summary>Partners' customers are their own; operators speak for everybody's.</summary>
    private static bool IsOwners(SimulationDraft draft, OrderSighting e) =>
        draft.Before.Owner is { Audience: FeedAudience.Operator } || (e.Tenant is { } tenant && TestMode.Shown(tenant) == draft.Before.Owner?.Subject);

    /// <summary>
    /// Since when the order stands as it does, by the simulation's clock. On a manual one what follows from a step counts from when that was due,
    /// so that one long advance brings as much as many short ones; what somebody outside did happened now.
    /// </summary>
    private static DateTimeOffset Reached(SimulationDraft draft, PlayedOrder order, OrderSighting e)
    {
        if (draft.Before.Plan!.Clock == SimulationClock.Real) return draft.ClockAt;
        if (e.By.Role == Role.Operator || (e.By.Role == Role.Customer && (order.Planned & SimulationDuties.Customer) == 0)) return draft.ClockAt;
        var reached = order.Reached;
        foreach (var step in draft.Steps)
        {
            if (step.Order == order.Number && step.At <= draft.ClockAt && step.At > reached) reached = step.At;
        }

        return reached;
    }

    private static void Leave(SimulationDraft draft, OrderNumber order)
    {
        if (draft.Orders.Remove(order)) draft.Steps.RemoveAll(step => step.Order == order && step.Action != SimulationAction.EmptyShelf);
    }

    private static PlayedOrder PlayMerchant(SimulationDraft draft, PlayedOrder order, OrderSighting e)
    {
        if (order.MerchantPlay < 0) return order;
        var play = draft.Script.Merchants[order.MerchantPlay];
        var by = new Actor(Role.Merchant, e.Merchant);
        if (e.Status == OrderStatus.AwaitingMerchant && Takes(ref order, SimulationDuties.Answer))
        {
            var action = play.Act switch
            {
                MerchantAct.Reject => SimulationAction.Reject,
                MerchantAct.RunOut => SimulationAction.RunOut,
                MerchantAct.Substitute => SimulationAction.Substitute,
                MerchantAct.Forget => SimulationAction.Forget,
                _ => SimulationAction.Accept,
            };
            if (action == SimulationAction.Forget) draft.Note(by, action, order.Number, "on_purpose");
            else draft.Plan(After(order, play.AfterSeconds), action, by, order.Number, order.MerchantPlay);
        }

        if (play.Act == MerchantAct.Substitute && e.Status == OrderStatus.AwaitingMerchant
            && e.Type is EventTypes.OrderModificationApproved or EventTypes.OrderModificationDeclined or EventTypes.OrderItemSubstituted)
        {
            order = AcceptChanged(draft, order, by, order.Reached);
        }

        if (e.Status == OrderStatus.Preparing && play.Act is MerchantAct.Accept or MerchantAct.Substitute && Takes(ref order, SimulationDuties.Ready))
            draft.Plan(After(order, play.ReadySeconds), SimulationAction.Ready, by, order.Number, order.MerchantPlay);
        if (e is { Status: OrderStatus.Ready, Kind: OrderKind.Pickup } && Takes(ref order, SimulationDuties.Collect))
            draft.Plan(After(order, play.AfterSeconds), SimulationAction.Collect, by, order.Number, order.MerchantPlay);
        return order;
    }

    private static PlayedOrder AcceptChanged(SimulationDraft draft, PlayedOrder order, Actor by, DateTimeOffset at)
    {
        if (Takes(ref order, SimulationDuties.AcceptChanged)) draft.Plan(at, SimulationAction.Accept, by, order.Number, order.MerchantPlay);
        return draft.Orders[order.Number] = order;
    }

    private static PlayedOrder PlayCustomer(SimulationDraft draft, PlayedOrder order, OrderSighting e)
    {
        if (order.CustomerPlay < 0) return order;
        var play = draft.Script.Customers[order.CustomerPlay];
        var (by, at) = (new Actor(Role.Customer, e.Customer), After(order, play.AfterSeconds));
        if (e.Status == OrderStatus.AwaitingPayment && play.Act != CustomerAct.Nothing
            && !(play.Act == CustomerAct.Cancel && play.At == OrderStatus.AwaitingPayment) && Takes(ref order, SimulationDuties.Pay))
        {
            draft.Plan(at, SimulationAction.Pay, by, order.Number, order.CustomerPlay);
        }

        if (play.Act == CustomerAct.Cancel && e.Status == play.At && Takes(ref order, SimulationDuties.Cancel))
            draft.Plan(at, SimulationAction.Cancel, by, order.Number, order.CustomerPlay);
        if (play.Act == CustomerAct.AskRefund && e.Status == OrderStatus.Delivered && Takes(ref order, SimulationDuties.Refund))
            draft.Plan(at, SimulationAction.AskRefund, by, order.Number, order.CustomerPlay);
        if (e is { Type: EventTypes.OrderModificationProposed, By.Role: Role.Merchant } && play.ApprovesChanges is not null)
            draft.Plan(at, SimulationAction.ResolveModification, by, order.Number, order.CustomerPlay);
        return order;
    }

    private static PlayedOrder PlayCourier(SimulationDraft draft, PlayedOrder order, OrderSighting e)
    {
        // Whoever had the order has it no more.
        if (order.Courier is not null && e.Delivery == DeliveryStatus.Pending) order = DropJob(draft, order);
        if (e.Courier is not { } courier || !draft.Before.Couriers.Contains(courier) || draft.Script.Couriers.IsDefaultOrEmpty) return order;
        var by = new Actor(Role.Courier, courier);
        if (e.Type == EventTypes.DeliveryOffered)
        {
            order = TakeJob(draft, order, courier);
            var offered = draft.Script.Couriers[order.CourierPlay];
            if (offered.Act == CourierAct.Ignore) draft.Note(by, SimulationAction.Ignore, order.Number, "on_purpose");
            else
            {
                var answer = offered.Act == CourierAct.Decline ? SimulationAction.DeclineOffer : SimulationAction.AcceptOffer;
                draft.Plan(After(order, offered.AfterSeconds), answer, by, order.Number, order.CourierPlay);
            }

            return order;
        }

        // One who is not asked gets it at once; another one may have taken it over.
        var carries = e.Delivery is not (DeliveryStatus.Pending or DeliveryStatus.Offered or DeliveryStatus.Canceled or DeliveryStatus.NotNeeded);
        if (!carries) return order;
        if (order.Courier != courier) order = TakeJob(draft, order, courier);
        return Step(draft, order, e, by, draft.Script.Couriers[order.CourierPlay]);
    }

    private static PlayedOrder Step(SimulationDraft draft, PlayedOrder order, OrderSighting e, Actor by, CourierPlay play)
    {
        var (isGone, step) = (play.Act is CourierAct.Vanish or CourierAct.Ignore, play.StepSeconds);
        (SimulationDuties Duty, SimulationAction Action, int After)? next = e.Delivery switch
        {
            DeliveryStatus.Assigned when isGone => (SimulationDuties.LeaveForPickup, SimulationAction.Vanish, 0),
            DeliveryStatus.Assigned when play.Act == CourierAct.Decline => (SimulationDuties.LeaveForPickup, SimulationAction.DropOut, play.AfterSeconds),
            DeliveryStatus.Assigned => (SimulationDuties.LeaveForPickup, SimulationAction.LeaveForPickup, 0),
            DeliveryStatus.EnRouteToPickup => (SimulationDuties.ArriveAtPickup, SimulationAction.ArriveAtPickup, step),
            DeliveryStatus.ArrivedAtPickup when e.Status == OrderStatus.Ready => (SimulationDuties.PickUp, SimulationAction.PickUp, step),
            DeliveryStatus.PickedUp when play.Act == CourierAct.GoOffline => (SimulationDuties.LeaveForDropoff, SimulationAction.GoOffline, 0),
            DeliveryStatus.PickedUp => (SimulationDuties.LeaveForDropoff, SimulationAction.LeaveForDropoff, 0),
            DeliveryStatus.EnRouteToDropoff => (SimulationDuties.ArriveAtDropoff, SimulationAction.ArriveAtDropoff, step + play.LateSeconds),
            DeliveryStatus.ArrivedAtDropoff when play.Act == CourierAct.FailAtDoor => (SimulationDuties.HandOver, SimulationAction.FailDelivery, step),
            DeliveryStatus.ArrivedAtDropoff => (SimulationDuties.HandOver, SimulationAction.Deliver, step),
            DeliveryStatus.Returning when play.Act != CourierAct.GoOffline => (SimulationDuties.Return, SimulationAction.ReturnGoods, step),
            _ => null,
        };
        if (next is not { } planned || !Takes(ref order, planned.Duty)) return order;
        if (planned.Action == SimulationAction.Vanish) draft.Note(by, planned.Action, order.Number, "on_purpose");
        else draft.Plan(After(order, planned.After), planned.Action, by, order.Number, order.CourierPlay);
        return order;
    }

    private static PlayedOrder TakeJob(SimulationDraft draft, PlayedOrder order, string courier)
    {
        var play = SimulationDice.Choose(draft.Script.Couriers, p => p.Weight, draft.Before.Plan!.Seed, Role.Courier, draft.JobCount++);
        return DropJob(draft, order) with { Courier = courier, CourierPlay = play };
    }

    private static PlayedOrder DropJob(SimulationDraft draft, PlayedOrder order)
    {
        draft.Steps.RemoveAll(step => step.Order == order.Number && step.By.Role == Role.Courier);
        return order with { Courier = null, CourierPlay = -1, Planned = order.Planned & ~SimulationDuties.Courier };
    }

    private static bool Takes(ref PlayedOrder order, SimulationDuties duty)
    {
        if ((order.Planned & duty) != 0) return false;
        order = order with { Planned = order.Planned | duty };
        return true;
    }

    private static DateTimeOffset After(PlayedOrder order, int seconds) => order.Reached + TimeSpan.FromSeconds(seconds);
}
