using System.Text;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;

namespace OrderActors.Client.Operations.Metrics;

/// <summary>GET /metrics: for Prometheus. Answered whether requests are taken or not.</summary>
/// <param name="store">The host's, which listens from when it is made.</param>
internal sealed class MetricRoutes(MetricStore store)
{
    /// <summary>The route.</summary>
    public const string Path = "/metrics";

    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        new Operation("getMetrics", HttpMethods.Get, Path, Write, "Reads the metrics in Prometheus' text format.")
        with
        {
            Callers = Callers.Public,
            Priority = Priority.Critical,
            MediaType = "text/plain",
        },
    ];

    private Task Write(HttpContext context)
    {
        var body = Encoding.UTF8.GetBytes(store.Write());
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
