namespace OrderActors.Embedded.Storage.Journal;

/// <summary>What stands at a place where a batch may start.</summary>
internal enum BatchOutcome
{
    Batch,

    /// <summary>Nothing but zeroes until the end of the file.</summary>
    End,

    /// <summary>Something that is no intact batch.</summary>
    Bad,
}

/// <summary>Reads a segment batch by batch.</summary>
internal sealed class BatchReader(JournalSegment segment)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _length;
    private readonly byte[] _header = new byte[BatchFormat.Header];

    /// <summary>Why the last batch was bad.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The records of the batch that was read.</summary>
    public ReadOnlySpan<byte> Records => _buffer.AsSpan(BatchFormat.Header, _length - BatchFormat.Header);

    /// <summary>Bytes of the whole batch.</summary>
    public int Length => _length;

    public long Number => BatchFormat.Number(_header);

    public int RecordCount => BatchFormat.RecordCount(_header);

    public BatchOutcome Read(long offset, long fileLength, long expectedNumber)
    {
        var outcome = ReadAny(offset, fileLength);
        if (outcome != BatchOutcome.Batch || Number == expectedNumber)
            return outcome;
        return Bad($"it is batch {Number}, not {expectedNumber}");
    }

    /// <summary>Whether an intact batch with a number above this one starts anywhere behind an offset, and where.</summary>
    public long? FindLater(long offset, long fileLength, long number)
    {
        Span<byte> magic = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(magic, BatchFormat.Magic);
        var window = new byte[Math.Clamp(fileLength - offset, 4, 1024 * 1024)];
        for (var start = offset + 1; start < fileLength; start += window.Length - 3)
        {
            var read = segment.File.Read(window, start);
            for (var at = 0; at < read;)
            {
                var next = window.AsSpan(at, read - at).IndexOf(magic);
                if (next < 0)
                    break;
                at += next;
                if (ReadAny(start + at, fileLength) == BatchOutcome.Batch && Number > number)
                    return start + at;
                at++;
            }
        }

        return null;
    }

    private BatchOutcome ReadAny(long offset, long fileLength)
    {
        var read = segment.File.Read(_header, offset);
        if (read < BatchFormat.Header || !BatchFormat.HasMagic(_header))
            return IsZero(offset, fileLength) ? BatchOutcome.End : Bad("no batch starts here");
        var payload = BatchFormat.PayloadLength(_header);
        if (payload < RecordFormat.Header || offset + BatchFormat.Header + payload > fileLength)
            return Bad($"the batch's length {payload} leads beyond the end of the file");
        if (BatchFormat.Segment(_header) != segment.Header.Id)
            return Bad($"the batch belongs to file {BatchFormat.Segment(_header)}");
        _length = BatchFormat.Header + payload;
        if (_buffer.Length < _length)
            _buffer = new byte[Math.Max(_length, _buffer.Length * 2)];
        segment.File.Read(_buffer.AsSpan(0, _length), offset);
        var actual = Crc.Compute(_buffer.AsSpan(8, _length - 8));
        return actual == BatchFormat.Checksum(_header)
            ? BatchOutcome.Batch
            : Bad($"the batch's checksum is {actual:x8}, not {BatchFormat.Checksum(_header):x8}");
    }

    private BatchOutcome Bad(string reason)
    {
        Reason = reason;
        return BatchOutcome.Bad;
    }

    private bool IsZero(long offset, long fileLength)
    {
        var window = new byte[Math.Clamp(fileLength - offset, 4, 256 * 1024)];
        while (offset < fileLength)
        {
            var read = segment.File.Read(window, offset);
            if (read == 0)
                break;
            if (window.AsSpan(0, read).ContainsAnyExcept((byte)0))
                return false;
            offset += read;
        }

        return true;
    }
}
