using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Orders;

/// <summary>What couriers do to the orders they carry.</summary>
internal sealed class DeliveryRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        .. Steps.Select(step => Operation.Post(
            step.Operation, "/v1/deliveries/{number}/" + step.Route, context => Advance(context, step), step.Summary,
            GatewayJson.Wire.CourierStepRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            BodyOptional = true,
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
        }),
        Operation.Post("completeDelivery", "/v1/deliveries/{number}/complete", Complete, "Says that the courier handed the goods over.",
            GatewayJson.Wire.CompleteDeliveryRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            BodyOptional = true,
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Post("unassignDelivery", "/v1/deliveries/{number}/unassign", Unassign, "Takes the courier off an order that was not picked up yet.",
            GatewayJson.Wire.UnassignRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            BodyOptional = true,
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Post("failDelivery", "/v1/deliveries/{number}/fail", Fail, "Says that the goods could not be handed over and go back.",
            GatewayJson.Wire.FailDeliveryRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Post("returnDelivery", "/v1/deliveries/{number}/return", Return, "Says that the merchant has the goods again.",
            GatewayJson.Wire.ReturnGoodsRequest, GatewayJson.Wire.OrderResponse)
        with
        {
            BodyOptional = true,
            Callers = Callers.Courier | Callers.Merchant | Callers.Operator,
            Priority = Priority.Critical,
        },
    ];

    /// <summary>A step and the route it has.</summary>
    internal sealed record StepRoute(string Route, CourierStep Step, string Operation, string Summary);

    /// <summary>The steps on the way in their order; those between may be left out.</summary>
    public static readonly StepRoute[] Steps =
    [
        new("leave-for-pickup", CourierStep.LeaveForPickup, "leaveForPickup", "Says that the courier is on the way to the merchant."),
        new("arrive-pickup", CourierStep.ArriveAtPickup, "arriveAtPickup", "Says that the courier is at the merchant."),
        new("pickup", CourierStep.PickUp, "pickUp", "Says that the courier has the goods."),
        new("leave-for-dropoff", CourierStep.LeaveForDropoff, "leaveForDropoff", "Says that the courier is on the way to the customer."),
        new("arrive-dropoff", CourierStep.ArriveAtDropoff, "arriveAtDropoff", "Says that the courier is at the door."),
    ];

    /// <summary>POST /v1/deliveries/{number}/{step}.</summary>
    public async Task Advance(HttpContext context, StepRoute step)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, step.Route);
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.CourierStepRequest, CourierStepRequest.Empty);
        var by = context.ActingCourier(body.Courier);
        await OrderReplies.Write(context, await GrainOf(number).Execute(context, new AdvanceDelivery(id, by, step.Step)));
    }

    /// <summary>POST /v1/deliveries/{number}/complete.</summary>
    public async Task Complete(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "complete");
        var body = await RequestBody.ReadOr(
            context, limits.MaxBodyBytes, GatewayJson.Wire.CompleteDeliveryRequest, CompleteDeliveryRequest.Empty);
        var by = context.ActingCourier(body.Courier);
        await OrderReplies.Write(context, await GrainOf(number).Execute(context, new AdvanceDelivery(id, by, CourierStep.Deliver, body.Proof?.ToProof())));
    }

    /// <summary>POST /v1/deliveries/{number}/unassign.</summary>
    public async Task Unassign(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "unassign");
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.UnassignRequest, UnassignRequest.Empty);
        var courier = context.ActingCourier(body.Courier);
        var by = context.Acting(body.Actor, courier);
        await OrderReplies.Write(context, await GrainOf(number).Execute(context, new UnassignCourier(id, by, courier.Id)));
    }

    /// <summary>POST /v1/deliveries/{number}/fail.</summary>
    public async Task Fail(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "fail");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.FailDeliveryRequest);
        var command = new FailDelivery(id, CourierOr(context, body.Courier, body.Actor), body.Reason);
        await OrderReplies.Write(context, await GrainOf(number).Execute(context, command));
    }

    /// <summary>POST /v1/deliveries/{number}/return.</summary>
    public async Task Return(HttpContext context)
    {
        var number = OrderReplies.NumberOf(context);
        var id = IdempotencyKey.Required(context, "return");
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.ReturnGoodsRequest, ReturnGoodsRequest.Empty);
        await OrderReplies.Write(context, await GrainOf(number).Execute(context, new ReturnGoods(id, CourierOr(context, body.Courier, body.Actor))));
    }

    /// <summary>Who says so: a courier, or somebody else who gives role and id.</summary>
    private static Actor CourierOr(HttpContext context, string? courier, ActorBody? actor)
    {
        switch (courier, actor)
        {
            case (null, null) when context.Caller().Kind != Callers.Operator:
                return context.Acting(null);
            case ({ } id, null):
                return context.ActingCourier(id);
            case (null, { } other):
                return context.Acting(other);
            default:
                var detail = $"Give exactly one of courier and actor; {(courier is null ? "none is" : "both are")} given.";
                throw new RequestFault(ProblemKind.Malformed, detail, new ProblemError("required", detail, Pointer: "/courier", Allowed: ["courier", "actor"]));
        }
    }

    private IOrderGrain GrainOf(OrderNumber number) => grains.GetGrain<IOrderGrain>(number.ToString());
}
