using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Client.Orders;
using OrderActors.Couriers;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Couriers;

/// <summary>What a courier's app shows: the shifts, where the courier is, and what comes next.</summary>
internal sealed class ShiftRoutes(IClusterClient grains, GatewayOptions limits)
{
    private const Callers Own = Callers.Courier | Callers.Operator;

    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Post("startShift", "/v1/couriers/{id}/shifts", Start, "Begins a courier's shift.",
            GatewayJson.Wire.StartShiftRequest, GatewayJson.Wire.CourierResponse)
        with
        {
            Callers = Own,
            Priority = Priority.Critical,
            Status = 201,
        },
        Operation.Post("endShift", "/v1/couriers/{id}/shifts/end", End, "Ends a courier's shift; who carries something finishes first.",
            null, GatewayJson.Wire.CourierResponse)
        with
        {
            Callers = Own,
            Priority = Priority.Critical,
        },
        Operation.Get("listShifts", "/v1/couriers/{id}/shifts", List, "Lists a courier's newest shifts.", GatewayJson.Wire.ShiftsResponse)
        with
        {
            Callers = Own,
            Priority = Priority.NonCritical,
        },
        Operation.Get("getLocation", "/v1/couriers/{id}/location", Location, "Reads where a courier was last seen.", GatewayJson.Wire.PointBody)
        with
        {
            Callers = Own,
        },
        Operation.Get("getAssignment", "/v1/couriers/{id}/assignment", Assignment, "Reads the stops that a courier has to make, in their sequence.",
            GatewayJson.Wire.AssignmentResponse)
        with
        {
            Callers = Own,
            Priority = Priority.Critical,
        },
    ];

    /// <summary>POST /v1/couriers/{id}/shifts.</summary>
    public async Task Start(HttpContext context)
    {
        var id = CourierRoutes.IdOf(context);
        var command = IdempotencyKey.Required(context, "shift");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.StartShiftRequest);
        var reply = await grains.GetGrain<ICourierGrain>(id).Execute(
            context, new GoOnline(command, new Actor(Role.Courier, id), body.Location.ToPoint(), body.Until, body.PlannedStart));
        await CourierRoutes.Write(context, 201, reply, "shifts", $"/v1/couriers/{id}/shifts");
    }

    /// <summary>POST /v1/couriers/{id}/shifts/end.</summary>
    public async Task End(HttpContext context)
    {
        var id = CourierRoutes.IdOf(context);
        var command = IdempotencyKey.Required(context, "end-shift");
        await CourierRoutes.Write(
            context, 200, await grains.GetGrain<ICourierGrain>(id).Execute(context, new GoOffline(command, new Actor(Role.Courier, id))), "shifts/end");
    }

    /// <summary>GET /v1/couriers/{id}/shifts.</summary>
    public async Task List(HttpContext context)
    {
        var id = CourierRoutes.IdOf(context);
        var earnings = await grains.GetGrain<ICourierGrain>(id).Earnings() ?? throw CourierRoutes.NotFound(id);
        await Replies.Write(context, 200, ShiftsResponse.From(earnings), GatewayJson.Wire.ShiftsResponse);
    }

    /// <summary>GET /v1/couriers/{id}/location.</summary>
    public async Task Location(HttpContext context)
    {
        var courier = await Find(context);
        if (courier.Location is not { } at)
        {
            var detail = $"Courier {courier.Id} is off duty, and nobody follows who is.";
            throw new RequestFault(ProblemKind.NotFound, detail, new ProblemError("not_found", detail, Parameter: "id", Value: courier.Id));
        }

        await Replies.Write(context, 200, PointBody.From(at), GatewayJson.Wire.PointBody);
    }

    /// <summary>GET /v1/couriers/{id}/assignment.</summary>
    public async Task Assignment(HttpContext context)
    {
        var courier = await Find(context);
        var carried = courier.Assignment.IsDefaultOrEmpty ? [] : courier.Assignment;
        var orders = await Task.WhenAll(carried.Select(number => grains.GetGrain<IOrderGrain>(number.ToString()).Get()));
        await Replies.Write(context, 200, AssignmentResponse.From([.. orders.OfType<OrderView>()]), GatewayJson.Wire.AssignmentResponse);
    }

    private async Task<CourierView> Find(HttpContext context)
    {
        var id = CourierRoutes.IdOf(context);
        return await grains.GetGrain<ICourierGrain>(id).Get() ?? throw CourierRoutes.NotFound(id);
    }
}
