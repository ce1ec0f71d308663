using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Embedded.Simulation;
using OrderActors.Governance;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Promotions;
using OrderActors.Refunds;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.World;

/// <content>Operators: they freeze and unfreeze, move orders by hand, decide on refunds and flip switches.</content>
internal sealed partial class Town
{
    private static readonly Feature[] Flippable = [Feature.Ordering, Feature.CardPayments, Feature.Coupons, Feature.DispatchOffers, Feature.ScheduledOrders];

    private void OnOperatorsOrder(OrderTrack order, OrderEvent e)
    {
        var dice = order.Dice;
        switch (e.Type)
        {
            case EventTypes.OrderFrozen:
                // Whoever freezes has to see to it: nothing else ever would.
                Later(Soon(dice, 1_500), () => Give(order, new UnfreezeOrder(NextId("unfreeze", Operator), Operator, "was all right"), persists: true));
                return;
            case EventTypes.OrderSlaBreached when Has(Habit.Overrides, dice):
                Later(Soon(dice, 1_200), () => Override(order));
                return;
        }

        if (order.Whims > 6 || e.Status is OrderStatus.Received or OrderStatus.None) return;
        if (Has(Habit.Freezes, dice) && dice.Happens(0.2))
        {
            order.Whims++;
            Later(Soon(dice, 120), () => Give(order, new FreezeOrder(NextId("freeze", Operator), Operator, "looks odd")));
        }

        if (Has(Habit.Overrides, dice) && dice.Happens(0.1))
        {
            order.Whims++;
            Later(Soon(dice, 300), () => Override(order));
        }

        if (!Has(Habit.OperatorHelps, dice) || !dice.Happens(0.2)) return;
        order.Whims++;
        if (dice.Happens(0.3)) Later(Soon(dice, 200), () => Cancel(order, Operator, CancelReason.OperatorDecision));
        else if (e.Delivery == DeliveryStatus.Pending && e.Status is OrderStatus.Preparing or OrderStatus.Ready) Later(Soon(dice, 30), () => Assign(order));
        else if (e.Status.CanChange()) Later(Soon(dice, 60), () => Propose(order, Operator));
    }

    private Task<Heard?> Override(OrderTrack order)
    {
        var to = OrderEnds.Overrides[order.Dice.Next(OrderEnds.Overrides.Length)];
        return Give(order, new OverrideOrder(NextId("override", Operator), Operator, to, "stuck"));
    }

    private Task<Heard?> Assign(OrderTrack order) =>
        Order(
            Couriers[order.Dice.Next(Couriers.Count)],
            new TakeAssignment(NextId("assign", Operator), Operator, [order.Number], Direct: order.Dice.Happens(0.7)));

    private void OnRefund(RefundEvent e)
    {
        Coverage.Refund(e);
        if (!Orders.TryGetValue(e.Order, out var order)) return;
        var dice = order.Dice;
        if (e.Type == EventTypes.RefundRequested && e.Status == RefundStatus.Requested && !Has(Habit.RefundUndecided, dice))
        {
            Later(Soon(dice, 1_000), () => Decide(order, Decision(order, e, dice.Next(5))));
        }
        else if (e.Type == EventTypes.RefundFailed)
        {
            // Tried once more at most, then given up; somebody has to say so.
            var again = order.Whims++ < 4 && dice.Happens(0.5);
            Later(Soon(dice, 300), () => SeeTo(order, e.Refund, again));
        }
    }

    /// <summary>A refund that failed is tried again or given up, after the order is let go on if it is frozen.</summary>
    private async Task SeeTo(OrderTrack order, int refund, bool again)
    {
        while (true)
        {
            RefundCommand command = again
                ? new ApproveRefund(NextId("approve", Operator), Operator, refund)
                : new DeclineRefund(NextId("decline", Operator), Operator, refund);
            command = Api.Named(order, command);
            var reply = await Surely(() => Api.Execute(order, command));
            if (reply?.Refusal?.Code != RefusalCode.OrderFrozen) return;
            await Wait(TimeSpan.FromMinutes(10));
        }
    }

