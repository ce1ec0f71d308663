using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrderActors.Couriers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Broadcast;

/// <summary>
/// Keeps merchants, couriers and orders in step with one another. Each of them decides alone; what one decided is an
/// event, and this consumer tells the others, with command ids made from the event so that telling twice does it once.
/// </summary>
[GrainType("fulfilment")]
[ImplicitStreamSubscription(LogAppended.Namespace)]
public sealed partial class FulfilmentGrain(
    SubscriberContext context,
    [PersistentState("dead-letters")] IPersistentState<DeadLetterState> letters,
    ILogger<FulfilmentGrain> log)
    : SubscriberGrain(context, letters), IFulfilmentGrain
{
    // Enough to fill a storage's group commit; the rest of a batch waits here and not in mailboxes.
    private const int AtOnce = 32;

    /// <inheritdoc/>
    protected override string Subscriber => "fulfilment";

    /// <inheritdoc/>
    protected override async Task Handle(IReadOnlyList<LoggedEvent> batch, CancellationToken cancellation)
    {
        // Events of one order or courier stay in order; different ones do not wait for each other.
        var sources = batch.Select(logged => logged.Event).GroupBy(Source, StringComparer.Ordinal).Where(source => source.Key.Length > 0);
        await TurnBound.ForEachAsync(sources, AtOnce, async source =>
        {
            foreach (var happened in source)
            {
                cancellation.ThrowIfCancellationRequested();
                await Tell(happened);
            }
        });

        await TellOwners(batch, cancellation);
    }

    /// <summary>Whose event it is; empty for events that nobody else has to be told of.</summary>
    private static string Source(DomainEvent happened) => happened switch
    {
        CourierEvent { Type: EventTypes.CourierAssigned } e => e.Courier,
        OrderEvent { Courier: not null, Type: EventTypes.DeliveryUnassigned } e => e.Order.ToString(),
        OrderEvent { Courier: not null } e when LetsGo(e) => e.Order.ToString(),
        _ => "",
    };

    /// <summary>Whether the courier who had the order is done with it.</summary>
    private static bool LetsGo(OrderEvent e) =>
        e.Type is EventTypes.OrderDelivered or EventTypes.OrderCanceled or EventTypes.OrderRejected or EventTypes.OrderReturned;

    private Task Tell(DomainEvent happened) => happened switch
    {
        CourierEvent e => AssignOrders(e),
        OrderEvent { Courier: { } courier } e =>
            Release($"finish:{e.Order}:{e.Version}", courier, e.Order, e.Type == EventTypes.OrderDelivered ? e.Dropoff : null),
        _ => Task.CompletedTask,
    };

    private async Task AssignOrders(CourierEvent e)
    {
        foreach (var order in e.Orders)
        {
            var reply = await GrainFactory.GetGrain<IOrderGrain>(order.ToString())
                .Execute(new AssignCourier($"assign:{e.Courier}:{e.Version}", Actor.System, e.Courier));
            ThrowIfBusy(reply.Refusal);
            if (reply.Refusal is null || Carries(reply.Order, e.Courier)) continue;
            LogNotAssigned(order, e.Courier, reply.Refusal.Code, reply.Refusal.Detail);
            await Release($"refused:{order}:{e.Version}", e.Courier, order, deliveredAt: null);
        }
    }

    /// <summary>
    /// Whether the order is this courier's although it refused: it was told before, so long ago that it forgot the command's
    /// id. Releasing the courier now would leave the order with nobody.
    /// </summary>
    private static bool Carries(OrderView? order, string courier) =>
        order is not null && order.Courier == courier && order.Delivery is not (DeliveryStatus.Pending or DeliveryStatus.Canceled);

    private async Task Release(string id, string courier, OrderNumber order, GeoPoint? deliveredAt)
    {
        var reply = await GrainFactory.GetGrain<ICourierGrain>(courier)
            .Execute(new FinishOrder(id, Actor.System, order, deliveredAt));
        ThrowIfBusy(reply.Refusal);

        // The courier does not have the order any more: it was told before, by this event or by another one.
        if (reply.Refusal is { } refusal) LogNotReleased(courier, order, refusal.Code, refusal.Detail);
    }

    /// <summary>A bound that was reached says nothing about the order: the event has to come again.</summary>
    private static void ThrowIfBusy(Refusal? refusal)
    {
        if (refusal is { Code: RefusalCode.TooMany }) throw new LimitExceededException(refusal.Detail);
    }

    [LoggerMessage(20, LogLevel.Information, "Order {Order} did not take courier {Courier} ({Code}): {Detail} The courier is released")]
    private partial void LogNotAssigned(OrderNumber order, string courier, RefusalCode code, string detail);

    [LoggerMessage(21, LogLevel.Debug, "Courier {Courier} had nothing to finish for order {Order} ({Code}): {Detail}")]
    private partial void LogNotReleased(string courier, OrderNumber order, RefusalCode code, string detail);
}
