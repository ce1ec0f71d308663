using Microsoft.Extensions.Logging;
using OrderActors.Storage;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>
/// Grain states and their events in an append-only log on disk. A write completes when it is durable; a state and the events
/// it raised are one record. ETags are decimal numbers that grow with every write of the whole journal and are never used twice.
/// </summary>
public sealed class JournalStore : IGrainStorage, IEventStore, IAsyncDisposable
{
    [ThreadStatic]
    private static RecordBuffer? _record;

    [ThreadStatic]
    private static List<PendingEvent>? _events;

    private readonly JournalData _data;
    private readonly IDisposable _lock;
    private readonly IStateSerializer _serializer;
    private readonly IEventExtractor _extractor;
    private readonly JournalReader _reader;
    private readonly JournalWriter _writer;
    private readonly JournalMaintenance _maintenance;
    private readonly IDisposable? _watched;
    private readonly Lock _closing = new();
    private Task? _closed;

    private JournalStore(JournalData data, IDisposable folderLock, JournalSegment active, IStateSerializer serializer, IEventExtractor extractor,
        TimeProvider time, IJournalPump? pump)
    {
        _data = data;
        _lock = folderLock;
        _serializer = serializer;
        _extractor = extractor;
        _reader = new JournalReader(data, serializer);
        _maintenance = new JournalMaintenance(data, pump);
        _writer = new JournalWriter(data, active, time, _maintenance.Grew, pump);
        _writer.Start();
        // What a simulated world does is nobody's to watch.
        if (pump is null)
            _watched = StorageInstruments.Watch("journal", () => _writer.PendingWrites, () => !_writer.Failed.IsCompleted);
    }

    /// <summary>
    /// Raised on the writing thread, so handlers must be quick: they wake somebody, no more. What a handler throws is logged.
    /// </summary>
    public event Action<int, long>? Appended
    {
        add => _writer.Appended += value;
        remove => _writer.Appended -= value;
    }

    /// <summary>Completes with the reason when the disk failed. The host should stop: nothing more will be written.</summary>
    public Task<JournalFailedException> Failed => _writer.Failed;

    /// <summary>States that exist.</summary>
    public long RecordCount => _data.Index.Count;

    /// <summary>States that exist, by grain type; types without any are left out.</summary>
    public IReadOnlyDictionary<string, long> CountsByGrainType
    {
        get
        {
            var counts = new Dictionary<string, long>(StringComparer.Ordinal);
            var names = _data.Types.Names();
            for (var type = 0; type < names.Length; type++)
            {
                if (_data.Index.CountOf(type) is > 0 and var count)
                    counts.Add(names[type], count);
            }

            return counts;
        }
    }

    /// <summary>What the journal did since it was opened.</summary>
    public JournalStatistics Statistics
    {
        get
        {
            var c = _data.Counters;
            var segments = _data.Segments.All.ToList();
            return new JournalStatistics(
                c.Batches, c.Records, c.Writes, c.Bytes, c.Syncs, TimeSpan.FromTicks(c.SyncTicks), TimeSpan.FromTicks(c.LongestSyncTicks),
                    c.Conflicts, c.Refused,
                _writer.PendingWrites, _writer.PendingBytes, c.Snapshots, c.Compactions, c.CompactedBytes, c.MaintenanceFailures,
                segments.Count, segments.Sum(segment => segment.Live), segments.Sum(segment => segment.End));
        }
    }

    /// <summary>Opens a folder, or makes it. Reads the newest index snapshot and the log behind it.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="JournalLockedException">Another process has it open.</exception>
    /// <exception cref="JournalCorruptException">It holds something damaged other than a torn last batch.</exception>
    public static JournalStore Open(JournalOptions options, IStateSerializer serializer, IEventExtractor extractor, TimeProvider timeProvider,
        ILogger<JournalStore> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return Open(options, new DiskFiles(options.Folder), serializer, extractor, timeProvider, logger);
    }

    internal static JournalStore Open(JournalOptions options, IJournalFiles files, IStateSerializer serializer, IEventExtractor extractor,
        TimeProvider time, ILogger logger, IJournalPump? pump = null)
    {
        options = options.Copy();
        options.Validate();
        var folderLock = files.Lock();
        var data = new JournalData(options, files, logger);
        try
        {
            var started = time.GetTimestamp();
            var recovery = new JournalRecovery(data);
            var active = recovery.Run();
            logger.Opened(data.Index.Count, data.Segments.All.Count(), recovery.Replayed, (long)time.GetElapsedTime(started).TotalMilliseconds);
            return new JournalStore(data, folderLock, active, serializer, extractor, time, pump);
        }
        catch
        {
            foreach (var segment in data.Segments.All)
                segment.File.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var record = EncodeKey(stateName, grainId, out var hash);
        var (version, state) = _reader.Read<T>(RecordFormat.Key(record.Written), hash);
        grainState.State = version == 0 ? NewState.Of<T>() : state!;
        grainState.ETag = Versions.Text(version);
        grainState.RecordExists = version != 0;
        return Task.CompletedTask;
    }

    /// <summary>Stores a state and its events, if the stored version is the one this state was read at. Completes when durable.</summary>
    /// <exception cref="InconsistentStateException">Somebody else wrote. Nothing was written.</exception>
    /// <exception cref="LimitExceededException">Too much waits for the disk. Nothing was written.</exception>
    /// <exception cref="JournalFailedException">The disk failed. Whether this was written is unknown.</exception>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var state = grainState.State;
        var version = await Append(RecordKind.State, stateName, grainId, grainState);
        grainState.ETag = Versions.Text(version);
        grainState.RecordExists = true;
        _extractor.Committed(state!);
    }

