using Microsoft.AspNetCore.Http;

namespace OrderActors.Client.Http;

/// <summary>Whether the process lives or takes requests.</summary>
/// <param name="Status">live, or ready.</param>
internal sealed record HealthResponse(string Status);

/// <summary>The two questions of an orchestrator.</summary>
internal sealed class HealthRoutes(GatewayGate gate)
{
    private static readonly HealthResponse LiveBody = new("live");
    private static readonly HealthResponse ReadyBody = new("ready");

    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Get("getLiveness", "/health/live", Live, "Whether the process can answer at all.", GatewayJson.Wire.HealthResponse)
        with
        {
            Callers = Callers.Public,
            Priority = Priority.Critical,
        },
        Operation.Get("getReadiness", "/health/ready", Ready, "Whether requests are taken.", GatewayJson.Wire.HealthResponse)
        with
        {
            Callers = Callers.Public,
            Priority = Priority.Critical,
        },
    ];

    /// <summary>200 while the process can answer at all.</summary>
    public static Task Live(HttpContext context) => Replies.Write(context, 200, LiveBody, GatewayJson.Wire.HealthResponse);

    /// <summary>200 while requests are taken, else 503 with Retry-After.</summary>
    public Task Ready(HttpContext context) => gate.Readiness == Readiness.Ready
        ? Replies.Write(context, 200, ReadyBody, GatewayJson.Wire.HealthResponse)
        : Replies.WriteProblem(context, GatewayPipeline.NotReady(gate.Readiness));
}
