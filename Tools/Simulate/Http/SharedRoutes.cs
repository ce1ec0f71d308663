using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Client.Http;

namespace OrderActors.Tools.Simulate.Http;

/// <summary>
/// ASP.NET Core's routing with a gateway's operations, one for all gateways of a thread. It holds nothing of a world, and to build it costs as much as
/// living dozens of orders.
/// </summary>
internal sealed class SharedRoutes
{
    [ThreadStatic]
    private static SharedRoutes? _own;

    private readonly RequestDelegate _match;

    private SharedRoutes(IEnumerable<Operation> operations)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddSingleton(new DiagnosticListener("OrderActors.Simulation"));
        services.AddMetrics();
        services.AddRouting();
        var app = new ApplicationBuilder(services.BuildServiceProvider());
        app.UseRouting();
        app.Use(_ => static _ => Task.CompletedTask);
        app.UseEndpoints(endpoints =>
        {
            foreach (var operation in operations) (operation with { Handle = context => Do(operation.Id, context) }).Map(endpoints);
        });
        _match = app.Build();
    }

    /// <summary>Those of this thread.</summary>
    /// <param name="operations">The operations of any gateway.</param>
    public static SharedRoutes Of(IEnumerable<Operation> operations) => _own ??= new SharedRoutes(operations);

    /// <summary>Puts them into a gateway.</summary>
    /// <param name="app">The gateway.</param>
    /// <param name="operations">Its own operations, by their ids.</param>
    public void Use(IApplicationBuilder app, IReadOnlyDictionary<string, RequestDelegate> operations) => app.Use(next =>
    {
        var own = new Own(operations);
        return context =>
        {
            context.Features.Set(own);
            Match(context);
            return next(context);
        };
    });

    /// <summary>Finds a request's operation. Other threads make tables for it meanwhile, and must not take the world's for theirs.</summary>
    private void Match(HttpContext context)
    {
        var world = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            _match(context).GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(world);
        }
    }

    /// <summary>Does what was found, behind everything that a request passes.</summary>
    public static void Finish(IApplicationBuilder app) =>
        app.Use(next => context => context.GetEndpoint()?.RequestDelegate is { } found ? found(context) : next(context));

    private static Task Do(string operation, HttpContext context) => context.Features.Get<Own>()!.Operations[operation](context);

    /// <summary>What a gateway does for an operation that was found.</summary>
    private sealed record Own(IReadOnlyDictionary<string, RequestDelegate> Operations);
}
