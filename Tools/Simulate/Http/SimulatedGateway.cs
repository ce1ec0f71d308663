using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Client;
using OrderActors.Client.Http;
using OrderActors.Client.Operations.Metrics;
using OrderActors.Embedded.Simulation;
using Orleans;

namespace OrderActors.Tools.Simulate.Http;

/// <summary>
/// The product's gateway beside a simulated silo, as in the process of a real one: with the silo die the answers that it has not kept yet, the requests
/// that it is working on and all that it knows of keys. What measures load and what asks for switches once a second is not started.
/// </summary>
internal sealed class SimulatedGateway
{
    private static readonly Lazy<ServiceCollection> Registered = new(Register);
    private readonly ServiceProvider _services;
    private readonly RequestDelegate _handle;
    private readonly string _name;
    private int _requests;

    /// <summary>The gateway of a silo.</summary>
    public SimulatedGateway(SimulatedSilo silo)
    {
        _name = silo.ToString();
        var services = new ServiceCollection();
        foreach (var service in Registered.Value) ((ICollection<ServiceDescriptor>)services).Add(service);
        services.AddSingleton(silo.Grains);
        services.AddSingleton(silo.Clock);

        // Nothing in it needs to be disposed, and its answer store would wait for what a dead silo never does.
        _services = services.BuildServiceProvider();
        ImmutableArray<Operation> operations = [.. Gateway.Operations(_services)];
        var routes = SharedRoutes.Of(operations);
        var app = new ApplicationBuilder(_services);
        app.UseGateway(app => routes.Use(app, operations.ToDictionary(o => o.Id, o => o.Handle, StringComparer.Ordinal)));
        SharedRoutes.Finish(app);
        _handle = app.Build();
        _services.GetRequiredService<GatewayGate>().Open();
    }

    /// <summary>Serves a request.</summary>
    public void Serve(ApiRequest request, ClientRequest<HttpAnswer> client)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{_name} request {++_requests}");
        _ = Serve(new HttpExchange(request, client, id, _services));
    }

    private async Task Serve(HttpExchange exchange)
    {
        try
        {
            await _handle(exchange.Context);
        }
        catch (Exception e)
        {
            // A server would log it and answer so: nothing of a gateway lets an exception through.
            exchange.StatusCode = StatusCodes.Status500InternalServerError;
            await exchange.Writer.WriteAsync(System.Text.Encoding.UTF8.GetBytes(e.ToString()));
        }

        exchange.Complete();
    }

    private static ServiceCollection Register()
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddGateway(new ConfigurationBuilder().Build());

        // Nobody reads what simulated gateways measure, and whoever listens makes everybody's counting dear.
        var metrics = new MetricStore();
        metrics.Dispose();
        services.AddSingleton(metrics);
        return services;
    }
}
