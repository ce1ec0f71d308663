using System.Collections.Immutable;
using OrderActors.Customers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Promotions;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Broadcast;

/// <content>What merchants, promotions and customers are told of how their orders get on: one call per owner and batch.</content>
public sealed partial class FulfilmentGrain
{
    private async Task TellOwners(IReadOnlyList<LoggedEvent> batch, CancellationToken cancellation)
    {
        // An order that is only being placed is its own business: most pages of a busy minute have nothing else.
        var events = batch.Select(logged => logged.Event).OfType<OrderEvent>()
            .Where(e => e.Status != OrderStatus.Received && (e.Type != EventTypes.OrderCreated || IsSpent(e))).ToList();
        if (events.Count == 0) return;

        // Before an end uses up what is reserved: a change that was agreed with the merchant and then refused is taken back first.
        foreach (var e in events.Where(e => e.Type is EventTypes.OrderModificationApproved or EventTypes.OrderModificationDeclined))
        {
            cancellation.ThrowIfCancellationRequested();
            await KeepReservation(e);
        }

        var merchants = events.Where(e => StepOf(e) is not null).GroupBy(e => e.Merchant, StringComparer.Ordinal);
        await TurnBound.ForEachAsync(merchants, AtOnce, merchant =>
        {
            cancellation.ThrowIfCancellationRequested();
            return TellMerchant(merchant.Key, [.. merchant.Select(e => new OrderProgress(e.Order, StepOf(e)!.Value, e.At))]);
        });

        var coupons = events.Where(e => e.Coupon is not null && (IsSpent(e) || EndsUnserved(e))).GroupBy(e => e.Coupon!, StringComparer.Ordinal);
        await TurnBound.ForEachAsync(coupons, AtOnce, async coupon =>
        {
            cancellation.ThrowIfCancellationRequested();
            var promotion = GrainFactory.GetGrain<IPromotionGrain>(coupon.Key);
            // In the order of the events: an order that was paid and ended later has spent its coupon.
            ImmutableArray<OrderNumber> spent = [.. coupon.Where(IsSpent).Select(e => e.Order).Distinct()];
            if (spent.Length > 0) await promotion.Redeem(spent);
            ImmutableArray<OrderNumber> unserved = [.. coupon.Where(EndsUnserved).Select(e => e.Order).Except(spent)];
            if (unserved.Length > 0) await promotion.Release(unserved);
        });

        foreach (var e in events)
        {
            cancellation.ThrowIfCancellationRequested();
            if (e is { Type: EventTypes.OrderDelivered, Virtual.MembershipDays: > 0 and var days }) await Customer(e).Grant(e.Order, days);
            if (e.Type == EventTypes.OrderRefused) await Customer(e).Forget(e.Order, Refused(e));
        }
    }

    private static OrderProgressStep? StepOf(OrderEvent e) => e.Type switch
    {
        EventTypes.OrderReleased => OrderProgressStep.Released,
        EventTypes.OrderAccepted => OrderProgressStep.Accepted,
        EventTypes.OrderReady => OrderProgressStep.Ready,
        EventTypes.OrderDelivered => OrderProgressStep.Consumed,
        EventTypes.OrderCanceled when e.Reason is CancelReason.NotCollected or CancelReason.DeliveryLost => OrderProgressStep.Consumed,
        EventTypes.OrderCanceled or EventTypes.OrderRejected or EventTypes.OrderExpired or EventTypes.OrderReturned => OrderProgressStep.Returned,
        _ => null,
    };

    /// <summary>
    /// Whether a coupon has done its work. An order may be paid while it is being placed, and asks for the coupon again when that breaks off: so
    /// it is spent with the placing, not before. The end of an order that was paid says so once more: the news of the payment may have been given up.
    /// </summary>
    private static bool IsSpent(OrderEvent e) =>
        e.Type is EventTypes.OrderPaid or EventTypes.OrderDelivered || ((e.Type == EventTypes.OrderCreated || Ends(e)) && IsPaid(e));

    private static bool EndsUnserved(OrderEvent e) => Ends(e) && !IsPaid(e);

    private static bool Ends(OrderEvent e) =>
        e.Type is EventTypes.OrderCanceled or EventTypes.OrderRejected or EventTypes.OrderExpired or EventTypes.OrderReturned;

    private static bool IsPaid(OrderEvent e) => e.Payment is PaymentStatus.Paid or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded;

    private ICustomerGrain Customer(OrderEvent e) => GrainFactory.GetGrain<ICustomerGrain>(e.Customer);

    /// <summary>
    /// For a customer whose own call broke off: whoever asks again with the same command id gets the order's own, fuller refusal
    /// from its memory only as long as that lasts.
    /// </summary>
    private static Refusal Refused(OrderEvent e) => new(
        Enum.GetValues<RefusalCode>().FirstOrDefault(code => Names.Of(code) == e.Detail, RefusalCode.Unavailable), $"Order {e.Order} could not be placed.",
        Value: e.Order.ToString());

    private async Task TellMerchant(string merchant, ImmutableArray<OrderProgress> steps)
    {
        var accepted = await GrainFactory.GetGrain<IMerchantGrain>(merchant).Progress(steps);
        foreach (var order in accepted)
        {
            // An order that ended meanwhile refuses, and its own event tells the merchant so.
            var reply = await GrainFactory.GetGrain<IOrderGrain>(order.ToString()).Execute(new AcceptOrder("accept:auto", Actor.System));
            ThrowIfBusy(reply.Refusal);
        }
    }

    /// <summary>The merchant keeps goods for the lines that the order has, whatever was asked for while a change was decided.</summary>
    private async Task KeepReservation(OrderEvent e)
    {
        var order = await Now(e);
        var reply = await GrainFactory.GetGrain<IMerchantGrain>(e.Merchant)
            .Amend(e.Order, e.Version, [.. order.Lines.Select(line => new OrderLine(line.Item, line.Quantity, line.Options))]);
        ThrowIfBusy(reply.Refusal);
    }
}
