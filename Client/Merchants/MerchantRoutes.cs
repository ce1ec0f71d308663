using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Client.Orders;
using OrderActors.Merchants;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Merchants;

/// <summary>Merchants: creating, menu and stock, hours, capacity and terms, prices, their orders.</summary>
internal sealed class MerchantRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Post("createMerchant", "/v1/merchants", Create, "Creates a merchant.",
            GatewayJson.Wire.CreateMerchantRequest, GatewayJson.Wire.MerchantResponse)
        with
        {
            Callers = Callers.Partner | Callers.Operator,
            Status = 201,
        },
        Operation.Get("getMerchant", "/v1/merchants/{id}", Get, "Reads a merchant with its menu.", GatewayJson.Wire.MerchantResponse)
        with
        {
            Owned = Owned.Nothing,
            Callers = Callers.Everybody,
        },
        Operation.Put("setMenu", "/v1/merchants/{id}/menu", SetMenu, "Sets a merchant's menu as a whole.",
            GatewayJson.Wire.SetMenuRequest, GatewayJson.Wire.MerchantResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
        },
        Operation.Put("setMerchantStatus", "/v1/merchants/{id}/status", SetStatus, "Opens, slows or closes a merchant.",
            GatewayJson.Wire.SetMerchantStatusRequest, GatewayJson.Wire.MerchantResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Put("setStock", "/v1/merchants/{id}/stock", SetStock, "Sets how much there is of items.",
            GatewayJson.Wire.SetStockRequest, GatewayJson.Wire.MerchantResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
        },
        Operation.Put("setHours", "/v1/merchants/{id}/hours", SetHours, "Sets a merchant's opening hours.",
            GatewayJson.Wire.HoursBody, GatewayJson.Wire.MerchantResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
        },
        Operation.Delete("removeHours", "/v1/merchants/{id}/hours", RemoveHours,
            "Removes the opening hours: the merchant is open until its status says otherwise.",
            GatewayJson.Wire.MerchantResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
        },
        Operation.Put("setCapacity", "/v1/merchants/{id}/capacity", SetCapacity, "Sets how many orders a merchant prepares at once.",
            GatewayJson.Wire.CapacityBody, GatewayJson.Wire.MerchantResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
        },
        Operation.Put("setPreparation", "/v1/merchants/{id}/preparation", SetPreparation,
            "Sets how long a merchant prepares, and whether it accepts by itself.",
            GatewayJson.Wire.SetPreparationRequest, GatewayJson.Wire.MerchantResponse)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
        },
        Operation.Put("setTerms", "/v1/merchants/{id}/terms", SetTerms, "Sets a merchant's terms: fees, area, waits.",
            GatewayJson.Wire.TermsBody, GatewayJson.Wire.MerchantResponse)
        with
        {
            Callers = Callers.Operator,
        },
        Operation.Post("priceBasket", "/v1/merchants/{id}/price", Price, "Says what lines would cost; changes nothing.",
            GatewayJson.Wire.PriceRequest, GatewayJson.Wire.PriceResponse)
        with
        {
            Owned = Owned.Nothing,
            Callers = Callers.Everybody,
            Key = KeyUse.None,
        },
        Operation.List("listMerchantOrders", "/v1/merchants/{id}/orders", Orders, "Lists a merchant's orders, newest first.",
            GatewayJson.Wire.OrderListResponse, OrderFilter.Parameters)
        with
        {
            Callers = Callers.Merchant | Callers.Operator,
        },
    ];

    /// <summary>POST /v1/merchants.</summary>
    public async Task Create(HttpContext context)
    {
        var command = IdempotencyKey.Required(context, "create");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.CreateMerchantRequest);
        var id = EntityIds.Require(body.Id, "/id");
        var reply = await grains.GetGrain<IMerchantGrain>(id).Execute(context, new CreateMerchant(
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
        var caller = context.Caller();
        var inside = caller.Kind == Callers.Operator || (caller.Kind == Callers.Merchant && caller.Subject == id);
        var answer = MerchantResponse.From(merchant);
        await Replies.WriteResource(context, 200, inside ? answer : answer.ForOthers(), GatewayJson.Wire.MerchantResponse, merchant.Version);
    }

    /// <summary>PUT /v1/merchants/{id}/menu.</summary>
    public Task SetMenu(HttpContext context) => Set(
        context, "menu", GatewayJson.Wire.SetMenuRequest, static (command, by, body) => new SetMenu(command, by, body.ToItems()));

    /// <summary>PUT /v1/merchants/{id}/stock.</summary>
    public Task SetStock(HttpContext context) => Set(
        context, "stock", GatewayJson.Wire.SetStockRequest,
        static (command, by, body) => new SetStock(command, by, [.. body.Items.Select(item => new ItemStock(item.Id, item.Stock))]));

    /// <summary>PUT /v1/merchants/{id}/status.</summary>
    public Task SetStatus(HttpContext context) => Set(
        context, "status", GatewayJson.Wire.SetMerchantStatusRequest,
        static (command, by, body) => new SetMerchantStatus(command, by, body.Status, body.Until, TimeSpan.FromSeconds(body.BusySeconds ?? 0)));

    /// <summary>PUT /v1/merchants/{id}/hours.</summary>
    public Task SetHours(HttpContext context) => Set(
        context, "hours", GatewayJson.Wire.HoursBody, static (command, by, body) => new SetMerchantHours(command, by, body.ToHours()));

    /// <summary>DELETE /v1/merchants/{id}/hours.</summary>
    public async Task RemoveHours(HttpContext context)
    {
        var id = IdOf(context);
        var command = IdempotencyKey.OrNew(context, "hours");
        var change = new SetMerchantHours(command, new Actor(Role.Merchant, id), null);
        await Write(context, 200, await grains.GetGrain<IMerchantGrain>(id).Execute(context, change));
    }

    /// <summary>PUT /v1/merchants/{id}/capacity.</summary>
    public Task SetCapacity(HttpContext context) => Set(
        context, "capacity", GatewayJson.Wire.CapacityBody, static (command, by, body) => new SetMerchantCapacity(command, by, body.ToCapacity()));

    /// <summary>PUT /v1/merchants/{id}/preparation.</summary>
    public Task SetPreparation(HttpContext context) => Set(
        context, "preparation", GatewayJson.Wire.SetPreparationRequest,
        static (command, by, body) => new SetMerchantPreparation(command, by, TimeSpan.FromSeconds(body.PreparationSeconds), body.AutoAccept, body.Learn));

    /// <summary>PUT /v1/merchants/{id}/terms.</summary>
    public Task SetTerms(HttpContext context) => Set(
        context, "terms", GatewayJson.Wire.TermsBody, static (command, by, body) => new SetMerchantTerms(command, by, body.ToTerms()));

    /// <summary>POST /v1/merchants/{id}/price. Changes nothing.</summary>
    public async Task Price(HttpContext context)
    {
        var id = IdOf(context);
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.PriceRequest);
        var grain = grains.GetGrain<IMerchantGrain>(id);
        var reply = await grain.Quote(body.ToRequest());
        if (reply.Refusal is { Code: RefusalCode.UnknownMerchant }) throw NotFound(id);
        if (reply.Refusal is { } refusal) await Replies.WriteRefusal(context, refusal, replayed: false);
        else await Replies.Write(context, 200, PriceResponse.From(reply.Reservation!), GatewayJson.Wire.PriceResponse);
    }

    /// <summary>GET /v1/merchants/{id}/orders.</summary>
    public async Task Orders(HttpContext context)
    {
        var id = IdOf(context);
        var grain = grains.GetGrain<IMerchantGrain>(id);
        if (await grain.Get() is null) throw NotFound(id);
        await OrderLists.Write(context, grains, grain.FindOrders);
    }

    private async Task Set<TBody>(
        HttpContext context, string step, JsonTypeInfo<TBody> type, Func<string, Actor, TBody, MerchantCommand> command)
    {
        var id = IdOf(context);
        var key = IdempotencyKey.OrNew(context, step);
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, type);
        await Write(context, 200, await grains.GetGrain<IMerchantGrain>(id).Execute(context, command(key, new Actor(Role.Merchant, id), body)));
    }

    private static string IdOf(HttpContext context) => EntityIds.RequireParameter((string)context.Request.RouteValues["id"]!, "id");

    internal static RequestFault NotFound(string id) => new(
        ProblemKind.NotFound, $"There is no merchant {id}.", new ProblemError("not_found", $"There is no merchant {id}.", Parameter: "id", Value: id));

    private static Task Write(HttpContext context, int status, MerchantReply reply, string? location = null) => reply switch
    {
        { Refusal: { } refusal } => Replies.WriteRefusal(context, refusal, reply.Replayed),
        { Merchant: { } merchant } => Replies.WriteResource(
            context, status, MerchantResponse.From(merchant), GatewayJson.Wire.MerchantResponse, merchant.Version, reply.Replayed, location),
        _ => throw new InvalidOperationException("A merchant answered with neither itself nor a refusal."),
    };
}
