using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Storage;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// The product's journal on a simulated disk, as the storage of the one silo that there is. It starts and dies with it, and each start
/// recovers what the disk still has; whatever anybody had been told of has to be among it.
/// </summary>
internal sealed class JournaledStorage : SimulatedStorage
{
    /// <summary>How many of the newest events of each partition are compared after a start.</summary>
    private const int Compared = 32;

    private readonly SimulatedCluster _cluster;
    private readonly ISimulatedRecords _records;
    private readonly SimulatedDisk _disk;
    private readonly Dice _dice;
    private readonly JournalOptions _options;
    private readonly TimeSpan _longestSync;
    private readonly Adapter _adapter;
    private readonly Dictionary<(GrainId Grain, string Name), Known> _known = [];
    private readonly List<uint>[] _told = [.. Enumerable.Range(0, EventPartitions.Count).Select(_ => new List<uint>())];
    private JournalProcess? _process;

    internal JournaledStorage(SimulatedCluster cluster, ISimulatedRecords records, Dice dice)
    {
        _cluster = cluster;
        _records = records;
        _disk = new SimulatedDisk(cluster);
        _dice = dice;
        _adapter = new Adapter(records);
        _longestSync = dice.Happens(0.33) ? TimeSpan.Zero : TimeSpan.FromMilliseconds(5);

        // Small, so that a short life has many files, snapshots and compactions.
        _options = new JournalOptions
        {
            Folder = "journal",
            SegmentBytes = (64 + dice.Next(17)) * 1024,
            SnapshotEveryBytes = (64 + dice.Next(129)) * 1024,
            CompactionGarbageRatio = 0.05 + (dice.NextDouble() * 0.5),
            MaxBatchBytes = dice.Happens(0.5) ? 4 * 1024 : 4 * 1024 * 1024,
            // A subscriber is known from its first cursor on; what all known ones have passed before that is not kept for it.
            RetainedEventsPerPartition = dice.Happens(0.5) ? 300 : 10_000,
            EventCacheBytesPerPartition = dice.Happens(0.5) ? 1024 : 256 * 1024,
            AutomaticMaintenance = false,
            HashSeed = (ulong)dice.NextInt64(),
        };
    }

    /// <inheritdoc/>
    public override event Action<object>? Logged;

    internal override event Action<int, long>? Appended;

    /// <summary>How long cursors wait for a write.</summary>
    internal TimeSpan CursorFlushDelay => _options.CursorFlushDelay;

    private JournalStore Store => _process is { IsDead: false } process ? process.Store : throw Unreachable();

    /// <inheritdoc/>
    public override IEnumerable<CommittedState> States()
    {
        foreach (var ((grain, name), known) in _known)
        {
            if (known.Read(Store, grain, name) is { } state) yield return new(grain.Type.ToString(), grain.Key.ToString(), name, state);
        }
    }

    /// <inheritdoc/>
    public override long Head(int partition) => _told[partition].Count;

    /// <inheritdoc/>
    public override IReadOnlyList<T> ReadEvents<T>(int partition, long afterSequence, int maxCount)
    {
        var stored = Stored(Store, partition, afterSequence, maxCount);
        var events = new T[stored.Count];
        for (var i = 0; i < events.Length; i++) events[i] = (T)AsLogged(stored[i]);
        return events;
    }

    /// <inheritdoc/>
    public override long CursorOf(string subscriber, int partition)
    {
        var cursor = Store.GetCursorAsync(subscriber, partition);
        return cursor.IsCompletedSuccessfully ? cursor.Result : throw new InvalidOperationException("The journal has its cursors at hand.");
    }

    internal override Task Read<T>(string name, GrainId grain, IGrainState<T> into, bool calm) => Store.ReadStateAsync(name, grain, into);

