using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrderActors.Couriers;
using OrderActors.Governance;
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
    TimeProvider clock,
    ILogger<FulfilmentGrain> log)
    : SubscriberGrain(context, letters), IFulfilmentGrain
{
    // Enough to fill a storage's group commit; the rest of a batch waits here and not in mailboxes.
    private const int AtOnce = 32;

    // Counted here because every order goes by here anyway: a consumer of its own would cost every order something.
    private readonly TrafficTally _traffic = new();

    /// <inheritdoc/>
    protected override string Subscriber => "fulfilment";

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        TellTraffic(_traffic.TakeAll(clock.GetUtcNow()));
        return base.OnDeactivateAsync(reason, cancellationToken);
    }

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
        _traffic.Add(batch);
        TellTraffic(_traffic.Take(clock.GetUtcNow()));
    }

    // One way: no order waits for a hint, or fails with it.
    private void TellTraffic(ImmutableArray<Traffic> seen)
    {
        if (!seen.IsEmpty) _ = GrainFactory.GetGrain<ITrafficGrain>(ITrafficGrain.Key).Count(seen);
    }

    /// <summary>Whose event it is; empty for events that nobody else has to be told of.</summary>
    private static string Source(DomainEvent happened) => happened switch
    {
        CourierEvent
        {
            Type: EventTypes.CourierAssigned or EventTypes.CourierOffered or EventTypes.CourierOfferDeclined or EventTypes.CourierTookOver,
        } e => e.Courier,
        OrderEvent { Courier: not null } e when Frees(e) => e.Order.ToString(),
        _ => "",
    };

    /// <summary>Whether a courier has the order not any more, or is not asked for it any more.</summary>
    private static bool Frees(OrderEvent e) => e.Type switch
    {
        // Who declined knows it, and may have been given the order again since.
        EventTypes.DeliveryUnassigned => !e.Declined,
        EventTypes.DeliveryOfferExpired or EventTypes.DeliveryHandedOver => true,
        EventTypes.OrderDelivered or EventTypes.DeliveryReturned or EventTypes.OrderReturned or EventTypes.DeliveryFailed => true,
        // Goods that are on their way back keep their courier.
        EventTypes.OrderCanceled or EventTypes.OrderRejected => e.Delivery != DeliveryStatus.Returning,
        _ => false,
    };

    private Task Tell(DomainEvent happened) => happened switch
    {
        CourierEvent { Type: EventTypes.CourierAssigned } e => AssignOrders(e),
        CourierEvent { Type: EventTypes.CourierOffered } e => OfferOrders(e),
        CourierEvent { Type: EventTypes.CourierOfferDeclined } e => UnassignOrders(e),
        CourierEvent { Type: EventTypes.CourierTookOver } e => HandOver(e),
        OrderEvent { Courier: { } courier, Type: EventTypes.DeliveryOfferExpired } e =>
            Withdraw($"expired:{e.Order}:{e.Version}", courier, e.Order, expired: true),
        OrderEvent { Type: EventTypes.DeliveryHandedOver } e => ReleaseGiver(e),
        OrderEvent { Courier: { } courier } e => Release($"finish:{e.Order}:{e.Version}", courier, e.Order, PlaceOfHandover(e)),
        _ => Task.CompletedTask,
    };

    /// <summary>Where the courier handed the goods over, to the customer or back to the merchant; null when the order was taken away.</summary>
    private static GeoPoint? PlaceOfHandover(OrderEvent e) => e.Type switch
    {
        EventTypes.OrderDelivered => e.Dropoff,
        EventTypes.DeliveryReturned or EventTypes.OrderReturned => e.Pickup,
        _ => null,
    };

    private async Task AssignOrders(CourierEvent e)
    {
        foreach (var order in e.Orders)
        {
            var reply = await GrainFactory.GetGrain<IOrderGrain>(order.ToString())
                .Execute(new AssignCourier($"assign:{e.Courier}:{e.Version}", Actor.System, e.Courier, e.Choice));
            ThrowIfBusy(reply.Refusal);
            if (reply.Refusal is null || Carries(reply.Order, e.Courier)) continue;
            LogNotAssigned(order, e.Courier, reply.Refusal.Code, reply.Refusal.Detail);
            await Release($"refused:{order}:{e.Version}", e.Courier, order, deliveredAt: null);
        }
    }

    private async Task OfferOrders(CourierEvent e)
    {
        foreach (var order in e.Orders)
        {
            var reply = await GrainFactory.GetGrain<IOrderGrain>(order.ToString())
                .Execute(new OfferDelivery($"offer:{e.Courier}:{e.Version}", Actor.System, e.Courier, e.OfferUntil ?? e.At, e.Choice));
            ThrowIfBusy(reply.Refusal);
            if (reply.Refusal is null || Carries(reply.Order, e.Courier)) continue;
            LogNotAssigned(order, e.Courier, reply.Refusal.Code, reply.Refusal.Detail);
            await Withdraw($"refused-offer:{order}:{e.Version}", e.Courier, order, expired: false);
        }
    }

    private async Task UnassignOrders(CourierEvent e)
    {
        foreach (var order in e.Orders)
        {
            // Refused when the offer ended first: the order looks for somebody else already.
            var reply = await GrainFactory.GetGrain<IOrderGrain>(order.ToString())
                .Execute(new UnassignCourier($"decline:{e.Courier}:{e.Version}", Actor.System, e.Courier, Declined: true));
            ThrowIfBusy(reply.Refusal);
        }
    }

    private async Task HandOver(CourierEvent e)
    {
        foreach (var order in e.Orders)
        {
            var grain = GrainFactory.GetGrain<IOrderGrain>(order.ToString());
            // As it is stored: whoever had it before may have got it from somebody else a moment ago.
            var present = await grain.GetSince(long.MaxValue);
            if (Carries(present, e.Courier)) continue;
            Refusal? refusal = null;
            if (present?.Courier == e.Detail)
            {
                var reply = await grain.Execute(new HandOver($"handover:{e.Courier}:{e.Version}", Actor.System, e.Courier));
                ThrowIfBusy(reply.Refusal);
                if (reply.Refusal is null || Carries(reply.Order, e.Courier)) continue;
                refusal = reply.Refusal;
            }

            refusal ??= new(RefusalCode.Forbidden, $"Courier {e.Detail} does not have it.");
            LogNotAssigned(order, e.Courier, refusal.Code, refusal.Detail);
            await Release($"refused:{order}:{e.Version}", e.Courier, order, deliveredAt: null);
        }
    }

    /// <summary>Releases the courier who gave the order away, unless it came back meanwhile.</summary>
    private async Task ReleaseGiver(OrderEvent e)
    {
        if (e.Detail is not { } giver) return;
        if ((await Now(e)).Courier != giver) await Release($"handed:{e.Order}:{e.Version}", giver, e.Order, deliveredAt: null);
    }

    /// <summary>The order as it stands, not as an activation remembers it that does not know of its end yet.</summary>
    private async Task<OrderView> Now(OrderEvent e) =>
        await GrainFactory.GetGrain<IOrderGrain>(e.Order.ToString()).GetSince(e.Version)
        ?? throw new InvalidOperationException($"Order {e.Order} has no state, although version {e.Version} of it was announced.");

    /// <summary>
    /// Whether the order is on its way with this courier although it refused: it was told before, so long ago that it forgot the
    /// command's id. Releasing the courier now would leave the order with nobody. An order that has come to its door or back is nobody's.
    /// </summary>
    private static bool Carries(OrderView? order, string courier) => order is not null && order.Courier == courier
        && order.Status is OrderStatus.Preparing or OrderStatus.Ready or OrderStatus.InDelivery or OrderStatus.Returning;

    private async Task Withdraw(string id, string courier, OrderNumber order, bool expired)
    {
        var reply = await GrainFactory.GetGrain<ICourierGrain>(courier).Execute(new WithdrawOffer(id, Actor.System, [order], expired));
        ThrowIfBusy(reply.Refusal);
        if (reply.Refusal is { } refusal) LogNotReleased(courier, order, refusal.Code, refusal.Detail);
    }

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
