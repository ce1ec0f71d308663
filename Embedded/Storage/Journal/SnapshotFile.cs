using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using OrderActors.Storage;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>
/// The index as a file, so that a start need not read the log. It is taken shard by shard while writes go on: what it holds
/// beyond its position is replayed again, and the newer version wins either way.
/// </summary>
internal static class SnapshotFile
{
    public const string Suffix = ".index";
    private const ulong Magic = 0x58_44_4e_49_54_43_41_4f; // "OACTINDX"
    private const int Format = 1;

    /// <summary>What a snapshot covers.</summary>
    internal sealed record Loaded(LogPosition Position, HashSet<string> Segments);

    /// <summary>The snapshots in a folder, oldest first.</summary>
    public static IReadOnlyList<string> Names(IJournalFiles files) =>
        [.. files.List().Where(name => name.EndsWith(Suffix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Writes a snapshot: complete and durable under its name, or not there at all.</summary>
    public static string Write(JournalData data)
    {
        var previous = Names(data.Files) is [.., var newest] ? long.Parse(newest.AsSpan(0, newest.Length - Suffix.Length), CultureInfo.InvariantCulture) : 0;
        var name = (previous + 1).ToString("D12", CultureInfo.InvariantCulture) + Suffix;
        var temporary = name + ".tmp";
        using (var file = data.Files.Create(temporary, 0))
        {
            using var stream = new SnapshotStream(file);
            using var writer = new BinaryWriter(stream, Encoding.UTF8);
            Write(writer, data);
            writer.Flush();
            stream.Finish();
            file.Sync();
        }

        data.Files.Rename(temporary, name);
        data.Files.SyncFolder();
        return name;
    }

    private static void Write(BinaryWriter writer, JournalData data)
    {
        var position = data.Position;
        writer.Write(Magic);
        writer.Write(Format);
        writer.Write(data.Seed);
        writer.Write(position.Segment);
        writer.Write(position.Offset);
        writer.Write(position.NextBatch);
        writer.Write(position.NextVersion);
        for (var shard = 0; shard < JournalIndex.Shards; shard++)
        {
            var entries = data.Index.Copy(shard);
            writer.Write(entries.Length);
            writer.Write(MemoryMarshal.AsBytes(entries.AsSpan()));
        }

        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            var (first, events) = data.Events[partition].Copy();
            writer.Write(first);
            writer.Write(events.Length);
            writer.Write(MemoryMarshal.AsBytes(events.AsSpan()));
        }

        // After the events: nothing is trimmed that these cursors have not passed.
        var cursors = data.Cursors.All();
        writer.Write(cursors.Count);
        foreach (var (subscriber, partition, sequence) in cursors)
        {
            writer.Write(subscriber);
            writer.Write(partition);
            writer.Write(sequence);
        }

        // Last: the entries above may already point into a file or at a type that is newer than the position.
        var types = data.Types.Names();
        writer.Write(types.Length);
        foreach (var type in types)
            writer.Write(type);
        var segments = data.Segments.All.ToList();
        writer.Write(segments.Count);
        foreach (var segment in segments)
        {
            writer.Write(segment.Slot);
            writer.Write(segment.Header.Compacted);
            writer.Write(segment.Header.Id);
            writer.Write(segment.Header.Id == position.Segment && !segment.Header.Compacted ? position.Offset : segment.End);
            writer.Write(segment.MaxVersion);
            writer.Write(segment.TombstoneBytes);
            writer.Write(segment.Overhead);
        }
    }

    /// <summary>
    /// Loads a snapshot into an empty index. Returns null when a file it names was compacted away; throws
    /// <see cref="InvalidDataException"/> when it is damaged, having changed nothing in both cases.
    /// </summary>
    public static Loaded? Load(JournalData data, string name, List<JournalSegment> present)
    {
        using var file = data.Files.Open(name);
        SnapshotStream.Verify(file);
        using var stream = new SnapshotStream(file);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        if (reader.ReadUInt64() != Magic)
            throw new InvalidDataException("It is not an index snapshot.");
        var format = reader.ReadInt32();
        if (format != Format)
            throw new InvalidDataException($"It has format {format}, this version reads {Format}.");
        if (reader.ReadUInt64() != data.Seed)
            throw new InvalidDataException("It belongs to another journal.");
        var position = new LogPosition(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());

        var shards = new IndexEntry[JournalIndex.Shards][];
        for (var shard = 0; shard < shards.Length; shard++)
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes((shards[shard] = new IndexEntry[reader.ReadInt32()]).AsSpan()));
        var events = new (long First, Location[] Events)[EventPartitions.Count];
        for (var partition = 0; partition < events.Length; partition++)
        {
            events[partition] = (reader.ReadInt64(), new Location[reader.ReadInt32()]);
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(events[partition].Events.AsSpan()));
        }

        List<(string, int, long)> cursors = [];
        for (var left = reader.ReadInt32(); left > 0; left--)
            cursors.Add((reader.ReadString(), reader.ReadInt32(), reader.ReadInt64()));
        var types = new string[reader.ReadInt32()];
        for (var i = 0; i < types.Length; i++)
            types[i] = reader.ReadString();
        if (ReadSegments(reader, data, name, present, position) is not { } segments)
            return null;

        var numbers = Array.ConvertAll(types, data.Types.Number);
        for (var shard = 0; shard < shards.Length; shard++)
        {
            foreach (ref var entry in shards[shard].AsSpan())
                data.Index.Put(new KeyHash(entry.Low, entry.High), entry.Version,
                    entry.Location with { Segment = segments[entry.Location.Segment].Slot }, numbers[entry.Type], out _);
            shards[shard] = [];
        }

        for (var partition = 0; partition < events.Length; partition++)
        {
            data.Events[partition].Reset(events[partition].First - 1);
            foreach (var location in events[partition].Events)
                data.Events[partition].Append(location with { Segment = segments[location.Segment].Slot }, null);
        }

        foreach (var (subscriber, partition, sequence) in cursors)
            data.Cursors.Set(subscriber, partition, sequence, durable: true);
        return new Loaded(position, [.. segments.Values.Select(segment => segment.Name)]);
    }

