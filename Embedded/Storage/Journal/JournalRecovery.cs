using System.Security.Cryptography;
using OrderActors.Storage;
using static System.Buffers.Binary.BinaryPrimitives;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>
/// Brings a folder back: checks that the chain of files is whole, loads the newest usable index snapshot, replays what it does
/// not cover, cuts a torn last batch, and refuses anything else that is wrong.
/// </summary>
internal sealed class JournalRecovery(JournalData data)
{
    private readonly Dictionary<KeyHash, long> _removed = [];
    private readonly List<(long Sequence, Location Location)>[] _events =
        [.. Enumerable.Range(0, EventPartitions.Count).Select(_ => new List<(long, Location)>())];
    private readonly long[] _floor = new long[EventPartitions.Count];
    private readonly long[] _checkpointHeads = new long[EventPartitions.Count];
    private long _nextVersion = 1;
    private long _nextBatch = 1;

    /// <summary>Bytes that had to be read beyond the snapshot.</summary>
    public long Replayed { get; private set; }

    /// <summary>Recovers everything; returns the segment to append to.</summary>
    public JournalSegment Run()
    {
        foreach (var name in data.Files.List().Where(name => name.EndsWith(".tmp", StringComparison.Ordinal)))
            data.Files.Delete(name);
        var segments = OpenSegments();
        if (segments.Count == 0)
        {
            if (data.Files.List().Any(name => name.EndsWith(SnapshotFile.Suffix, StringComparison.Ordinal)))
                throw new JournalCorruptException($"{data.Files.Name} holds an index snapshot and no log file; the log is missing.");
            data.Seed = data.Options.HashSeed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
            var first = data.CreateLogSegment(1, 1, 1);
            data.Position = new LogPosition(1, first.End, 1, 1);
            return first;
        }

        data.Seed = segments[0].Header.Seed;
        var log = segments.Where(segment => !segment.Header.Compacted).OrderBy(segment => segment.Header.Id).ToList();
        CheckChain(segments, log);

        // A process that died left what it had not synced to its system, which may still lose it; what is found here is shown to everybody.
        log[^1].File.Sync();
        data.Files.SyncFolder();
        var covered = LoadSnapshot(segments);
        if (covered is not null)
        {
            (_nextVersion, _nextBatch) = (covered.Position.NextVersion, covered.Position.NextBatch);
            data.Covered = covered.Position;
        }

        foreach (var segment in segments.Where(segment => segment.Header.Compacted))
        {
            segment.Sealed = true;
            if (covered is null || !covered.Segments.Contains(segment.Name))
                Replay(segment, segment.Header.ToBytes().Length, segment.Header.FirstBatch, last: false);
        }

        foreach (var segment in log)
            ReplayLog(segment, covered?.Position, last: segment == log[^1]);
        FinishEvents();
        CountLive();
        var active = log[^1];
        data.Position = new LogPosition(active.Header.Id, active.End, _nextBatch, _nextVersion);
        for (var partition = 0; partition < EventPartitions.Count; partition++)
            data.Trim(partition);
        return active;
    }

