using System.Buffers.Binary;
using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>What a record holds.</summary>
internal enum RecordKind : byte
{
    /// <summary>Nothing: a place in the queue that only waits for what was before it.</summary>
    None = 0,

    /// <summary>A state and the events it raised.</summary>
    State = 1,

    /// <summary>The state was removed; events may be with it.</summary>
    Tombstone = 2,

    /// <summary>A subscriber's place in a partition.</summary>
    Cursor = 3,

    /// <summary>Events whose state is newer elsewhere; only compaction writes these.</summary>
    Events = 4,

    /// <summary>How far versions and sequences went; only compaction writes these.</summary>
    Checkpoint = 5,
}

/// <summary>
/// A record, little endian:
/// <code>
///  0 u32 CRC-32C of bytes 4 to the end of the value     12 u8 kind, u8 zero, u16 events
///  4 u32 length of the whole record                     16 i64 version
///  8 u32 length of the value                            24 u16 × 3 lengths of grain type, key, state name, u16 zero
/// 32 grain type, key, state name, value, then each event
/// </code>
/// An event: u32 CRC-32C of the rest, u32 length of the body, i64 sequence, u16 partition, u16 zero, body. State and events
/// have checksums of their own because each is read without the others.
/// </summary>
internal static class RecordFormat
{
    public const int Header = 32;
    public const int EventHeader = 20;
    public const int KeyLengths = 24;
    public const int CursorValue = 10;

    public static RecordKind Kind(ReadOnlySpan<byte> record) => (RecordKind)record[12];

    public static int Length(ReadOnlySpan<byte> record) => ReadInt32LittleEndian(record[4..]);

    public static int EventCount(ReadOnlySpan<byte> record) => ReadUInt16LittleEndian(record[14..]);

    public static long Version(ReadOnlySpan<byte> record) => ReadInt64LittleEndian(record[16..]);

    public static int KeyBytes(ReadOnlySpan<byte> record) =>
        ReadUInt16LittleEndian(record[24..]) + ReadUInt16LittleEndian(record[26..]) + ReadUInt16LittleEndian(record[28..]);

    /// <summary>The key with the lengths of its parts: what is hashed, and what a read compares.</summary>
    public static ReadOnlySpan<byte> Key(ReadOnlySpan<byte> record) => record.Slice(KeyLengths, Header - KeyLengths + KeyBytes(record));

    public static ReadOnlySpan<byte> GrainType(ReadOnlySpan<byte> record) => record.Slice(Header, ReadUInt16LittleEndian(record[24..]));

    public static ReadOnlySpan<byte> GrainKey(ReadOnlySpan<byte> record) =>
        record.Slice(Header + ReadUInt16LittleEndian(record[24..]), ReadUInt16LittleEndian(record[26..]));

    public static ReadOnlySpan<byte> StateName(ReadOnlySpan<byte> record) =>
        record.Slice(Header + ReadUInt16LittleEndian(record[24..]) + ReadUInt16LittleEndian(record[26..]), ReadUInt16LittleEndian(record[28..]));

