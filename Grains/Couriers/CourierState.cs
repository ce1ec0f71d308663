using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Couriers;

/// <summary>
/// What is stored of a courier. Off duty there is no location, no shift and no assignment; busy means an assignment, offered
/// an open offer.
/// </summary>
[StoredAs("courier", version: 2)]
internal sealed record CourierState : IRaisesEvents
{
    private readonly ImmutableArray<OrderNumber> _assignment;
    private readonly ImmutableArray<PassedOrder> _passed;
    private readonly ImmutableArray<EarningsDay> _days;
    private readonly ImmutableArray<ShiftReport> _shifts;
    private ImmutableArray<DomainEvent> _raised;

    /// <summary>0 while the courier does not exist.</summary>
    public long Version { get; init; }

    public string Id { get; init; } = "";

    public CourierStatus Status { get; init; }

    public string Name { get; init; } = "";

    public string Zone { get; init; } = "";

    public int Capacity { get; init; }

    /// <summary>Where the courier was at the last change of duty; what came in between is in memory only.</summary>
    public GeoPoint? Location { get; init; }

    public DateTimeOffset? OnlineUntil { get; init; }

    /// <summary>When an order was last handed over to a customer.</summary>
    public DateTimeOffset? LastHandover { get; init; }

    public bool LeavesAfterAssignment { get; init; }

    /// <summary>Orders to deliver, in this sequence.</summary>
    public ImmutableArray<OrderNumber> Assignment { get => _assignment.OrEmpty(); init => _assignment = value; }

    /// <summary>Everything the courier ever carried.</summary>
    public OrderIndex Orders { get; init; } = OrderIndex.Empty;

    public Vehicle Vehicle { get; init; }

    /// <summary>Whether an assignment is an offer first.</summary>
    public bool AcceptsOffersByHand { get; init; }

    /// <summary>What the courier is asked.</summary>
    public CourierOffer? Offer { get; init; }

    /// <summary>Orders that the courier is not to be asked for again yet, oldest first.</summary>
    public ImmutableArray<PassedOrder> Passed { get => _passed.OrEmpty(); init => _passed = value; }

    /// <summary>The shift; also null on duty when it began under a release that kept none.</summary>
    public Shift? Shift { get; init; }

    /// <summary>Earnings, the newest day first.</summary>
    public ImmutableArray<EarningsDay> Days { get => _days.OrEmpty(); init => _days = value; }

    /// <summary>Shifts that are over, the newest first.</summary>
    public ImmutableArray<ShiftReport> Shifts { get => _shifts.OrEmpty(); init => _shifts = value; }

    public CommandMemory Commands { get; init; } = CommandMemory.Empty;

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<DomainEvent> Raised { get => _raised.OrEmpty(); init => _raised = value; }

    /// <inheritdoc/>
    public void ClearRaised() => _raised = default;

    [JsonIgnore]
    public bool Exists => Version > 0;

    /// <summary>The courier for callers.</summary>
    /// <param name="seen">The newest location, when there is a newer one than the stored.</param>
    public CourierView? ToView(GeoPoint? seen) => !Exists
        ? null
        : new(Id, Version, Status, Name, Zone, Capacity, seen ?? Location, OnlineUntil, LeavesAfterAssignment, Assignment,
            Vehicle, AcceptsOffersByHand, Offer);
}
