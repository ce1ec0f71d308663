using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>The part of a merchant that its own commands change: who it is, what it sells, whether it is open.</summary>
[StoredAs("merchant-profile", version: 1)]
internal sealed record MerchantProfile : IRaisesEvents
{
    private readonly ImmutableArray<MenuItem> _menu;
    private ImmutableArray<DomainEvent> _raised;

    /// <summary>0 while the merchant does not exist.</summary>
    public long Version { get; init; }

    public string Id { get; init; } = "";

    public MerchantStatus Status { get; init; }

    public string Name { get; init; } = "";

    public string Zone { get; init; } = "";

    public GeoPoint Location { get; init; }

    public string Currency { get; init; } = "";

    public TimeSpan PreparationTime { get; init; }

    public bool AutoAccept { get; init; }

    /// <summary>The menu as it was set, with the stock there was then.</summary>
    public ImmutableArray<MenuItem> Menu { get => _menu.OrEmpty(); init => _menu = value; }

    /// <summary>Counts the menus, so that the stock knows when it is another menu's.</summary>
    public long MenuRevision { get; init; }

    public CommandMemory Commands { get; init; } = CommandMemory.Empty;

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<DomainEvent> Raised { get => _raised.OrEmpty(); init => _raised = value; }

    /// <inheritdoc/>
    public void ClearRaised() => _raised = default;

    [JsonIgnore]
    public bool Exists => Version > 0;
}

/// <summary>What is left of an item.</summary>
internal readonly record struct StockLeft(string Item, int Left);

/// <summary>Stock taken for an order that has not ended.</summary>
internal sealed record OpenReservation(Reservation Terms);

/// <summary>The part of a merchant that every order changes. Apart from the profile, so that an order does not rewrite the menu.</summary>
[StoredAs("merchant-stock", version: 2)]
internal sealed record MerchantStock
{
    private readonly ImmutableArray<StockLeft> _left;

    /// <summary>The menu the counts belong to. After a new menu they start again from what it says.</summary>
    public long MenuRevision { get; init; }

    /// <summary>The items with a limit.</summary>
    public ImmutableArray<StockLeft> Left { get => _left.OrEmpty(); init => _left = value; }

    public ImmutableSortedDictionary<OrderNumber, OpenReservation> Open { get; init; } = ImmutableSortedDictionary<OrderNumber, OpenReservation>.Empty;

    public OrderIndex Orders { get; init; } = OrderIndex.Empty;

    /// <summary>The stock as it stands under a profile: its counts are the present menu's.</summary>
    public MerchantStock Under(MerchantProfile profile) =>
        MenuRevision == profile.MenuRevision
            ? this
            : this with
            {
                MenuRevision = profile.MenuRevision,
                Left = [.. profile.Menu.Where(i => i.Stock is not null).Select(i => new StockLeft(i.Id, i.Stock!.Value))],
            };
}
