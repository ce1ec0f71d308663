using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Merchants;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>One accepted command's new state under construction, with what it announces.</summary>
internal sealed class OrderDraft(OrderState before, Actor by, OrderPolicy policy, DateTimeOffset now)
{
    private readonly OrderState _before = before;
    private readonly List<(string Type, string? Detail)> _happened = [];

    /// <summary>The state as far as it is built.</summary>
    public OrderState State { get; set; } = before;

    /// <summary>The merchant's answer, when the order is being placed.</summary>
    public Reservation? Reserved { get; init; }

    public Actor By => by;

    public OrderPolicy Policy => policy;

    public DateTimeOffset Now => now;

    /// <summary>Announces what happened. All events of a command show the state after it.</summary>
    public void Raise(string type, string? detail = null) => _happened.Add((type, detail));

    /// <summary>The order waits for just this from now on, or for nothing.</summary>
    public static ImmutableArray<Deadline> WaitFor(DeadlineKind kind, DateTimeOffset due) => [new Deadline(kind, due)];

    /// <summary>How long a courier is searched for: never less than until the goods are ready.</summary>
    public ImmutableArray<Deadline> WaitForCourier(DateTimeOffset? readyAt)
    {
        var due = now + policy.CourierSearch;
        return WaitFor(DeadlineKind.CourierSearch, readyAt > due ? readyAt.Value : due);
    }

    /// <summary>How long the courier has for the pickup: from now or from when the goods are ready.</summary>
    public ImmutableArray<Deadline> WaitForPickup(DateTimeOffset? readyAt) =>
        WaitFor(DeadlineKind.Pickup, (readyAt > now ? readyAt.Value : now) + policy.Pickup);

    /// <summary>The state with its version, events and timeline; the same as before when nothing happened.</summary>
    public OrderState Finish()
    {
        if (_happened.Count == 0) return _before;
        var after = State with { Version = _before.Version + 1 };
        // Who carried it is told to consumers even when the courier is let go by this very command.
        var courier = after.Courier ?? _before.Courier;
        var timeline = after.Timeline.AddRange(_happened.Select(h => new TimelineEntry(after.Version, h.Type, now, by, h.Detail)));
        if (timeline.Length > OrderState.MaxTimeline) timeline = timeline.RemoveRange(0, timeline.Length - OrderState.MaxTimeline);
        return after with
        {
            Timeline = timeline,
            Raised = _before.Raised.AddRange(_happened.Select(DomainEvent (h) => new OrderEvent(
                h.Type, now, by, after.Version, after.Number, after.Customer, after.Merchant, after.Zone, courier, after.Status,
                after.Delivery, after.Payment, after.Reason, after.Pickup, after.Dropoff, after.CreatedAt, after.ReadyAt, after.Deadlines))),
        };
    }
}
