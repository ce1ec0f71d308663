using OrderActors.Client.Http;
using OrderActors.Customers;

namespace OrderActors.Client.Customers;

/// <summary>PUT /v1/customers/{id}/addresses/{address}.</summary>
/// <param name="Label">What it is called.</param>
/// <param name="Point">Where it is.</param>
/// <param name="Note">A word for couriers.</param>
/// <param name="Default">Whether it becomes the default; the first one does.</param>
/// <param name="Actor">Who; the customer when left out.</param>
internal sealed record SetAddressRequest(string Label, PointBody Point, string? Note = null, bool? Default = null, ActorBody? Actor = null);

/// <summary>PUT /v1/customers/{id}/limit.</summary>
/// <param name="MaxOpenOrders">How many orders may be open at once; the platform's limit when left out.</param>
/// <param name="Actor">Who; an operator when left out.</param>
internal sealed record SetLimitRequest(int? MaxOpenOrders = null, ActorBody? Actor = null);

/// <summary>POST /v1/customers/{id}/membership.</summary>
/// <param name="Days">Days to add; 0 ends the membership.</param>
/// <param name="Actor">Who; an operator when left out.</param>
internal sealed record MembershipRequest(int Days, ActorBody? Actor = null);

/// <summary>An address of a customer.</summary>
/// <param name="Id">Its id, of the caller's choice.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Point">Where it is.</param>
/// <param name="Note">A word for couriers.</param>
/// <param name="Default">Whether it is the customer's default.</param>
internal sealed record AddressBody(string Id, string Label, PointBody Point, string? Note, bool Default);

/// <summary>A customer.</summary>
/// <param name="Id">The customer's id.</param>
/// <param name="Version">Counts its changes; also the ETag.</param>
/// <param name="Addresses">The addresses, oldest first.</param>
/// <param name="MemberUntil">Until when it holds or held.</param>
/// <param name="MaxOpenOrders">How many orders may be open at once.</param>
/// <param name="Notify">Whether the customer wants to be told how orders get on.</param>
internal sealed record CustomerResponse(
    [GrainKey] string Id, long Version, AddressBody[] Addresses, DateTimeOffset? MemberUntil, int MaxOpenOrders, bool Notify)
{
    public static CustomerResponse From(CustomerView customer) => new(
        customer.Id,
        customer.Version,
        [.. customer.Addresses.Select(a => new AddressBody(a.Id, a.Label, PointBody.From(a.Point), a.Note, a.Id == customer.DefaultAddress))],
        customer.MemberUntil,
        customer.MaxOpenOrders,
        customer.Notify);
}
