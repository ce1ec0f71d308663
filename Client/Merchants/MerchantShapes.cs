using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Client.Http;
using OrderActors.Merchants;
using OrderActors.Orders;

namespace OrderActors.Client.Merchants;

/// <summary>POST /v1/merchants.</summary>
/// <param name="Id">1 to 64 letters, digits, '-' or '_'.</param>
/// <param name="Name">Its name.</param>
/// <param name="Location">Where goods are picked up.</param>
/// <param name="Currency">ISO 4217; the currency of its prices.</param>
/// <param name="Zone">The zone whose couriers serve it; "default" when left out.</param>
/// <param name="PreparationSeconds">The usual time from acceptance to ready, in seconds; 900 when left out.</param>
/// <param name="AutoAccept">Whether orders are accepted without a word; false when left out.</param>
internal sealed record CreateMerchantRequest(
    string Id, string Name, PointBody Location, string Currency, string? Zone = null, int? PreparationSeconds = null, bool? AutoAccept = null)
{
    /// <summary>The zone of merchants and couriers that name none.</summary>
    public const string DefaultZone = "default";

    /// <summary>The time of merchants that name none.</summary>
    public const int DefaultPreparationSeconds = 15 * 60;
}

/// <summary>PUT /v1/merchants/{id}/menu.</summary>
/// <param name="Items">The whole menu.</param>
internal sealed record SetMenuRequest(MenuItemBody[] Items)
{
    public ImmutableArray<MenuItem> ToItems() => [.. Items.Select(item => item.ToItem())];
}

/// <summary>One item of a menu.</summary>
/// <param name="Id">The item's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Price">Minor units in the merchant's currency.</param>
/// <param name="Stock">How many there are; null for no limit.</param>
/// <param name="Options">What can be chosen with it; absent for nothing.</param>
/// <param name="Limit">How many one order may have; null for no limit of its own.</param>
/// <param name="Unavailable">Whether it cannot be had; absent for no.</param>
/// <param name="UnavailableUntil">When it can be had again by itself.</param>
/// <param name="Virtual">What it gives when it is virtual goods.</param>
[method: JsonConstructor]
internal readonly record struct MenuItemBody(
    string Id,
    string Name,
    long Price,
    int? Stock = null,
    OptionGroupBody[]? Options = null,
    int? Limit = null,
    bool? Unavailable = null,
    DateTimeOffset? UnavailableUntil = null,
    VirtualGoodsBody? Virtual = null)
{
    public static MenuItemBody From(MenuItem item) => new(
        item.Id, item.Name, item.Price, item.Stock, item.Options.IsDefaultOrEmpty ? null : [.. item.Options.Select(OptionGroupBody.From)], item.Limit,
        item.Unavailable ? true : null, item.UnavailableUntil, VirtualGoodsBody.From(item.Virtual));

    public MenuItem ToItem() => new(
        Id, Name, Price, Stock, Options is null ? default : [.. Options.Select(group => group.ToGroup())], Limit, Unavailable ?? false, UnavailableUntil,
        Virtual?.ToGoods());
}

/// <summary>Options of which a customer chooses some.</summary>
/// <param name="Id">The group's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Options">The options.</param>
/// <param name="Min">How many must be chosen; 0 when left out.</param>
/// <param name="Max">How many may be chosen; all when left out.</param>
[method: JsonConstructor]
internal readonly record struct OptionGroupBody(string Id, string Name, MenuOptionBody[] Options, int? Min = null, int? Max = null)
{
    public static OptionGroupBody From(OptionGroup group) =>
        new(group.Id, group.Name, [.. group.Options.Select(o => new MenuOptionBody(o.Id, o.Name, o.Price))], group.Min, group.Max);

    public OptionGroup ToGroup() =>
        new(Id, Name, Min ?? 0, Max ?? Options.Length, [.. Options.Select(o => new MenuOption(o.Id, o.Name, o.Price ?? 0))]);
}

/// <summary>One choice.</summary>
/// <param name="Id">The option's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Price">What it adds, in minor units; 0 when left out.</param>
[method: JsonConstructor]
internal readonly record struct MenuOptionBody(string Id, string Name, long? Price = null);

/// <summary>What virtual goods give.</summary>
/// <param name="MembershipDays">Days of membership.</param>
/// <param name="Vouchers">How many vouchers.</param>
internal sealed record VirtualGoodsBody(int? MembershipDays = null, int? Vouchers = null)
{
    public static VirtualGoodsBody? From(VirtualGoods? goods) => goods is null ? null : new(goods.MembershipDays, goods.Vouchers);

    public VirtualGoods ToGoods() => new(MembershipDays ?? 0, Vouchers ?? 0);
}

/// <summary>PUT /v1/merchants/{id}/stock.</summary>
/// <param name="Items">The items whose stock is set; the others stay as they are.</param>
internal sealed record SetStockRequest(ItemStockBody[] Items);

/// <summary>How many there are of an item.</summary>
/// <param name="Id">The item's id.</param>
/// <param name="Stock">How many; null for no limit.</param>
[method: JsonConstructor]
internal readonly record struct ItemStockBody(string Id, int? Stock);

