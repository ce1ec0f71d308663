using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Idempotency;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>A status that ends by itself: busy, or paused.</summary>
/// <param name="Paused">Whether no orders are taken; otherwise it is busy.</param>
/// <param name="Until">When it ends; null for not by itself.</param>
/// <param name="Preparation">How much longer orders take.</param>
internal sealed record MerchantSpell(bool Paused, DateTimeOffset? Until, TimeSpan Preparation);

/// <summary>An item whose stock was set on its own.</summary>
/// <param name="Item">The item.</param>
/// <param name="Revision">Which of the menu's settings it was, from 1.</param>
internal readonly record struct StockSetting(string Item, long Revision);

/// <summary>The part of a merchant that its own commands change: who it is, what it sells and on what terms, whether it is open.</summary>
[StoredAs("merchant-profile", version: 2)]
internal sealed record MerchantProfile : IRaisesEvents
{
    /// <summary>Settings of stock within one menu; more than any menu ever sees.</summary>
    private const long SettingsPerMenu = 1_000_000_000;

    private readonly ImmutableArray<MenuItem> _menu;
    private readonly ImmutableArray<StockSetting> _settings;
    private ImmutableArray<DomainEvent> _raised;

    /// <summary>0 while the merchant does not exist.</summary>
    public long Version { get; init; }

    public string Id { get; init; } = "";

    /// <summary>Open or closed. Busy and paused are told by <see cref="Spell"/>: the release before this one does not know them.</summary>
    public MerchantStatus Status { get; init; }

    public MerchantSpell? Spell { get; init; }

    public string Name { get; init; } = "";

    public string Zone { get; init; } = "";

    public GeoPoint Location { get; init; }

    public string Currency { get; init; } = "";

    public TimeSpan PreparationTime { get; init; }

    public bool AutoAccept { get; init; }

    /// <summary>Whether the estimate follows what recent orders took.</summary>
    public bool Learn { get; init; }

    public OpeningHours? Hours { get; init; }

    public MerchantCapacity? Capacity { get; init; }

    public MerchantTerms? Terms { get; init; }

    /// <summary>The menu as it was set, with the stock there was then.</summary>
    public ImmutableArray<MenuItem> Menu { get => _menu.OrEmpty(); init => _menu = value; }

    /// <summary>Counts the menus, so that the stock knows when it is another menu's.</summary>
    public long MenuRevision { get; init; }

    /// <summary>Counts the settings of stock under this menu.</summary>
    public long StockRevision { get; init; }

    /// <summary>The newest setting of each item whose stock was set under this menu.</summary>
    public ImmutableArray<StockSetting> StockSettings { get => _settings.OrEmpty(); init => _settings = value; }

    public CommandMemory Commands { get; init; } = CommandMemory.Empty;

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<DomainEvent> Raised { get => _raised.OrEmpty(); init => _raised = value; }

    /// <inheritdoc/>
    public void ClearRaised() => _raised = default;

    [JsonIgnore]
    public bool Exists => Version > 0;

    /// <summary>The status at a time: a spell that is over leaves the merchant open.</summary>
    public MerchantStatus StatusAt(DateTimeOffset at) => Spell switch
    {
        null => Status,
        { Until: { } until } when until <= at => MerchantStatus.Open,
        { Paused: true } => MerchantStatus.Paused,
        _ => MerchantStatus.Busy,
    };

    public MenuItem? Find(string item)
    {
        foreach (var candidate in Menu)
        {
            if (candidate.Id == item) return candidate;
        }

        return null;
    }

    /// <summary>Grows whenever the merchant says how many there are of an item.</summary>
    public long EpochOf(string item) => checked(MenuRevision * SettingsPerMenu + SettingOf(item));

    /// <summary>Which setting of stock under this menu is the item's; 0 when it is the menu itself.</summary>
    public long SettingOf(string item)
    {
        foreach (var setting in StockSettings)
        {
            if (setting.Item == item) return setting.Revision;
        }

        return 0;
    }
}

