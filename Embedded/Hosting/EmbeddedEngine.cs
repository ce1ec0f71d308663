using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrderActors.Embedded.Reminders;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Storage;
using OrderActors.Embedded.Streams;
using OrderActors.Storage;
using Orleans;
using Orleans.Streams;

namespace OrderActors.Embedded.Hosting;

/// <summary>The engine of one process: starts what wakes grains, and stops without leaving work half done.</summary>
public sealed class EmbeddedEngine : IAsyncDisposable
{
    /// <summary>How often a stopping engine looks whether anything is still on its way; it rarely has to look twice.</summary>
    private static readonly TimeSpan DrainLook = TimeSpan.FromMilliseconds(1);

    private readonly GrainRuntime _runtime;
    private readonly ReminderService _reminders;
    private readonly EventStreamProvider _streams;
    private readonly GrainFactory _grains;
    private Watchdog? _watchdog;
    private EngineInstruments? _instruments;
    private bool _stopped;

    internal EmbeddedEngine(GrainRuntime runtime, GrainFactory grains, ReminderService reminders, EventStreamProvider streams)
    {
        _runtime = runtime;
        _grains = grains;
        _reminders = reminders;
        _streams = streams;
    }

    /// <summary>How many activations are in memory.</summary>
    public long ActivationCount => _runtime.ActivationCount;

    /// <summary>Starts reminders, wakes the subscribers that have something to read, and watches over time-outs.</summary>
    public async Task StartAsync()
    {
        _watchdog = new Watchdog(_runtime);
        _instruments = new EngineInstruments(_runtime, _grains.Classes);
        await _reminders.StartAsync();
        await _streams.StartAsync();
    }

    /// <summary>
    /// Refuses new work, lets requests under way finish (up to <see cref="EngineOptions.DrainTimeout"/>), and deactivates
    /// every grain so that what it keeps in memory is stored.
    /// </summary>
    public async Task StopAsync()
    {
        if (_stopped) return;
        _stopped = true;
        _runtime.RefuseNewWork();
        _reminders.Dispose();
        _streams.Dispose();
        var deadline = _runtime.Time.GetTimestamp();
        var activations = _runtime.Activations.OrderBy(a => a.GrainId.ToString(), StringComparer.Ordinal).ToArray();
        var seen = new List<Activation>();
        try
        {
            // A grain that works for another one may wake it again; the second look finds those.
            while (activations.Length > 0)
            {
                foreach (var activation in activations) activation.Deactivate(new(DeactivationReasonCode.ShuttingDown, "The engine is stopping."));
                seen.AddRange(activations);
                await Task.WhenAll(activations.Select(a => a.Deactivated)).WaitAsync(Left(), _runtime.Time);
                // What was on its way to one that had left goes on to a new activation of that grain, which is one to wait for as well.
                while (!seen.TrueForAll(a => a.IsDrained)) await Task.Delay(DrainLook, _runtime.Time).WaitAsync(Left(), _runtime.Time);
                activations = [.. _runtime.Activations];
            }
        }
        catch (TimeoutException)
        {
            _runtime.Log.DrainTimedOut(_runtime.Activations.Count(), _runtime.Options.DrainTimeout);
        }

        _watchdog?.Dispose();
        _instruments?.Dispose();

        TimeSpan Left()
        {
            var left = _runtime.Options.DrainTimeout - _runtime.Time.GetElapsedTime(deadline);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();
}

/// <summary>Adds the embedded engine to a host.</summary>
public static class EmbeddedEngineExtensions
{
    /// <summary>
    /// Adds the engine with all grain classes of an assembly, and more. The host adds the storage: a keyed
    /// <see cref="Orleans.Storage.IGrainStorage"/> named "Default" and an <see cref="IEventStore"/>.
    /// </summary>
    public static IServiceCollection AddEmbeddedEngine(
        this IServiceCollection services, EngineOptions options, EventStreamOptions streams, Assembly grains, params Type[] moreGrains)
    {
        Type[] classes = [.. GrainCatalog.In(grains), .. moreGrains];
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IWorkScheduler>(ThreadPoolScheduler.Instance);
        services.AddSingleton<EngineLog>();
        services.AddSingleton(provider => new GrainRuntime(
            provider, options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<IWorkScheduler>(),
                provider.GetRequiredService<EngineLog>()));
        services.AddSingleton(provider => new GrainFactory(provider.GetRequiredService<GrainRuntime>(), classes));
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<GrainFactory>());
        services.AddSingleton<IClusterClient>(provider => provider.GetRequiredService<GrainFactory>());
        services.AddSingleton(provider => new ReminderService(provider.GetRequiredService<GrainRuntime>(), provider.GetRequiredService<GrainFactory>()));
        services.AddSingleton<IReminderService>(provider => provider.GetRequiredService<ReminderService>());
        services.AddSingleton(provider => new EventStreamProvider(
            provider.GetRequiredService<GrainRuntime>(), provider.GetRequiredService<GrainFactory>(), provider.GetRequiredService<IEventStore>(), streams));
        services.AddKeyedSingleton<IStreamProvider>(streams.Provider, (provider, _) => provider.GetRequiredService<EventStreamProvider>());
        services.AddSingleton(provider => new EmbeddedEngine(
            provider.GetRequiredService<GrainRuntime>(), provider.GetRequiredService<GrainFactory>(), provider.GetRequiredService<ReminderService>(),
                provider.GetRequiredService<EventStreamProvider>()));
        return services;
    }
}