    internal override Task Write<T>(string name, GrainId grain, IGrainState<T> from, bool clears, SimulatedSilo? silo)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, (grain, name), out _);
        known ??= new Known<T>();
        known.MayBeCleared |= clears;
        _adapter.Release = silo?.Schema ?? SchemaSkew.None;
        var write = clears ? Store.ClearStateAsync(name, grain, from) : Store.WriteStateAsync(name, grain, from);
        return Acknowledged(write, known, grain, name, from, silo);
    }

    internal override void SetCursor(string subscriber, int partition, long sequence, SimulatedSilo? silo)
    {
        var set = Store.SetCursorAsync(subscriber, partition, sequence);
        if (!set.IsCompletedSuccessfully) throw new InvalidOperationException("The journal does not wait for cursors.");
    }

    internal override bool TryStart()
    {
        if (_process is not null) return true;
        var process = _process = new JournalProcess(_cluster, this, _dice, _longestSync);
        try
        {
            process.Open(() => JournalStore.Open(
                _options, _disk.FilesOf(process), _adapter, _adapter, _cluster.World.Clock, NullLogger.Instance, process));
        }
        catch (IOException)
        {
            // It died, or its disk failed and it gave up; somebody starts it again.
            Lose();
            return false;
        }

        process.Store.Appended += Grew;
        Compare(process.Store);
        return true;
    }

    /// <summary>The process dies: of an operation on a file, or because its disk failed.</summary>
    internal void Kill(Dice dice)
    {
        if (_cluster.Alive.Count > 0) _cluster.Crash(_cluster.Alive[0], dice);
        else Lose();
    }

    internal override void Lose(SimulatedSilo silo, Dice dice) => Lose();

    internal override void Heal()
    {
        _disk.Heal();
        if (_process is { HasFailed: true }) Kill(_dice);
    }

    private static IOException Unreachable() => new("The process with the journal is not there. Nothing was done.");

    private static IReadOnlyList<StoredEvent> Stored(JournalStore store, int partition, long after, int maxCount)
    {
        var events = store.ReadAsync(partition, after, maxCount);
        return events.IsCompletedSuccessfully ? events.Result : throw new InvalidOperationException("The journal reads at once.");
    }

    private void Lose()
    {
        if (_process is null) return;
        _process.End();
        _process = null;
        if (_cluster.Faults.Strikes(FaultKind.DiskTail)) _disk.PowerFails(_cluster.Faults.Size(FaultKind.DiskTail));
    }

    private async Task Acknowledged<T>(Task write, Known known, GrainId grain, string name, IGrainState<T> state, SimulatedSilo? silo)
    {
        var replaced = known.Version;
        await write;
        _ = Versions.TryParse(state.ETag, out var version);
        if (version == 0) known.ClearedAfter = Math.Max(known.ClearedAfter, replaced);
        known.Version = version;
        _cluster.Trace.Wrote(silo?.Number ?? -1, grain, name, version);
    }

    /// <summary>A batch is durable. Nobody has been told yet that it is.</summary>
    private void Grew(int partition, long head)
    {
        try
        {
            Tell(Store, partition);
            Appended?.Invoke(partition, head);
        }
        catch (Exception e)
        {
            // The journal would go on, as it should with a handler that is not its own.
            _cluster.World.Add(new SendOrPostCallback(_ => System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e)), null, null);
        }
    }

    private void Tell(JournalStore store, int partition)
    {
        var told = _told[partition];
        foreach (var stored in Stored(store, partition, told.Count, int.MaxValue))
        {
            told.Add(Crc.Compute(stored.Body.Span));
            Logged?.Invoke(AsLogged(stored));
        }
    }

    private object AsLogged(StoredEvent stored) => _records.Logged(stored.Partition, stored.Sequence, stored.Event ?? _records.ReadEvent(stored.Body));

    /// <summary>What a start recovered is at least what anybody knows. What is more becomes known now.</summary>
    private void Compare(JournalStore store)
    {
        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            var told = _told[partition];
            if (store.Head(partition) < told.Count)
                throw new LostWriteException($"Partition {partition} ended with event {told.Count} and ends with {store.Head(partition)} after a start.");
            foreach (var stored in Stored(store, partition, told.Count - Compared, Compared))
            {
                if (stored.Sequence <= told.Count && told[(int)stored.Sequence - 1] != Crc.Compute(stored.Body.Span))
                    throw new LostWriteException($"Event {stored.Sequence} of partition {partition} is another one after a start.");
            }

            Tell(store, partition);
        }

        foreach (var ((grain, name), known) in _known)
        {
            var found = store.VersionOf(name, grain);
            if ((found < known.Version && !(found == 0 && known.MayBeCleared)) || (found > 0 && found <= known.ClearedAfter))
            {
                throw new LostWriteException(
                    $"{grain} state '{name}' had version {Versions.Text(known.Version) ?? "none"} and has {Versions.Text(found) ?? "none"} after a start.");
            }

            (known.Version, known.MayBeCleared) = (found, false);
        }
    }

    /// <summary>What is known of a state.</summary>
    private abstract class Known
    {
        /// <summary>The newest version that anybody was told of; 0 for none.</summary>
        public long Version { get; set; }

        /// <summary>The newest version that is gone for certain.</summary>
        public long ClearedAfter { get; set; }

        /// <summary>Whether it was cleared, or nobody knows.</summary>
        public bool MayBeCleared { get; set; }

        /// <summary>The stored state; null when there is none.</summary>
        public abstract object? Read(JournalStore store, GrainId grain, string name);
    }

    private sealed class Known<T> : Known, IGrainState<T>
    {
        public T State { get; set; } = default!;

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }

        public override object? Read(JournalStore store, GrainId grain, string name)
        {
            var version = store.VersionOf(name, grain);
            if (version == 0) return null;
            // Read once: reading is done at once, and whoever looks at all states does so often.
            if (Versions.Text(version) != ETag) _ = store.ReadStateAsync(name, grain, this);
            return State;
        }
    }

    /// <summary>States and events as the release that a silo runs stores them.</summary>
    private sealed class Adapter(ISimulatedRecords records) : IStateSerializer, IEventExtractor
    {
        private readonly List<(int Partition, object Event)> _raised = [];

        public SchemaSkew Release { get; set; }

        public void Serialize<T>(T state, IBufferWriter<byte> destination) => destination.Write(records.Write(state, Release).Span);

        public T Deserialize<T>(ReadOnlySpan<byte> source) => records.Read<T>(source.ToArray());

        public void Extract(object state, List<PendingEvent> into)
        {
            _raised.Clear();
            records.Raised(state, _raised);
            foreach (var (partition, raised) in _raised)
            {
                // What another release stores has to be read to be known.
                var shared = Release == SchemaSkew.None ? raised : null;
                into.Add(new PendingEvent(partition, records.WriteEvent(raised, Release)) { Event = shared });
            }
        }

        public void Committed(object state) => records.Committed(state);
    }
}

/// <summary>What somebody was told of was not there any more after a start.</summary>
/// <param name="message">What.</param>
public sealed class LostWriteException(string message) : InvalidOperationException(message);
