using OrderActors.Storage;
using static System.Buffers.Binary.BinaryPrimitives;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>
/// Copies what is in use out of files that are mostly garbage into one new file, and points the index at the copies. The old
/// files stay until an index snapshot no longer names them. A crash at any step leaves either the old files alone, or old and
/// new with the same versions and sequences, of which recovery takes one.
/// </summary>
internal sealed class JournalCompaction(JournalData data, CancellationToken stopping)
{
    private const int BatchBytes = 1024 * 1024;
    private readonly List<(KeyHash Hash, Location From, uint Offset)> _states = [];
    private readonly List<(int Partition, long Sequence, Location From, uint Offset)> _events = [];
    private byte[] _batch = new byte[64 * 1024];
    private int _length = BatchFormat.Header;
    private int _records;
    private long _batches;
    private long _offset;
    private long _tombstones;
    private long _maxVersion;
    private IJournalFile _file = null!;
    private SegmentHeader _header = null!;

    /// <summary>Finished files worth rewriting together: the fullest of garbage first, no more than one new file holds.</summary>
    public static List<JournalSegment> Candidates(JournalData data)
    {
        var all = data.Segments.All.ToList();
        var chosen = new List<JournalSegment>();
        var bytes = 0L;
        foreach (var segment in all.Where(segment => segment.Sealed && !segment.Damaged).OrderBy(segment => (double)Live(segment) / segment.End))
        {
            if (Live(segment) > segment.End * (1 - data.Options.CompactionGarbageRatio))
                break;
            bytes += Live(segment);
            if (bytes > data.Options.SegmentBytes && chosen.Count > 0)
                break;
            chosen.Add(segment);
        }

        // Small results of earlier rewrites come along, so that they do not add up; they are no reason to start.
        if (chosen.Count > 0)
            chosen.AddRange(all.Where(segment => segment.Header.Compacted && segment.End < data.Options.SegmentBytes / 64).Except(chosen));
        return chosen;

        long Live(JournalSegment segment) => segment.Live + segment.Overhead + (CanForget(segment.MaxVersion, all, [segment]) ? 0 : segment.TombstoneBytes);
    }

    /// <summary>Rewrites these files; returns the new one, in place and in use.</summary>
    public JournalSegment Run(List<JournalSegment> sources)
    {
        var all = data.Segments.All.ToList();
        var id = all.Where(segment => segment.Header.Compacted).Select(segment => segment.Header.Id).DefaultIfEmpty(0).Max() + 1;
        // Everything copied is in use now or later: a removal before this moment finds nothing older of its key in the new file.
        _header = new SegmentHeader(true, id, data.Position.NextVersion, 1, data.Seed, Ranges(sources));
        var temporary = _header.FileName + ".tmp";
        _file = data.Files.Create(temporary, 0);
        try
        {
            var header = _header.ToBytes();
            _file.Write(header, 0);
            _offset = header.Length;
            foreach (var source in sources)
                Copy(source, all, sources);
            AddCheckpoint();
            Flush();
            _file.Sync();
            data.Files.Rename(temporary, _header.FileName);
            data.Files.SyncFolder();
        }
        catch
        {
            _file.Dispose();
            data.Files.Delete(temporary);
            throw;
        }

        var compacted = data.Segments.Add(new JournalSegment(_header, _header.FileName, _file)
        {
            End = _offset,
            Sealed = true,
            TombstoneBytes = _tombstones,
            MaxVersion = _maxVersion,
        });
        Publish(compacted);
        compacted.Overhead = Math.Max(0, compacted.End - compacted.Live - compacted.TombstoneBytes);
        return compacted;
    }

    private void Publish(JournalSegment compacted)
    {
        foreach (var (hash, from, offset) in _states)
        {
            // Counted before it can be seen: the writer may replace it at once.
            compacted.AddLive(from.Length);
            if (data.Index.Relocate(hash, from, new Location(compacted.Slot, offset, from.Length)))
                data.Segments.Release(from);
            else
                compacted.AddLive(-from.Length);
        }

        foreach (var (partition, sequence, from, offset) in _events)
        {
            compacted.AddLive(from.Length);
            if (data.Events[partition].Relocate(sequence, from, new Location(compacted.Slot, offset, from.Length)))
                data.Segments.Release(from);
            else
                compacted.AddLive(-from.Length);
        }
    }

    private void Copy(JournalSegment source, List<JournalSegment> all, List<JournalSegment> sources)
    {
        var reader = new BatchReader(source);
        var batch = source.Header.FirstBatch;
        for (var offset = (long)source.Header.ToBytes().Length; offset < source.End; offset += reader.Length)
        {
            stopping.ThrowIfCancellationRequested();
            if (reader.Read(offset, source.End, batch++) != BatchOutcome.Batch)
            {
                source.Damaged = true;
                throw new JournalCorruptException($"{data.Place(source.Name, offset)}: {reader.Reason}. The file was finished, so this was durable once.");
            }

            var records = reader.Records;
            for (var at = 0; at < records.Length;)
            {
                var record = records.Slice(at, RecordFormat.Length(records[at..]));
                Copy(source, record, offset + BatchFormat.Header + at, CanForget(RecordFormat.Version(record), all, sources));
                at += record.Length;
            }

            Throttle(reader.Length);
        }
    }

