using Microsoft.AspNetCore.Http;
using OrderActors.Client.Admission;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Client.Intake;
using OrderActors.Customers;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Orders;

/// <summary>Orders: placing, reading, and what merchants and customers do to them.</summary>
internal sealed class OrderRoutes(IClusterClient grains, GatewayOptions limits, RateLimits rates)
{
    private readonly Ownership _ownership = new(grains);

    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Post("placeOrder", "/v1/orders", Place, "Places an order.", GatewayJson.Wire.PlaceOrderRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Customer | Callers.Partner | Callers.Operator,
            RemembersKeys = true,
            Status = 201,
            PendingStatus = 202,
            DeferredAnswer = GatewayJson.Wire.IntakeReceiptResponse,
        },
        Operation.Get("getOrder", "/v1/orders/{number}", Get, "Reads an order with its timeline.", GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Everybody,
            Priority = Priority.Critical,
        },
        Operation.Get("getOrderTimeline", "/v1/orders/{number}/timeline", Timeline, "Reads what happened to an order, oldest first.",
            GatewayJson.Wire.TimelineResponse)
        with
        {
            Callers = Callers.Everybody,
            Priority = Priority.NonCritical,
        },
        Operation.Post("acceptOrder", "/v1/orders/{number}/accept", Accept, "Accepts an order, for its merchant.",
            GatewayJson.Wire.AcceptOrderRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
            Priority = Priority.Critical,
            BodyOptional = true,
        },
        Operation.Post("rejectOrder", "/v1/orders/{number}/reject", Reject, "Rejects an order, for its merchant.",
            GatewayJson.Wire.RejectOrderRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Post("markOrderReady", "/v1/orders/{number}/ready", Ready, "Says that an order's goods are ready.",
            GatewayJson.Wire.ReadyOrderRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
            Priority = Priority.Critical,
            BodyOptional = true,
        },
        Operation.Post("collectOrder", "/v1/orders/{number}/collect", Collect, "Says that the customer has fetched the goods.",
            GatewayJson.Wire.ReadyOrderRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
            Priority = Priority.Critical,
            BodyOptional = true,
        },
        Operation.Post("payOrder", "/v1/orders/{number}/pay", Pay, "Pays an order that waits for its payment.",
            GatewayJson.Wire.PayOrderRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Customer | Callers.Partner | Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Post("cancelOrder", "/v1/orders/{number}/cancel", Cancel, "Cancels an order; with preview=true only says what that would come to.",
            GatewayJson.Wire.CancelOrderRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Customer | Callers.Merchant | Callers.Partner | Callers.Operator,
            Priority = Priority.Critical,
            Query = [new("preview", "Whether only to say what it would come to; needs no key then.", """{"type":"boolean"}""")],
        },
    ];

    /// <summary>POST /v1/orders.</summary>
    public async Task Place(HttpContext context)
    {
        var id = IdempotencyKey.Required(context, "place");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.PlaceOrderRequest);
        var customer = EntityIds.Require(body.Customer, "/customer");
        await _ownership.RequireCustomer(context, customer);
        rates.TakeOfMerchant(context, body.Merchant);
        var command = body.ToCommand(id, customer, Tenants.Of(context.Caller(), body.ExternalId));
        if (IntakeRoutes.IsAsked(context)) await IntakeRoutes.TakeIn(context, grains, command);
        else await OrderReplies.WritePlaced(context, await grains.GetGrain<ICustomerGrain>(customer).Place(command));
    }

    /// <summary>GET /v1/orders/{number}.</summary>
    public async Task Get(HttpContext context)
    {
        var order = await OrderReplies.Find(context, grains);
        var answer = OrderResponse.From(order, context.Caller()) with { Timeline = TimelineEntryBody.From(order, context.Caller()) };
        await Replies.WriteVersioned(context, answer, GatewayJson.Wire.OrderResponse, order.Version);
    }

    /// <summary>GET /v1/orders/{number}/timeline.</summary>
    public async Task Timeline(HttpContext context)
    {
        var order = await OrderReplies.Find(context, grains);
        await Replies.WriteVersioned(
            context, new TimelineResponse(TimelineEntryBody.From(order, context.Caller())), GatewayJson.Wire.TimelineResponse, order.Version);
    }

