using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>How an order ends before its time: who may say so, why, what it costs, and the way back of the goods.</summary>
internal static class OrderEnds
{
    /// <summary>Where an operator can move an order by hand.</summary>
    public static readonly ImmutableArray<OrderStatus> Overrides = [OrderStatus.Canceled, OrderStatus.Delivered, OrderStatus.Returned];

    private static readonly ImmutableArray<CancelReason> MerchantReasons =
        [CancelReason.MerchantUnable, CancelReason.MerchantBusy, CancelReason.ItemUnavailable];

    private static readonly ImmutableArray<CancelReason> DoorReasons =
    [
        CancelReason.CustomerAbsent, CancelReason.CustomerRefused, CancelReason.AddressWrong, CancelReason.GoodsDamaged, CancelReason.CourierUnable,
    ];

    /// <summary>The reasons a role may give with a command.</summary>
    public static ImmutableArray<CancelReason> Reasons(OrderCommand command, Role by) => (command, by) switch
    {
        (FailDelivery, Role.Courier or Role.Operator) => DoorReasons,
        (CancelOrder, Role.Customer) => [CancelReason.CustomerRequest],
        (CancelOrder or RejectOrder, Role.Merchant) => MerchantReasons,
        (CancelOrder or RejectOrder, Role.Operator) => [CancelReason.CustomerRequest, .. MerchantReasons, CancelReason.OperatorDecision],
        _ => [],
    };

    /// <summary>
    /// What the customer still owes when the order ends now, in minor units. A customer who cancels while the merchant prepares
    /// pays a share; one who does not come, or is not there, pays for what was made for them; everybody else pays nothing.
    /// Nothing can be taken of an order that is paid in cash.
    /// </summary>
    public static long Fee(OrderState o, CancelReason reason, Role by, OrderPolicy policy)
    {
        if (o.PaymentMethod == PaymentMethod.Cash) return 0;
        return reason switch
        {
            CancelReason.NotCollected or CancelReason.CustomerAbsent or CancelReason.CustomerRefused or CancelReason.AddressWrong => o.Costs.Total,
            CancelReason.CustomerRequest when by == Role.Customer && o.Status == OrderStatus.Preparing =>
                o.Costs.Total * policy.PreparingFeePermille / 1000,
            _ => 0,
        };
    }

    public static Refusal? Cancel(OrderDraft d, CancelOrder c)
    {
        End(d, OrderStatus.Canceled, c.Reason, EventTypes.OrderCanceled, c.WaiveFee ? 0 : Fee(d.State, c.Reason, d.By.Role, d.Policy));
        return null;
    }

    public static Refusal? Reject(OrderDraft d, RejectOrder c)
    {
        End(d, OrderStatus.Rejected, c.Reason, EventTypes.OrderRejected, due: 0);
        return null;
    }

    /// <summary>A deadline ends the order.</summary>
    public static void End(OrderDraft d, CancelReason reason) =>
        End(d, OrderStatus.Canceled, reason, EventTypes.OrderCanceled, Fee(d.State, reason, d.By.Role, d.Policy));

    public static void Expire(OrderDraft d) => End(d, OrderStatus.Expired, CancelReason.PaymentTimeout, EventTypes.OrderExpired, due: 0);

    /// <summary>The goods never turned up: not the customer's loss.</summary>
    public static void Lose(OrderDraft d)
    {
        End(d, OrderStatus.Canceled, CancelReason.DeliveryLost, EventTypes.OrderCanceled, due: 0, DeliveryStatus.Failed);
    }

    /// <summary>The customer could not be served: the goods go back, and who is to blame decides what is owed.</summary>
    public static Refusal? StartReturn(OrderDraft d, CancelReason reason)
    {
        d.State = d.State with
        {
            Status = OrderStatus.Returning,
            Delivery = DeliveryStatus.Returning,
            Reason = reason,
            Bill = d.State.Costs with { Due = Fee(d.State, reason, d.By.Role, d.Policy) },
            Deadlines = d.WaitFor(DeadlineKind.Return),
        };
        d.Raise(EventTypes.DeliveryReturnStarted, Names.Of(reason));
        return null;
    }

