using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Embedded.Simulation;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.World;

/// <content>Couriers: they take, decline, carry, vanish, and hand over.</content>
internal sealed partial class Town
{
    private static readonly CancelReason[] DoorReasons =
    [
        CancelReason.CustomerAbsent, CancelReason.CustomerRefused, CancelReason.AddressWrong, CancelReason.GoodsDamaged, CancelReason.CourierUnable,
    ];

    private void OnCourier(CourierEvent e)
    {
        Coverage.Courier(e, CourierStatusOf(e.Courier));
        Watch(e);
        if (e.Type != EventTypes.CourierOffered || e.Orders.IsDefaultOrEmpty) return;
        var (dice, by, order) = (CourierDice(e.Courier), new Actor(Role.Courier, e.Courier), e.Orders[0]);
        if (Has(Habit.CourierIgnores, dice))
        {
            // Some see it in the moment in which it is over.
            var rest = (e.OfferUntil ?? e.At) - _platform.Clock.GetUtcNow() - TimeSpan.FromSeconds(0.5);
            if (dice.Happens(0.5) && rest > TimeSpan.Zero)
                Later(rest + Soon(dice, 1), () => Order(e.Courier, new AcceptOffer(NextId("accept", by), by, order)));
            return;
        }

        if (Has(Habit.CourierDeclines, dice))
            Later(Soon(dice, 25), () => Order(e.Courier, new DeclineOffer(NextId("decline", by), by, order, (DeclineReason)dice.Next(6))));
        else Later(Soon(dice, 15), () => Order(e.Courier, new AcceptOffer(NextId("accept", by), by, order)));
    }

    private void OnCouriersOrder(OrderTrack order, OrderEvent e)
    {
        if (e.Courier is null) return;
        switch (e.Type)
        {
            case EventTypes.DeliveryAssigned or EventTypes.DeliveryEnRouteToPickup or EventTypes.DeliveryArrivedAtPickup
                or EventTypes.DeliveryPickedUp or EventTypes.DeliveryEnRouteToDropoff or EventTypes.DeliveryArrivedAtDropoff
                or EventTypes.DeliveryHandedOver when e.Status is OrderStatus.Preparing or OrderStatus.Ready or OrderStatus.InDelivery:
                Later(Soon(order.Dice, 150), () => Carry(order, e.Courier));
                break;
            case EventTypes.DeliveryReturnStarted:
                if (!Has(Habit.NeverReturned, order.Dice)) Later(Soon(order.Dice, 400), () => Return(order, e.Courier));
                if (Has(Habit.HandsOver, order.Dice)) Later(Soon(order.Dice, 300), () => TakeOver(order, e.Courier));
                break;
            case EventTypes.OrderUnfrozen:
                Later(Soon(order.Dice, 60), () => order.Last.Status == OrderStatus.Returning ? Return(order, e.Courier) : (Task)Carry(order, e.Courier));
                break;
        }
    }

    /// <summary>The courier does what comes next, or something else.</summary>
    private async Task Carry(OrderTrack order, string courier)
    {
        var (dice, last) = (order.Dice, order.Versions[^1]);
        if (last.Courier != courier || last.Frozen) return;
        var by = Has(Habit.OperatorHelps, dice) ? Operator : new Actor(Role.Courier, courier);
        if (Has(Habit.GoesOffline, dice)) Later(Soon(dice, 60), () => Leave(courier));
        if (last.Delivery is DeliveryStatus.Assigned or DeliveryStatus.EnRouteToPickup or DeliveryStatus.ArrivedAtPickup)
        {
            if (Has(Habit.CourierVanishes, dice)) return;
            if (Has(Habit.CourierDropsOut, dice))
            {
                await Give(order, new UnassignCourier(NextId("unassign", by), by, courier));
                return;
            }
        }
        else
        {
            if (Has(Habit.CourierLoses, dice)) return;
            if (Has(Habit.HandsOver, dice)) Later(Soon(dice, 60), () => TakeOver(order, courier));
            if (Has(Habit.CourierFails, dice))
            {
                await Give(order, new FailDelivery(NextId("fail", by), by, DoorReasons[dice.Next(DoorReasons.Length)]));
                return;
            }
        }

        if (Next(last.Delivery) is not { } step) return;
        if (Has(Habit.CourierSkips, dice)) step = (CourierStep)Math.Min((int)step + 1 + dice.Next(5), (int)CourierStep.Deliver);
        if (step == CourierStep.Deliver && Has(Habit.WrongPin, dice)) await Step(order, by, step, "0000");
        // Most couriers have nothing to show, unless the customer's PIN is asked for.
        var reply = await Step(order, by, step, dice.Happens(0.3) ? Outside.Pin : null);
        if (reply?.Refusal is { Code: RefusalCode.WrongPin }) await Step(order, by, step, Outside.Pin);
    }

