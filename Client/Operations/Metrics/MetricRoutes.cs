using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace OrderActors.Client.Operations.Metrics;

/// <summary>GET /metrics: for Prometheus. Answered whether requests are taken or not.</summary>
internal static class MetricRoutes
{
    /// <summary>The route.</summary>
    public const string Path = "/metrics";

    /// <summary>Adds what <see cref="MapMetrics"/> serves.</summary>
    public static void AddMetricStore(this IServiceCollection services) => services.AddSingleton(_ => new MetricStore());

    /// <summary>Maps the route over the host's <see cref="MetricStore"/>, which begins to listen now.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder app)
    {
        var store = app.ServiceProvider.GetRequiredService<MetricStore>();
        app.MapGet(Path, (RequestDelegate)(context =>
        {
            var body = Encoding.UTF8.GetBytes(store.Write());
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            context.Response.ContentLength = body.Length;
            return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
        }));
    }
}
