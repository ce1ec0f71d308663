using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Orders;
using OrderActors.Customers;
using Orleans;

namespace OrderActors.Client.Customers;

/// <summary>Customers: ids that callers choose. A customer comes into being with the first order.</summary>
internal sealed class CustomerRoutes(IClusterClient grains)
{
    /// <summary>GET /v1/customers/{id}/orders.</summary>
    public Task Orders(HttpContext context)
    {
        var id = EntityIds.RequireParameter((string)context.Request.RouteValues["id"]!, "id");
        return OrderLists.Write(context, grains, grains.GetGrain<ICustomerGrain>(id).Orders, PageRequest.Read(context));
    }
}