    private List<JournalSegment> OpenSegments()
    {
        List<JournalSegment> segments = [];
        foreach (var name in data.Files.List().Where(name => name.EndsWith(".journal", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var file = data.Files.Open(name);
            var header = SegmentHeader.Read(Path.Combine(data.Files.Name, name), file);
            if (header.FileName != name)
                throw new JournalCorruptException($"{Path.Combine(data.Files.Name, name)} is by its header {header.FileName}; files were renamed.");
            segments.Add(data.Segments.Add(new JournalSegment(header, name, file)));
        }

        return segments;
    }

    private void CheckChain(List<JournalSegment> segments, List<JournalSegment> log)
    {
        var present = log.Select(segment => segment.Header.Id).ToHashSet();
        var ranges = segments.SelectMany(segment => segment.Header.Covers).ToList();
        var newest = Math.Max(log.Count == 0 ? 0 : log[^1].Header.Id, ranges.Count == 0 ? 0 : ranges.Max(range => range.Last) + 1);
        for (var id = 1L; id <= newest; id++)
        {
            if (!present.Contains(id) && !ranges.Any(range => range.First <= id && id <= range.Last))
                throw new JournalCorruptException($"{Path.Combine(data.Files.Name, SegmentHeader.NameOf(false, id))} is missing from the log.");
        }

        if (segments.FirstOrDefault(segment => segment.Header.Seed != data.Seed) is { } stranger)
            throw new JournalCorruptException($"{Path.Combine(data.Files.Name, stranger.Name)} belongs to another journal.");
    }

    private SnapshotFile.Loaded? LoadSnapshot(List<JournalSegment> segments)
    {
        foreach (var name in SnapshotFile.Names(data.Files).Reverse())
        {
            try
            {
                if (SnapshotFile.Load(data, name, segments) is { } loaded)
                    return loaded;
                data.Logger.SnapshotUnusable(name, "it names files that were compacted away since.");
            }
            catch (InvalidDataException e)
            {
                data.Logger.SnapshotUnusable(name, e.Message);
            }
        }

        return null;
    }

    private void ReplayLog(JournalSegment segment, LogPosition? covered, bool last)
    {
        var header = segment.Header.ToBytes().Length;
        segment.Sealed = !last;
        if (covered is not null && segment.Header.Id < covered.Segment)
            return;
        var from = (long)header;
        if (covered is not null && segment.Header.Id == covered.Segment)
        {
            from = covered.Offset;
        }
        else
        {
            // A file before this one may have been compacted away; one that is there must have ended where this one starts.
            var follows = data.Segments.All.Any(other => !other.Header.Compacted && other.Header.Id == segment.Header.Id - 1);
            if (follows && segment.Header.FirstBatch != _nextBatch)
            {
                throw new JournalCorruptException(
                    $"{data.Place(SegmentHeader.NameOf(false, segment.Header.Id - 1), 0)}: it ends with batch {_nextBatch - 1}, but " +
                    $"{segment.Name} starts with batch {segment.Header.FirstBatch}; batches at its end are missing.");
            }

            _nextBatch = segment.Header.FirstBatch;
            _nextVersion = Math.Max(_nextVersion, segment.Header.Watermark);
        }

        _nextBatch = Replay(segment, from, _nextBatch, last);
    }

    /// <summary>Reads batches to the end of a file; returns the number of the batch that would come next.</summary>
    private long Replay(JournalSegment segment, long offset, long batch, bool last)
    {
        var reader = new BatchReader(segment);
        var length = segment.File.Length;
        while (true)
        {
            var outcome = reader.Read(offset, length, batch);
            if (outcome == BatchOutcome.Bad)
                RefuseUnlessTorn(segment, reader, offset, length, batch, last);
            if (outcome != BatchOutcome.Batch)
                break;
            Apply(segment, reader, offset);
            offset += reader.Length;
            Replayed += reader.Length;
            batch++;
        }

        segment.End = offset;
        return batch;
    }

    /// <summary>
    /// A batch is written only after the one before it was synced. So a bad batch with an intact one behind it was durable
    /// once, and one in a finished file was too: that is damage. Only at the very end can it be a batch that a crash tore,
    /// and what was torn was never acknowledged.
    /// </summary>
    private void RefuseUnlessTorn(JournalSegment segment, BatchReader reader, long offset, long length, long batch, bool last)
    {
        var reason = reader.Reason;
        if (!last)
            throw new JournalCorruptException($"{data.Place(segment.Name, offset)}: {reason}. The file was finished, so this was durable once.");
        if (reader.FindLater(offset, length, batch) is { } later)
            throw new JournalCorruptException($"{data.Place(segment.Name, offset)}: {reason}. An intact batch follows at {later}, so this was durable once.");
        data.Logger.TornTail(data.Place(segment.Name, offset), length - offset);
        // Down and up again: what is left of the torn batch must not stand behind a new one.
        segment.File.SetLength(offset);
        segment.File.Sync();
        segment.File.SetLength(Math.Max(offset, data.Options.SegmentBytes));
        segment.File.Sync();
    }

    private void Apply(JournalSegment segment, BatchReader reader, long batchOffset)
    {
        var records = reader.Records;
        var at = 0;
        for (var left = reader.RecordCount; left > 0; left--)
        {
            var offset = batchOffset + BatchFormat.Header + at;
            var rest = records[at..];
            if (RecordFormat.Check(rest) is { } wrong)
                throw new JournalCorruptException($"{data.Place(segment.Name, offset)}: a record is damaged: {wrong}.");
            var length = RecordFormat.Length(rest);
            if (length < RecordFormat.StateLength(rest) || length > rest.Length)
                throw new JournalCorruptException($"{data.Place(segment.Name, offset)}: a record's length is {length}.");
            Apply(segment, rest[..length], offset);
            at += length;
        }
    }

    private void Apply(JournalSegment segment, ReadOnlySpan<byte> record, long offset)
    {
        var version = RecordFormat.Version(record);
        var stateLength = RecordFormat.StateLength(record);
        _nextVersion = Math.Max(_nextVersion, version + 1);
        segment.MaxVersion = Math.Max(segment.MaxVersion, version);
        var location = new Location(segment.Slot, (uint)offset, stateLength);
        switch (RecordFormat.Kind(record))
        {
            case RecordKind.State:
                var hash = KeyHash.Compute(RecordFormat.Key(record), data.Seed);
                if (!_removed.TryGetValue(hash, out var removed) || removed < version)
                    data.Index.Put(hash, version, location, data.Types.Number(RecordFormat.GrainType(record)), out _);
                break;
            case RecordKind.Tombstone:
                var key = KeyHash.Compute(RecordFormat.Key(record), data.Seed);
                segment.TombstoneBytes += stateLength;
                _removed[key] = Math.Max(_removed.GetValueOrDefault(key), version);
                data.Index.Remove(key, version, out _);
                break;
            case RecordKind.Cursor:
                var (subscriber, partition, sequence) = RecordFormat.ReadCursor(record);
                data.Cursors.Set(subscriber, partition, sequence, durable: true);
                break;
            case RecordKind.Checkpoint:
                ApplyCheckpoint(RecordFormat.Value(record));
                break;
            case RecordKind.Events:
                break;
            default:
                throw new JournalCorruptException($"{data.Place(segment.Name, offset)}: a record has the unknown kind {record[12]}.");
        }

        for (var at = stateLength; at < record.Length;)
        {
            var entry = record.Slice(at, RecordFormat.EventLength(record[at..]));
            if (!RecordFormat.IsEventIntact(entry))
                throw new JournalCorruptException($"{data.Place(segment.Name, offset + at)}: an event is damaged.");
            AddEvent(RecordFormat.EventPartition(entry), RecordFormat.EventSequence(entry), new Location(segment.Slot, (uint)(offset + at), entry.Length));
            at += entry.Length;
        }
    }

    private void ApplyCheckpoint(ReadOnlySpan<byte> value)
    {
        _nextVersion = Math.Max(_nextVersion, ReadInt64LittleEndian(value));
        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            _checkpointHeads[partition] = Math.Max(_checkpointHeads[partition], ReadInt64LittleEndian(value[(8 + (16 * partition))..]));
            _floor[partition] = Math.Max(_floor[partition], ReadInt64LittleEndian(value[(16 + (16 * partition))..]));
        }
    }

    private void AddEvent(int partition, long sequence, Location location)
    {
        var events = data.Events[partition];
        if (sequence == events.Head + 1)
            events.Append(location, null);
        else
            _events[partition].Add((sequence, location));
    }

    /// <summary>Compaction and replay bring events out of order; in the end each partition is one run without a gap.</summary>
    private void FinishEvents()
    {
        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            var events = data.Events[partition];
            foreach (var (sequence, location) in _events[partition].OrderBy(entry => entry.Sequence))
            {
                if (sequence <= events.Head)
                {
                    if (events.TryGet(sequence, out var present))
                        events.Relocate(sequence, present, location);
                    continue;
                }

                if (sequence > events.Head + 1)
                    Skip(partition, sequence - 1);
                events.Append(location, null);
            }

            if (_checkpointHeads[partition] > events.Head)
                Skip(partition, _checkpointHeads[partition]);
        }
    }

    private void Skip(int partition, long through)
    {
        var events = data.Events[partition];
        if (through > _floor[partition])
            throw new JournalCorruptException($"{data.Files.Name}: events {events.Head + 1} to {through} of partition {partition} are missing from the log.");
        events.Reset(through);
    }

    private void CountLive()
    {
        for (var shard = 0; shard < JournalIndex.Shards; shard++)
        {
            foreach (var entry in data.Index.Copy(shard))
                data.Segments.Use(entry.Location);
        }

        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            foreach (var location in data.Events[partition].Copy().Events)
                data.Segments.Use(location);
        }
    }
}
