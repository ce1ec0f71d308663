using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Promotions;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Promotions;

/// <summary>Promotions: creating, stopping, resuming, raising the budget. Orders name them by their code.</summary>
internal sealed class PromotionRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Post("createPromotion", "/v1/promotions", Create, "Creates a promotion with its coupon.",
            GatewayJson.Wire.CreatePromotionRequest, GatewayJson.Wire.PromotionResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
            Status = 201,
        },
        Operation.Get("getPromotion", "/v1/promotions/{code}", Get, "Reads a promotion with what is left of its budget.",
            GatewayJson.Wire.PromotionResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
        },
        Operation.Post("pausePromotion", "/v1/promotions/{code}/pause", Pause, "Stops a promotion for now.",
            GatewayJson.Wire.PromotionStatusRequest, GatewayJson.Wire.PromotionResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
            BodyOptional = true,
        },
        Operation.Post("resumePromotion", "/v1/promotions/{code}/resume", Resume, "Lets a stopped promotion go on.",
            GatewayJson.Wire.PromotionStatusRequest, GatewayJson.Wire.PromotionResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
            BodyOptional = true,
        },
        Operation.Put("raiseBudget", "/v1/promotions/{code}/budget", RaiseBudget, "Raises a promotion's budget.",
            GatewayJson.Wire.RaiseBudgetRequest, GatewayJson.Wire.PromotionResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
        },
    ];

    /// <summary>POST /v1/promotions.</summary>
    public async Task Create(HttpContext context)
    {
        var command = IdempotencyKey.Required(context, "promotion");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.CreatePromotionRequest);
        var code = CouponCodes.Normalize(EntityIds.Require(body.Code, "/code"));
        if (body.AmountOff is null == body.PermilleOff is null)
        {
            const string OneOfTwo = "Give exactly one of amount_off and permille_off.";
            throw new RequestFault(
                ProblemKind.ValidationFailed,
                OneOfTwo,
                new ProblemError("required", OneOfTwo, Pointer: "/amount_off", Allowed: ["amount_off", "permille_off"]));
        }

        var terms = new PromotionTerms(
            body.Currency,
            body.AmountOff is null ? DiscountKind.PermilleOff : DiscountKind.AmountOff,
            body.AmountOff ?? body.PermilleOff!.Value,
            body.Cap,
            body.MerchantPermille ?? 0,
            body.Budget.Amount,
            body.Budget.Uses,
            body.PerCustomer,
            body.ValidFrom,
            body.ValidUntil,
            body.MinimumSubtotal ?? 0,
            [.. body.Merchants ?? []]);
        var by = context.Acting(body.Actor);
        await Write(context, 201, await Grain(code).Execute(context, new CreatePromotion(command, by, terms)), "/v1/promotions/" + code);
    }

    /// <summary>GET /v1/promotions/{code}.</summary>
    public async Task Get(HttpContext context)
    {
        var code = CodeOf(context);
        var promotion = await Grain(code).Get() ?? throw new RequestFault(
            ProblemKind.NotFound,
            $"There is no promotion {code}.",
            new ProblemError("not_found", $"There is no promotion {code}.", Parameter: "code", Value: code));
        await Replies.WriteResource(context, 200, PromotionResponse.From(promotion), GatewayJson.Wire.PromotionResponse, promotion.Version);
    }

    /// <summary>POST /v1/promotions/{code}/pause.</summary>
    public Task Pause(HttpContext context) => SetStatus(context, "pause", PromotionStatus.Paused);

    /// <summary>POST /v1/promotions/{code}/resume.</summary>
    public Task Resume(HttpContext context) => SetStatus(context, "resume", PromotionStatus.Active);

    /// <summary>PUT /v1/promotions/{code}/budget.</summary>
    public async Task RaiseBudget(HttpContext context)
    {
        var code = CodeOf(context);
        var command = IdempotencyKey.OrNew(context, "budget");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.RaiseBudgetRequest);
        var by = context.Acting(body.Actor);
        await Write(context, 200, await Grain(code).Execute(context, new RaiseBudget(command, by, body.Amount, body.Uses)));
    }

    private async Task SetStatus(HttpContext context, string action, PromotionStatus status)
    {
        var code = CodeOf(context);
        var command = IdempotencyKey.Required(context, action);
        var body = await RequestBody.ReadOr(context, limits.MaxBodyBytes, GatewayJson.Wire.PromotionStatusRequest, PromotionStatusRequest.Empty);
        await Write(context, 200, await Grain(code).Execute(context, new SetPromotionStatus(command, context.Acting(body.Actor), status)));
    }

    private IPromotionGrain Grain(string code) => grains.GetGrain<IPromotionGrain>(code);

    private static string CodeOf(HttpContext context) =>
        CouponCodes.Normalize(EntityIds.RequireParameter((string)context.Request.RouteValues["code"]!, "code"));

    private static Task Write(HttpContext context, int status, PromotionReply reply, string? location = null) => reply switch
    {
        { Refusal: { } refusal } => Replies.WriteRefusal(context, refusal, reply.Replayed),
        { Promotion: { } promotion } => Replies.WriteResource(
            context, status, PromotionResponse.From(promotion), GatewayJson.Wire.PromotionResponse, promotion.Version, reply.Replayed, location),
        _ => throw new InvalidOperationException("A promotion answered with neither itself nor a refusal."),
    };
}

/// <summary>Coupon codes as callers write them: people type them, so case means nothing.</summary>
internal static class CouponCodes
{
    /// <summary>The code as grains know it.</summary>
    public static string Normalize(string code) => code.ToUpperInvariant();
}
