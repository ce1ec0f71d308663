using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Dispatch;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Dispatch;

/// <summary>A zone as dispatch sees it.</summary>
/// <param name="Id">The zone's id.</param>
/// <param name="Waiting">Orders that wait for a courier.</param>
/// <param name="Idle">Couriers who are free.</param>
/// <param name="Parts">The parts it was split into because it was hot, each of which decides for itself; absent when it was not.</param>
internal sealed record ZoneResponse([GrainKey] string Id, WaitingOrderBody[] Waiting, IdleCourierBody[] Idle, string[]? Parts);

/// <summary>An order that waits for a courier.</summary>
/// <param name="Order">Its number.</param>
/// <param name="Pickup">Where the goods are.</param>
/// <param name="Dropoff">Where they go.</param>
/// <param name="PlacedAt">When it was placed.</param>
/// <param name="ReadyAt">When it is or will be ready.</param>
internal sealed record WaitingOrderBody(
    OrderNumber Order, PointBody Pickup, PointBody Dropoff, DateTimeOffset PlacedAt, DateTimeOffset ReadyAt);

/// <summary>A courier who is free.</summary>
/// <param name="Courier">The courier's id.</param>
/// <param name="Location">Where the courier is.</param>
/// <param name="Since">Since when the courier is free.</param>
/// <param name="Until">When the shift ends; absent when open-ended.</param>
/// <param name="Capacity">How many orders at once.</param>
internal sealed record IdleCourierBody([GrainKey] string Courier, PointBody Location, DateTimeOffset Since, DateTimeOffset? Until, int Capacity);

/// <summary>Zones, for operators.</summary>
internal sealed class ZoneRoutes(IClusterClient grains)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("getZone", "/v1/zones/{id}", Get, "Reads a zone's waiting orders and free couriers.", GatewayJson.Wire.ZoneResponse)
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
        },
    ];

    /// <summary>GET /v1/zones/{id}.</summary>
    public async Task Get(HttpContext context)
    {
        var id = EntityIds.RequireParameter((string)context.Request.RouteValues["id"]!, "id");
        var zone = await grains.GetGrain<IDispatchGrain>(id).Get();
        var response = new ZoneResponse(
            id,
            zone.Waiting.IsDefault ? [] : [.. zone.Waiting.Select(w => new WaitingOrderBody(
                w.Order, PointBody.From(w.Pickup), PointBody.From(w.Dropoff), w.PlacedAt, w.ReadyAt))],
            zone.Idle.IsDefault ? [] : [.. zone.Idle.Select(i => new IdleCourierBody(
                i.Courier, PointBody.From(i.Location), i.Since, i.Until, i.Capacity))],
            zone.Parts.IsDefaultOrEmpty ? null : [.. zone.Parts.Select(TestMode.Shown)]);
        await Replies.Write(context, 200, response, GatewayJson.Wire.ZoneResponse);
    }
}
