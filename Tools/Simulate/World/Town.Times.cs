using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.World;

/// <content>What must not happen before its time, or after it.</content>
internal sealed partial class Town
{
    private readonly Dictionary<string, DateTimeOffset> _offers = new(StringComparer.Ordinal);

    /// <summary>What a deadline brought about had its deadline, and not before it was due. Clocks may be off by what a cluster accepts.</summary>
    /// <param name="order">The order.</param>
    /// <param name="before">The deadlines it had before.</param>
    /// <param name="e">What happened.</param>
    private void CheckDue(OrderTrack order, ImmutableArray<Deadline> before, OrderEvent e)
    {
        if (e.By.Role != Role.System || KindOf(e) is not { } kind) return;
        var now = _platform.Clock.GetUtcNow() + _platform.ClocksApart;
        foreach (var deadline in before)
        {
            if (deadline.Kind != kind) continue;
            if (deadline.Due > now) Break("deadlines", $"{order.Key} {kind}", $"not before {deadline.Due:O}", $"at {e.At:O}");
            return;
        }

        Break("deadlines", $"{order.Key} {kind}", "a deadline of that kind", $"{e.Type} without one");
    }

    /// <summary>The deadline that alone brings an event about; null for others.</summary>
    private static DeadlineKind? KindOf(OrderEvent e) => (e.Type, e.Reason) switch
    {
        (EventTypes.OrderPlacingResumed, _) => DeadlineKind.Placement,
        (EventTypes.OrderExpired, _) => DeadlineKind.Payment,
        (EventTypes.OrderCanceled, CancelReason.AcceptanceTimeout) => DeadlineKind.Acceptance,
        (EventTypes.OrderCanceled, CancelReason.NotCollected) => DeadlineKind.Collection,
        (EventTypes.OrderCanceled, CancelReason.DeliveryLost) => DeadlineKind.Loss,
        (EventTypes.DeliveryOfferExpired, _) => DeadlineKind.Offer,
        (EventTypes.OrderCompleted, _) => DeadlineKind.Completion,
        _ => null,
    };

    /// <summary>An offer is taken within its time.</summary>
    private void CheckOffer(CourierEvent e)
    {
        switch (e.Type)
        {
            case EventTypes.CourierOffered when e.OfferUntil is { } until:
                _offers[e.Courier] = until;
                break;
            case EventTypes.CourierAssigned when _offers.Remove(e.Courier, out var until) && e.At >= until:
                Break("offers", e.Courier, $"taken before {until:O}", $"taken at {e.At:O}");
                break;
            case EventTypes.CourierOfferDeclined or EventTypes.CourierOfferWithdrawn when e.Status != CourierStatus.Offered:
                _offers.Remove(e.Courier);
                break;
        }
    }
}
