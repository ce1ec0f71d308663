using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Embedded.Hosting;
using OrderActors.Embedded.Runtime;
using OrderActors.Embedded.Simulation;
using OrderActors.Embedded.Storage;
using OrderActors.Embedded.Streams;
using OrderActors.Storage;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Streams;

namespace OrderActors.Tests.Engine.Runtime;

/// <summary>An engine with the test grains: on the thread pool, or in a virtual world.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    internal EngineHost(EngineOptions? options = null, VirtualWorld? world = null, TestStore? store = null, Action<IServiceCollection>? configure = null)
    {
        Store = store ?? new TestStore();
        var services = new ServiceCollection();
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddSingleton<Journal>();
        services.AddSingleton<ListenerBehaviour>();
        services.AddKeyedSingleton<IGrainStorage>("Default", Store);
        services.AddSingleton<IEventStore>(Store);
        if (world is not null)
        {
            services.AddSingleton(world.Clock);
            services.AddSingleton<IWorkScheduler>(world);
        }

        configure?.Invoke(services);
        services.AddEmbeddedEngine(
            options ?? new EngineOptions(), new EventStreamOptions("log", "event-log", (partition, head) => new Bell(partition, head)),
                typeof(EchoGrain).Assembly);
        _services = services.BuildServiceProvider();
        Engine = _services.GetRequiredService<EmbeddedEngine>();
        Grains = _services.GetRequiredService<IClusterClient>();
        Journal = _services.GetRequiredService<Journal>();
    }

    internal EmbeddedEngine Engine { get; }

    internal IClusterClient Grains { get; }

    internal Journal Journal { get; }

    internal TestStore Store { get; }

    internal ListenerBehaviour Behaviour => _services.GetRequiredService<ListenerBehaviour>();

    /// <summary>Runs a test in virtual time: nothing in it waits for a real clock.</summary>
    internal static void InVirtualTime(Func<EngineHost, TimeProvider, Task> test, EngineOptions? options = null, TestStore? store = null,
        int seed = 1, Action<IServiceCollection>? configure = null)
    {
        var world = new VirtualWorld(seed, new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
        world.Run(async () =>
        {
            await using var host = new EngineHost(options, world, store, configure);
            await host.Engine.StartAsync();
            await test(host, world.Clock);
        });
    }

    internal static async Task<EngineHost> StartAsync(EngineOptions? options = null, TestStore? store = null, Action<IServiceCollection>? configure = null)
    {
        var host = new EngineHost(options, null, store, configure);
        await host.Engine.StartAsync();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.StopAsync();
        await _services.DisposeAsync();
    }
}

/// <summary>What the test grains did, in order.</summary>
public sealed class Journal
{
    private readonly ConcurrentQueue<string> _entries = new();

    public string[] Entries => [.. _entries];

    public void Add(string entry) => _entries.Enqueue(entry);
}

/// <summary>The item of the test streams.</summary>
public sealed record Bell(int Partition, long Head);

/// <summary>A storage in memory whose event log the test writes by hand.</summary>
internal sealed class TestStore : IGrainStorage, IEventStore
{
    private readonly ConcurrentDictionary<string, (byte[] State, long Version)> _records = new();
    private readonly long[] _heads = new long[EventPartitions.Count];

    public event Action<int, long>? Appended;

    internal Exception? FailWrites { get; set; }

    /// <summary>Reads of states never come back.</summary>
    internal bool HangReads { get; set; }

    internal int Count => _records.Count;

    internal void Append(int partition)
    {
        var head = Interlocked.Increment(ref _heads[partition]);
        Appended?.Invoke(partition, head);
    }

    public long Head(int partition) => _heads[partition];

    public ValueTask<IReadOnlyList<StoredEvent>> ReadAsync(int partition, long afterSequence, int maxCount, CancellationToken cancellationToken = default) =>
        new((IReadOnlyList<StoredEvent>)[]);

    public ValueTask<long> GetCursorAsync(string subscriber, int partition, CancellationToken cancellationToken = default) => new(0);

    public ValueTask SetCursorAsync(string subscriber, int partition, long sequence, CancellationToken cancellationToken = default) => default;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (HangReads) return new TaskCompletionSource().Task;
        if (_records.TryGetValue(Key(stateName, grainId), out var record))
        {
            grainState.State = JsonSerializer.Deserialize<T>(record.State)!;
            grainState.ETag = record.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
            grainState.RecordExists = true;
        }
        else
        {
            grainState.State = Activator.CreateInstance<T>();
            grainState.ETag = null;
            grainState.RecordExists = false;
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (FailWrites is not null) return Task.FromException(FailWrites);
        var key = Key(stateName, grainId);
        var stored = _records.TryGetValue(key, out var record) ? record.Version : 0;
        var expected = grainState.ETag is null ? 0 : long.Parse(grainState.ETag, System.Globalization.CultureInfo.InvariantCulture);
        if (stored != expected) return Task.FromException(new InconsistentStateException("conflict", $"{stored}", $"{expected}"));
        _records[key] = (JsonSerializer.SerializeToUtf8Bytes(grainState.State), stored + 1);
        grainState.ETag = (stored + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _records.TryRemove(Key(stateName, grainId), out _);
        grainState.State = Activator.CreateInstance<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private static string Key(string stateName, GrainId grainId) => $"{grainId}|{stateName}";
}
