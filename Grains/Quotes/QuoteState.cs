using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Quotes;

/// <summary>What is stored of a quote.</summary>
[StoredAs("quote", version: 1)]
internal sealed record QuoteState : IRaisesEvents
{
    private readonly ImmutableArray<OrderNumber> _released;
    private ImmutableArray<DomainEvent> _raised;

    /// <summary>0 while there is no quote.</summary>
    public long Version { get; init; }

    public string Id { get; init; } = "";

    /// <summary>What was asked for.</summary>
    public CreateQuote? Asked { get; init; }

    /// <summary>Of what was asked for, to know it again.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>What the merchant asks for it.</summary>
    public AgreedPrice? Price { get; init; }

    /// <summary>The same with the coupon's discount.</summary>
    public Bill? Bill { get; init; }

    public DateTimeOffset PickupAt { get; init; }

    public DateTimeOffset? DropoffAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it is forgotten.</summary>
    public DateTimeOffset KeptUntil { get; init; }

    /// <summary>The order that has the price.</summary>
    public OrderNumber? Order { get; init; }

    /// <summary>Orders that gave the price back last, the oldest first: none of them takes it again.</summary>
    public ImmutableArray<OrderNumber> Released { get => _released.OrEmpty(); init => _released = value; }

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<DomainEvent> Raised { get => _raised.OrEmpty(); init => _raised = value; }

    /// <inheritdoc/>
    public void ClearRaised() => _raised = default;

    [JsonIgnore]
    public bool Exists => Version > 0;

    /// <summary>What the quote waits for: to be forgotten.</summary>
    [JsonIgnore]
    public Deadline Deadline => new(DeadlineKind.QuoteRemoval, KeptUntil);

    /// <summary>The quote for callers.</summary>
    public QuoteView ToView(DateTimeOffset now)
    {
        var (asked, status) = (Asked!, Order is not null ? QuoteStatus.Accepted : now < ExpiresAt ? QuoteStatus.Active : QuoteStatus.Expired);
        return new(
            Id, Version, status, asked.Customer, asked.Merchant, asked.Kind, Price!.Lines, Bill!, asked.Dropoff, asked.ScheduledFor, asked.Coupon,
            PickupAt, DropoffAt, CreatedAt, ExpiresAt, Order);
    }
}
