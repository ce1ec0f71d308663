using System.Globalization;
using System.Runtime.InteropServices;
using OrderActors.Storage;
using Orleans;

namespace OrderActors.Embedded.Simulation;

/// <content>What becomes of a group of writes.</content>
internal sealed partial class SharedStorage
{
    private void Flush()
    {
        var group = _staged;
        _staged = _spare;
        _flushing = false;
        StoreCursors();
        if (_cluster.Faults.Strikes(FaultKind.TornTail))
        {
            Tear(group);
        }
        else
        {
            foreach (var write in group) Apply(write);
            Announce();
            foreach (var write in group) Answer(write);
        }

        group.Clear();
        _spare = group;
    }

    /// <summary>The storage died in the middle of the group: what comes after the cut is lost, and nobody hears which.</summary>
    private void Tear(List<Staged> group)
    {
        var dice = _cluster.Faults.Size(FaultKind.TornTail);
        var kept = dice.Next(group.Count + 1);
        var outage = dice.UpTo(TimeSpan.FromSeconds(5));
        _down = true;
        _cluster.World.Time.After(outage, static storage => ((SharedStorage)storage!)._down = false, this);
        for (var i = 0; i < kept; i++) Apply(group[i]);
        foreach (var cursor in _dirty) (cursor.Now, cursor.Dirty) = (cursor.Durable, false);
        _dirty.Clear();
        Announce();
        foreach (var write in group) write.TrySetException(Died());
    }

    private void Apply(Staged write)
    {
        ref var stored = ref CollectionsMarshal.GetValueRefOrAddDefault(_states, write.Key, out _);
        if (stored.Version != write.Expected)
        {
            write.Refusal = Versions.Conflict(write.Key.Grain, write.Key.Name, stored.Version, Versions.Text(write.Expected));
            return;
        }

        var version = ++_version;
        write.Version = version;
        if (write.Clears)
        {
            stored = default;
        }
        else
        {
            stored.Version = version;
            stored.Tag = version.ToString(CultureInfo.InvariantCulture);
            stored.State = write.State;
            stored.Bytes = write.Bytes;
            stored.Reader = write.Reader;
            write.Tag = stored.Tag;
        }

        _cluster.Trace.Wrote(write.Silo?.Number ?? -1, write.Key.Grain, write.Key.Name, version);
        if (write.Events is { } events)
        {
            foreach (var (partition, raised) in events)
            {
                var log = _events[partition];
                var logged = _records.Logged(partition, log.Count + 1, raised);
                log.Add(logged);
                if (!_touched.Contains(partition)) _touched.Add(partition);
                Logged?.Invoke(logged);
            }
        }

        if (write.Carrier is { } carrier) _records.Committed(carrier);
    }

    private void Announce()
    {
        foreach (var partition in _touched) Appended?.Invoke(partition, _events[partition].Count);
        _touched.Clear();
    }

    private static void Answer(Staged write)
    {
        if (write.Hangs || write.Silo is { IsDead: true }) return;
        if (write.Refusal is { } refusal)
        {
            write.TrySetException(refusal);
        }
        else if (write.FailsAfter)
        {
            write.TrySetException(Died());
        }
        else
        {
            write.Acknowledge();
            write.TrySetResult();
        }
    }

    private void StoreCursors()
    {
        _cursorsDue = false;
        foreach (var cursor in _dirty)
        {
            cursor.Durable = cursor.Now;
            cursor.Dirty = false;
        }

        _dirty.Clear();
    }

    private static IOException Died() => new("The simulated storage broke the connection. Whether this was stored is unknown.");

    /// <summary>A write on its way.</summary>
    private abstract class Staged : TaskCompletionSource
    {
        public required StateKey Key { get; init; }

        public required long Expected { get; init; }

        public required SimulatedSilo? Silo { get; init; }

        public required bool Clears { get; init; }

        public object? State { get; set; }

        public ReadOnlyMemory<byte> Bytes { get; set; }

        /// <summary>The state that carries the events until they are durable.</summary>
        public object? Carrier { get; set; }

        public (int Partition, object Event)[]? Events { get; set; }

        public bool FailsAfter { get; set; }

        public bool Hangs { get; set; }

        public Exception? Refusal { get; set; }

        public long Version { get; set; }

        public string? Tag { get; set; }

        public abstract Func<ISimulatedRecords, ReadOnlyMemory<byte>, object> Reader { get; }

        public abstract void Acknowledge();
    }

    private sealed class Staged<T>(IGrainState<T> from) : Staged
    {
        private static readonly Func<ISimulatedRecords, ReadOnlyMemory<byte>, object> Reads = static (records, bytes) => records.Read<T>(bytes)!;

        public override Func<ISimulatedRecords, ReadOnlyMemory<byte>, object> Reader => Reads;

        public override void Acknowledge()
        {
            if (Clears) from.State = NewState.Of<T>();
            from.ETag = Tag;
            from.RecordExists = !Clears;
        }
    }
}
