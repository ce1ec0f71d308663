using System.Runtime.InteropServices;
using OrderActors.Storage;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Embedded.Simulation;

/// <summary>
/// A storage beside the silos, such as a database, which outlives them. Every write names the version it expects; a state and its
/// events are one write; writes wait for their group and are acknowledged once the group is durable.
/// </summary>
/// <remarks>
/// States that nothing can change are kept as they are: a read gives the very object that was written. Others, and all of them
/// in a run that asks for it, go through the stored form.
/// </remarks>
internal sealed partial class SharedStorage : SimulatedStorage
{
    private static readonly TimeSpan CursorDelay = TimeSpan.FromMilliseconds(200);

    private readonly SimulatedCluster _cluster;
    private readonly ISimulatedRecords _records;
    private readonly bool _asBytes;
    private readonly Dice _delays;
    private readonly TimeSpan _longestGroup;
    private readonly Dictionary<StateKey, StoredRecord> _states = [];
    private readonly List<object>[] _events = [.. Enumerable.Range(0, EventPartitions.Count).Select(_ => new List<object>())];
    private readonly Dictionary<(string Subscriber, int Partition), Cursor> _cursors = [];
    private readonly List<Cursor> _dirty = [];
    private readonly List<(int Partition, object Event)> _raised = [];
    private readonly List<int> _touched = [];
    private List<Staged> _staged = [];
    private List<Staged> _spare = [];
    private bool _flushing;
    private bool _cursorsDue;
    private bool _down;
    private long _version;

    internal SharedStorage(SimulatedCluster cluster, ISimulatedRecords records, Dice dice)
    {
        _cluster = cluster;
        _records = records;
        _delays = dice;
        _asBytes = dice.Happens(cluster.Options.BytesShare);
        // A third of the runs has no latency at all, which makes other orders likely.
        _longestGroup = dice.Happens(0.33) ? TimeSpan.Zero : TimeSpan.FromMilliseconds(5);
    }

    /// <inheritdoc/>
    public override event Action<object>? Logged;

    internal override event Action<int, long>? Appended;

    /// <inheritdoc/>
    public override IEnumerable<CommittedState> States()
    {
        foreach (var (key, stored) in _states)
        {
            if (stored.Version != 0) yield return new(key.Grain.Type.ToString(), key.Grain.Key.ToString(), key.Name, stored.Value(_records));
        }
    }

    /// <inheritdoc/>
    public override long Head(int partition) => _events[partition].Count;

    /// <inheritdoc/>
    public override IReadOnlyList<T> ReadEvents<T>(int partition, long afterSequence, int maxCount)
    {
        if (_down || _cluster.Faults.Strikes(FaultKind.ReadFails, partition)) throw Unreachable();
        var log = _events[partition];
        var events = new T[Math.Clamp(log.Count - afterSequence, 0, maxCount)];
        for (var i = 0; i < events.Length; i++) events[i] = (T)log[(int)afterSequence + i];
        return events;
    }

    /// <inheritdoc/>
    public override long CursorOf(string subscriber, int partition) => _cursors.TryGetValue((subscriber, partition), out var cursor) ? cursor.Now : 0;

