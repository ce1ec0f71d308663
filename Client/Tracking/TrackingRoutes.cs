using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Client.Tracking;

/// <summary>The tracking link: for anybody who has it, without a key. It says how the order gets on and nothing about persons.</summary>
internal sealed class TrackingRoutes(IClusterClient grains)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("trackOrder", "/v1/tracking/{token}", Track, "Shows how an order gets on to anybody who has its link.",
            GatewayJson.Wire.TrackingResponse)
        with
        {
            Callers = Callers.Public,
        },
    ];

    private const int LongestToken = 64;

    /// <summary>The address of an order's tracking; null when it has none.</summary>
    public static string? UrlOf(OrderView order) => order.Tracking is { } secret ? $"/v1/tracking/{order.Number}{secret}" : null;

    /// <summary>GET /v1/tracking/{token}.</summary>
    public async Task Track(HttpContext context)
    {
        // Whatever is wrong with a token, the answer is the same: nothing is to be learnt by trying.
        var token = (string)context.Request.RouteValues["token"]!;
        if (token.Length is <= OrderNumber.Digits or > LongestToken) throw NotFound();
        if (!OrderNumber.TryParse(token[..OrderNumber.Digits], out var number, out _)) throw NotFound();
        var tracking = await grains.GetGrain<IOrderGrain>(number.ToString()).Track(token[OrderNumber.Digits..]) ?? throw NotFound();
        context.Response.Headers.CacheControl = "no-store";
        await Replies.Write(context, 200, TrackingResponse.From(tracking), GatewayJson.Wire.TrackingResponse);
    }

    private static RequestFault NotFound() => new(ProblemKind.NotFound, "There is no such tracking link, or its time is over.");
}

/// <summary>GET /v1/tracking/{token}.</summary>
/// <param name="Kind">What kind of order it is.</param>
/// <param name="Status">Where the order stands.</param>
/// <param name="DeliveryStatus">Where its delivery stands.</param>
/// <param name="ScheduledFor">When the goods are wanted; absent for as soon as possible.</param>
/// <param name="ReadyAt">When they are or will be ready; absent while nobody knows.</param>
/// <param name="Eta">When they should be with the customer; absent for a pickup, and when it is over.</param>
/// <param name="Courier">About where the courier is, to 100 metres, on the last way to just this customer; absent otherwise.</param>
/// <param name="UpdatedAt">When something happened last.</param>
internal sealed record TrackingResponse(
    OrderKind Kind,
    OrderStatus Status,
    DeliveryStatus DeliveryStatus,
    DateTimeOffset? ScheduledFor,
    DateTimeOffset? ReadyAt,
    DateTimeOffset? Eta,
    PointBody? Courier,
    DateTimeOffset UpdatedAt)
{
    public static TrackingResponse From(TrackingView view) => new(
        view.Kind, view.Status, view.Delivery, view.ScheduledFor, view.ReadyAt, view.Eta,
        view.Courier is { } at ? PointBody.From(at) : null, view.UpdatedAt);
}