    /// <summary>The merchant has the goods again. The books stay open for claims, as after a handover.</summary>
    public static Refusal? Return(OrderDraft d)
    {
        d.State = d.State with
        {
            Status = OrderStatus.Returned,
            Delivery = DeliveryStatus.Returned,
            Payment = AfterEnd(d.State),
            Deadlines = d.WaitFor(DeadlineKind.Completion),
        };
        d.Raise(EventTypes.OrderReturned, Names.Of(d.State.Reason));
        d.Raise(EventTypes.DeliveryReturned, d.State.Courier);
        return null;
    }

    /// <summary>Whether an operator can move an order there from where it stands.</summary>
    public static bool CanOverride(OrderState o, OrderStatus to) => to switch
    {
        OrderStatus.Canceled => o.Status is not (OrderStatus.Delivered or OrderStatus.Returned),
        OrderStatus.Delivered => o.Status is OrderStatus.Preparing or OrderStatus.Ready or OrderStatus.InDelivery or OrderStatus.Returning,
        OrderStatus.Returned => o.Status is OrderStatus.InDelivery or OrderStatus.Returning,
        _ => false,
    };

    public static Refusal? Override(OrderDraft d, OverrideOrder c)
    {
        d.Raise(EventTypes.OrderOverridden, $"{Names.Of(c.To)}: {c.Reason}");
        switch (c.To)
        {
            case OrderStatus.Canceled:
                End(d, OrderStatus.Canceled, CancelReason.OperatorDecision, EventTypes.OrderCanceled, due: 0);
                break;
            case OrderStatus.Delivered when d.State.Delivery == DeliveryStatus.NotNeeded:
                OrderEffects.Collect(d);
                break;
            case OrderStatus.Delivered:
                d.State = d.State with { Reason = CancelReason.None, Bill = d.State.Costs with { Due = d.State.Costs.Total } };
                OrderEffects.Deliver(d, proof: null);
                break;
            case OrderStatus.Returned:
                if (d.State.Status == OrderStatus.InDelivery) StartReturn(d, CancelReason.OperatorDecision);
                Return(d);
                break;
        }

        return null;
    }

    /// <summary>The order's day was closed.</summary>
    public static Refusal? Export(OrderDraft d, RecordExport c)
    {
        if (d.State.Settlement == SettlementStatus.Exported) return null;
        d.State = d.State with { Settlement = SettlementStatus.Exported };
        d.Raise(EventTypes.OrderExported, c.Day);
        return null;
    }

    private static void End(
        OrderDraft d, OrderStatus status, CancelReason reason, string type, long due, DeliveryStatus delivery = DeliveryStatus.Canceled)
    {
        var courierless = d.State.Delivery == DeliveryStatus.NotNeeded;
        d.State = d.State with
        {
            Status = status,
            Delivery = courierless ? DeliveryStatus.NotNeeded : delivery,
            Payment = AfterEnd(d.State),
            Frozen = false,
            Courier = null,
            OfferedTo = null,
            Reason = reason,
            Bill = d.State.Costs with { Due = due },
            Deadlines = [],
        };
        d.Raise(type, Names.Of(reason));
        if (!courierless) d.Raise(delivery == DeliveryStatus.Failed ? EventTypes.DeliveryFailed : EventTypes.DeliveryCanceled);
    }

    /// <summary>Where there is no money, none is due any more; where there is, its own grain tells what becomes of it.</summary>
    private static PaymentStatus AfterEnd(OrderState o) =>
        o.PaymentMethod == PaymentMethod.Cash || o.Payment is PaymentStatus.None or PaymentStatus.Failed ? PaymentStatus.Voided : o.Payment;
}
