using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using OrderActors.Storage;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Silo.Storage;

/// <summary>
/// Grain states and their events in PostgreSQL, for either engine. Writes of many grains share a transaction: each is checked
/// against the version it expects, and the events it raised are appended to the log with it, or neither is. ETags are decimal
/// numbers that are never used twice in a database.
/// </summary>
/// <remarks>
/// A database that restarts costs time: what was under way is sent again, and its version tells whether it went through the
/// first time. One that stays away costs a refusal at once (<see cref="IOException"/>), until it is back. The driver's exception is
/// told in its message and does not go along: whoever gets the refusal may be a process that does not have the driver.
/// </remarks>
public sealed class PostgresStore : IGrainStorage, IEventStore, IAsyncDisposable
{
    /// <summary>Block n has the versions above n times this, and below the next block's.</summary>
    internal const int VersionsPerBlock = 1 << 24;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    private readonly PostgresDatabase _database;
    private readonly IStateSerializer _serializer;
    private readonly IEventExtractor _extractor;
    private readonly NpgsqlDataSource _source;
    private readonly CommitQueue _commits;
    private readonly StateReadQueue _reads;
    private readonly EventReadQueue _pages;
    private readonly EventHeads _heads;
    private readonly EventCursors _cursors;
    private readonly EventTrimmer _trimmer;
    private readonly IDisposable _watched;
    private readonly SemaphoreSlim _leasing = new(1);
    private VersionBlock _versions = new(0);

    /// <summary>Puts it together; nothing is read before <see cref="StartAsync"/>.</summary>
    /// <param name="database">Open and at this release's schema. Not disposed with the store.</param>
    /// <param name="serializer">How states are stored.</param>
    /// <param name="extractor">Finds the events that a state carries.</param>
    /// <param name="clock">For waits.</param>
    /// <param name="loggers">For what goes wrong.</param>
    /// <param name="shared">Whether other processes append to the same log.</param>
    public PostgresStore(
        PostgresDatabase database, IStateSerializer serializer, IEventExtractor extractor, TimeProvider clock, ILoggerFactory loggers, bool shared = true)
    {
        ArgumentNullException.ThrowIfNull(database);
        var log = loggers.CreateLogger<PostgresStore>();
        var options = database.Options;
        (_database, _serializer, _extractor) = (database, serializer, extractor);
        _source = database.CreateHotSource();
        Breaker = new Breaker(clock, database.Description);
        Breaker.Changed += reason =>
        {
            if (reason is null) log.DatabaseBack();
            else log.DatabaseAway(reason);
        };
        _heads = new EventHeads(_source, shared ? options.WatchInterval : TimeSpan.FromMilliseconds(500), clock, Breaker, log);
        _commits = new CommitQueue(_source, options, clock, Breaker, log, RaiseHeads);
        _reads = new StateReadQueue(_source, options, clock, Breaker, log);
        _pages = new EventReadQueue(_source, options, clock, Breaker, log);
        _watched = StorageInstruments.Watch("postgres", () => _commits.Count, () => IsAvailable);
        _cursors = new EventCursors(_source, clock, log);
        _trimmer = new EventTrimmer(_source, options.RetainedEventsPerPartition, clock, log);
    }

    /// <inheritdoc/>
    public event Action<int, long>? Appended
    {
        add => _heads.Grew += value;
        remove => _heads.Grew -= value;
    }

    /// <summary>Whether the database answers, as far as is known.</summary>
    public bool IsAvailable => !Breaker.IsOpen;

    internal Breaker Breaker { get; }

    internal EventTrimmer Trimmer => _trimmer;

