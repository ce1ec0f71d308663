using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Merchants;

/// <summary>Whether a merchant takes orders.</summary>
public enum MerchantStatus
{
    /// <summary>No orders are taken.</summary>
    Closed,

    /// <summary>Orders are taken.</summary>
    Open,

    /// <summary>Orders are taken and take longer, until a time or until it says otherwise.</summary>
    Busy,

    /// <summary>No orders are taken until a time; then it is open again by itself.</summary>
    Paused,
}

/// <summary>One choice within an option group.</summary>
/// <param name="Id">The option's id, unique within its item.</param>
/// <param name="Name">Its name.</param>
/// <param name="Price">What it adds to the item's price, in minor units; less than 0 takes off.</param>
[GenerateSerializer, Immutable, Alias("orderactors.menu-option")]
public readonly record struct MenuOption(string Id, string Name, long Price = 0);

/// <summary>Options of which a customer chooses some.</summary>
/// <param name="Id">The group's id, unique within its item.</param>
/// <param name="Name">Its name.</param>
/// <param name="Min">How many must be chosen.</param>
/// <param name="Max">How many may be chosen.</param>
/// <param name="Options">The options.</param>
[GenerateSerializer, Immutable, Alias("orderactors.option-group")]
public sealed record OptionGroup(string Id, string Name, int Min, int Max, ImmutableArray<MenuOption> Options);

/// <summary>One item of a menu.</summary>
/// <param name="Id">The item's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Price">Minor units, 0 or more.</param>
/// <param name="Stock">How many there are; null for no limit.</param>
/// <param name="Options">What can be chosen with it.</param>
/// <param name="Limit">How many one order may have; null for no limit of its own.</param>
/// <param name="Unavailable">Whether it cannot be had, until <paramref name="UnavailableUntil"/> if that is set.</param>
/// <param name="UnavailableUntil">When it can be had again by itself; null for not by itself.</param>
/// <param name="Virtual">What it gives the customer when it is virtual goods; null for goods.</param>
[GenerateSerializer, Immutable, Alias("orderactors.menu-item")]
public sealed record MenuItem(
    string Id,
    string Name,
    long Price,
    int? Stock = null,
    ImmutableArray<OptionGroup> Options = default,
    int? Limit = null,
    bool Unavailable = false,
    DateTimeOffset? UnavailableUntil = null,
    VirtualGoods? Virtual = null);

/// <summary>How many there are of an item.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Stock">How many; null for no limit.</param>
[GenerateSerializer, Immutable, Alias("orderactors.item-stock")]
public readonly record struct ItemStock(string Item, int? Stock);

/// <summary>What a merchant does with an order while its kitchen is full.</summary>
public enum WhenFull
{
    /// <summary>The order is refused.</summary>
    Refuse,

    /// <summary>The order is taken, and accepted by itself only when there is room.</summary>
    Queue,
}

/// <summary>How much a merchant prepares at once.</summary>
/// <param name="Limit">Orders in preparation at once.</param>
/// <param name="WhenFull">What happens to one more.</param>
[GenerateSerializer, Immutable, Alias("orderactors.merchant-capacity")]
public sealed record MerchantCapacity(int Limit, WhenFull WhenFull = WhenFull.Refuse);

/// <summary>A discount that the merchant gives on every order.</summary>
/// <param name="Permille">Thousandths of the lines.</param>
/// <param name="FromSubtotal">What the lines must come to at least, in minor units.</param>
/// <param name="From">From when; null for ever since.</param>
/// <param name="Until">Until when, exclusive; null for ever.</param>
[GenerateSerializer, Immutable, Alias("orderactors.merchant-discount")]
public sealed record MerchantDiscount(int Permille, long FromSubtotal = 0, DateTimeOffset? From = null, DateTimeOffset? Until = null);