    private Task<Heard?> Step(OrderTrack order, Actor by, CourierStep step, string? pin) => Give(order, new AdvanceDelivery(
        NextId("step", by), by, step, step == CourierStep.Deliver && pin is not null ? new Proof(pin) : null));

    private static CourierStep? Next(DeliveryStatus delivery) => delivery switch
    {
        DeliveryStatus.Assigned => CourierStep.LeaveForPickup,
        DeliveryStatus.EnRouteToPickup => CourierStep.ArriveAtPickup,
        DeliveryStatus.ArrivedAtPickup => CourierStep.PickUp,
        DeliveryStatus.PickedUp => CourierStep.LeaveForDropoff,
        DeliveryStatus.EnRouteToDropoff => CourierStep.ArriveAtDropoff,
        DeliveryStatus.ArrivedAtDropoff => CourierStep.Deliver,
        _ => null,
    };

    private Task<Heard?> Return(OrderTrack order, string courier)
    {
        var by = order.Dice.Next(4) switch { 0 => order.Merchant, 1 => Operator, _ => new Actor(Role.Courier, courier) };
        return Give(order, new ReturnGoods(NextId("return", by), by));
    }

    private Task<Heard?> TakeOver(OrderTrack order, string from)
    {
        var other = Couriers[order.Dice.Next(Couriers.Count)];
        var by = new Actor(Role.Courier, other);
        return Order(other, new TakeOver(NextId("take-over", by), by, order.Number, from));
    }

    private async Task Leave(string courier)
    {
        var (dice, by) = (CourierDice(courier), new Actor(Role.Courier, courier));
        await Order(courier, new GoOffline(NextId("offline", by), by));
        Later(Soon(dice, 600), () => Order(courier, Online(courier)));
    }

    /// <summary>A day of a courier: on duty, with breaks, sometimes away.</summary>
    private async Task Work(string courier)
    {
        var (dice, by) = (CourierDice(courier), new Actor(Role.Courier, courier));
        for (var i = 0; i < 6 && !IsCalm; i++)
        {
            await Wait(Soon(dice, 900));
            if (Has(Habit.TakesBreak, dice))
            {
                await Order(courier, new PauseCourier(NextId("pause", by), by));
                if (Has(Habit.GoesOffline, dice)) await Leave(courier);
                await Wait(Soon(dice, 300));
                await Order(courier, dice.Happens(0.5) ? new ResumeCourier(NextId("resume", by), by) : Online(courier));
            }

            if (Has(Habit.GoesOffline, dice)) await Leave(courier);
            if (Has(Habit.CourierSkips, dice)) await Order(courier, new ChangeCourier(NextId("settings", by), by, AcceptsOffersByHand: dice.Happens(0.5)));
            if (Has(Habit.CourierSkips, dice)) await Order(courier, Online(courier));
            await Ask(() => Grains.GetGrain<ICourierGrain>(courier).Locate(Market), dice, _ => false, 1);
        }
    }

    private GoOnline Online(string courier)
    {
        var by = new Actor(Role.Courier, courier);
        return new(NextId("online", by), by, Market);
    }

    private async Task<Heard?> Order(string courier, CourierCommand command)
    {
        command = Api.Named(courier, command);
        _platform.Trace(courier, CourierTable.Name(command));
        var dice = CourierDice(courier);
        var reply = await Ask(() => Api.Execute(courier, command), dice, _ => false, 5);
        // What changed nothing is not remembered.
        if (command is GoOffline or ChangeCourier or AcceptOffer or TakeAssignment) return reply;
        if (reply is not { Refusal: null } || !Has(Habit.SendsAgain, dice)) return reply;
        Later(Soon(dice, 30), async () =>
        {
            var again = await Ask(() => Api.Execute(courier, command), dice, _ => false, 2);
            if (again?.Refusal is { } refusal) Break("idempotency", $"{courier} {command.Id}", "done, as it was acknowledged before", refusal.Detail);
        });
        return reply;
    }
}
