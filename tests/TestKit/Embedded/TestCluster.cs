using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrderActors.Broadcast;
using OrderActors.Embedded.Hosting;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Simulation;
using OrderActors.Embedded.Storage;
using OrderActors.Silo.Hosting;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using Orleans;

namespace OrderActors.TestKit;

/// <summary>
/// The grains on the engine this build was made for. Here: the embedded engine in virtual time, over a storage in memory
/// that outlives a restart.
/// </summary>
public sealed class TestCluster
{
    private readonly VirtualWorld _world;
    private readonly Action<IServiceCollection>? _configure;
    private ServiceProvider _services = null!;

    private TestCluster(VirtualWorld world, Action<IServiceCollection>? configure)
    {
        _world = world;
        _configure = configure;
        Storage = new FaultyStorage(new MemoryStore(new JsonStateSerializer(Values.StoredJson.Options), new RaisedEvents()));
    }

    /// <summary>Makes references to grains.</summary>
    public IGrainFactory Grains => _services.GetRequiredService<IGrainFactory>();

    /// <summary>The event log.</summary>
    public IEventLog Log => _services.GetRequiredService<IEventLog>();

    /// <summary>The time the grains see.</summary>
    public TimeProvider Clock => _world.Clock;

    /// <summary>The storage, with faults to switch on.</summary>
    public FaultyStorage Storage { get; }

    /// <summary>Runs a test on a fresh cluster.</summary>
    public static Task Run(Func<TestCluster, Task> test, Action<IServiceCollection>? configure = null, int seed = 1)
    {
        var world = new VirtualWorld(seed, new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
        world.Run(async () =>
        {
            var cluster = new TestCluster(world, configure);
            await cluster.StartAsync();
            await test(cluster);
            await cluster.StopAsync();
        });
        return Task.CompletedTask;
    }

    /// <summary>Lets time pass.</summary>
    public Task Advance(TimeSpan time) => Task.Delay(time, Clock);

    /// <summary>Waits until something holds; fails with the description when it does not within twenty minutes of grain time.</summary>
    public async Task Eventually(Func<Task<bool>> holds, string description)
    {
        for (var i = 0; i < 2_400; i++)
        {
            if (await holds()) return;
            await Task.Delay(TimeSpan.FromMilliseconds(500), Clock);
        }

        throw new TimeoutException($"Not within twenty minutes: {description} (seed {_world.Seed}).");
    }

    /// <summary>Stops the engine without a word to the grains, as a crash would, and starts a new one on the same storage.</summary>
    public async Task CrashAndRestart()
    {
        Storage.Cut();
        await _services.GetRequiredService<EmbeddedEngine>().StopAsync();
        await _services.DisposeAsync();
        Storage.Mend();
        await StartAsync();
    }

    private async Task StartAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
        services.AddSingleton(_world.Clock);
        services.AddSingleton<IWorkScheduler>(_world);
        services.AddPlatform(new EngineOptions(), Storage);
        _configure?.Invoke(services);
        _services = services.BuildServiceProvider();
        await _services.GetRequiredService<EmbeddedEngine>().StartAsync();
    }

    private async Task StopAsync()
    {
        await _services.GetRequiredService<EmbeddedEngine>().StopAsync();
        await _services.DisposeAsync();
    }
}
