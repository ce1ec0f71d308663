using OrderActors.Governance;
using OrderActors.Merchants;
using OrderActors.Payments;
using OrderActors.Promotions;
using OrderActors.Quotes;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Orders;

/// <content>
/// Placing: what an order needs is reserved with those who have it, one after the other, each of them idempotent by the
/// order's number. What cannot be had is refused, durably, before anything goes back: so of two activations that both place the
/// order only one decides. A crash at any point leaves a received order, whose deadline takes the placing up again.
/// </content>
internal sealed partial class OrderGrain
{
    private Task<OrderReply>? _placing;

    /// <summary>Whether it is known here that nobody has asked the payment to hold anything for the placing.</summary>
    private bool _paymentUntouched;

    /// <summary>Finishes placing the order, together with whoever does so already.</summary>
    private async Task<OrderReply> FinishPlacing(OrderNumber number)
    {
        var placing = _placing ??= PlaceOnce(number);
        try
        {
            return await placing;
        }
        finally
        {
            if (ReferenceEquals(_placing, placing)) _placing = null;
        }
    }

    private async Task<OrderReply> PlaceOnce(OrderNumber number)
    {
        var order = _order.Current;
        var placing = order.Placing!;
        if (placing.Refusal is null)
        {
            var reply = await Decide(await Reserve(number, order, placing), new(number));
            if (reply is { Refusal: null, Order.Status: not OrderStatus.Received }) return reply;
        }

        if (_order.Current is { Status: OrderStatus.Received, Placing: { Refusal: not null } refused }) await GiveBack(number, refused);

        // The order's memory has the outcome, whoever brought it about.
        return await Decide(placing.Command, new(number));
    }

    /// <summary>Reserves everything, in the order in which it is refused.</summary>
    private async Task<PlacingCommand> Reserve(OrderNumber number, OrderState order, Placing placing)
    {
        var (c, terms) = (placing.Command, placing.Terms);
        try
        {
            if (c.ExternalId is not null && await ExternalId(c).Claim(number) is var holder && holder != number)
            {
                return new RefusePlacing(new(
                    RefusalCode.DuplicateExternalId, $"Order {holder} has the external id '{c.ExternalId}'.", "/external_id", holder.ToString()));
            }

            var quoted = c.QuoteId is null ? null : await Quote(c).Claim(number, c);
            if (quoted?.Refusal is { } over) return new RefusePlacing(over);

            var held = await Merchant(order).Hold(new(
                number, c.Lines, c.Total, c.Kind, c.Dropoff, c.ScheduledFor, terms.FreeDelivery, HasCoupon: c.Coupon is not null, quoted?.Price));
            if (held.Refusal is { } soldOut) return new RefusePlacing(soldOut);
            var reservation = held.Reservation!;

            // Only the merchant knows the zone. What was placed before goes on, so this is asked while the order is new.
            if ((await _switches.Read(GrainFactory)).Find(Feature.Ordering, _clock.GetUtcNow(), zone: reservation.Zone) is { Passive: false } off)
                return new RefusePlacing(new(RefusalCode.SwitchedOff, $"New orders are switched off: {off.Reason}", "/merchant"));

            Discount? discount = null;
            if (c.Coupon is not null)
            {
                // Less the merchant's own discount: both together are never more than the lines.
                var subtotal = OrderBill.Subtotal(reservation.Lines) - reservation.Discount;
                var reply = await Coupon(c).Reserve(new(number, c.Customer, c.Merchant, new(subtotal, c.Total.Currency), quoted?.QuotedAt ?? order.CreatedAt));
                if (reply.Refusal is { } refused) return new RefusePlacing(refused);
                discount = reply.Discount;
            }

            var total = OrderBill.Of(reservation, discount).Total;
            if (total != c.Total.Amount)
            {
                return new RefusePlacing(new(
                    RefusalCode.WrongTotal, $"The order comes to {total} {c.Total.Currency}, not {c.Total.Amount}.",
                    "/total/amount", $"{c.Total.Amount}", [$"{total}"]));
            }

            PaymentView? payment = null;
            if (c is { Payment: PaymentMethod.Card, PaymentSource: not null } && total > 0)
            {
                _paymentUntouched = false;
                var (attempt, asked) = (Attempt(number, c), GrainFactory.GetGrain<IPaymentGrain>(Key));
                var reply = await Ask(attempt);
                payment = reply?.Payment;

                // The order goes on without the answer and forgets the attempt with its placing: from here on the payment has to know of it.
                if (reply is null) await asked.Require(new(number, order.Version, c.Total.Amount, attempt.Take, attempt));
            }

            return new CompletePlacing(reservation, discount, payment, c.RequirePin ? _pins.Next() : null, c.Kind == OrderKind.Virtual ? null : _tokens.Next());
        }
        catch (Exception) when (_clock.GetUtcNow() - order.CreatedAt > _policy.PlacementLimit)
        {
            return new RefusePlacing(new(
                RefusalCode.Unavailable,
                $"What the order needs could not be reserved within {_policy.PlacementLimit}. Nothing of it is kept; place it again."));
        }
    }

    /// <summary>Gives back whatever was or may have been reserved; giving back what was not changes nothing.</summary>
    private async Task GiveBack(OrderNumber number, Placing placing)
    {
        var c = placing.Command;
        // The payment is asked last, so mostly it was not. A process that is gone may have asked it and not lived to see it answer.
        if (c is { Payment: PaymentMethod.Card, PaymentSource: not null, Total.Amount: > 0 } && !_paymentUntouched)
            await GrainFactory.GetGrain<IPaymentGrain>(Key).Require(new(number, _order.Current.Version, Keep: 0, Take: true, Attempt(number, c)));
        if (c.Coupon is not null) await Coupon(c).Release([number]);
        await Merchant(_order.Current).Progress([new(number, OrderProgressStep.Returned, _clock.GetUtcNow())]);
        if (c.QuoteId is not null) await Quote(c).Release(number);
        if (c.ExternalId is not null) await ExternalId(c).Release(number);
        await Decide(new ForgetPlacing(), new(number));
    }

    // The placing is remembered with its command: whoever takes it up makes the same attempt.
    private static AuthorisePayment Attempt(OrderNumber number, PlaceOrder c) =>
        new(number, "place", c.Total, c.PaymentSource!, OrderPayments.IsHandedOverOnPayment(c.Kind), Remembered: true);

    private IPromotionGrain Coupon(PlaceOrder c) => GrainFactory.GetGrain<IPromotionGrain>(c.Coupon!);

    private IQuoteGrain Quote(PlaceOrder c) => GrainFactory.GetGrain<IQuoteGrain>(c.QuoteId!);

    private IExternalIdGrain ExternalId(PlaceOrder c) => GrainFactory.GetGrain<IExternalIdGrain>($"{c.Tenant}/{c.ExternalId}");
}
