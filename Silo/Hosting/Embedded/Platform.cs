using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Broadcast;
using OrderActors.Embedded.Hosting;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Storage;
using OrderActors.Embedded.Streams;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using Orleans.Storage;

namespace OrderActors.Silo.Hosting;

/// <summary>The platform in one process: the grains, the embedded engine under them, and a storage under that.</summary>
public static class Platform
{
    /// <summary>How the event log appears on the engine's streams: as wake-ups that say how far a partition has grown.</summary>
    public static readonly EventStreamOptions Streams =
        new(LogAppended.Provider, LogAppended.Namespace, static (partition, head) => new LogAppended(partition, head));

    /// <summary>
    /// Adds everything but the start. The caller supplies the storage, and may supply <see cref="TimeProvider"/> and
    /// <see cref="IWorkScheduler"/> to run in virtual time, and more grain classes than the platform's.
    /// </summary>
    public static IServiceCollection AddPlatform<TStore>(
        this IServiceCollection services, EngineOptions options, TStore store, params Type[] moreGrains)
        where TStore : class, IGrainStorage, IEventStore
    {
        services.AddKeyedSingleton<IGrainStorage>("Default", store);
        services.AddSingleton<IEventStore>(store);
        services.AddSingleton<IEventLog, StoredEventLog>();
        services.AddOrderActorsGrains();
        return services.AddEmbeddedEngine(options, Streams, typeof(GrainServices).Assembly, moreGrains);
    }
}
