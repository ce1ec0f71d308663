using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Customers;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Orders;

/// <summary>Orders: placing, reading, and what merchants and customers do to them.</summary>
internal sealed class OrderRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>POST /v1/orders.</summary>
    public async Task Place(HttpContext context)
    {
        var id = IdempotencyKey.Required(context, "place");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.PlaceOrderRequest);
        var customer = EntityIds.Require(body.Customer, "/customer");
        var command = new PlaceOrder(
            id, new Actor(Role.Customer, customer), customer, body.Merchant, LinesOf(body), body.Total.ToMoney(), body.Dropoff.ToPoint(), body.Note);
        var reply = await grains.GetGrain<ICustomerGrain>(customer).Place(command);
        await (reply is { Refusal: null, Order: { } order }
            ? Replies.WriteResource(
                context, 201, OrderResponse.From(order), GatewayJson.Wire.OrderResponse, order.Version, reply.Replayed, "/v1/orders/" + order.Number)
            : OrderReplies.Write(context, reply));
    }

    /// <summary>GET /v1/orders/{number}.</summary>
    public async Task Get(HttpContext context)
    {
        var order = await Find(context);
        await Replies.WriteResource(
            context, 200, OrderResponse.From(order, withTimeline: true), GatewayJson.Wire.OrderResponse, order.Version);
    }

    /// <summary>GET /v1/orders/{number}/timeline.</summary>
    public async Task Timeline(HttpContext context)
    {
        var order = await Find(context);
        await Replies.WriteResource(
            context, 200, new TimelineResponse(TimelineBody.From(order)), GatewayJson.Wire.TimelineResponse, order.Version);
    }

    /// <summary>POST /v1/orders/{number}/accept.</summary>
    public async Task Accept(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "accept");
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.AcceptOrderRequest, AcceptOrderRequest.Empty);
        var grain = GrainOf(number);
        var by = await MerchantOr(body.Actor, grain, number);
        TimeSpan? time = body.PreparationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        await OrderReplies.Write(context, await grain.Execute(new AcceptOrder(id, by, time)));
    }

    /// <summary>POST /v1/orders/{number}/reject.</summary>
    public async Task Reject(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "reject");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.RejectOrderRequest);
        var grain = GrainOf(number);
        var by = await MerchantOr(body.Actor, grain, number);
        await OrderReplies.Write(context, await grain.Execute(new RejectOrder(id, by, body.Reason)));
    }

    /// <summary>POST /v1/orders/{number}/ready.</summary>
    public async Task Ready(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "ready");
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.ReadyOrderRequest, ReadyOrderRequest.Empty);
        var grain = GrainOf(number);
        var by = await MerchantOr(body.Actor, grain, number);
        await OrderReplies.Write(context, await grain.Execute(new MarkReady(id, by)));
    }

    /// <summary>POST /v1/orders/{number}/cancel.</summary>
    public async Task Cancel(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "cancel");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.CancelOrderRequest);
        await OrderReplies.Write(context, await GrainOf(number).Execute(new CancelOrder(id, body.Actor.ToActor(), body.Reason)));
    }

    private async ValueTask<OrderView> Find(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        return await GrainOf(number).Get() ?? throw OrderReplies.NotFound(number);
    }

    private IOrderGrain GrainOf(OrderNumber number) => grains.GetGrain<IOrderGrain>(number.ToString());

    // Without API keys nobody can prove who they are; a merchant action that names no actor is taken as the order's own merchant's.
    private static async ValueTask<Actor> MerchantOr(ActorBody? actor, IOrderGrain grain, OrderNumber number)
    {
        if (actor is not null) return actor.ToActor();
        var order = await grain.Get() ?? throw OrderReplies.NotFound(number);
        return new Actor(Role.Merchant, order.Merchant);
    }

    private static ImmutableArray<OrderLine> LinesOf(PlaceOrderRequest body)
    {
        var lines = ImmutableArray.CreateBuilder<OrderLine>(body.Lines.Length);
        foreach (var line in body.Lines) lines.Add(new OrderLine(line.Item, line.Quantity));
        return lines.MoveToImmutable();
    }
}

/// <summary>What all routes on one order share.</summary>
internal static class OrderReplies
{
    /// <summary>The order number in the path, or a refusal that says what is wrong with it.</summary>
    public static OrderNumber NumberOf(HttpContext context)
    {
        var text = (string?)context.Request.RouteValues["number"];
        return OrderNumber.TryParse(text, out var number, out var error)
            ? number
            : throw new RequestFault(
                ProblemKind.InvalidOrderNumber, error, new ProblemError("invalid_order_number", error, Parameter: "number", Value: text));
    }

    /// <summary>There is no such order.</summary>
    public static RequestFault NotFound(OrderNumber number) => new(
        ProblemKind.NotFound,
        $"There is no order {number}.",
        new ProblemError("not_found", $"There is no order {number}.", Parameter: "number", Value: number.ToString()));

    /// <summary>Answers with the order, or with the refusal and the order's standing.</summary>
    public static Task Write(HttpContext context, OrderReply reply) => reply switch
    {
        { Refusal: { } refusal } => Replies.WriteRefusal(
            context,
            ActionNames.Translate(refusal, $"Order {context.Request.RouteValues["number"]}", ActionOf(context)),
            reply.Replayed,
            reply.Order),
        { Order: { } order } =>
            Replies.WriteResource(context, 200, OrderResponse.From(order), GatewayJson.Wire.OrderResponse, order.Version, reply.Replayed),
        _ => throw new InvalidOperationException("An order answered with neither itself nor a refusal."),
    };

    private static string ActionOf(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        return path[(path.LastIndexOf('/') + 1)..];
    }
}
