using System.Buffers;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Storage;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Embedded.Storage;

/// <summary>
/// Grain states and their events in memory, gone with the process. Everything completes at once and the same calls give the
/// same result, so that a simulation can rest on it. States are kept as bytes: a reader never shares an object with a writer.
/// </summary>
public sealed class MemoryStore : IGrainStorage, IEventStore
{
    private readonly Lock _gate = new();
    private readonly IStateSerializer _serializer;
    private readonly IEventExtractor _extractor;
    private readonly int _retained;
    private readonly Dictionary<(GrainId Grain, string Name), (long Version, byte[] Bytes)> _states = [];
    private readonly (List<ReadOnlyMemory<byte>> Bodies, long Trimmed)[] _events =
        [.. Enumerable.Range(0, EventPartitions.Count).Select(_ => (new List<ReadOnlyMemory<byte>>(), 0L))];

    private readonly CursorTable _cursors = new();
    private long _version;

    /// <summary>Keeps at least so many of the newest events of each partition. Default 10,000; 0 to 10,000,000.</summary>
    public MemoryStore(IStateSerializer serializer, IEventExtractor extractor, int retainedEventsPerPartition = 10_000)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(retainedEventsPerPartition);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(retainedEventsPerPartition, 10_000_000);
        _serializer = serializer;
        _extractor = extractor;
        _retained = retainedEventsPerPartition;
    }

    /// <inheritdoc/>
    public event Action<int, long>? Appended;

    /// <summary>States that exist.</summary>
    public long RecordCount
    {
        get
        {
            lock (_gate)
                return _states.Count;
        }
    }

    /// <summary>States that exist, by grain type; types without any are left out.</summary>
    public IReadOnlyDictionary<string, long> CountsByGrainType
    {
        get
        {
            lock (_gate)
                return _states.Keys.GroupBy(key => key.Grain.Type.ToString() ?? "", StringComparer.Ordinal).ToDictionary(group => group.Key, group =>
                    group.LongCount(), StringComparer.Ordinal);
        }
    }

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        (long Version, byte[] Bytes) stored;
        lock (_gate)
            _states.TryGetValue((grainId, stateName), out stored);
        grainState.State = stored.Version == 0 ? NewState.Of<T>() : _serializer.Deserialize<T>(stored.Bytes);
        grainState.ETag = Versions.Text(stored.Version);
        grainState.RecordExists = stored.Version != 0;
        return Task.CompletedTask;
    }

    /// <summary>Stores a state and its events, if the stored version is the one this state was read at.</summary>
    /// <exception cref="InconsistentStateException">Somebody else wrote. Nothing was written.</exception>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        try
        {
            var bytes = new ArrayBufferWriter<byte>();
            _serializer.Serialize(grainState.State, bytes);
            var version = Append(stateName, grainId, grainState, bytes.WrittenSpan.ToArray());
            grainState.ETag = Versions.Text(version);
            grainState.RecordExists = true;
            return Task.CompletedTask;
        }
        catch (Exception e)
        {
            return Task.FromException(e);
        }
    }

    /// <summary>Removes a state under the same condition; events it carries are stored.</summary>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        try
        {
            Append(stateName, grainId, grainState, null);
            grainState.State = NewState.Of<T>();
            grainState.ETag = null;
            grainState.RecordExists = false;
            return Task.CompletedTask;
        }
        catch (Exception e)
        {
            return Task.FromException(e);
        }
    }

    /// <inheritdoc/>
    public long Head(int partition)
    {
        lock (_gate)
            return _events[partition].Trimmed + _events[partition].Bodies.Count;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredEvent>> ReadAsync(int partition, long afterSequence, int maxCount, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            var (bodies, trimmed) = _events[partition];
            var skip = (int)Math.Clamp(afterSequence - trimmed, 0, bodies.Count);
            var events = new StoredEvent[Math.Min(maxCount, bodies.Count - skip)];
            for (var i = 0; i < events.Length; i++)
                events[i] = new StoredEvent(partition, trimmed + skip + i + 1, bodies[skip + i]);
            return new(events);
        }
    }

    /// <inheritdoc/>
    public ValueTask<long> GetCursorAsync(string subscriber, int partition, CancellationToken cancellationToken = default) =>
        new(_cursors.Get(subscriber, partition));

    /// <inheritdoc/>
    public ValueTask SetCursorAsync(string subscriber, int partition, long sequence, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequence, Head(partition));
        _cursors.Set(subscriber, partition, sequence, durable: true);
        lock (_gate)
            Trim(partition);
        return ValueTask.CompletedTask;
    }

    private long Append<T>(string stateName, GrainId grainId, IGrainState<T> grainState, byte[]? bytes)
    {
        var events = new List<PendingEvent>();
        if (grainState.State is { } carrier)
            _extractor.Extract(carrier, events);
        var touched = new SortedDictionary<int, long>();
        long version;
        lock (_gate)
        {
            var stored = _states.TryGetValue((grainId, stateName), out var found) ? found.Version : 0;
            if (!Versions.TryParse(grainState.ETag, out var expected) || expected != stored)
                throw Versions.Conflict(grainId, stateName, stored, grainState.ETag);
            version = ++_version;
            if (bytes is null)
                _states.Remove((grainId, stateName));
            else
                _states[(grainId, stateName)] = (version, bytes);
            foreach (var (partition, body) in events)
            {
                _events[partition].Bodies.Add(body.ToArray());
                touched[partition] = _events[partition].Trimmed + _events[partition].Bodies.Count;
            }

            foreach (var partition in touched.Keys)
                Trim(partition);
        }

        if (grainState.State is { } committed)
            _extractor.Committed(committed);
        foreach (var (partition, head) in touched)
            Appended?.Invoke(partition, head);
        return version;
    }

    // In steps, because removing from the front moves the rest.
    private void Trim(int partition)
    {
        ref var events = ref _events[partition];
        var done = Math.Min(events.Bodies.Count - _retained, _cursors.Done(partition) - events.Trimmed);
        if (done <= 0 || (done < 1024 && done < events.Bodies.Count / 2))
            return;
        events.Bodies.RemoveRange(0, (int)done);
        events.Trimmed += done;
    }
}
