using System.Text.Json.Serialization;
using OrderActors.Client.Http;
using OrderActors.Merchants;

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
internal sealed record SetMenuRequest(MenuItemBody[] Items);

/// <summary>One item of a menu.</summary>
/// <param name="Id">The item's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Price">Minor units in the merchant's currency.</param>
/// <param name="Stock">How many there are; null for no limit.</param>
[method: JsonConstructor]
internal readonly record struct MenuItemBody(string Id, string Name, long Price, int? Stock = null);

/// <summary>PUT /v1/merchants/{id}/status.</summary>
/// <param name="Status">open or closed.</param>
internal sealed record SetMerchantStatusRequest(MerchantStatus Status);

/// <summary>A merchant.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Counts its changes; also the ETag.</param>
/// <param name="Status">open or closed.</param>
/// <param name="Name">Its name.</param>
/// <param name="Zone">The zone whose couriers serve it.</param>
/// <param name="Location">Where goods are picked up.</param>
/// <param name="Currency">The currency of its prices.</param>
/// <param name="PreparationSeconds">The usual time from acceptance to ready, in seconds.</param>
/// <param name="AutoAccept">Whether orders are accepted without a word.</param>
/// <param name="Menu">The menu with the stock that is left.</param>
/// <param name="OpenOrders">How many of its orders have not ended.</param>
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
    int OpenOrders)
{
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
        MenuOf(merchant),
        merchant.OpenOrders);

    private static MenuItemBody[] MenuOf(MerchantView merchant)
    {
        if (merchant.Menu.IsDefaultOrEmpty) return [];
        var menu = new MenuItemBody[merchant.Menu.Length];
        for (var i = 0; i < menu.Length; i++)
        {
            var item = merchant.Menu[i];
            menu[i] = new(item.Id, item.Name, item.Price, item.Stock);
        }

        return menu;
    }
}
