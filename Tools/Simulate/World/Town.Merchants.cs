using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.World;

/// <content>Merchants: they accept, refuse, forget, are late, and run out of things.</content>
internal sealed partial class Town
{
    private static readonly CancelReason[] MerchantReasons = [CancelReason.MerchantUnable, CancelReason.MerchantBusy, CancelReason.ItemUnavailable];

    private void OnMerchantsOrder(OrderTrack order, OrderEvent e)
    {
        var (dice, by) = (order.Dice, order.Merchant);
        if (e.Type is not (EventTypes.OrderModificationProposed or EventTypes.OrderCreated or EventTypes.OrderReleased or EventTypes.OrderAccepted
            or EventTypes.OrderReady)) return;
        if (Has(Habit.OperatorHelps, dice)) by = Operator;
        switch (e.Type)
        {
            case EventTypes.OrderModificationProposed:
                Answer(order, e, by, Role.Merchant);
                break;
            case EventTypes.OrderCreated or EventTypes.OrderReleased when e.Status == OrderStatus.AwaitingMerchant:
                if (Has(Habit.MerchantRejects, dice)) Later(Soon(dice, 60), () => Give(order, new RejectOrder(NextId("reject", by), by, Reason(order))));
                else if (!Has(Habit.MerchantForgets, dice)) Later(Soon(dice, 90), () => Accept(order, by));
                break;
            case EventTypes.OrderAccepted when e.Status == OrderStatus.Preparing:
                if (Has(Habit.MerchantCancels, dice)) Later(Soon(dice, 400), () => Cancel(order, by, Reason(order)));
                if (Has(Habit.Substitutes, dice)) Later(Soon(dice, 100), () => Propose(order, by));
                Later(Soon(dice, Has(Habit.MerchantLate, dice) ? 2_000 : 300), () => Give(order, new MarkReady(NextId("ready", by), by)));
                // Some customers are at the counter before anybody said that it is ready.
                if (order.Kind == OrderKind.Pickup && Has(Habit.CourierSkips, dice)) Collect(order, by);
                break;
            case EventTypes.OrderReady when e is { Kind: OrderKind.Pickup, Status: OrderStatus.Ready }:
                if (!Has(Habit.NeverCollected, dice)) Collect(order, by);
                if (Has(Habit.MerchantCancels, dice)) Later(Soon(dice, 400), () => Cancel(order, by, Reason(order)));
                break;
            case EventTypes.OrderReady when e.Status == OrderStatus.Ready && Has(Habit.MerchantCancels, dice):
                Later(Soon(dice, 600), () => Cancel(order, by, Reason(order)));
                break;
        }
    }

    private static CancelReason Reason(OrderTrack order) => MerchantReasons[order.Dice.Next(MerchantReasons.Length)];

    private async Task Accept(OrderTrack order, Actor by)
    {
        TimeSpan? time = order.Dice.Happens(0.5) ? TimeSpan.FromMinutes(order.Dice.Next(12)) : null;
        await Give(order, new AcceptOrder(NextId("accept", by), by, time));
    }

    private void Collect(OrderTrack order, Actor by) => Later(Soon(order.Dice, 500), () => Give(order, new CollectOrder(NextId("collect", by), by)));
}
