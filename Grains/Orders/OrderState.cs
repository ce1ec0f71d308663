using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Merchants;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>An order on its way to being placed: what was asked, until everything for it is reserved or given back.</summary>
/// <param name="Command">What was asked.</param>
/// <param name="Terms">What the customer's grain added.</param>
/// <param name="Refusal">Why it cannot be placed, once that is certain: from then on only giving back is left.</param>
internal sealed record Placing(PlaceOrder Command, CustomerTerms Terms, Refusal? Refusal = null);

/// <summary>What is stored of an order. A value: a change is a new one.</summary>
[StoredAs("order", version: 2)]
internal sealed record OrderState : IRaisesEvents
{
    /// <summary>How many timeline entries are kept; an order without trouble has about 12.</summary>
    public const int MaxTimeline = 200;

    private readonly ImmutableArray<PricedLine> _lines;
    private readonly ImmutableArray<Deadline> _deadlines;
    private readonly ImmutableArray<TimelineEntry> _timeline;
    private readonly ImmutableArray<Proposal> _proposals;
    private ImmutableArray<DomainEvent> _raised;

    public long Version { get; init; }

    public OrderNumber Number { get; init; }

    public OrderKind Kind { get; init; }

    public OrderStatus Status { get; init; }

    public DeliveryStatus Delivery { get; init; }

    public PaymentStatus Payment { get; init; }

    public SettlementStatus Settlement { get; init; }

    /// <summary>Whether everything stands still until an operator says otherwise.</summary>
    public bool Frozen { get; init; }

    public string Customer { get; init; } = "";

    public string Merchant { get; init; } = "";

    public string Zone { get; init; } = "";

    /// <summary>Who has the delivery, from assignment on; null before, and when the order ended without delivery.</summary>
    public string? Courier { get; init; }

    /// <summary>Who was asked and has not answered.</summary>
    public string? OfferedTo { get; init; }

    /// <summary>How many couriers dropped out or did not take it.</summary>
    public int Attempt { get; init; }

    public ImmutableArray<PricedLine> Lines { get => _lines.OrEmpty(); init => _lines = value; }

    public Money Total { get; init; }

    /// <summary>What it costs and who pays for what; null in records of the first version, which had the lines only.</summary>
    public Bill? Bill { get; init; }

    public string? Coupon { get; init; }

    public PaymentMethod PaymentMethod { get; init; }

    /// <summary>The provider's token for the customer's card.</summary>
    public string? PaymentSource { get; init; }

    /// <summary>The version of the payment that was heard of last.</summary>
    public long PaymentVersion { get; init; }

    /// <summary>What the provider holds for the order, or took, in minor units.</summary>
    public long Covered { get; init; }

    public GeoPoint Pickup { get; init; }

    public GeoPoint Dropoff { get; init; }

    public string? Note { get; init; }

    public string? ExternalId { get; init; }

    public string? Tenant { get; init; }

    public CancelReason Reason { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ScheduledFor { get; init; }

    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>The merchant's estimate when the order was placed.</summary>
    public TimeSpan PreparationTime { get; init; }

    /// <summary>Where the merchant's deadlines differ from the platform's.</summary>
    public OrderWaits? Waits { get; init; }

    /// <summary>What the customer gets when the goods are virtual.</summary>
    public VirtualGoods? Virtual { get; init; }

    /// <summary>What the customer has to say at the door.</summary>
    public string? Pin { get; init; }

    /// <summary>The secret of its tracking link; null for virtual goods, and for orders of a release that had no links.</summary>
    public string? Tracking { get; init; }

    /// <summary>How often a courier gave another PIN.</summary>
    public int PinFailures { get; init; }

    public Proof? Proof { get; init; }

    /// <summary>Whether the customer wants to be told how it gets on.</summary>
    public bool Notify { get; init; }

    /// <summary>While it is being placed.</summary>
    public Placing? Placing { get; init; }

    public ImmutableArray<Proposal> Proposals { get => _proposals.OrEmpty(); init => _proposals = value; }

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
    public bool HasEnded => Status.IsEnd();

    /// <summary>The proposed change that waits for its answer, or null.</summary>
    [JsonIgnore]
    public Proposal? OpenProposal => Proposals.IsEmpty || Proposals[^1].Status != ProposalStatus.Open ? null : Proposals[^1];

    /// <summary>What it costs; for a record of the first version, the lines.</summary>
    [JsonIgnore]
    public Bill Costs => Bill ?? new(Total.Currency ?? "", Total.Amount, 0, 0, 0, 0, Total.Amount);

    /// <summary>The order for callers.</summary>
    public OrderView ToView() => new(
        Number, Version, Status, Delivery, Payment, Settlement, Customer, Merchant, Zone, Courier, Attempt, Lines, Total, Pickup,
        Dropoff, Note, Reason, CreatedAt, ReadyAt, Deadlines, OrderTable.Allowed(this, by: null), Timeline, Kind, Frozen, PaymentMethod,
        Costs, ScheduledFor, ExternalId, Coupon, Proposals, Virtual, Proof, Pin, Tenant, Tracking);
}

/// <summary>What is said of statuses in several places.</summary>
internal static class OrderStatuses
{
    /// <summary>Whether nothing can happen to an order in this status any more.</summary>
    public static bool IsEnd(this OrderStatus status) =>
        status is OrderStatus.Completed or OrderStatus.Rejected or OrderStatus.Canceled or OrderStatus.Expired;

    /// <summary>Whether the customer can still change the lines.</summary>
    public static bool CanChange(this OrderStatus status) =>
        status is OrderStatus.Scheduled or OrderStatus.AwaitingMerchant or OrderStatus.Preparing;
}