    private RefundCommand Decision(OrderTrack order, RefundEvent e, int choice)
    {
        var by = order.Dice.Happens(0.3) ? order.Merchant : Operator;
        return choice switch
        {
            0 => new DeclineRefund(NextId("decline", by), by, e.Refund, "no"),
            1 => new WithdrawRefund(NextId("withdraw", order.Customer), order.Customer, e.Refund),
            2 => new ApproveRefund(NextId("approve", by), by, e.Refund, Math.Max(1, e.Amount.Amount / 2)),
            _ => new ApproveRefund(NextId("approve", by), by, e.Refund),
        };
    }

    private Task<Heard?> Decide(OrderTrack order, RefundCommand command)
    {
        command = Api.Named(order, command);
        return Ask(() => Api.Execute(order, command), order.Dice, r => r.Refusal is { Code: RefusalCode.Unavailable }, 6);
    }

    /// <summary>An operator at the switches, and merchants who change what they sell.</summary>
    private async Task Steer()
    {
        var dice = _platform.Dice("steering");
        var end = _platform.Clock.GetUtcNow() + Plan.Span;
        while (!IsCalm && _platform.Clock.GetUtcNow() < end)
        {
            await Wait(Soon(dice, 600));
            if (Has(Habit.FlipsSwitch, dice)) await Flip(dice, Flippable[dice.Next(Flippable.Length)]);
            if (Has(Habit.ChangesLimits, dice))
            {
                var raise = new RaiseBudget(NextId("raise", Operator), Operator, TenBudget += 500);
                await Surely(() => Grains.GetGrain<IPromotionGrain>("TEN").Execute(raise));
                var customer = Customers[dice.Next(Customers.Count)];
                var grant = new GrantMembership(NextId("grant", Operator), Operator, customer.Length);
                await Surely(() => Grains.GetGrain<ICustomerGrain>(customer).Execute(grant));
            }

            if (Has(Habit.ChangesLimits, dice)) await Pause(dice);
            if (Has(Habit.MerchantCloses, dice)) await Close(dice, Merchants[dice.Next(Merchants.Count)]);
            if (Has(Habit.RunsOut, dice)) await Restock(dice, dice.Next(Merchants.Count));
        }
    }

    private async Task Flip(Dice dice, Feature feature)
    {
        var set = new SetSwitch(NextId("switch", Operator), Operator, "too much", feature, SwitchScope.Platform);
        await Surely(() => Grains.GetGrain<IGovernanceGrain>(IGovernanceGrain.Key).Execute(set));
        await Wait(Soon(dice, 120));
        var clear = new ClearSwitch(NextId("switch", Operator), Operator, "enough", feature, SwitchScope.Platform);
        await Surely(() => Grains.GetGrain<IGovernanceGrain>(IGovernanceGrain.Key).Execute(clear));
    }

    private async Task Pause(Dice dice)
    {
        foreach (var status in new[] { PromotionStatus.Paused, PromotionStatus.Active })
        {
            var set = new SetPromotionStatus(NextId("promotion", Operator), Operator, status);
            await Surely(() => Grains.GetGrain<IPromotionGrain>("SAVE").Execute(set));
            await Wait(Soon(dice, 60));
        }
    }

    private async Task Close(Dice dice, string merchant)
    {
        var by = new Actor(Role.Merchant, merchant);
        var status = (MerchantStatus)(dice.Next(2) * 3);
        DateTimeOffset? until = status == MerchantStatus.Paused ? _platform.Clock.GetUtcNow() + TimeSpan.FromHours(1) : null;
        var close = new SetMerchantStatus(NextId("status", by), by, status, until);
        await Surely(() => Grains.GetGrain<IMerchantGrain>(merchant).Execute(close));
        await Wait(Soon(dice, 120));
        var open = new SetMerchantStatus(NextId("status", by), by, MerchantStatus.Open);
        await Surely(() => Grains.GetGrain<IMerchantGrain>(merchant).Execute(open));
    }

    /// <summary>The merchant counts its bread again; from then on nobody outside can tell how many there should be.</summary>
    private async Task Restock(Dice dice, int merchant)
    {
        Recounted.Add(merchant);
        var by = new Actor(Role.Merchant, Merchants[merchant]);
        var count = new SetStock(NextId("stock", by), by, [new ItemStock("bread", dice.Next(40))]);
        await Surely(() => Grains.GetGrain<IMerchantGrain>(by.Id).Execute(count));
    }
}
