using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrderActors.Client.Http;
using OrderActors.Client.Operations.Metrics;

namespace OrderActors.Client.Telemetry;

/// <summary>Around everything else: measures each request, and says on its span what it was.</summary>
internal sealed class RequestTelemetry(RequestDelegate next)
{
    /// <summary>Handles one request.</summary>
    public async Task Handle(HttpContext context)
    {
        var began = Stopwatch.GetTimestamp();

        // The server makes it; it has the caller's trace as its parent where the request says so.
        var span = Activity.Current;
        await next(context);
        if (context.GetEndpoint()?.Metadata.GetMetadata<Operation>() is not { } operation) return;
        RequestInstruments.Answered(operation, context, began);
        if (span is { Recorded: true }) Describe(span, operation, context);
    }

    // No id, no query and no header: what a span says must not tell about anybody.
    private static void Describe(Activity span, Operation operation, HttpContext context)
    {
        var status = context.Response.StatusCode;
        span.DisplayName = $"{operation.Method} {operation.Path}";
        span.SetTag("http.request.method", operation.Method)
            .SetTag("http.route", operation.Path)
            .SetTag("http.response.status_code", status)
            .SetTag("orderactors.operation", operation.Id)
            .SetTag("orderactors.class", RequestInstruments.NameOf(operation.Priority));
        if (status >= 500) span.SetStatus(ActivityStatusCode.Error);
    }
}