    /// <summary>POST /v1/orders/{number}/accept.</summary>
    public async Task Accept(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "accept");
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.AcceptOrderRequest, AcceptOrderRequest.Empty);
        var grain = GrainOf(number);
        var by = await MerchantOr(context, body.Actor, grain, number);
        TimeSpan? time = body.PreparationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        await OrderReplies.Write(context, await grain.Execute(context, new AcceptOrder(id, by, time)));
    }

    /// <summary>POST /v1/orders/{number}/reject.</summary>
    public async Task Reject(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "reject");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.RejectOrderRequest);
        var grain = GrainOf(number);
        var by = await MerchantOr(context, body.Actor, grain, number);
        await OrderReplies.Write(context, await grain.Execute(context, new RejectOrder(id, by, body.Reason)));
    }

    /// <summary>POST /v1/orders/{number}/ready.</summary>
    public async Task Ready(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "ready");
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.ReadyOrderRequest, ReadyOrderRequest.Empty);
        var grain = GrainOf(number);
        var by = await MerchantOr(context, body.Actor, grain, number);
        await OrderReplies.Write(context, await grain.Execute(context, new MarkReady(id, by)));
    }

    /// <summary>POST /v1/orders/{number}/collect.</summary>
    public async Task Collect(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "collect");
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.ReadyOrderRequest, ReadyOrderRequest.Empty);
        var grain = GrainOf(number);
        var by = await MerchantOr(context, body.Actor, grain, number);
        await OrderReplies.Write(context, await grain.Execute(context, new CollectOrder(id, by)));
    }

    /// <summary>POST /v1/orders/{number}/pay.</summary>
    public async Task Pay(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "pay");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.PayOrderRequest);
        var grain = GrainOf(number);
        var by = body.Actor is not null || context.OwnOrder() is not null
            ? context.Acting(body.Actor)
            : new(Role.Customer, (await OrderReplies.Find(grain, number)).Customer);
        await OrderReplies.Write(context, await grain.Execute(context, new PayOrder(id, by, body.Source)));
    }

    /// <summary>POST /v1/orders/{number}/cancel, with <c>?preview=true</c> only to see what it would come to.</summary>
    public async Task Cancel(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var preview = IsPreview(context);
        var id = preview ? IdempotencyKey.OrNew(context, "preview") : IdempotencyKey.Required(context, "cancel");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.CancelOrderRequest);
        var command = new CancelOrder(id, context.Acting(body.Actor), body.Reason, body.WaiveFee ?? false);
        if (!preview)
        {
            await OrderReplies.Write(context, await GrainOf(number).Execute(context, command));
            return;
        }

        var reply = await GrainOf(number).Preview(context, command);
        if (reply is not { Refusal: null, Order: { } order })
        {
            await OrderReplies.Write(context, reply);
            return;
        }

        // No ETag: this is not how the order stands.
        var fee = new MoneyBody(order.Bill?.Due ?? 0, order.Total.Currency);
        await Replies.Write(context, 200, OrderResponse.From(order, context.Caller()) with { Fee = fee }, GatewayJson.Wire.OrderResponse);
    }

    // A misspelt parameter must not turn a question into a cancellation.
    private static bool IsPreview(HttpContext context)
    {
        foreach (var name in context.Request.Query.Keys)
        {
            if (name == "preview") continue;
            throw PageRequest.Fault("unknown_parameter", $"'{name}' is not a parameter of this route. There is one: preview.", name, null, ["preview"]);
        }

        return PageRequest.Single(context, "preview") switch
        {
            null or "false" => false,
            "true" => true,
            var text => throw PageRequest.Fault("unknown_value", $"preview is '{text}'; it must be true or false.", "preview", text, ["true", "false"]),
        };
    }

    private IOrderGrain GrainOf(OrderNumber number) => grains.GetGrain<IOrderGrain>(number.ToString());

    // An operator's merchant action that names no actor is taken as the order's own merchant's.
    private static async ValueTask<Actor> MerchantOr(HttpContext context, ActorBody? actor, IOrderGrain grain, OrderNumber number) =>
        actor is not null || context.OwnOrder() is not null
            ? context.Acting(actor)
            : new(Role.Merchant, (await OrderReplies.Find(grain, number)).Merchant);
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

    /// <summary>The order in the path.</summary>
    public static ValueTask<OrderView> Find(HttpContext context, IClusterClient grains)
    {
        if (context.OwnOrder() is { } order) return new(order);
        var number = NumberOf(context);
        return Find(grains.GetGrain<IOrderGrain>(number.ToString()), number);
    }

    /// <summary>The order, or a refusal when there is none.</summary>
    public static async ValueTask<OrderView> Find(IOrderGrain grain, OrderNumber number) => await grain.Get() ?? throw NotFound(number);

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
            Replies.WriteResource(context, 200, OrderResponse.From(order, context.Caller()), GatewayJson.Wire.OrderResponse, order.Version, reply.Replayed),
        _ => throw new InvalidOperationException("An order answered with neither itself nor a refusal."),
    };

    /// <summary>Answers who placed an order, with its PIN.</summary>
    public static Task WritePlaced(HttpContext context, OrderReply reply)
    {
        if (reply is not { Refusal: null, Order: { } order }) return Write(context, reply);

        // Taken in for good, but what it needs may still be on its way: then its place tells how it gets on.
        var status = order.Status == OrderStatus.Received ? StatusCodes.Status202Accepted : StatusCodes.Status201Created;
        var answer = OrderResponse.From(order, context.Caller()) with { Pin = order.Pin };
        return Replies.WriteResource(
            context, status, answer, GatewayJson.Wire.OrderResponse, order.Version, reply.Replayed, "/v1/orders/" + order.Number);
    }

    /// <summary>What is asked: the part of the path after the number; for a new order, which has none, to place it.</summary>
    private static string ActionOf(HttpContext context)
    {
        if (context.Request.RouteValues["number"] is not string number) return "place";
        var path = context.Request.Path.Value!;
        return path[(path.IndexOf(number, StringComparison.Ordinal) + number.Length)..].Trim('/');
    }
}
