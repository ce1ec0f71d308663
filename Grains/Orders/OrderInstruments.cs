using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using OrderActors.Broadcast;
using OrderActors.Orders.Kinds;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>
/// What becomes of orders, in numbers. Counted where an order's events are committed, once each, by the process that committed
/// them: a restart counts nothing again, and what was counted before it is in the monitoring system.
/// </summary>
/// <remarks>An event whose write was durable but not confirmed (the process died, or the storage did not answer) is missed.</remarks>
internal static class OrderInstruments
{
    private static readonly Meter Meter = new("OrderActors.Orders");

    private static readonly Counter<long> Placed = Meter.CreateCounter<long>("orderactors.orders.placed", "{order}", "Orders that were placed.");

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "orderactors.orders.refused", "{order}", "Orders that were taken in and could not be placed, by the code of the refusal.");

    private static readonly Counter<long> Accepted = Meter.CreateCounter<long>("orderactors.orders.accepted", "{order}", "Orders that merchants accepted.");

    private static readonly Counter<long> Delivered = Meter.CreateCounter<long>(
        "orderactors.orders.delivered", "{order}", "Orders that customers have: delivered, fetched or fulfilled.");

    private static readonly Counter<long> Canceled = Meter.CreateCounter<long>(
        "orderactors.orders.canceled", "{order}", "Orders that ended otherwise, by reason; rejected and expired are reasons too.");

    private static readonly Histogram<double> MinutesLate = Meter.CreateHistogram(
        "orderactors.orders.late", "min", "Minutes that delivered orders came later than wanted; 0 for those in time.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0, 1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120] });

    private static readonly FrozenDictionary<OrderKind, string> Kinds = Enum.GetValues<OrderKind>().ToFrozenDictionary(kind => kind, Names.Of);

    /// <summary>Counts the events of a write.</summary>
    /// <param name="order">The order after it.</param>
    /// <param name="events">What was committed with it.</param>
    /// <param name="policy">Says how long the way to a customer may take.</param>
    public static void Committed(OrderState order, ImmutableArray<DomainEvent> events, OrderPolicy policy)
    {
        if (!Placed.Enabled) return;
        foreach (var e in events)
        {
            if (e is OrderEvent happened) Count(order, happened, policy);
        }
    }

    /// <summary>How much later than wanted an order was handed over. One that is wanted soon has its preparation and the way.</summary>
    internal static TimeSpan Late(OrderState order, DateTimeOffset handedOver, OrderPolicy policy)
    {
        var wanted = order.ScheduledFor ?? order.CreatedAt + order.PreparationTime + OrderKinds.Of(order.Kind).Lead(policy);
        return handedOver > wanted ? handedOver - wanted : TimeSpan.Zero;
    }

    private static void Count(OrderState order, OrderEvent e, OrderPolicy policy)
    {
        var mode = new KeyValuePair<string, object?>("mode", e.Livemode ? "live" : "test");
        switch (e.Type)
        {
            case EventTypes.OrderCreated:
                Placed.Add(1, mode, new("kind", Kinds[e.Kind]));
                break;
            case EventTypes.OrderRefused:
                Refused.Add(1, mode, new("code", e.Detail));
                break;
            case EventTypes.OrderAccepted:
                Accepted.Add(1, mode);
                break;
            case EventTypes.OrderDelivered:
                Delivered.Add(1, mode, new("kind", Kinds[e.Kind]));
                if (e.Kind != OrderKind.Virtual) MinutesLate.Record(Late(order, e.At, policy).TotalMinutes, mode);
                break;
            case EventTypes.OrderCanceled:
                Canceled.Add(1, mode, new("reason", Names.Of(e.Reason)));
                break;
            case EventTypes.OrderRejected:
                Canceled.Add(1, mode, new("reason", "rejected"));
                break;
            case EventTypes.OrderExpired:
                Canceled.Add(1, mode, new("reason", "expired"));
                break;
        }
    }
}