    private static Dictionary<int, JournalSegment>? ReadSegments(BinaryReader reader, JournalData data, string name, List<JournalSegment> present,
        LogPosition position)
    {
        var segments = new Dictionary<int, JournalSegment>();
        List<Action> apply = [];
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var slot = reader.ReadInt32();
            var (compacted, id) = (reader.ReadBoolean(), reader.ReadInt64());
            var (end, version, tombstones, overhead) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
            if (present.Find(segment => segment.Header.Compacted == compacted && segment.Header.Id == id) is not { } segment)
            {
                if (!compacted && !present.Any(other => other.Header.Covers.Any(range => range.First <= id && id <= range.Last)))
                    throw new JournalCorruptException($"{Path.Combine(data.Files.Name, SegmentHeader.NameOf(compacted, id))} is " +
                        $"missing from the log; {name} names it.");
                return null;
            }

            if (segment.File.Length < end)
            {
                throw new JournalCorruptException(
                    $"{data.Place(segment.Name, segment.File.Length)}: the file ends here, but {end} bytes of it were durable when {name} was written.");
            }

            segments.Add(slot, segment);
            apply.Add(() =>
            {
                segment.End = end;
                segment.MaxVersion = version;
                segment.Overhead = overhead;
                // What lies behind the position is counted when it is replayed.
                segment.TombstoneBytes = !compacted && id >= position.Segment ? 0 : tombstones;
            });
        }

        apply.ForEach(action => action());
        return segments;
    }
}

/// <summary>A snapshot's bytes in order, with CRC-32C and length behind them.</summary>
internal sealed class SnapshotStream(IJournalFile file) : Stream
{
    private const int Trailer = 12;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _buffered;
    private int _taken;
    private long _position;
    private uint _crc;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Throws <see cref="InvalidDataException"/> unless the file is whole.</summary>
    public static void Verify(IJournalFile file)
    {
        var length = file.Length;
        if (length < Trailer)
            throw new InvalidDataException("It is too short.");
        Span<byte> trailer = stackalloc byte[Trailer];
        file.Read(trailer, length - Trailer);
        if (BitConverter.ToInt64(trailer[4..]) != length - Trailer)
            throw new InvalidDataException("Its length is not the one it was written with.");
        var buffer = new byte[Math.Min(length, 1024 * 1024)];
        var crc = 0u;
        for (var at = 0L; at < length - Trailer;)
        {
            var read = file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - Trailer - at)), at);
            crc = Crc.Compute(buffer.AsSpan(0, read), crc);
            at += read;
        }

        if (crc != BitConverter.ToUInt32(trailer))
            throw new InvalidDataException("Its checksum is wrong.");
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var count = Math.Min(buffer.Length, _buffer.Length - _buffered);
            buffer[..count].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += count;
            buffer = buffer[count..];
            if (_buffered == _buffer.Length)
                FlushBuffer();
        }
    }

    /// <summary>Writes what is buffered and the trailer.</summary>
    public void Finish()
    {
        FlushBuffer();
        Span<byte> trailer = stackalloc byte[Trailer];
        BitConverter.TryWriteBytes(trailer, _crc);
        BitConverter.TryWriteBytes(trailer[4..], _position);
        file.Write(trailer, _position);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_taken == _buffered)
        {
            _buffered = file.Read(_buffer, _position);
            _position += _buffered;
            _taken = 0;
        }

        var count = Math.Min(buffer.Length, _buffered - _taken);
        _buffer.AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void FlushBuffer()
    {
        if (_buffered == 0)
            return;
        file.Write(_buffer.AsSpan(0, _buffered), _position);
        _crc = Crc.Compute(_buffer.AsSpan(0, _buffered), _crc);
        _position += _buffered;
        _buffered = 0;
    }
}
