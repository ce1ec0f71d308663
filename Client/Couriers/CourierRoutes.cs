using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Admission;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Client.Merchants;
using OrderActors.Client.Orders;
using OrderActors.Couriers;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Couriers;

/// <summary>Couriers: creating, shifts, positions, their orders.</summary>
internal sealed class CourierRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Post("createCourier", "/v1/couriers", Create, "Creates a courier.",
            GatewayJson.Wire.CreateCourierRequest, GatewayJson.Wire.CourierResponse)
        with
        {
            Callers = Callers.Partner | Callers.Operator,
            Status = 201,
        },
        Operation.Get("getCourier", "/v1/couriers/{id}", Get, "Reads a courier with what it carries.", GatewayJson.Wire.CourierResponse)
        with
        {
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Put("setDuty", "/v1/couriers/{id}/duty", SetDuty, "Begins or ends a courier's shift.",
            GatewayJson.Wire.SetDutyRequest, GatewayJson.Wire.CourierResponse)
        with
        {
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
        },
        new Operation("reportLocation", HttpMethods.Post, "/v1/couriers/{id}/locations", Locate,
            "Reports where a courier is: one point, or several of which the last one counts.")
        with
        {
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
            Status = 202,
            Body = GatewayJson.Wire.PointBody,
            MostAtOnce = MostPoints,
        },
        new Operation("setLocation", HttpMethods.Put, "/v1/couriers/{id}/location", Locate, "Says where a courier is: the same as one of the locations.")
        with
        {
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
            Status = 202,
            Body = GatewayJson.Wire.PointBody,
        },
        Operation.List("listCourierOrders", "/v1/couriers/{id}/orders", Orders, "Lists a courier's orders, newest first.",
            GatewayJson.Wire.OrderListResponse, OrderFilter.Parameters)
        with
        {
            Callers = Callers.Courier | Callers.Operator,
        },
        Operation.Put("setCourierSettings", "/v1/couriers/{id}/settings", Change, "Changes a courier's vehicle, capacity and way of taking offers.",
            GatewayJson.Wire.CourierSettingsRequest, GatewayJson.Wire.CourierResponse)
        with
        {
            Callers = Callers.Courier | Callers.Operator,
        },
        Operation.Post("pauseCourier", "/v1/couriers/{id}/pause", Pause, "Lets a courier get no more offers for now.",
            null, GatewayJson.Wire.CourierResponse)
        with
        {
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Post("resumeCourier", "/v1/couriers/{id}/resume", Resume, "Lets a paused courier get offers again.",
            null, GatewayJson.Wire.CourierResponse)
        with
        {
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.Critical,
        },
        Operation.Get("getEarnings", "/v1/couriers/{id}/earnings", Earnings, "Reads what a courier earned.", GatewayJson.Wire.EarningsResponse)
        with
        {
            Callers = Callers.Courier | Callers.Operator,
            Priority = Priority.NonCritical,
        },
    ];

    private const int MostPoints = 60;
    private const int DefaultCapacity = 1;

    /// <summary>POST /v1/couriers.</summary>
    public async Task Create(HttpContext context)
    {
        var command = IdempotencyKey.Required(context, "create");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.CreateCourierRequest);
        var id = EntityIds.Require(body.Id, "/id");
        var reply = await grains.GetGrain<ICourierGrain>(id).Execute(context, new CreateCourier(
            command, new Actor(Role.Courier, id), body.Name, body.Zone ?? TestMode.Id(CreateMerchantRequest.DefaultZone, context.Caller().Live),
            body.Capacity ?? DefaultCapacity,
            body.Vehicle ?? Vehicle.Bicycle, body.AcceptsOffersByHand ?? false));
        await Write(context, 201, reply, "create", "/v1/couriers/" + id);
    }

    /// <summary>GET /v1/couriers/{id}.</summary>
    public async Task Get(HttpContext context)
    {
        var id = IdOf(context);
        var courier = await grains.GetGrain<ICourierGrain>(id).Get() ?? throw NotFound(id);
        await Replies.WriteResource(context, 200, CourierResponse.From(courier), GatewayJson.Wire.CourierResponse, courier.Version);
    }

    /// <summary>PUT /v1/couriers/{id}/duty.</summary>
    public async Task SetDuty(HttpContext context)
    {
        var id = IdOf(context);
        var command = IdempotencyKey.OrNew(context, "duty");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.SetDutyRequest);
        var by = new Actor(Role.Courier, id);
        await Write(context, 200, await grains.GetGrain<ICourierGrain>(id).Execute(context, (body.Status, body.Location) switch
        {
            (DutyStatus.Offline, _) => new GoOffline(command, by),
            (_, { } location) => new GoOnline(command, by, location.ToPoint(), body.Until, body.PlannedStart),
            _ => throw new RequestFault(
                ProblemKind.ValidationFailed,
                "/location is missing; a courier who goes online must say where.",
                new ProblemError("required", "/location is missing; a courier who goes online must say where.", Pointer: "/location")),
        }), WireNames<DutyStatus>.NameOf(body.Status));
    }

    /// <summary>PUT /v1/couriers/{id}/settings.</summary>
    public async Task Change(HttpContext context)
    {
        var id = IdOf(context);
        var command = IdempotencyKey.OrNew(context, "settings");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.CourierSettingsRequest);
        await Write(context, 200, await grains.GetGrain<ICourierGrain>(id).Execute(context, new ChangeCourier(
            command, new Actor(Role.Courier, id), body.Vehicle, body.Capacity, body.AcceptsOffersByHand)), "settings");
    }

    /// <summary>POST /v1/couriers/{id}/pause.</summary>
    public async Task Pause(HttpContext context)
    {
        var id = IdOf(context);
        var command = IdempotencyKey.Required(context, "pause");
        await Write(context, 200, await grains.GetGrain<ICourierGrain>(id).Execute(context, new PauseCourier(command, new Actor(Role.Courier, id))), "pause");
    }

    /// <summary>POST /v1/couriers/{id}/resume.</summary>
    public async Task Resume(HttpContext context)
    {
        var id = IdOf(context);
        var command = IdempotencyKey.Required(context, "resume");
        await Write(context, 200, await grains.GetGrain<ICourierGrain>(id).Execute(context, new ResumeCourier(command, new Actor(Role.Courier, id))), "resume");
    }

    /// <summary>POST /v1/couriers/{id}/locations: one point or several, of which the last one counts.</summary>
    public async Task Locate(HttpContext context)
    {
        var id = IdOf(context);
        var points = await RequestBody.ReadOneOrMany(
            context, limits.MaxBodyBytes, GatewayJson.Wire.PointBody, GatewayJson.Wire.PointBodyArray);
        if (points.Length is 0 or > MostPoints)
        {
            var detail = string.Create(CultureInfo.InvariantCulture, $"There are {points.Length} points; send 1 to {MostPoints}.");
            throw new RequestFault(ProblemKind.ValidationFailed, detail, new ProblemError("out_of_range", detail, Pointer: ""));
        }

        for (var i = 0; i < points.Length; i++)
        {
            if (!points[i].ToPoint().IsValid) throw NoPlace(points[i], points.Length == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"/{i}"));
        }

        var reply = await grains.GetGrain<ICourierGrain>(id).Locate(points[^1].ToPoint());
        if (reply.Refusal is { } refusal)
        {
            await Replies.WriteRefusal(context, ActionNames.Translate(refusal, $"Courier {id}", "a location"), reply.Replayed);
            return;
        }

        RequestDeadline.BeginAnswer(context);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    /// <summary>GET /v1/couriers/{id}/orders.</summary>
    public async Task Orders(HttpContext context)
    {
        var id = IdOf(context);
        var grain = grains.GetGrain<ICourierGrain>(id);
        if (await grain.Get() is null) throw NotFound(id);
        await OrderLists.Write(context, grains, grain.FindOrders);
    }

    /// <summary>GET /v1/couriers/{id}/earnings.</summary>
    public async Task Earnings(HttpContext context)
    {
        var id = IdOf(context);
        var earnings = await grains.GetGrain<ICourierGrain>(id).Earnings() ?? throw NotFound(id);
        await Replies.Write(context, 200, EarningsResponse.From(id, earnings), GatewayJson.Wire.EarningsResponse);
    }

    internal static string IdOf(HttpContext context) => EntityIds.RequireParameter((string)context.Request.RouteValues["id"]!, "id");

    internal static RequestFault NotFound(string id) => new(
        ProblemKind.NotFound, $"There is no courier {id}.", new ProblemError("not_found", $"There is no courier {id}.", Parameter: "id", Value: id));

    private static RequestFault NoPlace(PointBody point, string pointer)
    {
        var value = string.Create(CultureInfo.InvariantCulture, $"{point.Latitude}, {point.Longitude}");
        var detail = $"{(pointer.Length == 0 ? "The point" : pointer)} is {value}; latitude is -90 to 90 and longitude is -180 to 180.";
        return new(ProblemKind.ValidationFailed, detail, new ProblemError("out_of_range", detail, Pointer: pointer, Value: value));
    }

    /// <summary>Answers with the courier, or with the refusal.</summary>
    internal static Task Write(
        HttpContext context, int status, CourierReply reply, string action, string? location = null, string? courierId = null) => reply switch
        {
            { Refusal: { } refusal } => Replies.WriteRefusal(
                context, ActionNames.Translate(refusal, $"Courier {courierId ?? context.Request.RouteValues["id"]}", action), reply.Replayed),
            { Courier: { } courier } => Replies.WriteResource(
                context, status, CourierResponse.From(courier), GatewayJson.Wire.CourierResponse, courier.Version, reply.Replayed, location),
            _ => throw new InvalidOperationException("A courier answered with neither itself nor a refusal."),
        };
}
