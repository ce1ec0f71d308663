using System.Buffers.Binary;
using System.Globalization;
using static System.Buffers.Binary.BinaryPrimitives;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>
/// What a file starts with, little endian: u64 magic, u32 format, u32 length of this header, u32 CRC-32C of everything after
/// it, u32 1 if compaction wrote it, i64 number, i64 watermark, i64 first batch, u64 hash seed, u32 number of ranges, u32 zero,
/// then the ranges (first and last, i64 each) of log files that a compacted file stands for.
/// </summary>
internal sealed record SegmentHeader(bool Compacted, long Id, long Watermark, long FirstBatch, ulong Seed, IReadOnlyList<(long First, long Last)> Covers)
{
    public const ulong Magic = 0x4c_4e_52_4a_54_43_41_4f; // "OACTJRNL"
    public const uint Format = 1;
    private const int Fixed = 64;

    public string FileName => NameOf(Compacted, Id);

    public static string NameOf(bool compacted, long id) =>
        (compacted ? "compacted-" : "log-") + id.ToString("D12", CultureInfo.InvariantCulture) + ".journal";

    public byte[] ToBytes()
    {
        var bytes = new byte[Fixed + (16 * Covers.Count)];
        WriteUInt64LittleEndian(bytes, Magic);
        WriteUInt32LittleEndian(bytes.AsSpan(8), Format);
        WriteInt32LittleEndian(bytes.AsSpan(12), bytes.Length);
        WriteUInt32LittleEndian(bytes.AsSpan(20), Compacted ? 1u : 0u);
        WriteInt64LittleEndian(bytes.AsSpan(24), Id);
        WriteInt64LittleEndian(bytes.AsSpan(32), Watermark);
        WriteInt64LittleEndian(bytes.AsSpan(40), FirstBatch);
        WriteUInt64LittleEndian(bytes.AsSpan(48), Seed);
        WriteInt32LittleEndian(bytes.AsSpan(56), Covers.Count);
        for (var i = 0; i < Covers.Count; i++)
        {
            WriteInt64LittleEndian(bytes.AsSpan(Fixed + (16 * i)), Covers[i].First);
            WriteInt64LittleEndian(bytes.AsSpan(Fixed + (16 * i) + 8), Covers[i].Last);
        }

        WriteUInt32LittleEndian(bytes.AsSpan(16), Crc.Compute(bytes.AsSpan(20)));
        return bytes;
    }

    public static SegmentHeader Read(string name, IJournalFile file)
    {
        var bytes = new byte[Fixed];
        if (file.Read(bytes, 0) < Fixed)
            throw new JournalCorruptException($"{name} is shorter than a journal file's header, {Fixed} bytes.");
        if (ReadUInt64LittleEndian(bytes) != Magic)
            throw new JournalCorruptException($"{name} is not a journal file: it starts with {ReadUInt64LittleEndian(bytes):x16}, not {Magic:x16}.");
        var format = ReadUInt32LittleEndian(bytes.AsSpan(8));
        if (format > Format)
            throw new JournalCorruptException($"{name} has format {format}, written by a newer version; this one reads up to {Format}.");
        var length = ReadInt32LittleEndian(bytes.AsSpan(12));
        if (length is < Fixed or > 64 * 1024 * 1024)
            throw new JournalCorruptException($"{name} offset 12: the header's length is {length}.");
        Array.Resize(ref bytes, length);
        if (file.Read(bytes, 0) < length || Crc.Compute(bytes.AsSpan(20)) != ReadUInt32LittleEndian(bytes.AsSpan(16)))
            throw new JournalCorruptException($"{name} offset 16: the header's checksum is wrong.");
        var covers = new (long, long)[ReadInt32LittleEndian(bytes.AsSpan(56))];
        for (var i = 0; i < covers.Length; i++)
            covers[i] = (ReadInt64LittleEndian(bytes.AsSpan(Fixed + (16 * i))), ReadInt64LittleEndian(bytes.AsSpan(Fixed + (16 * i) + 8)));
        return new SegmentHeader(
            ReadUInt32LittleEndian(bytes.AsSpan(20)) == 1,
            ReadInt64LittleEndian(bytes.AsSpan(24)),
            ReadInt64LittleEndian(bytes.AsSpan(32)),
            ReadInt64LittleEndian(bytes.AsSpan(40)),
            ReadUInt64LittleEndian(bytes.AsSpan(48)),
            covers);
    }
}

/// <summary>One file of the log, open.</summary>
internal sealed class JournalSegment(SegmentHeader header, string name, IJournalFile file)
{
    private long _live;
    private long _end;

    public SegmentHeader Header { get; } = header;

    public string Name { get; } = name;

    public IJournalFile File { get; } = file;

    /// <summary>Its place in the table; what the index calls it.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Where its durable bytes end.</summary>
    public long End
    {
        get => Volatile.Read(ref _end);
        set => Volatile.Write(ref _end, value);
    }

    /// <summary>Nothing is appended any more.</summary>
    public bool Sealed { get; set; }

    /// <summary>Compaction met a bad record here and leaves the file alone.</summary>
    public bool Damaged { get; set; }

    /// <summary>The highest version in it.</summary>
    public long MaxVersion { get; set; }

    /// <summary>Bytes of removals in it, which are garbage only once nothing older is left.</summary>
    public long TombstoneBytes { get; set; }

    /// <summary>Bytes of a compacted file that were never in use: headers, the checkpoint. Rewriting would not free them.</summary>
    public long Overhead { get; set; }

    /// <summary>Bytes in it that the index points at.</summary>
    public long Live => Interlocked.Read(ref _live);

    public void AddLive(long bytes) => Interlocked.Add(ref _live, bytes);
}

/// <summary>The open files, by slot and by name. Changes are rare; reads take no lock.</summary>
internal sealed class SegmentTable
{
    private readonly Lock _gate = new();
    private JournalSegment?[] _slots = [];

    public JournalSegment this[int slot] =>
        Volatile.Read(ref _slots)[slot] ?? throw new ObjectDisposedException("A journal file that was compacted away.");

    public IEnumerable<JournalSegment> All => Volatile.Read(ref _slots).OfType<JournalSegment>();

    public JournalSegment Add(JournalSegment segment)
    {
        lock (_gate)
        {
            if (_slots.Length > IndexEntry.MaxSegment)
                throw new InvalidOperationException($"The journal opened {IndexEntry.MaxSegment} files since it started; restart it.");
            segment.Slot = _slots.Length;
            Volatile.Write(ref _slots, [.. _slots, segment]);
            return segment;
        }
    }

    public void Remove(JournalSegment segment)
    {
        lock (_gate)
        {
            var copy = (JournalSegment?[])_slots.Clone();
            copy[segment.Slot] = null;
            Volatile.Write(ref _slots, copy);
        }
    }

    /// <summary>What a location holds is no longer in use.</summary>
    public void Release(Location location)
    {
        if (Volatile.Read(ref _slots)[location.Segment] is { } segment)
            segment.AddLive(-location.Length);
    }

    public void Use(Location location) => this[location.Segment].AddLive(location.Length);
}
