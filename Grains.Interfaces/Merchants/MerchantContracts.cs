using System.Collections.Immutable;
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
}

/// <summary>One item of a menu.</summary>
/// <param name="Id">The item's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Price">Minor units, 0 or more.</param>
/// <param name="Stock">How many there are; null for no limit.</param>
[GenerateSerializer, Immutable, Alias("orderactors.menu-item")]
public sealed record MenuItem(string Id, string Name, long Price, int? Stock = null);

/// <summary>A command to a merchant.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.merchant-command")]
public abstract record MerchantCommand(string Id, Actor By);

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

/// <summary>Opens or closes the merchant.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.set-merchant-status")]
public sealed record SetMerchantStatus(string Id, Actor By, MerchantStatus Status) : MerchantCommand(Id, By);

/// <summary>A merchant as it stands.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.merchant-view")]
public sealed record MerchantView(
    string Id,
    long Version,
    MerchantStatus Status,
    string Name,
    string Zone,
    GeoPoint Location,
    string Currency,
    TimeSpan PreparationTime,
    bool AutoAccept,
    ImmutableArray<MenuItem> Menu,
    int OpenOrders);

/// <summary>The answer to a command: the merchant, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.merchant-reply")]
public sealed record MerchantReply(MerchantView? Merchant, Refusal? Refusal, bool Replayed = false);

/// <summary>Stock taken for an order, with the prices and the merchant's terms.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.reservation")]
public sealed record Reservation(
    ImmutableArray<PricedLine> Lines, Money Total, string Zone, GeoPoint Pickup, TimeSpan PreparationTime, bool AutoAccept);

/// <summary>The answer to a reservation.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.reservation-reply")]
public sealed record ReservationReply(Reservation? Reservation, Refusal? Refusal);

/// <summary>One merchant. The key is its id.</summary>
[Alias("orderactors.IMerchantGrain")]
public interface IMerchantGrain : IGrainWithStringKey
{
    /// <summary>Does a command or refuses it.</summary>
    [Alias("execute")]
    Task<MerchantReply> Execute(MerchantCommand command);

    /// <summary>The merchant as it stands, or null.</summary>
    [Alias("get"), Orleans.Concurrency.ReadOnly]
    Task<MerchantView?> Get();

    /// <summary>Takes stock for an order and prices it; the same order again gets the same answer and takes nothing more.</summary>
    [Alias("reserve"), Orleans.Concurrency.AlwaysInterleave]
    Task<ReservationReply> Reserve(OrderNumber order, ImmutableArray<OrderLine> lines, Money total);

    /// <summary>An order ended: its reservation goes, and its stock comes back unless it was delivered. Idempotent.</summary>
    [Alias("settle"), Orleans.Concurrency.AlwaysInterleave]
    Task Settle(ImmutableArray<EndedOrder> orders);

    /// <summary>Orders of this merchant, newest first.</summary>
    [Alias("orders"), Orleans.Concurrency.ReadOnly]
    Task<OrderPage> Orders(string? cursor, int limit);
}

/// <summary>An order that ended for its merchant.</summary>
/// <param name="Order">The order.</param>
/// <param name="Consumed">Whether the goods left the merchant.</param>
[GenerateSerializer, Immutable, Alias("orderactors.ended-order")]
public readonly record struct EndedOrder(OrderNumber Order, bool Consumed);
