using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Embedded.Reminders;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Storage;
using OrderActors.Embedded.Streams;
using OrderActors.Storage;
using Orleans;
using Orleans.Storage;
using Orleans.Streams;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// The services of simulated silos. What is a singleton in a real silo is here one per silo; instances that the host registers are
/// shared by all, as what is outside of the silos is.
/// </summary>
/// <remarks>
/// One container serves all worlds of a thread whose registrations have the same form: a silo is a scope of it, and a scope finds
/// its world's instances and factories through its seat. Making a container costs as much as living a hundred orders.
/// </remarks>
public sealed class SimulatedHost
{
    [ThreadStatic]
    private static (Assembly Grains, Type[] More, GrainCatalog Catalog) _known;

    [ThreadStatic]
    private static (Form[] Form, ServiceProvider Services) _pooled;

    private readonly ServiceCollection _own = [];
    private readonly ServiceProvider _services;
    private readonly EngineOptions _engine;
    private SimulatedCluster? _cluster;

    /// <summary>Makes the services of one world.</summary>
    /// <param name="engine">The bounds of every silo's engine.</param>
    /// <param name="streams">How the event log appears to grains.</param>
    /// <param name="configure">Adds what the grains need, as for a real silo. <see cref="SimulatedSilo"/> can be asked for.</param>
    /// <param name="grains">The assembly with grain classes.</param>
    /// <param name="moreGrains">Grain classes of other assemblies.</param>
    public SimulatedHost(
        EngineOptions engine, EventStreamOptions streams, Action<IServiceCollection> configure, Assembly grains, params Type[] moreGrains)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(streams);
        ArgumentNullException.ThrowIfNull(configure);
        _engine = engine;
        Catalog = CatalogOf(grains, moreGrains);
        _own.AddSingleton(provider => SiloOf(provider)!);
        _own.AddSingleton(provider => SiloOf(provider)!.Clock);
        _own.AddSingleton<EngineLog>();
        _own.AddSingleton(Runtime);
        _own.AddSingleton<IGrainFactory>(provider => SiloOf(provider)!.Factory);
        _own.AddSingleton<IEventStore>(StorageOf);
        _own.AddKeyedSingleton<IGrainStorage>(GrainRuntime.DefaultStorage, (provider, _) => StorageOf(provider));
        _own.AddSingleton<IReminderService>(_ => _cluster!.Reminders);
        _own.AddSingleton(provider => new EventStreamProvider(
            provider.GetRequiredService<GrainRuntime>(), SiloOf(provider)!.Factory, provider.GetRequiredService<IEventStore>(), streams));
        _own.AddKeyedSingleton<IStreamProvider>(streams.Provider, (provider, _) => provider.GetRequiredService<EventStreamProvider>());
        configure(_own);
        _services = Pooled();
    }

    internal GrainCatalog Catalog { get; }

    /// <summary>Binds the services to a cluster; those of what is outside of its silos.</summary>
    internal IServiceScope Begin(SimulatedCluster cluster)
    {
        _cluster = cluster;
        return Scope();
    }

    internal IServiceScope Scope()
    {
        var scope = _services.CreateScope();
        scope.ServiceProvider.GetRequiredService<SiloSeat>().Host = this;
        return scope;
    }

    private static SimulatedSilo? SiloOf(IServiceProvider provider) => provider.GetRequiredService<SiloSeat>().Silo;

    private GrainRuntime Runtime(IServiceProvider provider)
    {
        var (silo, log) = (SiloOf(provider), provider.GetRequiredService<EngineLog>());
        return silo is null
            ? new GrainRuntime(provider, _engine, _cluster!.World.Clock, _cluster.World, log)
            : new GrainRuntime(provider, _engine, silo.Clock, silo, log);
    }

    private SiloStorage StorageOf(IServiceProvider provider) => SiloOf(provider)?.Storage ?? new SiloStorage(_cluster!.Storage, null);

    /// <summary>What a thread knows of the grain classes serves all its worlds: nothing in it belongs to one.</summary>
    private static GrainCatalog CatalogOf(Assembly grains, Type[] more)
    {
        if (_known.Grains != grains || !_known.More.SequenceEqual(more)) _known = (grains, more, new GrainCatalog([.. GrainCatalog.In(grains), .. more]));
        return _known.Catalog;
    }

    private ServiceProvider Pooled()
    {
        var form = new Form[_own.Count];
        for (var i = 0; i < form.Length; i++) form[i] = FormOf(_own[i]);
        if (_pooled.Form is { } known && known.AsSpan().SequenceEqual(form)) return _pooled.Services;
        IServiceCollection services = new ServiceCollection();
        services.AddScoped<SiloSeat>();
        for (var i = 0; i < _own.Count; i++) services.Add(PerSilo(_own[i], i));
        var made = services.BuildServiceProvider();
        _pooled = (form, made);
        return made;
    }

    private static Form FormOf(ServiceDescriptor service) => new(
        service.ServiceType, service.ServiceKey, service.Lifetime, service.IsKeyedService ? service.KeyedImplementationType : service.ImplementationType);

    private static ServiceDescriptor PerSilo(ServiceDescriptor service, int at)
    {
        var lifetime = service.Lifetime == ServiceLifetime.Singleton ? ServiceLifetime.Scoped : service.Lifetime;
        if (service.IsKeyedService)
        {
            return service.KeyedImplementationType is { } keyed
                ? ServiceDescriptor.DescribeKeyed(service.ServiceType, service.ServiceKey, keyed, lifetime)
                : ServiceDescriptor.DescribeKeyed(
                    service.ServiceType, service.ServiceKey, (provider, key) => HostOf(provider).MakeKeyed(at, provider, key), lifetime);
        }

        return service.ImplementationType is { } type
            ? ServiceDescriptor.Describe(service.ServiceType, type, lifetime)
            : ServiceDescriptor.Describe(service.ServiceType, provider => HostOf(provider).Make(at, provider), lifetime);
    }

    private static SimulatedHost HostOf(IServiceProvider provider) => provider.GetRequiredService<SiloSeat>().Host;

    private object Make(int at, IServiceProvider provider) => _own[at].ImplementationInstance ?? _own[at].ImplementationFactory!(provider);

    private object MakeKeyed(int at, IServiceProvider provider, object? key) =>
        _own[at].KeyedImplementationInstance ?? _own[at].KeyedImplementationFactory!(provider, key);

    /// <summary>A registration without what belongs to its world.</summary>
    private readonly record struct Form(Type Service, object? Key, ServiceLifetime Lifetime, Type? Implementation);
}

/// <summary>Where a silo's services find the silo and the world that they are part of.</summary>
internal sealed class SiloSeat
{
    public SimulatedHost Host { get; set; } = null!;

    public SimulatedSilo? Silo { get; set; }
}