    public static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> record) =>
        record.Slice(Header + KeyBytes(record), ReadInt32LittleEndian(record[8..]));

    /// <summary>Bytes of header, key and value: what a state occupies without its events.</summary>
    public static int StateLength(ReadOnlySpan<byte> record) => Header + KeyBytes(record) + ReadInt32LittleEndian(record[8..]);

    public static void WriteHeader(Span<byte> record, RecordKind kind, int valueLength, int eventCount)
    {
        WriteInt32LittleEndian(record[4..], record.Length);
        WriteInt32LittleEndian(record[8..], valueLength);
        record[12] = (byte)kind;
        record[13] = 0;
        WriteUInt16LittleEndian(record[14..], (ushort)eventCount);
    }

    public static void WriteVersion(Span<byte> record, long version) => WriteInt64LittleEndian(record[16..], version);

    /// <summary>The last step: everything else of header, key and value is in place.</summary>
    public static void Seal(Span<byte> record) => WriteUInt32LittleEndian(record, Crc.Compute(record[4..StateLength(record)]));

    /// <summary>Writes the key's lengths at 24 and its text at 32; returns the text's bytes.</summary>
    public static int WriteKey(Span<byte> record, string type, string key, string name)
    {
        var at = Header;
        Part(record, 24, type, ref at);
        Part(record, 26, key, ref at);
        Part(record, 28, name, ref at);
        WriteUInt16LittleEndian(record[30..], 0);
        return at - Header;

        static void Part(Span<byte> record, int lengthAt, string text, ref int at)
        {
            var bytes = Encoding.UTF8.GetBytes(text, record[at..]);
            if (bytes > ushort.MaxValue)
                throw new ArgumentException($"A part of a record's key has {bytes} bytes; allowed are {ushort.MaxValue}: {text[..40]}…");
            WriteUInt16LittleEndian(record[lengthAt..], (ushort)bytes);
            at += bytes;
        }
    }

    /// <summary>The most bytes that <see cref="WriteKey"/> touches.</summary>
    public static int MaxKeySpace(string type, string key, string name) => Header + (3 * (type.Length + key.Length + name.Length));

    public static long EventSequence(ReadOnlySpan<byte> entry) => ReadInt64LittleEndian(entry[8..]);

    public static int EventPartition(ReadOnlySpan<byte> entry) => ReadUInt16LittleEndian(entry[16..]);

    public static int EventLength(ReadOnlySpan<byte> entry) => EventHeader + ReadInt32LittleEndian(entry[4..]);

    public static void WriteEvent(Span<byte> entry, int partition, ReadOnlySpan<byte> body)
    {
        WriteInt32LittleEndian(entry[4..], body.Length);
        WriteUInt16LittleEndian(entry[16..], (ushort)partition);
        WriteUInt16LittleEndian(entry[18..], 0);
        body.CopyTo(entry[EventHeader..]);
    }

    public static void SealEvent(Span<byte> entry, long sequence)
    {
        WriteInt64LittleEndian(entry[8..], sequence);
        WriteUInt32LittleEndian(entry, Crc.Compute(entry[4..]));
    }

    public static bool IsEventIntact(ReadOnlySpan<byte> entry) =>
        entry.Length >= EventHeader && EventLength(entry) == entry.Length && ReadUInt32LittleEndian(entry) == Crc.Compute(entry[4..]);

    /// <summary>Why these bytes, at least a state part, are not an intact record; null when they are.</summary>
    public static string? Check(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Header)
            return $"{bytes.Length} bytes are left, a record has at least {Header}";
        var value = ReadInt32LittleEndian(bytes[8..]);
        if (value < 0 || (long)Header + KeyBytes(bytes) + value > bytes.Length)
            return $"its value's length {value} leads beyond its end";
        var expected = ReadUInt32LittleEndian(bytes);
        var actual = Crc.Compute(bytes[4..StateLength(bytes)]);
        return expected == actual ? null : $"its checksum is {actual:x8}, not {expected:x8}";
    }

    /// <summary>Writes a cursor's record; returns its length.</summary>
    public static int WriteCursor(Span<byte> destination, string subscriber, int partition, long sequence)
    {
        var key = WriteKey(destination, "", subscriber, "");
        var record = destination[..(Header + key + CursorValue)];
        WriteHeader(record, RecordKind.Cursor, CursorValue, 0);
        WriteVersion(record, 0);
        WriteUInt16LittleEndian(record[(Header + key)..], (ushort)partition);
        WriteInt64LittleEndian(record[(Header + key + 2)..], sequence);
        Seal(record);
        return record.Length;
    }

    public static (string Subscriber, int Partition, long Sequence) ReadCursor(ReadOnlySpan<byte> record)
    {
        var value = Value(record);
        return (Encoding.UTF8.GetString(record.Slice(Header, KeyBytes(record))), ReadUInt16LittleEndian(value), ReadInt64LittleEndian(value[2..]));
    }
}

/// <summary>
/// A batch: what one write and one sync brought to the disk. Header, little endian: u32 magic, u32 CRC-32C of everything
/// after it, u32 bytes of records, u32 number of records, i64 batch number, i64 segment.
/// </summary>
internal static class BatchFormat
{
    public const int Header = 32;
    public const uint Magic = 0x7a_c4_0b_d1;

    public static void Seal(Span<byte> batch, int records, long number, long segment)
    {
        WriteUInt32LittleEndian(batch, Magic);
        WriteInt32LittleEndian(batch[8..], batch.Length - Header);
        WriteInt32LittleEndian(batch[12..], records);
        WriteInt64LittleEndian(batch[16..], number);
        WriteInt64LittleEndian(batch[24..], segment);
        WriteUInt32LittleEndian(batch[4..], Crc.Compute(batch[8..]));
    }

    public static bool HasMagic(ReadOnlySpan<byte> header) => ReadUInt32LittleEndian(header) == Magic;

    public static uint Checksum(ReadOnlySpan<byte> header) => ReadUInt32LittleEndian(header[4..]);

    public static int PayloadLength(ReadOnlySpan<byte> header) => ReadInt32LittleEndian(header[8..]);

    public static int RecordCount(ReadOnlySpan<byte> header) => ReadInt32LittleEndian(header[12..]);

    public static long Number(ReadOnlySpan<byte> header) => ReadInt64LittleEndian(header[16..]);

    public static long Segment(ReadOnlySpan<byte> header) => ReadInt64LittleEndian(header[24..]);
}
