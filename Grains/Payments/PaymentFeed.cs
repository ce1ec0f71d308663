using OrderActors.Broadcast;
using OrderActors.Orders;

namespace OrderActors.Payments;

/// <summary>What events mean for payments and for those who wait for them. Pure.</summary>
internal static class PaymentFeed
{
    /// <summary>What an order wants of its payment after an event; null when the event does not concern it.</summary>
    public static RequirePayment? Wish(DomainEvent happened) => happened is OrderEvent { PaymentMethod: PaymentMethod.Card, Bill: { } bill } e
        ? new RequirePayment(e.Order, e.Version, bill.Due, Takes(e.Kind, e.Status))
        : null;

    /// <summary>Whether an order has to know what became of its money.</summary>
    public static bool ConcernsOrder(PaymentEvent e) => e.Payment.Method == PaymentMethod.Card && e.Type is
        EventTypes.PaymentAuthorized or EventTypes.PaymentDeclined or EventTypes.PaymentCaptured or EventTypes.PaymentVoided
        or EventTypes.PaymentRefunded or EventTypes.PaymentRefundFailed;

    /// <summary>Whether a refund has to know, and what: null when it has not.</summary>
    public static bool? RefundSucceeded(PaymentEvent e) => e switch
    {
        { Refund: < 1 } => null,
        { Type: EventTypes.PaymentRefunded } => true,
        { Type: EventTypes.PaymentRefundFailed } => false,
        _ => null,
    };

    // The money is taken once the merchant has accepted, and at once for what waits for nobody's word, also when that is for later: nothing
    // comes between its moment and the handover in which the money could still be had. An end says by its bill how much of it stays.
    private static bool Takes(OrderKind kind, OrderStatus status) => OrderPayments.IsHandedOverOnPayment(kind) || status is not
        (OrderStatus.None or OrderStatus.Received or OrderStatus.Scheduled or OrderStatus.AwaitingPayment or OrderStatus.AwaitingMerchant);
}