/// <summary>On what terms a merchant sells. Amounts are minor units of its currency.</summary>
/// <param name="DeliveryFee">What a delivery costs the customer at least.</param>
/// <param name="DeliveryFeePerKilometre">What each kilometre adds, as the crow flies and by the metre.</param>
/// <param name="FreeDeliveryFrom">From which subtotal on the delivery is free; null for never.</param>
/// <param name="RadiusMetres">How far it delivers; null for any distance.</param>
/// <param name="CommissionPermille">What the platform keeps of the lines, in thousandths.</param>
/// <param name="MinimumOrder">What the lines must come to at least.</param>
/// <param name="Discount">A discount on every order, or null.</param>
/// <param name="Waits">Where its deadlines differ from the platform's.</param>
/// <param name="Kinds">Which orders with goods it takes; empty for deliveries and pickups.</param>
[GenerateSerializer, Immutable, Alias("orderactors.merchant-terms")]
public sealed record MerchantTerms(
    long DeliveryFee = 0,
    long DeliveryFeePerKilometre = 0,
    long? FreeDeliveryFrom = null,
    int? RadiusMetres = null,
    int CommissionPermille = 0,
    long MinimumOrder = 0,
    MerchantDiscount? Discount = null,
    OrderWaits? Waits = null,
    ImmutableArray<OrderKind> Kinds = default);

/// <summary>A command to a merchant.</summary>
/// <param name="Id">The command's id: the same id again returns the first outcome and changes nothing.</param>
/// <param name="By">Who gives it.</param>
/// <param name="ExpectedVersion">
/// The version that the caller knows: refused when there is another one. Null for any. It is no part of the command's content.
/// </param>
[GenerateSerializer, Immutable, Alias("orderactors.merchant-command")]
public abstract record MerchantCommand(string Id, Actor By, [property: JsonIgnore] long? ExpectedVersion = null);

/// <summary>Creates the merchant, closed and with an empty menu.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Name">Its name.</param>
/// <param name="Zone">The zone whose couriers serve it.</param>
/// <param name="Location">Where goods are picked up.</param>
/// <param name="Currency">The currency of its prices.</param>
/// <param name="PreparationTime">The usual time from acceptance to ready.</param>
/// <param name="AutoAccept">Whether orders are accepted without a word.</param>
[GenerateSerializer, Immutable, Alias("orderactors.create-merchant")]
public sealed record CreateMerchant(
    string Id, Actor By, string Name, string Zone, GeoPoint Location, string Currency, TimeSpan PreparationTime, bool AutoAccept)
    : MerchantCommand(Id, By);

/// <summary>Replaces the menu, with prices and stock.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.set-menu")]
public sealed record SetMenu(string Id, Actor By, ImmutableArray<MenuItem> Items) : MerchantCommand(Id, By);

/// <summary>Opens, pauses or closes the merchant, or says that it is busy.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Status">The status.</param>
/// <param name="Until">When busy or paused ends by itself; null for not by itself.</param>
/// <param name="BusyPreparation">How much longer orders take while it is busy.</param>
[GenerateSerializer, Immutable, Alias("orderactors.set-merchant-status")]
public sealed record SetMerchantStatus(
    string Id, Actor By, MerchantStatus Status, DateTimeOffset? Until = null, TimeSpan BusyPreparation = default) : MerchantCommand(Id, By);

/// <summary>Says when the merchant is open.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Hours">The hours; null for whenever its status says so.</param>
[GenerateSerializer, Immutable, Alias("orderactors.set-merchant-hours")]
public sealed record SetMerchantHours(string Id, Actor By, OpeningHours? Hours) : MerchantCommand(Id, By);

/// <summary>Says how much the merchant prepares at once.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Capacity">The capacity; null for no limit.</param>
[GenerateSerializer, Immutable, Alias("orderactors.set-merchant-capacity")]
public sealed record SetMerchantCapacity(string Id, Actor By, MerchantCapacity? Capacity) : MerchantCommand(Id, By);

/// <summary>Says how long orders take, and whether they are accepted without a word.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="PreparationTime">The usual time from acceptance to ready.</param>
/// <param name="AutoAccept">Whether orders are accepted without a word.</param>
/// <param name="Learn">Whether the estimate follows what recent orders took.</param>
[GenerateSerializer, Immutable, Alias("orderactors.set-merchant-preparation")]
public sealed record SetMerchantPreparation(string Id, Actor By, TimeSpan PreparationTime, bool AutoAccept, bool Learn) : MerchantCommand(Id, By);

/// <summary>Says on what terms the merchant sells.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.set-merchant-terms")]
public sealed record SetMerchantTerms(string Id, Actor By, MerchantTerms Terms) : MerchantCommand(Id, By);

/// <summary>Says how many there are of some items, from now on; the rest of the menu stays as it is.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.set-stock")]
public sealed record SetStock(string Id, Actor By, ImmutableArray<ItemStock> Items) : MerchantCommand(Id, By);
