using System.Globalization;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Refunds;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Payments;

/// <summary>
/// Tells payments what their orders want, and orders and refunds what became of the money. It never waits for a provider: a
/// payment answers when it has remembered what is wanted.
/// </summary>
[GrainType("payment-feed")]
[ImplicitStreamSubscription(LogAppended.Namespace)]
public sealed class PaymentFeedGrain(
    SubscriberContext context, [PersistentState("dead-letters")] IPersistentState<DeadLetterState> letters)
    : SubscriberGrain(context, letters), IPaymentFeedGrain
{
    private const int AtOnce = 32;

    /// <inheritdoc/>
    protected override string Subscriber => "payments";

    /// <inheritdoc/>
    /// <remarks>The provider takes longer than that.</remarks>
    protected override TimeSpan Linger => TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    protected override Task Handle(IReadOnlyList<LoggedEvent> batch, CancellationToken cancellation)
    {
        // Events of one order stay in order; orders do not wait for each other. Cash orders cost nothing at all.
        var orders = batch.Select(logged => logged.Event).Select(happened => (OrderOf: OrderOf(happened), happened))
            .Where(entry => entry.OrderOf is not null).GroupBy(entry => entry.OrderOf!.Value, entry => entry.happened);
        return TurnBound.ForEachAsync(orders, AtOnce, async order =>
        {
            foreach (var happened in Newest(order))
            {
                cancellation.ThrowIfCancellationRequested();
                await Tell(happened);
            }
        });
    }

    /// <summary>Of several wishes of one order in a batch only the last one counts.</summary>
    private static IEnumerable<DomainEvent> Newest(IEnumerable<DomainEvent> events)
    {
        var all = events.ToList();
        var last = all.OfType<OrderEvent>().MaxBy(e => e.Version);
        return all.Where(happened => happened is not OrderEvent || ReferenceEquals(happened, last));
    }

    private static OrderNumber? OrderOf(DomainEvent happened) => happened switch
    {
        OrderEvent e when PaymentFeed.Wish(e) is not null => e.Order,
        PaymentEvent e when PaymentFeed.ConcernsOrder(e) || PaymentFeed.RefundSucceeded(e) is not null => e.Payment.Order,
        _ => null,
    };

    private async Task Tell(DomainEvent happened)
    {
        if (PaymentFeed.Wish(happened) is { } wish)
        {
            await GrainFactory.GetGrain<IPaymentGrain>(wish.Order.ToString()).Require(wish);
            return;
        }

        var e = (PaymentEvent)happened;
        var key = e.Payment.Order.ToString();
        if (PaymentFeed.ConcernsOrder(e))
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"payment:{e.Version}");
            var reply = await GrainFactory.GetGrain<IOrderGrain>(key).Execute(new RecordPayment(id, Actor.System, e.Payment));
            if (reply.Refusal is { Code: RefusalCode.TooMany or RefusalCode.Unavailable or RefusalCode.OrderFrozen } refusal)
                throw new LimitExceededException(refusal.Detail);
        }

        if (PaymentFeed.RefundSucceeded(e) is { } succeeded)
            await GrainFactory.GetGrain<IRefundGrain>(key).RecordPayment(e.Refund, succeeded, e.Payment);
    }
}