/// <summary>PUT /v1/merchants/{id}/status.</summary>
/// <param name="Status">open, busy, paused or closed.</param>
/// <param name="Until">When busy or paused ends by itself.</param>
/// <param name="BusySeconds">How much longer orders take while it is busy.</param>
internal sealed record SetMerchantStatusRequest(MerchantStatus Status, DateTimeOffset? Until = null, int? BusySeconds = null);

/// <summary>PUT /v1/merchants/{id}/capacity.</summary>
/// <param name="Limit">Orders in preparation at once; null for no limit.</param>
/// <param name="WhenFull">refuse or queue; refuse when left out.</param>
internal sealed record CapacityBody(int? Limit, WhenFull? WhenFull = null)
{
    public MerchantCapacity? ToCapacity() => Limit is { } limit ? new(limit, WhenFull ?? OrderActors.Merchants.WhenFull.Refuse) : null;
}

/// <summary>PUT /v1/merchants/{id}/preparation.</summary>
/// <param name="PreparationSeconds">The usual time from acceptance to ready.</param>
/// <param name="AutoAccept">Whether orders are accepted without a word.</param>
/// <param name="Learn">Whether the estimate follows what recent orders took.</param>
internal sealed record SetPreparationRequest(int PreparationSeconds, bool AutoAccept, bool Learn);

/// <summary>A merchant.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Counts its changes; also the ETag.</param>
/// <param name="Status">open, busy, paused or closed.</param>
/// <param name="Name">Its name.</param>
/// <param name="Zone">The zone whose couriers serve it.</param>
/// <param name="Location">Where goods are picked up.</param>
/// <param name="Currency">The currency of its prices.</param>
/// <param name="PreparationSeconds">The usual time from acceptance to ready, in seconds.</param>
/// <param name="AutoAccept">Whether orders are accepted without a word.</param>
/// <param name="Menu">The menu with the stock that is left.</param>
/// <param name="OpenOrders">How many of its orders have not ended.</param>
/// <param name="StatusUntil">When busy or paused ends by itself.</param>
/// <param name="BusySeconds">How much longer orders take while it is busy.</param>
/// <param name="OpenNow">Whether an order for now would find it open.</param>
/// <param name="OpensAt">When one will, if not now and if that is known.</param>
/// <param name="Hours">Its opening hours, if it has any.</param>
/// <param name="EstimateSeconds">The preparation time that an order would get now.</param>
/// <param name="Learn">Whether the estimate follows what recent orders took.</param>
/// <param name="Capacity">How much it prepares at once, if that is limited.</param>
/// <param name="InPreparation">Orders in preparation, while there is a capacity.</param>
/// <param name="Queued">Orders that wait for room, while there is a capacity.</param>
/// <param name="Terms">Its terms, if it has any.</param>
/// <param name="Stripes">Over how many sub-grains it is spread while it is hot; 0 when it is not.</param>
internal sealed record MerchantResponse(
    string Id,
    long Version,
    MerchantStatus Status,
    string Name,
    string Zone,
    PointBody Location,
    string Currency,
    long PreparationSeconds,
    bool AutoAccept,
    MenuItemBody[] Menu,
    int? OpenOrders,
    DateTimeOffset? StatusUntil,
    long? BusySeconds,
    bool OpenNow,
    DateTimeOffset? OpensAt,
    HoursBody? Hours,
    long EstimateSeconds,
    bool Learn,
    CapacityBody? Capacity,
    int? InPreparation,
    int? Queued,
    TermsBody? Terms,
    int? Stripes)
{
    /// <summary>What a merchant's customers may know of it: how busy it is and what it pays the platform are its own business.</summary>
    public MerchantResponse ForOthers() => this with
    {
        OpenOrders = null,
        Capacity = null,
        InPreparation = null,
        Queued = null,
        Stripes = null,
        Terms = Terms is null ? null : Terms with { CommissionPermille = null, Waits = null },
    };

    public static MerchantResponse From(MerchantView merchant) => new(
        merchant.Id,
        merchant.Version,
        merchant.Status,
        merchant.Name,
        merchant.Zone,
        PointBody.From(merchant.Location),
        merchant.Currency,
        (long)merchant.PreparationTime.TotalSeconds,
        merchant.AutoAccept,
        merchant.Menu.IsDefaultOrEmpty ? [] : [.. merchant.Menu.Select(MenuItemBody.From)],
        merchant.OpenOrders,
        merchant.StatusUntil,
        merchant.Status == MerchantStatus.Busy ? (long)merchant.BusyPreparation.TotalSeconds : null,
        merchant.OpenNow,
        merchant.OpensAt,
        merchant.Hours is null ? null : HoursBody.From(merchant.Hours),
        (long)merchant.Estimate.TotalSeconds,
        merchant.Learn,
        merchant.Capacity is { } capacity ? new(capacity.Limit, capacity.WhenFull) : null,
        merchant.Capacity is null ? null : merchant.InPreparation,
        merchant.Capacity is null ? null : merchant.Queued,
        merchant.Terms is null ? null : TermsBody.From(merchant.Terms),
        merchant.Stripes);
}
