using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Customers;

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
}
