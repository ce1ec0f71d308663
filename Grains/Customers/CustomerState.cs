using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Customers;

/// <summary>A command to place an order, with the number the order got.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="Fingerprint">Of its content.</param>
/// <param name="Number">The order's number.</param>
/// <param name="At">When it came.</param>
/// <param name="Refusal">Why there is no such order; null while it is placed or being placed.</param>
internal sealed record Placement(string Id, string Fingerprint, OrderNumber Number, DateTimeOffset At, Refusal? Refusal = null);

/// <summary>What is stored of a customer.</summary>
[StoredAs("customer", version: 2)]
internal sealed record CustomerState : IRaisesEvents
{
    private readonly ImmutableArray<Placement> _placements;
    private readonly ImmutableArray<OrderNumber> _openOrders;
    private readonly ImmutableArray<CustomerAddress> _addresses;
    private readonly ImmutableArray<OrderNumber> _grants;
    private ImmutableArray<DomainEvent> _raised;

    /// <summary>Placements whose id is remembered, oldest first.</summary>
    public ImmutableArray<Placement> Placements { get => _placements.OrEmpty(); init => _placements = value; }

    public OrderIndex Orders { get; init; } = OrderIndex.Empty;

    /// <summary>Counts the changes, placements not included.</summary>
    public long Version { get; init; }

    /// <summary>
    /// Orders that may be open, oldest first. No open one is missing; ended ones stay until the limit is reached and somebody
    /// asks them.
    /// </summary>
    public ImmutableArray<OrderNumber> OpenOrders { get => _openOrders.OrEmpty(); init => _openOrders = value; }

    /// <summary>The customer's own limit of open orders; null for the platform's.</summary>
    public int? MaxOpenOrders { get; init; }

    /// <summary>The addresses, oldest first.</summary>
    public ImmutableArray<CustomerAddress> Addresses { get => _addresses.OrEmpty(); init => _addresses = value; }

    public string? DefaultAddress { get; init; }

    public DateTimeOffset? MemberUntil { get; init; }

    /// <summary>The newest orders that granted membership, oldest first.</summary>
    public ImmutableArray<OrderNumber> Grants { get => _grants.OrEmpty(); init => _grants = value; }

    public bool Notify { get; init; }

    /// <summary>The partner who brought the customer; null for none.</summary>
    public string? Partner { get; init; }

    public CommandMemory Commands { get; init; } = CommandMemory.Empty;

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<DomainEvent> Raised { get => _raised.OrEmpty(); init => _raised = value; }

    /// <inheritdoc/>
    public void ClearRaised() => _raised = default;

    /// <summary>Whether anybody has heard of the customer.</summary>
    [JsonIgnore]
    public bool Exists => Version > 0 || Placements.Length > 0 || Orders.Open.Length > 0 || Orders.SealedPages > 0;

    /// <summary>The customer for callers.</summary>
    public CustomerView ToView(string id, int platformLimit) =>
        new(id, Version, Addresses, DefaultAddress, MemberUntil, MaxOpenOrders ?? platformLimit, Notify, Partner);
}