    internal override Task Read<T>(string name, GrainId grain, IGrainState<T> into, bool calm)
    {
        if (!calm && (_down || _cluster.Faults.Strikes(FaultKind.ReadFails, grain))) return Task.FromException(Unreachable());
        ref var stored = ref CollectionsMarshal.GetValueRefOrNullRef(_states, new StateKey(grain, name));
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref stored) || stored.Version == 0)
        {
            into.State = NewState.Of<T>();
            into.ETag = null;
            into.RecordExists = false;
            return Task.CompletedTask;
        }

        into.State = stored.State is T state ? state : _records.Read<T>(stored.Bytes);
        into.ETag = stored.Tag;
        into.RecordExists = true;
        return Task.CompletedTask;
    }

    internal override Task Write<T>(string name, GrainId grain, IGrainState<T> from, bool clears, SimulatedSilo? silo)
    {
        var faults = _cluster.Faults;
        if (_down && silo is not null) return Task.FromException(Unreachable());
        if (silo is not null && faults.Strikes(FaultKind.WriteFailsBefore, grain)) return Task.FromException(Unreachable());
        if (!Versions.TryParse(from.ETag, out var expected)) return Task.FromException(Versions.Conflict(grain, name, 0, from.ETag));

        var write = new Staged<T>(from) { Key = new StateKey(grain, name), Expected = expected, Silo = silo, Clears = clears };
        _raised.Clear();
        if (from.State is { } carrier)
        {
            _records.Raised(carrier, _raised);
            write.Carrier = carrier;
        }

        if (_raised.Count > 0) write.Events = [.. _raised];
        if (!clears)
        {
            var release = silo?.Schema ?? SchemaSkew.None;
            if (_asBytes || release != SchemaSkew.None || !SharedStates.CanShare(typeof(T))) write.Bytes = _records.Write(from.State, release);
            else write.State = from.State;
            if (_asBytes || release != SchemaSkew.None) Rewrite(write.Events, release);
        }

        if (silo is not null)
        {
            write.FailsAfter = faults.Strikes(FaultKind.WriteFailsAfter, grain);
            write.Hangs = faults.Strikes(FaultKind.WriteHangs, grain);
            if (write.Hangs && faults.Size(FaultKind.WriteHangs).Happens(0.5)) return write.Task;
        }

        _staged.Add(write);
        if (!_flushing) FlushSoon();
        return write.Task;
    }

    internal override void SetCursor(string subscriber, int partition, long sequence, SimulatedSilo? silo)
    {
        if (_down && silo is not null) throw Unreachable();
        ref var cursor = ref CollectionsMarshal.GetValueRefOrAddDefault(_cursors, (subscriber, partition), out _);
        cursor ??= new Cursor();
        if (sequence <= cursor.Now || (silo is not null && _cluster.Faults.Strikes(FaultKind.CursorLost, subscriber))) return;
        cursor.Now = sequence;
        cursor.Silo = silo;
        if (!cursor.Dirty) _dirty.Add(cursor);
        cursor.Dirty = true;
        if (_cursorsDue || _flushing) return;
        _cursorsDue = true;
        _cluster.World.Time.After(CursorDelay, static storage => ((SharedStorage)storage!).StoreCursors(), this);
    }

    /// <summary>What the silo sent and is not durable is lost or not, and the cursors it had not stored are.</summary>
    internal override void Lose(SimulatedSilo silo, Dice dice)
    {
        _staged.RemoveAll(write => write.Silo == silo && dice.Happens(0.5));
        foreach (var cursor in _dirty)
        {
            if (cursor.Silo == silo) cursor.Now = cursor.Durable;
        }
    }

    internal override void Heal() => _down = false;

    private static IOException Unreachable() => new("The simulated storage could not be reached. Nothing was done.");

    private void Rewrite((int Partition, object Event)[]? events, SchemaSkew release)
    {
        for (var i = 0; i < events?.Length; i++) events[i].Event = _records.ReadEvent(_records.WriteEvent(events[i].Event, release));
    }

    private void FlushSoon()
    {
        _flushing = true;
        var delay = _longestGroup == TimeSpan.Zero ? TimeSpan.Zero : _delays.UpTo(_longestGroup);
        if (_cluster.Faults.Strikes(FaultKind.StorageSlow)) delay += _cluster.Faults.Size(FaultKind.StorageSlow).UpTo(TimeSpan.FromSeconds(20));
        if (delay == TimeSpan.Zero) _cluster.World.Add(Flushed, this, null);
        else _cluster.World.Time.After(delay, static storage => ((SharedStorage)storage!).Flush(), this);
    }

    private static readonly SendOrPostCallback Flushed = static storage => ((SharedStorage)storage!).Flush();

    private readonly record struct StateKey(GrainId Grain, string Name);

    private struct StoredRecord
    {
        public long Version;
        public string? Tag;
        public object? State;
        public ReadOnlyMemory<byte> Bytes;
        public Func<ISimulatedRecords, ReadOnlyMemory<byte>, object>? Reader;

        public readonly object Value(ISimulatedRecords records) => State ?? Reader!(records, Bytes);
    }

    private sealed class Cursor
    {
        public long Now;
        public long Durable;
        public bool Dirty;
        public SimulatedSilo? Silo;
    }
}