    /// <summary>Reads how far the log has grown, and keeps watching it.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await LeaseVersions(_versions);
        await _heads.StartAsync(cancellationToken);
    }

    /// <summary>How many states are stored: counted when that is quick, else as the database estimates it.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.Source.CreateCommand(
            """
            SELECT CASE WHEN sum(reltuples) > 200000 THEN sum(reltuples)::bigint ELSE (SELECT count(*) FROM orderactors.grain_state) END
            FROM pg_class WHERE relnamespace = 'orderactors'::regnamespace AND relname LIKE 'grain\_state\___' AND relkind = 'r'
            """);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var read = new PendingRead(grainId.Type.ToString()!, grainId.Key.ToString()!, stateName);
        _reads.Add(read);
        var (version, state) = await read.Task;
        grainState.State = state is null ? NewState.Of<T>() : _serializer.Deserialize<T>(state);
        grainState.ETag = Versions.Text(version);
        grainState.RecordExists = state is not null;
    }

    /// <summary>Stores a state and its events, if the stored version is the one this state was read at. Completes when durable.</summary>
    /// <exception cref="InconsistentStateException">Somebody else wrote. Nothing was written.</exception>
    /// <exception cref="IOException">The database is slow or away; the message says whether the outcome is known.</exception>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var state = grainState.State;
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        _serializer.Serialize(state, buffer);
        var version = await Commit(stateName, grainId, grainState, buffer.WrittenSpan.ToArray());
        grainState.ETag = Versions.Text(version);
        grainState.RecordExists = true;
        _extractor.Committed(state!);
    }

    /// <summary>Removes a state under the same condition and with the same errors; events it carries are stored.</summary>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var state = grainState.State;
        await Commit(stateName, grainId, grainState, null);
        if (state is not null) _extractor.Committed(state);
        grainState.State = NewState.Of<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    /// <inheritdoc/>
    public long Head(int partition) => _heads[partition];

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StoredEvent>> ReadAsync(
        int partition, long afterSequence, int maxCount, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)partition, (uint)EventPartitions.Count, nameof(partition));

        // Nothing there is what a consumer hears most often, and it is known without asking.
        if (maxCount == 0 || afterSequence >= _heads[partition]) return [];
        var page = new PendingPage(partition, afterSequence, maxCount);
        _pages.Add(page);
        var events = await page.Task.WaitAsync(cancellationToken);
        if (events.Count > 0) _heads.Raise(partition, events[^1].Sequence);
        return events;
    }

    /// <inheritdoc/>
    public async ValueTask<long> GetCursorAsync(string subscriber, int partition, CancellationToken cancellationToken = default)
    {
        try
        {
            var cursor = await _cursors.GetAsync(subscriber, partition, cancellationToken);

            // The process that advanced it may have appended what this one has not heard of yet.
            if (cursor > _heads[partition]) await _heads.Refresh();
            return cursor;
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
        {
            throw new IOException($"The database does not answer: {e.Message}");
        }
    }

    /// <summary>
    /// Advances a cursor; it is stored a moment later with others. A subscriber becomes known with its first call, also with
    /// sequence 0: from then on nothing that it has not passed is trimmed, in any partition.
    /// </summary>
    public ValueTask SetCursorAsync(string subscriber, int partition, long sequence, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(subscriber);
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)partition, (uint)EventPartitions.Count, nameof(partition));
        _cursors.Set(subscriber, partition, sequence);
        return ValueTask.CompletedTask;
    }

    /// <summary>Stores what waits and lets the connections go.</summary>
    public async ValueTask DisposeAsync()
    {
        _watched.Dispose();
        await _trimmer.DisposeAsync();
        await _commits.DisposeAsync();
        await _reads.DisposeAsync();
        await _pages.DisposeAsync();
        await _cursors.DisposeAsync();
        await _heads.DisposeAsync();
        await _source.DisposeAsync();
        _leasing.Dispose();
    }

    /// <summary>Stores the cursors that wait.</summary>
    internal Task FlushAsync() => _cursors.FlushAsync();

    private async Task<long> Commit<T>(string stateName, GrainId grainId, IGrainState<T> grainState, byte[]? bytes)
    {
        if (!Versions.TryParse(grainState.ETag, out var expected)) throw Versions.Conflict(grainId, stateName, 0, grainState.ETag);
        var events = new List<PendingEvent>();
        if (grainState.State is { } carrier) _extractor.Extract(carrier, events);
        var commit = new PendingCommit
        {
            Grain = grainId,
            StateName = stateName,
            Type = grainId.Type.ToString()!,
            Key = grainId.Key.ToString()!,
            Expected = expected,
            Written = TryNextVersion(out var version) ? version : await NextVersion(),
            State = bytes,
            Events = [.. events],
        };
        _commits.Add(commit);
        await commit.Task;
        return commit.Written;
    }

    private bool TryNextVersion(out long version) => Volatile.Read(ref _versions).TryNext(out version);

    private async Task<long> NextVersion()
    {
        while (true)
        {
            var block = Volatile.Read(ref _versions);
            if (block.TryNext(out var version)) return version;
            if (Breaker.IsOpen) throw Breaker.Refusal();
            try
            {
                await LeaseVersions(block);
            }
            catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
            {
                throw new IOException($"The database does not answer: {e.Message} Nothing was done.");
            }
        }
    }

    private async Task LeaseVersions(VersionBlock usedUp)
    {
        await _leasing.WaitAsync();
        try
        {
            if (!ReferenceEquals(usedUp, Volatile.Read(ref _versions))) return;
            await using var command = _source.CreateCommand("SELECT nextval('orderactors.version_block')");
            Volatile.Write(ref _versions, new VersionBlock((long)(await command.ExecuteScalarAsync())!));
        }
        finally
        {
            _leasing.Release();
        }
    }

    private void RaiseHeads(short[] partitions, long[] heads)
    {
        for (var i = 0; i < partitions.Length; i++) _heads.Raise(partitions[i], heads[i]);
    }

    /// <summary>The versions of one block; block 0 has none.</summary>
    private sealed class VersionBlock(long number)
    {
        private int _used;

        public bool TryNext(out long version)
        {
            var next = number == 0 ? VersionsPerBlock : Interlocked.Increment(ref _used);
            version = (number * VersionsPerBlock) + next;
            return next < VersionsPerBlock;
        }
    }
}
