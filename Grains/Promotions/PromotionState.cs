using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Promotions;

/// <summary>A discount taken out of the budget for an order that has not ended.</summary>
/// <param name="Merchant">The merchant's part, in minor units.</param>
/// <param name="Platform">The platform's part.</param>
/// <param name="Customer">Whose use it is; null where uses of a customer are not counted.</param>
internal sealed record CouponHold(long Merchant, long Platform, string? Customer = null)
{
    [JsonIgnore]
    public long Amount => Merchant + Platform;
}

/// <summary>
/// What is stored of a promotion. Orders under way are listed, at most <see cref="PromotionRules.MaxReserved"/>; redeemed ones
/// are only counted, so that the record stays as small after a million orders.
/// </summary>
[StoredAs("promotion", version: 1)]
internal sealed record PromotionState : IRaisesEvents
{
    private ImmutableArray<DomainEvent> _raised;

    /// <summary>Counts the changes by commands; 0 while the promotion does not exist.</summary>
    public long Version { get; init; }

    public string Code { get; init; } = "";

    public PromotionStatus Status { get; init; }

    public PromotionTerms Terms { get; init; } = new("", DiscountKind.AmountOff, 0);

    /// <summary>Orders under way with their discounts.</summary>
    public ImmutableSortedDictionary<OrderNumber, CouponHold> Reserved { get; init; } = ImmutableSortedDictionary<OrderNumber, CouponHold>.Empty;

    /// <summary>What the discounts of these come to.</summary>
    public long ReservedAmount { get; init; }

    public long RedeemedAmount { get; init; }

    public long RedeemedUses { get; init; }

    public CommandMemory Commands { get; init; } = CommandMemory.Empty;

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<DomainEvent> Raised { get => _raised.OrEmpty(); init => _raised = value; }

    /// <inheritdoc/>
    public void ClearRaised() => _raised = default;

    [JsonIgnore]
    public bool Exists => Version > 0;

    /// <summary>The promotion for callers.</summary>
    public PromotionView ToView() => new(
        Code, Version, Status, Terms with { Merchants = Terms.Merchants.OrEmpty() }, ReservedAmount, Reserved.Count, RedeemedAmount, RedeemedUses);
}

/// <summary>What is stored of a customer's uses of a promotion: the orders, no more than the limit.</summary>
[StoredAs("promotion-uses", version: 1)]
internal sealed record PromotionUsesState
{
    private readonly ImmutableArray<OrderNumber> _orders;
    private readonly ImmutableArray<OrderNumber> _released;

    /// <summary>Orders with a discount that were not released, redeemed ones included.</summary>
    public ImmutableArray<OrderNumber> Orders { get => _orders.OrEmpty(); init => _orders = value; }

    /// <summary>Orders that were released last, the oldest first: a use that is taken for one of them too late would never go back.</summary>
    public ImmutableArray<OrderNumber> Released { get => _released.OrEmpty(); init => _released = value; }
}
