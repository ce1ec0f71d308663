using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Orders;
using OrderActors.Merchants;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Merchants;

/// <summary>Merchants: creating, menu, opening and closing, their orders.</summary>
internal sealed class MerchantRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>POST /v1/merchants.</summary>
    public async Task Create(HttpContext context)
    {
        var command = IdempotencyKey.Required(context, "create");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.CreateMerchantRequest);
        var id = EntityIds.Require(body.Id, "/id");
        var reply = await grains.GetGrain<IMerchantGrain>(id).Execute(new CreateMerchant(
            command,
            new Actor(Role.Merchant, id),
            body.Name,
            body.Zone ?? CreateMerchantRequest.DefaultZone,
            body.Location.ToPoint(),
            body.Currency,
            TimeSpan.FromSeconds(body.PreparationSeconds ?? CreateMerchantRequest.DefaultPreparationSeconds),
            body.AutoAccept ?? false));
        await Write(context, 201, reply, "/v1/merchants/" + id);
    }

    /// <summary>GET /v1/merchants/{id}.</summary>
    public async Task Get(HttpContext context)
    {
        var id = IdOf(context);
        var merchant = await grains.GetGrain<IMerchantGrain>(id).Get() ?? throw NotFound(id);
        await Replies.WriteResource(context, 200, MerchantResponse.From(merchant), GatewayJson.Wire.MerchantResponse, merchant.Version);
    }

    /// <summary>PUT /v1/merchants/{id}/menu.</summary>
    public async Task SetMenu(HttpContext context)
    {
        var id = IdOf(context);
        var command = IdempotencyKey.OrNew(context, "menu");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.SetMenuRequest);
        var items = ImmutableArray.CreateBuilder<MenuItem>(body.Items.Length);
        foreach (var item in body.Items) items.Add(new MenuItem(item.Id, item.Name, item.Price, item.Stock));
        await Write(context, 200, await grains.GetGrain<IMerchantGrain>(id).Execute(
            new SetMenu(command, new Actor(Role.Merchant, id), items.MoveToImmutable())));
    }

    /// <summary>PUT /v1/merchants/{id}/status.</summary>
    public async Task SetStatus(HttpContext context)
    {
        var id = IdOf(context);
        var command = IdempotencyKey.OrNew(context, "status");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.SetMerchantStatusRequest);
        await Write(context, 200, await grains.GetGrain<IMerchantGrain>(id).Execute(
            new SetMerchantStatus(command, new Actor(Role.Merchant, id), body.Status)));
    }

    /// <summary>GET /v1/merchants/{id}/orders.</summary>
    public async Task Orders(HttpContext context)
    {
        var id = IdOf(context);
        var page = PageRequest.Read(context);
        var grain = grains.GetGrain<IMerchantGrain>(id);
        if (await grain.Get() is null) throw NotFound(id);
        await OrderLists.Write(context, grains, grain.Orders, page);
    }

    private static string IdOf(HttpContext context) => EntityIds.RequireParameter((string)context.Request.RouteValues["id"]!, "id");

    private static RequestFault NotFound(string id) => new(
        ProblemKind.NotFound, $"There is no merchant {id}.", new ProblemError("not_found", $"There is no merchant {id}.", Parameter: "id", Value: id));

    private static Task Write(HttpContext context, int status, MerchantReply reply, string? location = null) => reply switch
    {
        { Refusal: { } refusal } => Replies.WriteRefusal(context, refusal, reply.Replayed),
        { Merchant: { } merchant } => Replies.WriteResource(
            context, status, MerchantResponse.From(merchant), GatewayJson.Wire.MerchantResponse, merchant.Version, reply.Replayed, location),
        _ => throw new InvalidOperationException("A merchant answered with neither itself nor a refusal."),
    };
}
