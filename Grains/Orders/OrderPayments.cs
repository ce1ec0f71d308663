using OrderActors.Broadcast;
using OrderActors.Payments;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>What the money means to an order. The payment's own grain holds and moves it; the order only follows.</summary>
internal static class OrderPayments
{
    /// <summary>
    /// Whether nothing has to be paid before the order goes on. A hold is enough for what is still to be made; goods that are handed over at
    /// once need the money itself.
    /// </summary>
    public static bool IsCovered(OrderState o) => o.PaymentMethod == PaymentMethod.Cash || o.Covered >= o.Costs.Due;

    /// <summary>The customer has to pay first.</summary>
    public static void Await(OrderDraft d)
    {
        d.State = d.State with { Status = OrderStatus.AwaitingPayment, Deadlines = d.WaitFor(DeadlineKind.Payment) };
        d.Raise(EventTypes.OrderPaymentRequested);
    }

    /// <summary>The customer tried to pay; the shell asked the payment's grain.</summary>
    public static Refusal? Pay(OrderDraft d, PayOrder c)
    {
        var reply = d.Facts.Payment;
        if (reply?.Refusal is { } refusal) return refusal;
        if (reply?.Payment is not { } payment)
            return NotAnswered();
        if (payment.Status == PaymentStatus.Failed)
            return new(RefusalCode.PaymentDeclined, "The payment provider declined; try another source.", "/source", payment.DeclineCode);
        if (CoveredBy(d.State.Kind, payment) == 0) return NotAnswered();
        d.State = d.State with { PaymentSource = c.Source };
        return Record(d, payment);
    }

    /// <summary>Whether the order knows already what the payment answered, and went on by it.</summary>
    public static bool IsRecorded(OrderState o, PaymentView? answer) =>
        answer is not null && answer.Status != PaymentStatus.Failed && answer.Version <= o.PaymentVersion
        && o.Payment is PaymentStatus.Authorized or PaymentStatus.Paid
        && o.Status is OrderStatus.AwaitingMerchant or OrderStatus.Preparing or OrderStatus.Ready or OrderStatus.Delivered;

    /// <summary>What became of the money.</summary>
    public static Refusal? Record(OrderDraft d, PaymentView payment)
    {
        if (payment.Version <= d.State.PaymentVersion) return null;
        Take(d, payment);
        if (d.State.Status == OrderStatus.AwaitingPayment && IsCovered(d.State))
        {
            OrderEffects.GoOn(d, accepted: false);
        }
        else if (payment.Status == PaymentStatus.Failed && (d.State.Status.CanChange() || d.State.Status == OrderStatus.Ready))
        {
            // Held and then not given: nobody pays for what is still at the merchant's.
            OrderEnds.End(d, CancelReason.PaymentFailed);
        }

        return null;
    }

    /// <summary>Takes over how the payment stands, and announces it.</summary>
    public static void Take(OrderDraft d, PaymentView payment)
    {
        var before = d.State.Payment;
        d.State = d.State with
        {
            Payment = payment.Status,
            PaymentVersion = payment.Version,
            Covered = CoveredBy(d.State.Kind, payment),
        };
        if (before == payment.Status) return;
        var type = payment.Status switch
        {
            PaymentStatus.Authorized => EventTypes.OrderAuthorized,
            PaymentStatus.Paid => EventTypes.OrderPaid,
            PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded => EventTypes.OrderRefunded,
            PaymentStatus.Failed => EventTypes.OrderPaymentFailed,
            PaymentStatus.Voided => EventTypes.OrderPaymentVoided,
            _ => null,
        };
        if (type is not null) d.Raise(type, payment.DeclineCode);
    }

    /// <summary>Whether an order is handed over as soon as it is paid: then its money is taken and not only held.</summary>
    public static bool IsHandedOverOnPayment(OrderKind kind) => kind == OrderKind.Virtual;

    /// <summary>How much of its total an order may count on.</summary>
    public static long CoveredBy(OrderKind kind, PaymentView payment) =>
        payment.Status is PaymentStatus.Failed or PaymentStatus.Voided ? 0
        : IsHandedOverOnPayment(kind) ? payment.Captured - payment.Refunded
        : payment.Secured ?? Math.Max(payment.Authorised, payment.Captured);

    private static Refusal NotAnswered() =>
        new(RefusalCode.Unavailable, "The payment provider has not answered yet; the order goes on as soon as it does. Look again in a moment.");
}
