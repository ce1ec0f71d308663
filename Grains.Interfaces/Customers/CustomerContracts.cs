using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Customers;

/// <summary>A place of a customer.</summary>
/// <param name="Id">The customer's own name for it; 1 to 64 letters, digits, '-' or '_'.</param>
/// <param name="Label">What it is called, such as Home; 1 to 100 characters.</param>
/// <param name="Point">Where it is.</param>
/// <param name="Note">A word for couriers; at most 500 characters.</param>
[GenerateSerializer, Immutable, Alias("orderactors.customer-address")]
public sealed record CustomerAddress(string Id, string Label, GeoPoint Point, string? Note = null);

/// <summary>A command to a customer.</summary>
/// <param name="Id">The command's id: the same id again returns the first outcome and changes nothing.</param>
/// <param name="By">The customer or an operator; limits and memberships are an operator's to give.</param>
/// <param name="ExpectedVersion">
/// The version that the caller knows: refused when there is another one. Null for any. It is no part of the command's content.
/// </param>
[GenerateSerializer, Immutable, Alias("orderactors.customer-command")]
public abstract record CustomerCommand(string Id, Actor By, [property: JsonIgnore] long? ExpectedVersion = null);

/// <summary>Adds an address, or replaces the one with its id. The first one becomes the default.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Address">The address.</param>
/// <param name="Default">Whether it becomes the default.</param>
[GenerateSerializer, Immutable, Alias("orderactors.set-address")]
public sealed record SetAddress(string Id, Actor By, CustomerAddress Address, bool Default = false) : CustomerCommand(Id, By);

/// <summary>Removes an address. When it was the default, the oldest of the others becomes it.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Address">The address's id.</param>
[GenerateSerializer, Immutable, Alias("orderactors.remove-address")]
public sealed record RemoveAddress(string Id, Actor By, string Address) : CustomerCommand(Id, By);

/// <summary>Sets how many orders of the customer may be open at once.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">An operator.</param>
/// <param name="MaxOpenOrders">1 to 1,000; null for the platform's limit.</param>
[GenerateSerializer, Immutable, Alias("orderactors.set-customer-limit")]
public sealed record SetLimit(string Id, Actor By, int? MaxOpenOrders) : CustomerCommand(Id, By);

/// <summary>Grants membership, or extends it.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">An operator.</param>
/// <param name="Days">1 to 3,660, after what there is.</param>
[GenerateSerializer, Immutable, Alias("orderactors.grant-membership")]
public sealed record GrantMembership(string Id, Actor By, int Days) : CustomerCommand(Id, By);

/// <summary>Ends the membership at once.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.revoke-membership")]
public sealed record RevokeMembership(string Id, Actor By) : CustomerCommand(Id, By);

/// <summary>A customer as it stands.</summary>
/// <param name="Id">The customer's id.</param>
/// <param name="Version">Counts the changes, placements not included.</param>
/// <param name="Addresses">The addresses, oldest first.</param>
/// <param name="DefaultAddress">The id of the default one; null while there is none.</param>
/// <param name="MemberUntil">Until when the customer is a member, perhaps in the past; null for never.</param>
/// <param name="MaxOpenOrders">How many orders may be open at once.</param>
/// <param name="Notify">Whether the customer wants to be told how orders get on.</param>
/// <param name="Partner">The partner who brought the customer; null for none.</param>
[GenerateSerializer, Immutable, Alias("orderactors.customer-view")]
public sealed record CustomerView(
    string Id,
    long Version,
    ImmutableArray<CustomerAddress> Addresses,
    string? DefaultAddress,
    DateTimeOffset? MemberUntil,
    int MaxOpenOrders,
    bool Notify,
    string? Partner = null);

/// <summary>The answer to a command: the customer, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.customer-reply")]
public sealed record CustomerReply(CustomerView? Customer, Refusal? Refusal, bool Replayed = false);

/// <summary>One customer: gives orders their numbers and knows them all. The key is the customer's id.</summary>
[Alias("orderactors.ICustomerGrain")]
public interface ICustomerGrain : IGrainWithStringKey
{
    /// <summary>
    /// Places an order. The command id is remembered with the order's number before the order is made, so that a retry
    /// after any failure finds the same order.
    /// </summary>
    [Alias("place"), Orleans.Concurrency.AlwaysInterleave]
    Task<OrderReply> Place(PlaceOrder command);

    /// <summary>Orders of this customer, newest first.</summary>
    [Alias("orders"), Orleans.Concurrency.ReadOnly]
    Task<OrderPage> Orders(string? cursor, int limit);

    /// <summary>Does a command or refuses it.</summary>
    [Alias("execute"), Orleans.Concurrency.AlwaysInterleave]
    Task<CustomerReply> Execute(CustomerCommand command);

    /// <summary>The customer as it stands; null when nobody has heard of it.</summary>
    [Alias("get"), Orleans.Concurrency.AlwaysInterleave]
    Task<CustomerView?> Get();

    /// <summary>
    /// Whether the customer is the partner's. One of whom nobody has heard becomes it: an id belongs to who used it first.
    /// </summary>
    [Alias("claim"), Orleans.Concurrency.AlwaysInterleave]
    Task<bool> Claim(string partner);

    /// <summary>An order gave the customer days of membership, after what there is. The same order again gives nothing more.</summary>
    [Alias("grant"), Orleans.Concurrency.AlwaysInterleave]
    Task Grant(OrderNumber order, int days);

    /// <summary>Whether the customer wants to be told how orders get on. Idempotent.</summary>
    [Alias("set-notify"), Orleans.Concurrency.AlwaysInterleave]
    Task SetNotify(bool on);

    /// <summary>The order could not be placed: its command keeps the refusal, and it is not listed. Idempotent.</summary>
    [Alias("forget"), Orleans.Concurrency.AlwaysInterleave]
    Task Forget(OrderNumber order, Refusal refusal);

    /// <summary>Orders of this customer within a time, newest first.</summary>
    [Alias("find-orders"), Orleans.Concurrency.ReadOnly]
    Task<OrderPage> FindOrders(OrderQuery query);
}
