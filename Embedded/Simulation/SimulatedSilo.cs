using Microsoft.Extensions.DependencyInjection;
using OrderActors.Embedded.Runtime;
using OrderActors.Storage;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// One silo of a simulated cluster, from its start to its death: an engine of its own, with its own services and its own clock. A
/// silo that starts again is another one with the same number. What a dead one had left to do is never done.
/// </summary>
public sealed class SimulatedSilo : SynchronizationContext, IWorkScheduler, ITimerOwner
{
    private readonly SimulatedCluster _cluster;
    private readonly IServiceScope _scope;

    internal SimulatedSilo(SimulatedCluster cluster, int number, IServiceScope scope, TimeSpan skew, SchemaSkew schema)
    {
        _cluster = cluster;
        _scope = scope;
        Number = number;
        Schema = schema;
        Clock = new SiloClock(cluster.World.Time, this, skew);
        scope.ServiceProvider.GetRequiredService<SiloSeat>().Silo = this;
        Storage = new SiloStorage(cluster.Storage, this);
        Runtime = scope.ServiceProvider.GetRequiredService<GrainRuntime>();
        Runtime.Network = new SiloNetwork(cluster, this);
        Factory = new GrainFactory(Runtime, cluster.Catalog);
    }

    /// <summary>Which of the cluster's silos it is, from 0.</summary>
    public int Number { get; }

    /// <summary>Whether it died.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Its clock, which may be off.</summary>
    public TimeProvider Clock { get; }

    /// <summary>The release that it stores as.</summary>
    public SchemaSkew Schema { get; }

    /// <summary>How what runs in its process makes references to grains.</summary>
    public IClusterClient Grains => Factory;

    /// <summary>The cluster that it is part of.</summary>
    public SimulatedCluster Cluster => _cluster;

    /// <summary>Whether the others know that it died.</summary>
    internal bool IsDeclaredDead { get; set; }

    internal GrainRuntime Runtime { get; }

    internal GrainFactory Factory { get; }

    internal SiloStorage Storage { get; }

    /// <summary>Every activation that lived here and may still do, in the order of their making.</summary>
    internal List<Activation> Activations { get; } = [];

    /// <summary>The connections of clients whose requests are being served, in the order of their arrival.</summary>
    internal List<IConnection> Connections { get; } = [];

    /// <summary>Requests of others that died with it.</summary>
    internal List<GrainCall> Doomed { get; } = [];

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem item) => _cluster.World.Add(item, null, this);

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => _cluster.World.Add(d, state, this);

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("A virtual world has one thread; use Post.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Advances a consumer's cursor; after a crash the consumer may see events again.</summary>
    /// <exception cref="IOException">The storage cannot be reached now.</exception>
    public void SetCursor(string subscriber, int partition, long sequence) => _cluster.Storage.SetCursor(subscriber, partition, sequence, this);

    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"silo {Number + 1}");

    TimeSpan ITimerOwner.Lateness() => _cluster.Faults.Strikes(FaultKind.TimerLate, this)
        ? _cluster.Faults.Size(FaultKind.TimerLate).UpTo(TimeSpan.FromSeconds(10)) : TimeSpan.Zero;

    internal void Die()
    {
        IsDead = true;
        foreach (var activation in Activations)
        {
            activation.ForUnanswered(call =>
            {
                // A caller of its own is as dead as it is; a timer's tick belongs to its activation.
                if (call.Source?.Runtime != Runtime && call is not EngineCall { IsTick: true }) Doomed.Add(call);
            });
        }

        Activations.Clear();
    }

    internal void Release() => _scope.Dispose();
}

/// <summary>The storage as a silo sees it.</summary>
internal sealed class SiloStorage(SimulatedStorage storage, SimulatedSilo? silo) : IGrainStorage, IEventStore
{
    public event Action<int, long>? Appended
    {
        add => storage.Appended += value;
        remove => storage.Appended -= value;
    }

    internal SimulatedStorage Shared => storage;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.Read(stateName, grainId, grainState, calm: silo is null);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.Write(stateName, grainId, grainState, clears: false, silo);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.Write(stateName, grainId, grainState, clears: true, silo);

    public long Head(int partition) => storage.Head(partition);

    public ValueTask<IReadOnlyList<StoredEvent>> ReadAsync(int partition, long afterSequence, int maxCount, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("A simulated storage gives events as objects; read them with ReadEvents.");

    public ValueTask<long> GetCursorAsync(string subscriber, int partition, CancellationToken cancellationToken = default) =>
        new(storage.CursorOf(subscriber, partition));

    public ValueTask SetCursorAsync(string subscriber, int partition, long sequence, CancellationToken cancellationToken = default)
    {
        storage.SetCursor(subscriber, partition, sequence, silo);
        return ValueTask.CompletedTask;
    }
}

/// <summary>A silo's clock: the world's, off by a constant.</summary>
internal sealed class SiloClock(VirtualClock clock, ITimerOwner owner, TimeSpan skew) : TimeProvider
{
    public override long TimestampFrequency => clock.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + skew;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period, owner);
}
