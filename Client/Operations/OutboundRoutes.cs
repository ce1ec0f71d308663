using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;

namespace OrderActors.Client.Operations;

/// <summary>GET /v1/operations/outbound.</summary>
/// <param name="Data">The dependencies that this process calls.</param>
internal sealed record OutboundResponse(OutboundState[] Data);

/// <summary>The calls to the world outside, for operators.</summary>
internal sealed class OutboundRoutes(IOutboundStates states)
{
    /// <summary>GET /v1/operations/outbound.</summary>
    public Task Get(HttpContext context) =>
        Replies.Write(context, 200, new OutboundResponse([.. states.States()]), GatewayJson.Wire.OutboundResponse);
}
