using System.Collections.Frozen;
using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Dispatch;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>One accepted command's new state under construction, with what it announces.</summary>
internal sealed class OrderDraft(OrderState before, Actor by, OrderFacts facts, OrderPolicy policy, DateTimeOffset now)
{
    private static readonly FrozenSet<string> AboutMoney = new[]
    {
        EventTypes.OrderCreated, EventTypes.OrderScheduled, EventTypes.OrderReleased, EventTypes.OrderAccepted, EventTypes.OrderModificationApproved,
        EventTypes.OrderModificationDeclined,
        EventTypes.OrderItemSubstituted, EventTypes.OrderDelivered, EventTypes.OrderReturned, EventTypes.OrderCompleted,
        EventTypes.OrderCanceled, EventTypes.OrderRejected, EventTypes.OrderExpired,
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly OrderState _before = before;
    private readonly List<(string Type, string? Detail, AssignmentChoice? Choice)> _happened = [];

    /// <summary>The state as far as it is built.</summary>
    public OrderState State { get; set; } = before;

    /// <summary>What the shell found out.</summary>
    public OrderFacts Facts => facts;

    public Actor By => by;

    /// <summary>Whether the courier's own grain ended the offer.</summary>
    public bool Declined { get; set; }

    public OrderPolicy Policy => policy;

    public DateTimeOffset Now => now;

    /// <summary>Announces what happened. All events of a command show the state after it.</summary>
    public void Raise(string type, string? detail = null, AssignmentChoice? choice = null) => _happened.Add((type, detail, choice));

    /// <summary>How long this order waits for something.</summary>
    public TimeSpan TimeFor(DeadlineKind kind) => policy.For(kind, State.Waits, State.Zone);

    /// <summary>
    /// The order waits for just this from now on, or with no kind for nothing. The answer to a proposed change is waited for
    /// beside it, as long as the order can change.
    /// </summary>
    public ImmutableArray<Deadline> WaitFor(DeadlineKind kind, DateTimeOffset due) =>
        [.. State.Deadlines.Where(d => d.Kind == DeadlineKind.Modification), new Deadline(kind, due)];

    /// <summary>The order waits for just this from now on, for as long as its policy says.</summary>
    public ImmutableArray<Deadline> WaitFor(DeadlineKind kind) => WaitFor(kind, now + TimeFor(kind));

    /// <summary>How long a courier is searched for: never less than until the goods are ready.</summary>
    public ImmutableArray<Deadline> WaitForCourier(DateTimeOffset? readyAt)
    {
        var due = now + TimeFor(DeadlineKind.CourierSearch);
        return WaitFor(DeadlineKind.CourierSearch, readyAt > due ? readyAt.Value : due);
    }

    /// <summary>How long the courier has for the pickup: from now or from when the goods are ready.</summary>
    public ImmutableArray<Deadline> WaitForPickup(DateTimeOffset? readyAt) =>
        WaitFor(DeadlineKind.Pickup, (readyAt > now ? readyAt.Value : now) + TimeFor(DeadlineKind.Pickup));

    /// <summary>The state with its version, events and timeline; the same as before when nothing happened.</summary>
    public OrderState Finish()
    {
        if (_happened.Count == 0) return _before;
        WithdrawProposal();
        var after = State with { Version = _before.Version + 1 };
        // Who carried it is told to consumers even when the courier is let go by this very command.
        var courier = after.Courier ?? _before.Courier ?? after.OfferedTo ?? _before.OfferedTo;
        var timeline = after.Timeline.AddRange(_happened.Select(h => new TimelineEntry(after.Version, h.Type, now, by, h.Detail, h.Choice)));
        if (timeline.Length > OrderState.MaxTimeline) timeline = timeline.RemoveRange(0, timeline.Length - OrderState.MaxTimeline);
        return after with
        {
            Timeline = timeline,
            Raised = _before.Raised.AddRange(_happened.Select(DomainEvent (h) => new OrderEvent(
                h.Type, now, by, after.Version, after.Number, after.Customer, after.Merchant, after.Zone, courier, after.Status,
                after.Delivery, after.Payment, after.Reason, after.Pickup, after.Dropoff, after.CreatedAt, after.ReadyAt, after.Deadlines,
                after.Kind, after.PaymentMethod, AboutMoney.Contains(h.Type) ? after.Costs : null, after.Coupon, after.Notify, h.Detail,
                h.Type == EventTypes.OrderDelivered ? after.Virtual : null, after.Tenant, Declined))),
        };
    }

    /// <summary>
    /// An order that cannot change any more waits for no answer to a proposed change. That is said before what ended it: whoever is told one
    /// by one takes back what the merchant agreed to before the end uses it up.
    /// </summary>
    private void WithdrawProposal()
    {
        if (State.OpenProposal is not { } open || State.Status.CanChange()) return;
        State = State with
        {
            Proposals = State.Proposals.SetItem(State.Proposals.Length - 1, open with { Status = ProposalStatus.Withdrawn }),
            Deadlines = [.. State.Deadlines.Where(d => d.Kind != DeadlineKind.Modification)],
        };
        _happened.Insert(0, new(EventTypes.OrderModificationDeclined, $"{open.Number} {Names.Of(ProposalStatus.Withdrawn)}", null));
    }
}
