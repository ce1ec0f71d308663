using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;

namespace OrderActors.Client.OpenApi;

/// <summary>Serves the API's own description.</summary>
internal sealed class OpenApiRoutes(OpenApiDocument document)
{
    /// <summary>The operations.</summary>
    public IEnumerable<Operation> Operations =>
    [
        new Operation("getOpenApi", HttpMethods.Get, "/openapi/v1.json", Get, "Reads this document: the API as OpenAPI 3.1.")
        with
        {
            Callers = Callers.Public,
            Priority = Priority.NonCritical,
            MediaType = "application/json",
        },
    ];

    /// <summary>GET /openapi/v1.json; 304 for who has it already.</summary>
    public Task Get(HttpContext context)
    {
        var response = context.Response;
        response.Headers.ETag = document.Tag;
        response.Headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch.ToString().Contains(document.Tag, StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = document.Bytes.Length;
        return response.Body.WriteAsync(document.Bytes, context.RequestAborted).AsTask();
    }
}
