using Microsoft.AspNetCore.Http;
using OrderActors.Broadcast;
using OrderActors.Client.Http;
using OrderActors.Client.Idempotency;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Feeds;

/// <summary>PUT /v1/operations/emission/{type}.</summary>
/// <param name="Emitted">Whether events of the type are told outside.</param>
/// <param name="Reason">Why; at most 200 characters.</param>
internal sealed record SetEmissionRequest(bool Emitted, string? Reason = null);

/// <summary>Whether events of a type are told outside.</summary>
/// <param name="Type">The type.</param>
/// <param name="Emitted">Whether they are.</param>
/// <param name="By">Who switched last.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
internal sealed record EmissionBody(string Type, bool Emitted, string? By, DateTimeOffset? At, string? Reason)
{
    public static EmissionBody From(EmissionSwitch s) => new(s.Type, s.Emitted, s.By?.ToString(), s.At, s.Reason);
}

/// <summary>All switches.</summary>
/// <param name="Data">Every type of events.</param>
/// <param name="Changes">The newest changes, newest first.</param>
internal sealed record EmissionListResponse(EmissionBody[] Data, EmissionBody[] Changes);

/// <summary>Which types of events are told outside, for operators.</summary>
internal sealed class EmissionRoutes(IClusterClient grains, GatewayOptions limits)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("listEmission", "/v1/operations/emission", List, "Lists which types of events are told outside.",
            GatewayJson.Wire.EmissionListResponse)
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
        },
        Operation.Put("setEmission", "/v1/operations/emission/{type}", Set, "Switches on or off whether events of a type are told outside.",
            GatewayJson.Wire.SetEmissionRequest, GatewayJson.Wire.EmissionBody)
        with
        {
            Callers = Callers.Operator,
        },
    ];

    private IEmissionGrain Emission => grains.GetGrain<IEmissionGrain>(IEmissionGrain.Key);

    /// <summary>GET /v1/operations/emission.</summary>
    public async Task List(HttpContext context)
    {
        var view = await Emission.Get();
        var switched = view.Switched.ToDictionary(s => s.Type, StringComparer.Ordinal);
        var answer = new EmissionListResponse(
            [
                .. EventTypes.All.Order(StringComparer.Ordinal)
                    .Select(type => EmissionBody.From(switched.GetValueOrDefault(type) ?? new EmissionSwitch(type, true))),
            ],
            [.. view.Changes.Select(EmissionBody.From)]);
        await Replies.Write(context, StatusCodes.Status200OK, answer, GatewayJson.Wire.EmissionListResponse);
    }

    /// <summary>PUT /v1/operations/emission/{type}.</summary>
    public async Task Set(HttpContext context)
    {
        var type = FeedRequest.TypeOf(FeedRequest.Plain((string)context.Request.RouteValues["type"]!));
        var id = IdempotencyKey.OrNew(context, "emission");
        var body = await RequestBody.Read(context, limits.MaxBodyBytes, GatewayJson.Wire.SetEmissionRequest);
        var by = new Actor(Role.Operator, context.Caller().Subject);
        var reply = await Emission.Set(new SetEmission(id, by, type, body.Emitted, body.Reason));
        if (reply.Refusal is { } refusal)
        {
            await Replies.WriteRefusal(context, refusal, reply.Replayed);
            return;
        }

        var now = reply.Emission!.Switched.First(s => s.Type == type);
        await Replies.WriteResource(
            context, StatusCodes.Status200OK, EmissionBody.From(now), GatewayJson.Wire.EmissionBody, reply.Emission.Version, reply.Replayed);
    }
}