    private void Copy(JournalSegment source, ReadOnlySpan<byte> record, long offset, bool canForget)
    {
        var stateLength = RecordFormat.StateLength(record);
        var kind = RecordFormat.Kind(record);
        var at = new Location(source.Slot, (uint)offset, stateLength);
        var hash = kind is RecordKind.State ? KeyHash.Compute(RecordFormat.Key(record), data.Seed) : default;
        var keepState = kind switch
        {
            RecordKind.State => data.Index.TryGet(hash, out _, out var location) && location == at,
            RecordKind.Tombstone => !canForget,
            // The checkpoint at the end of the new file says all that these say.
            _ => false,
        };
        Reserve(record.Length);
        var target = _batch.AsSpan(_length, record.Length);
        var length = stateLength;
        if (keepState)
        {
            record[..stateLength].CopyTo(target);
        }
        else
        {
            target[..RecordFormat.Header].Clear();
            length = RecordFormat.Header;
            kind = RecordKind.Events;
            RecordFormat.WriteVersion(target, RecordFormat.Version(record));
        }

        var events = 0;
        for (var from = stateLength; from < record.Length;)
        {
            var entry = record.Slice(from, RecordFormat.EventLength(record[from..]));
            var (partition, sequence) = (RecordFormat.EventPartition(entry), RecordFormat.EventSequence(entry));
            var original = new Location(source.Slot, (uint)(offset + from), entry.Length);
            if (data.Events[partition].TryGet(sequence, out var place) && place == original)
            {
                entry.CopyTo(target[length..]);
                _events.Add((partition, sequence, original, (uint)(_offset + _length + length)));
                length += entry.Length;
                events++;
            }

            from += entry.Length;
        }

        if (!keepState && events == 0)
            return;
        if (kind == RecordKind.State)
            _states.Add((hash, at, (uint)(_offset + _length)));
        else if (kind == RecordKind.Tombstone)
            _tombstones += stateLength;
        Add(target[..length], kind, keepState ? RecordFormat.Value(record).Length : 0, events);
    }

    private void Add(Span<byte> record, RecordKind kind, int valueLength, int events)
    {
        RecordFormat.WriteHeader(record, kind, valueLength, events);
        RecordFormat.Seal(record);
        _maxVersion = Math.Max(_maxVersion, RecordFormat.Version(record));
        _length += record.Length;
        _records++;
        if (_length >= BatchBytes)
            Flush();
    }

    /// <summary>What must not be forgotten with the old files: how far versions and sequences went, what was trimmed, the cursors.</summary>
    private void AddCheckpoint()
    {
        const int Value = 8 + (16 * EventPartitions.Count);
        Reserve(RecordFormat.Header + Value);
        var record = _batch.AsSpan(_length, RecordFormat.Header + Value);
        record.Clear();
        var value = record[RecordFormat.Header..];
        WriteInt64LittleEndian(value, data.Position.NextVersion);
        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            var first = data.Events[partition].First;
            WriteInt64LittleEndian(value[(8 + (16 * partition))..], first - 1);
            WriteInt64LittleEndian(value[(16 + (16 * partition))..], first - 1);
        }

        Add(record, RecordKind.Checkpoint, Value, 0);
        foreach (var (subscriber, partition, sequence) in data.Cursors.All())
        {
            Reserve(RecordFormat.MaxKeySpace("", subscriber, "") + RecordFormat.CursorValue);
            _length += RecordFormat.WriteCursor(_batch.AsSpan(_length), subscriber, partition, sequence);
            _records++;
            if (_length >= BatchBytes)
                Flush();
        }
    }

    private void Reserve(int bytes)
    {
        if (_length + bytes > _batch.Length)
            Array.Resize(ref _batch, Math.Max(_length + bytes, _batch.Length * 2));
    }

    private void Flush()
    {
        if (_records == 0)
            return;
        BatchFormat.Seal(_batch.AsSpan(0, _length), _records, ++_batches, _header.Id);
        _file.Write(_batch.AsSpan(0, _length), _offset);
        _offset += _length;
        _length = BatchFormat.Header;
        _records = 0;
    }

    private void Throttle(int bytes)
    {
        var pause = TimeSpan.FromSeconds((double)bytes / data.Options.CompactionBytesPerSecond);
        if (data.Options.AutomaticMaintenance)
            stopping.WaitHandle.WaitOne(pause);
    }

    /// <summary>A removal may be forgotten once no file outside these can hold anything older of its key.</summary>
    private static bool CanForget(long version, List<JournalSegment> all, List<JournalSegment> rewritten) =>
        all.TrueForAll(segment => rewritten.Contains(segment) || segment.Header.Watermark > version);

    private static List<(long First, long Last)> Ranges(List<JournalSegment> sources)
    {
        List<(long First, long Last)> merged = [];
        var ranges = sources.SelectMany(source => source.Header.Compacted ? source.Header.Covers : [(source.Header.Id, source.Header.Id)]);
        foreach (var range in ranges.Order())
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else
                merged.Add(range);
        }

        return merged;
    }
}
