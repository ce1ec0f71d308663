using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Client.Orders;
using OrderActors.Couriers;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Couriers;

/// <summary>What a courier is asked, and what couriers pass on to one another.</summary>
internal sealed class OfferRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("listOffers", "/v1/couriers/{id}/offers", List, "Lists what a courier is asked to take.", GatewayJson.Wire.OffersResponse)
        with
        {
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Post("acceptOffer", "/v1/couriers/{id}/offers/{number}/accept", Accept, "Takes an offered order.",
            null, GatewayJson.Wire.CourierResponse)
        with
        {
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Post("declineOffer", "/v1/couriers/{id}/offers/{number}/decline", Decline, "Declines an offered order.",
            GatewayJson.Wire.DeclineOfferRequest, GatewayJson.Wire.CourierResponse)
        with
        {
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
            BodyOptional = true,
        },
        Operation.Post("handOverDelivery", "/v1/deliveries/{number}/handover", HandOver, "Passes an order on from one courier to another.",
            GatewayJson.Wire.HandOverRequest, GatewayJson.Wire.CourierResponse)
        with
        {
            // The order is not yet the courier's who takes it over.
            Owned = Owned.Nothing,
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
        },
    ];

    /// <summary>GET /v1/couriers/{id}/offers.</summary>
    public async Task List(HttpContext context)
    {
        var id = CourierRoutes.IdOf(context);
        var courier = await grains.GetGrain<ICourierGrain>(id).Get() ?? throw CourierRoutes.NotFound(id);
        await Replies.Write(context, 200, new OffersResponse(OfferBody.From(courier)), GatewayJson.Wire.OffersResponse);
    }

    /// <summary>POST /v1/couriers/{id}/offers/{number}/accept.</summary>
    public async Task Accept(HttpContext context)
    {
        var (id, order) = (CourierRoutes.IdOf(context), OrderReplies.NumberOf(context));
        var command = IdempotencyKey.Required(context, "accept-offer", order.ToString());
        await CourierRoutes.Write(
            context, 200, await grains.GetGrain<ICourierGrain>(id).Execute(context, new AcceptOffer(command, new Actor(Role.Courier, id), order)), "accept");
    }

    /// <summary>POST /v1/couriers/{id}/offers/{number}/decline.</summary>
    public async Task Decline(HttpContext context)
    {
        var (id, order) = (CourierRoutes.IdOf(context), OrderReplies.NumberOf(context));
        var command = IdempotencyKey.Required(context, "decline-offer", order.ToString());
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.DeclineOfferRequest, DeclineOfferRequest.Empty);
        await CourierRoutes.Write(
            context,
            200,
            await grains.GetGrain<ICourierGrain>(id).Execute(
                context, new DeclineOffer(command, new Actor(Role.Courier, id), order, body.Reason ?? DeclineReason.Other)),
            "decline");
    }

    /// <summary>POST /v1/deliveries/{number}/handover.</summary>
    public async Task HandOver(HttpContext context)
    {
        var order = OrderReplies.NumberOf(context);
        var command = IdempotencyKey.Required(context, "handover", order.ToString());
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.HandOverRequest);
        var (from, to) = (EntityIds.Require(body.From, "/from"), EntityIds.Require(body.To, "/to"));
        var by = context.Acting(body.Actor, new(Role.Courier, to));
        if (by.Role == Role.Courier && by.Id != from && by.Id != to) throw OrderReplies.NotFound(order);
        await CourierRoutes.Write(
            context, 200, await grains.GetGrain<ICourierGrain>(to).Execute(new TakeOver(command, by, order, from)), "handover", courierId: to);
    }
}