    /// <summary>Removes a state under the same condition and with the same errors; events it carries are stored.</summary>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var state = grainState.State;
        await Append(RecordKind.Tombstone, stateName, grainId, grainState);
        if (state is not null)
            _extractor.Committed(state);
        grainState.State = NewState.Of<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    /// <inheritdoc/>
    public long Head(int partition) => _data.Events[Partition(partition)].Head;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredEvent>> ReadAsync(int partition, long afterSequence, int maxCount, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(maxCount);
        return new(_reader.ReadEvents(Partition(partition), afterSequence, maxCount));
    }

    /// <inheritdoc/>
    public ValueTask<long> GetCursorAsync(string subscriber, int partition, CancellationToken cancellationToken = default) =>
        new(_data.Cursors.Get(subscriber, Partition(partition)));

    /// <summary>
    /// Advances a cursor. A subscriber becomes known with its first call, also with sequence 0: from then on nothing that it
    /// has not passed is trimmed, in any partition.
    /// </summary>
    public ValueTask SetCursorAsync(string subscriber, int partition, long sequence, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(subscriber);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(subscriber.Length, 1000);
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequence, Head(partition));
        _writer.ThrowIfClosed(0);
        if (_data.Cursors.Set(subscriber, partition, sequence, durable: false))
        {
            _data.Trim(partition);
            _writer.CursorsChanged();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Completes when everything accepted so far, cursors too, is durable.</summary>
    public async Task FlushAsync()
    {
        var barrier = new WriteRequest { Kind = RecordKind.None };
        _writer.Enqueue(barrier);
        await barrier.Task;
    }

    /// <summary>Writes what waits, writes the index out so that the next start is quick, and lets go of the folder.</summary>
    public Task DrainAsync()
    {
        lock (_closing)
            return _closed ??= Task.Factory.StartNew(Close, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(DrainAsync());

    /// <summary>Tests decide themselves when this happens.</summary>
    internal JournalMaintenance Maintenance => _maintenance;

    /// <summary>A pump has it write.</summary>
    internal JournalWriter Writer => _writer;

    /// <summary>The version of a state; 0 when there is none.</summary>
    internal long VersionOf(string stateName, GrainId grainId)
    {
        _ = EncodeKey(stateName, grainId, out var hash);
        return _data.Index.Version(hash);
    }

    private void Close()
    {
        _watched?.Dispose();
        _writer.Stop();
        _maintenance.Stop();
        try
        {
            if (!Failed.IsCompleted)
                _maintenance.Snapshot();
        }
        catch (IOException e)
        {
            // Everything acknowledged is in the log; the next start takes longer.
            _data.Logger.MaintenanceFailed(e);
        }
        finally
        {
            _maintenance.Dispose();
            foreach (var segment in _data.Segments.All)
                segment.File.Dispose();
            _lock.Dispose();
        }
    }

    private Task<long> Append<T>(RecordKind kind, string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _writer.ThrowIfClosed(0);
        if (!Versions.TryParse(grainState.ETag, out var expected))
        {
            throw Versions.Conflict(grainId, stateName, VersionOf(stateName, grainId), grainState.ETag);
        }

        var buffer = EncodeKey(stateName, grainId, out var hash);
        var keyEnd = buffer.Length;
        if (kind == RecordKind.State)
            _serializer.Serialize(grainState.State, buffer);
        var valueLength = buffer.Length - keyEnd;
        var events = AddEvents(buffer, grainState.State);
        if (buffer.Length > _data.Options.MaxRecordBytes)
        {
            var length = buffer.Length;
            buffer.Reset();
            throw new ArgumentException($"{grainId} state '{stateName}' has {length} bytes with its events; " +
                $"{nameof(JournalOptions.MaxRecordBytes)} allows {_data.Options.MaxRecordBytes}.");
        }

        RecordFormat.WriteHeader(buffer.Written, kind, valueLength, events);
        var request = new WriteRequest
        {
            Kind = kind,
            Hash = hash,
            Expected = expected,
            Type = _data.Types.Number(grainId.Type.ToString()),
            Grain = grainId,
            StateName = stateName,
            Length = buffer.Length,
            Buffer = buffer.Detach(),
            Events = events == 0 ? [] : _events!.ConvertAll(pending => pending.Event).ToArray(),
        };
        _writer.Enqueue(request);
        return request.Task;
    }

    private int AddEvents<T>(RecordBuffer buffer, T state)
    {
        var events = _events ??= [];
        events.Clear();
        if (state is not null)
            _extractor.Extract(state, events);
        if (events.Count > ushort.MaxValue)
            throw new ArgumentException($"A write has {events.Count} events; allowed are {ushort.MaxValue}.");
        foreach (var pending in events)
        {
            var length = RecordFormat.EventHeader + pending.Body.Length;
            RecordFormat.WriteEvent(buffer.GetSpan(length)[..length], Partition(pending.Partition), pending.Body.Span);
            buffer.Advance(length);
        }

        return events.Count;
    }

    private RecordBuffer EncodeKey(string stateName, GrainId grainId, out KeyHash hash)
    {
        var buffer = _record ??= new RecordBuffer();
        buffer.Reset();
        var (type, key) = (grainId.Type.ToString(), grainId.Key.ToString());
        var space = buffer.GetSpan(RecordFormat.MaxKeySpace(type, key, stateName));
        var length = RecordFormat.Header + RecordFormat.WriteKey(space, type, key, stateName);
        buffer.Advance(length);
        hash = KeyHash.Compute(RecordFormat.Key(buffer.Written), _data.Seed);
        return buffer;
    }

    private static int Partition(int partition)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, EventPartitions.Count);
        return partition;
    }
}
