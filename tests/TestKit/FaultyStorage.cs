using OrderActors.Embedded.Storage;
using OrderActors.Storage;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.TestKit;

/// <summary>The storage in memory, with the faults of real ones to switch on.</summary>
public sealed class FaultyStorage(MemoryStore store) : IGrainStorage, IEventStore
{
    private volatile bool _cut;

    /// <inheritdoc/>
    public event Action<int, long>? Appended
    {
        add => store.Appended += value;
        remove => store.Appended -= value;
    }

    /// <summary>How many writes were made.</summary>
    public long Writes => Interlocked.Read(ref _writes);

    private long _writes;

    /// <summary>Asked before every write: an exception instead of it, or null. The state's name and the grain's id tell which.</summary>
    public Func<string, GrainId, Exception?>? BeforeWrite { get; set; }

    /// <summary>Asked after every write: an exception although it is durable, or null.</summary>
    public Func<string, GrainId, Exception?>? AfterWrite { get; set; }

    /// <summary>Asked before every write: whether it never comes back.</summary>
    public Func<string, GrainId, bool>? Hangs { get; set; }

    /// <summary>From now on nothing is stored any more, as when the process is gone.</summary>
    public void Cut() => _cut = true;

    /// <summary>The storage works again.</summary>
    public void Mend() => _cut = false;

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => store.ReadStateAsync(stateName, grainId, grainState);

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_cut) throw new IOException("The storage is gone.");
        if (BeforeWrite?.Invoke(stateName, grainId) is { } before) throw before;
        if (Hangs?.Invoke(stateName, grainId) == true) await new TaskCompletionSource().Task;
        await store.WriteStateAsync(stateName, grainId, grainState);
        Interlocked.Increment(ref _writes);
        if (AfterWrite?.Invoke(stateName, grainId) is { } after) throw after;
    }

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        _cut ? throw new IOException("The storage is gone.") : store.ClearStateAsync(stateName, grainId, grainState);

    /// <inheritdoc/>
    public long Head(int partition) => store.Head(partition);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredEvent>> ReadAsync(int partition, long afterSequence, int maxCount, CancellationToken cancellationToken = default) =>
        store.ReadAsync(partition, afterSequence, maxCount, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> GetCursorAsync(string subscriber, int partition, CancellationToken cancellationToken = default) =>
        store.GetCursorAsync(subscriber, partition, cancellationToken);

    /// <inheritdoc/>
    public ValueTask SetCursorAsync(string subscriber, int partition, long sequence, CancellationToken cancellationToken = default) =>
        _cut ? throw new IOException("The storage is gone.") : store.SetCursorAsync(subscriber, partition, sequence, cancellationToken);
}