/// <summary>The part of a merchant that every order changes. Apart from the profile, so that an order does not rewrite the menu.</summary>
[StoredAs("merchant-stock", version: 2, Upcaster = typeof(MerchantStockUpcaster))]
internal sealed record MerchantStock
{
    private readonly ImmutableArray<StockLeft> _left;
    private readonly ImmutableArray<StripeLink> _stripes;

    /// <summary>The menu the counts belong to. After a new menu they start again from what it says.</summary>
    public long MenuRevision { get; init; }

    /// <summary>The newest setting of stock that is in the counts.</summary>
    public long StockRevision { get; init; }

    /// <summary>The items with a limit.</summary>
    public ImmutableArray<StockLeft> Left { get => _left.OrEmpty(); init => _left = value; }

    /// <summary>The open reservations.</summary>
    [JsonIgnore]
    public HoldBook Holds { get; init; } = HoldBook.Empty;

    /// <summary>The newest of them, which are in this record.</summary>
    public ImmutableSortedDictionary<OrderNumber, OpenReservation> Open
    {
        get => Holds.Newest;
        init => Holds = HoldBook.Stored(value, Holds.Pages, Holds.Sealed);
    }

    /// <summary>The pages that the others are on.</summary>
    public ImmutableArray<HoldPage> HoldPages { get => Holds.Pages; init => Holds = HoldBook.Stored(Holds.Newest, value, Holds.Sealed); }

    /// <summary>How many such pages there ever were.</summary>
    public int SealedHoldPages { get => Holds.Sealed; init => Holds = HoldBook.Stored(Holds.Newest, Holds.Pages, value); }

    public OrderIndex Orders { get; init; } = OrderIndex.Empty;

    /// <summary>The orders that occupy the kitchen; null while there is no capacity to mind.</summary>
    public Kitchen? Kitchen { get; init; }

    /// <summary>What recent orders took from acceptance to ready; null when nothing was learnt.</summary>
    public TimeSpan? Learnt { get; init; }

    /// <summary>Whether new orders go to the stripes.</summary>
    public bool Striped { get; init; }

    /// <summary>The stripes that were ever in use, by number. Their transfers go on counting where they stopped.</summary>
    public ImmutableArray<StripeLink> Stripes { get => _stripes.OrEmpty(); init => _stripes = value; }

    /// <summary>The stock as it stands under a profile: its counts are the present menu's.</summary>
    public MerchantStock Under(MerchantProfile profile)
    {
        if (MenuRevision == profile.MenuRevision && StockRevision == profile.StockRevision && Left.All(l => l.Epoch > 0)) return this;
        var left = ImmutableArray.CreateBuilder<StockLeft>();
        foreach (var item in profile.Menu)
        {
            if (item.Stock is not { } stock) continue;
            var known = MenuRevision == profile.MenuRevision && profile.SettingOf(item.Id) <= StockRevision ? Shelf.Find(Left, item.Id) : null;
            left.Add(new(item.Id, known?.Left ?? stock, profile.EpochOf(item.Id)));
        }

        return this with { MenuRevision = profile.MenuRevision, StockRevision = profile.StockRevision, Left = left.DrainToImmutable() };
    }
}

/// <summary>
/// Version 2 keeps of a reservation what the profile cannot tell: the record is written with every batch of orders. What
/// stays has the names it had, so that the release before can still give stock back.
/// </summary>
internal sealed class MerchantStockUpcaster : IUpcaster
{
    /// <inheritdoc/>
    public void Upcast(JsonObject record, int from)
    {
        if (record["open"] is not JsonObject open) return;
        foreach (var (_, reservation) in open)
        {
            if (reservation?["terms"] is not JsonObject terms) continue;
            terms.Remove("zone");
            terms.Remove("pickup");
            if (terms["lines"] is not JsonArray lines) continue;
            foreach (var line in lines) (line as JsonObject)?.Remove("name");
        }
    }
}
