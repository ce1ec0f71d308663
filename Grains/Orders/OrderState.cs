using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>What is stored of an order. A value: a change is a new one.</summary>
[StoredAs("order", version: 2)]
internal sealed record OrderState : IRaisesEvents
{
    /// <summary>How many timeline entries are kept; an order without trouble has about 12.</summary>
    public const int MaxTimeline = 200;

    private readonly ImmutableArray<PricedLine> _lines;
    private readonly ImmutableArray<Deadline> _deadlines;
    private readonly ImmutableArray<TimelineEntry> _timeline;
    private ImmutableArray<DomainEvent> _raised;

    public long Version { get; init; }

    public OrderNumber Number { get; init; }

    public OrderStatus Status { get; init; }

    public DeliveryStatus Delivery { get; init; }

    public PaymentStatus Payment { get; init; }

    public SettlementStatus Settlement { get; init; }

    public string Customer { get; init; } = "";

    public string Merchant { get; init; } = "";

    public string Zone { get; init; } = "";

    /// <summary>Who has the delivery, from assignment on; null before, and when the order ended without delivery.</summary>
    public string? Courier { get; init; }

    /// <summary>How many couriers dropped out.</summary>
    public int Attempt { get; init; }

    public ImmutableArray<PricedLine> Lines { get => _lines.OrEmpty(); init => _lines = value; }

    public Money Total { get; init; }

    public GeoPoint Pickup { get; init; }

    public GeoPoint Dropoff { get; init; }

    public string? Note { get; init; }

    public CancelReason Reason { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>The merchant's usual time when the order was placed.</summary>
    public TimeSpan PreparationTime { get; init; }

    /// <summary>Everything the order waits for.</summary>
    public ImmutableArray<Deadline> Deadlines { get => _deadlines.OrEmpty(); init => _deadlines = value; }

    public ImmutableArray<TimelineEntry> Timeline { get => _timeline.OrEmpty(); init => _timeline = value; }

    public CommandMemory Commands { get; init; } = CommandMemory.Empty;

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<DomainEvent> Raised { get => _raised.OrEmpty(); init => _raised = value; }

    /// <inheritdoc/>
    public void ClearRaised() => _raised = default;

    /// <summary>Whether nothing can happen to the order any more.</summary>
    [JsonIgnore]
    public bool HasEnded => Status is OrderStatus.Completed or OrderStatus.Rejected or OrderStatus.Canceled;

    /// <summary>The order for callers.</summary>
    public OrderView ToView() => new(
        Number, Version, Status, Delivery, Payment, Settlement, Customer, Merchant, Zone, Courier, Attempt, Lines, Total, Pickup,
        Dropoff, Note, Reason, CreatedAt, ReadyAt, Deadlines, OrderTable.Allowed(this, by: null), Timeline);
}
