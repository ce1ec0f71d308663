using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrderActors.Tools.Bench.Http;

/// <summary>
/// The peer: an ASP.NET Core server as a process of its own that routes, reads the same requests to their end and does nothing. Whatever
/// it costs, no platform over HTTP can cost less.
/// </summary>
internal static class HttpPeer
{
    /// <summary>Serves until the process is ended.</summary>
    public static async Task<int> RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.MapPost("/v1/orders", (RequestDelegate)TakeAsync);
        app.MapGet("/v1/orders/{number}", (RequestDelegate)(_ => Task.CompletedTask));
        await app.StartAsync(cancellationToken);
        await output.WriteLineAsync($"ready on {app.Urls.First()}");
        await app.WaitForShutdownAsync(cancellationToken);
        return ExitCodes.Ok;
    }

    private static async Task TakeAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync();
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }

        context.Response.StatusCode = StatusCodes.Status201Created;
    }
}
