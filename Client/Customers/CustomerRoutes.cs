using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Client.Orders;
using OrderActors.Customers;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Customers;

/// <summary>Customers: ids that callers choose. A customer comes into being with the first order or the first address.</summary>
internal sealed class CustomerRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.List("listCustomerOrders", "/v1/customers/{id}/orders", Orders, "Lists a customer's orders, newest first.",
            GatewayJson.Wire.OrderListResponse, OrderFilter.Parameters)
        with
        {
            Callers = Callers.Customer | Callers.Partner | Callers.Operator,
        },
        Operation.Get("getCustomer", "/v1/customers/{id}", Get, "Reads a customer: addresses, membership, limit.", GatewayJson.Wire.CustomerResponse)
        with
        {
            Callers = Callers.Customer | Callers.Partner | Callers.Operator,
        },
        Operation.Put("setAddress", "/v1/customers/{id}/addresses/{address}", SetAddress, "Sets one of a customer's addresses.",
            GatewayJson.Wire.SetAddressRequest, GatewayJson.Wire.CustomerResponse)
        with
        {
            Callers = Callers.Customer | Callers.Partner | Callers.Operator,
        },
        Operation.Delete("removeAddress", "/v1/customers/{id}/addresses/{address}", RemoveAddress, "Removes one of a customer's addresses.",
            GatewayJson.Wire.CustomerResponse)
        with
        {
            Callers = Callers.Customer | Callers.Partner | Callers.Operator,
        },
        Operation.Put("setLimit", "/v1/customers/{id}/limit", SetLimit, "Sets how many orders of a customer may be open at once.",
            GatewayJson.Wire.SetLimitRequest, GatewayJson.Wire.CustomerResponse)
        with
        {
            Callers = Callers.Operator,
        },
        Operation.Post("setMembership", "/v1/customers/{id}/membership", SetMembership, "Grants or ends a membership.",
            GatewayJson.Wire.MembershipRequest, GatewayJson.Wire.CustomerResponse)
        with
        {
            Callers = Callers.Operator,
        },
    ];

    /// <summary>GET /v1/customers/{id}/orders.</summary>
    public Task Orders(HttpContext context) => OrderLists.Write(context, grains, Grain(IdOf(context)).FindOrders);

    /// <summary>GET /v1/customers/{id}.</summary>
    public async Task Get(HttpContext context)
    {
        var id = IdOf(context);
        var customer = await Grain(id).Get() ?? throw new RequestFault(
            ProblemKind.NotFound, $"There is no customer {id}.", new ProblemError("not_found", $"There is no customer {id}.", Parameter: "id", Value: id));
        await Write(context, new(customer, null));
    }

    /// <summary>PUT /v1/customers/{id}/addresses/{address}.</summary>
    public async Task SetAddress(HttpContext context)
    {
        var (id, address) = (IdOf(context), AddressOf(context));
        var command = IdempotencyKey.OrNew(context, "address", address);
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.SetAddressRequest);
        await Write(context, await Grain(id).Execute(context, new SetAddress(
            command,
            context.Acting(body.Actor, new(Role.Customer, id)),
            new CustomerAddress(address, body.Label, body.Point.ToPoint(), body.Note),
            body.Default ?? false)));
    }

    /// <summary>DELETE /v1/customers/{id}/addresses/{address}.</summary>
    public async Task RemoveAddress(HttpContext context)
    {
        var (id, address) = (IdOf(context), AddressOf(context));
        var command = IdempotencyKey.OrNew(context, "remove-address", address);
        await Write(context, await Grain(id).Execute(context, new RemoveAddress(command, new Actor(Role.Customer, id), address)));
    }

    /// <summary>PUT /v1/customers/{id}/limit.</summary>
    public async Task SetLimit(HttpContext context)
    {
        var id = IdOf(context);
        var command = IdempotencyKey.OrNew(context, "limit");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.SetLimitRequest);
        await Write(context, await Grain(id).Execute(context, new SetLimit(command, context.Acting(body.Actor), body.MaxOpenOrders)));
    }

    /// <summary>POST /v1/customers/{id}/membership.</summary>
    public async Task SetMembership(HttpContext context)
    {
        var id = IdOf(context);
        var command = IdempotencyKey.Required(context, "membership");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.MembershipRequest);
        var by = context.Acting(body.Actor);
        CustomerCommand change = body.Days == 0 ? new RevokeMembership(command, by) : new GrantMembership(command, by, body.Days);
        await Write(context, await Grain(id).Execute(context, change));
    }

    private ICustomerGrain Grain(string id) => grains.GetGrain<ICustomerGrain>(id);

    private static string IdOf(HttpContext context) => EntityIds.RequireParameter((string)context.Request.RouteValues["id"]!, "id");

    private static string AddressOf(HttpContext context) => EntityIds.RequireParameter((string)context.Request.RouteValues["address"]!, "address");

    private static Task Write(HttpContext context, CustomerReply reply) => reply switch
    {
        { Refusal: { } refusal } => Replies.WriteRefusal(context, refusal, reply.Replayed),
        { Customer: { } customer } => Replies.WriteResource(
            context, 200, CustomerResponse.From(customer), GatewayJson.Wire.CustomerResponse, customer.Version, reply.Replayed),
        _ => throw new InvalidOperationException("A customer answered with neither itself nor a refusal."),
    };
}
