using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Orders;
using Orleans;

namespace OrderActors.Client.Orders;

/// <summary>What operators do to orders past the rules that bind everybody else. Each has a reason, for the audit.</summary>
internal sealed class OperatorRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Post("freezeOrder", "/v1/orders/{number}/freeze", Freeze, "Lets everything about an order stand still.",
            GatewayJson.Wire.FreezeOrderRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Post("unfreezeOrder", "/v1/orders/{number}/unfreeze", Unfreeze, "Lets a frozen order go on.",
            GatewayJson.Wire.FreezeOrderRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Post("overrideOrder", "/v1/orders/{number}/override", Override, "Brings an order to an end past the rules.",
            GatewayJson.Wire.OverrideOrderRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.Critical,
        },
    ];

    /// <summary>POST /v1/orders/{number}/freeze.</summary>
    public async Task Freeze(HttpContext context)
    {
        var grain = GrainOf(context);
        var id = IdempotencyKey.Required(context, "freeze");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.FreezeOrderRequest);
        await OrderReplies.Write(context, await grain.Execute(context, new FreezeOrder(id, context.Acting(body.Actor), body.Reason)));
    }

    /// <summary>POST /v1/orders/{number}/unfreeze.</summary>
    public async Task Unfreeze(HttpContext context)
    {
        var grain = GrainOf(context);
        var id = IdempotencyKey.Required(context, "unfreeze");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.FreezeOrderRequest);
        await OrderReplies.Write(context, await grain.Execute(context, new UnfreezeOrder(id, context.Acting(body.Actor), body.Reason)));
    }

    /// <summary>POST /v1/orders/{number}/override.</summary>
    public async Task Override(HttpContext context)
    {
        var grain = GrainOf(context);
        var id = IdempotencyKey.Required(context, "override");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.OverrideOrderRequest);
        await OrderReplies.Write(context, await grain.Execute(context, new OverrideOrder(id, context.Acting(body.Actor), body.To, body.Reason)));
    }

    private IOrderGrain GrainOf(HttpContext context) => grains.GetGrain<IOrderGrain>(OrderReplies.NumberOf(context).ToString());
}
