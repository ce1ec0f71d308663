using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Broadcast;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Simulation;
using OrderActors.Silo.Hosting;

namespace OrderActors.Tools.Simulate;

/// <summary>The platform's grains on a simulated cluster.</summary>
internal static class SimulatedPlatform
{
    /// <summary>A world's services: what the world outside brings along, then the platform's.</summary>
    public static SimulatedHost Host(EngineOptions engine, Action<IServiceCollection> configure, params Type[] moreGrains) => new(
        engine,
        Platform.Streams,
        services =>
        {
            services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
            services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
            configure(services);
            services.AddSingleton<IEventLog, SimulatedEventLog>();
            services.AddOrderActorsGrains();
        },
        typeof(GrainServices).Assembly, moreGrains);

    /// <summary>A cluster with the platform's grains.</summary>
    public static SimulatedCluster Cluster(SimulationOptions options, SimulatedHost host) => new(options, Platform.Streams, StoredRecords.Instance, host);
}
