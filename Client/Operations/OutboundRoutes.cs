using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;

namespace OrderActors.Client.Operations;

/// <summary>GET /v1/operations/outbound.</summary>
/// <param name="Data">The dependencies that this process calls.</param>
internal sealed record OutboundResponse(OutboundState[] Data);

/// <summary>The calls to the world outside, for operators.</summary>
internal sealed class OutboundRoutes(IOutboundStates states)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("getOutbound", "/v1/operations/outbound", Get, "Reads the state of every outbound dependency.",
            GatewayJson.Wire.OutboundResponse)
        with
        {
            Callers = Callers.Operator,
            Priority = Priority.NonCritical,
        },
    ];

    /// <summary>GET /v1/operations/outbound.</summary>
    public Task Get(HttpContext context) =>
        Replies.Write(context, 200, new OutboundResponse([.. states.States()]), GatewayJson.Wire.OutboundResponse);
}
