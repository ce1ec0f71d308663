using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Storage;
using static System.Buffers.Binary.BinaryPrimitives;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>
/// Makes a journal out of what another storage holds, with the versions and sequences given there. It is built in a folder
/// of its own, <c>NAME.partial</c>; <see cref="Publish"/> gives it its name. One that was left half built is built anew.
/// </summary>
public sealed class JournalImport : IDisposable
{
    private const string Suffix = ".partial";
    private const int BatchBytes = 4 * 1024 * 1024;
    // Imported versions come in any order, so no file can promise that it holds only those above some version.
    private const long AnyVersion = 1;
    private readonly JournalData _data;
    private readonly IDisposable _lock;
    private readonly long[] _heads = new long[EventPartitions.Count];
    private JournalSegment _active;
    private byte[] _batch = new byte[2 * BatchBytes];
    private int _length = BatchFormat.Header;
    private int _records;
    private long _nextBatch = 1;
    private long _maxVersion;

    private JournalImport(JournalData data, IDisposable folderLock, JournalSegment active)
    {
        _data = data;
        _lock = folderLock;
        _active = active;
    }

    /// <summary>Where a journal of this folder is built.</summary>
    public static string PartialOf(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Suffix;

    /// <summary>Begins a journal that will be in a folder which is empty or absent.</summary>
    /// <exception cref="IOException">The folder is not empty, or its partial folder holds other things than a half-built journal.</exception>
    public static JournalImport Create(string folder)
    {
        RequireEmpty(folder);
        var partial = PartialOf(folder);
        if (Directory.Exists(partial))
        {
            if (Directory.EnumerateFileSystemEntries(partial).FirstOrDefault(path => !IsOurs(Path.GetFileName(path))) is { } strange)
                throw new IOException($"{strange} is in the way: {partial} is where the journal is built. Move it away.");
            // Not while another process builds it.
            using (new DiskFiles(partial).Lock())
            {
            }

            Directory.Delete(partial, recursive: true);
        }

        return Create(new DiskFiles(partial), new JournalOptions { Folder = partial });
    }

    internal static JournalImport Create(IJournalFiles files, JournalOptions options)
    {
        options.Validate();
        var folderLock = files.Lock();
        try
        {
            var data = new JournalData(options, files, NullLogger.Instance) { Seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) };
            return new JournalImport(data, folderLock, data.CreateLogSegment(1, AnyVersion, 1));
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Gives a journal that was completed its name.</summary>
    /// <exception cref="IOException">The folder is not empty.</exception>
    public static void Publish(string folder)
    {
        RequireEmpty(folder);
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Directory.Exists(folder)) Directory.Delete(folder);
        Directory.Move(PartialOf(folder), folder);
        new DiskFiles(Path.GetDirectoryName(folder)!).SyncFolder();
    }

    /// <summary>Adds a state under its own version. In any order; each key once.</summary>
    /// <exception cref="ArgumentException">It is larger than a journal's record can be.</exception>
    public void Add(in StoredState state)
    {
        var space = RecordFormat.MaxKeySpace(state.GrainType, state.GrainKey, state.StateName) + state.Value.Length;
        if (space > _data.Options.MaxRecordBytes)
        {
            throw new ArgumentException($"{state.GrainType}/{state.GrainKey} state '{state.StateName}' has {state.Value.Length} bytes; " +
                $"a journal takes {_data.Options.MaxRecordBytes} with the key.");
        }

        Reserve(space);
        var record = _batch.AsSpan(_length);
        var key = RecordFormat.WriteKey(record, state.GrainType, state.GrainKey, state.StateName);
        record = record[..(RecordFormat.Header + key + state.Value.Length)];
        state.Value.Span.CopyTo(record[(RecordFormat.Header + key)..]);
        Finish(record, RecordKind.State, state.Version, state.Value.Length, events: 0);
        _maxVersion = Math.Max(_maxVersion, state.Version);
    }

    /// <summary>Adds an event under its own sequence. Those of a partition in order and without a gap.</summary>
    /// <exception cref="ArgumentException">The event before it in its partition is not the one that was added last.</exception>
    public void Add(in StoredEvent stored)
    {
        ref var head = ref _heads[stored.Partition];
        if (head != 0 && stored.Sequence != head + 1)
            throw new ArgumentException($"Event {stored.Sequence} of partition {stored.Partition} follows {head}; the events between are missing.");
        head = stored.Sequence;
        var length = RecordFormat.Header + RecordFormat.EventHeader + stored.Body.Length;
        Reserve(length);
        var record = _batch.AsSpan(_length, length);
        record[..RecordFormat.Header].Clear();
        RecordFormat.WriteEvent(record[RecordFormat.Header..], stored.Partition, stored.Body.Span);
        RecordFormat.SealEvent(record[RecordFormat.Header..], stored.Sequence);
        Finish(record, RecordKind.Events, 0, 0, events: 1);
    }

    /// <summary>Adds a cursor.</summary>
    public void Add(in StoredCursor cursor)
    {
        Reserve(RecordFormat.MaxKeySpace("", cursor.Subscriber, "") + RecordFormat.CursorValue);
        _length += RecordFormat.WriteCursor(_batch.AsSpan(_length), cursor.Subscriber, cursor.Partition, cursor.Sequence);
        _records++;
        FlushIfFull();
    }

    /// <summary>Writes down how far versions and sequences went, makes everything durable and lets go of the folder.</summary>
    /// <param name="nextVersion">The version of the next write: above every one ever given, so that none is ever used twice.</param>
    /// <param name="ranges">What each partition retains; the events added must be these.</param>
    /// <exception cref="ArgumentException">What was added does not fit.</exception>
    public void Complete(long nextVersion, IReadOnlyList<EventRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        if (nextVersion <= _maxVersion)
            throw new ArgumentException($"The next version is {nextVersion}, but a state has version {_maxVersion}.");
        const int Value = 8 + (16 * EventPartitions.Count);
        Reserve(RecordFormat.Header + Value);
        var record = _batch.AsSpan(_length, RecordFormat.Header + Value);
        record.Clear();
        var value = record[RecordFormat.Header..];
        WriteInt64LittleEndian(value, nextVersion);
        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            var (first, head) = ranges[partition];
            if (first <= head && _heads[partition] != head)
                throw new ArgumentException($"Partition {partition} ends with event {head}, but event {_heads[partition]} was added last.");
            WriteInt64LittleEndian(value[(8 + (16 * partition))..], first - 1);
            WriteInt64LittleEndian(value[(16 + (16 * partition))..], first - 1);
        }

        Finish(record, RecordKind.Checkpoint, 0, Value, events: 0);
        Flush();
        _active.File.Sync();
        _data.Files.SyncFolder();
        Dispose();
    }

    /// <summary>Lets go of the folder; what is not complete is of no use.</summary>
    public void Dispose()
    {
        foreach (var segment in _data.Segments.All)
            segment.File.Dispose();
        _lock.Dispose();
    }

    private static void RequireEmpty(string folder)
    {
        if (File.Exists(folder)) throw new IOException($"{folder} is a file; a journal is a folder.");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new IOException($"{Path.GetFullPath(folder)} is not empty; name a folder that is empty or absent.");
    }

    private static bool IsOurs(string name) =>
        name == "LOCK" || name.EndsWith(".journal", StringComparison.Ordinal) || name.EndsWith(".tmp", StringComparison.Ordinal);

    private void Finish(Span<byte> record, RecordKind kind, long version, int valueLength, int events)
    {
        RecordFormat.WriteHeader(record, kind, valueLength, events);
        RecordFormat.WriteVersion(record, version);
        RecordFormat.Seal(record);
        _length += record.Length;
        _records++;
        FlushIfFull();
    }

    private void Reserve(int bytes)
    {
        if (_length + bytes > _batch.Length)
            Array.Resize(ref _batch, Math.Max(_length + bytes, _batch.Length * 2));
    }

    private void FlushIfFull()
    {
        if (_length >= Math.Min(BatchBytes, _data.Options.SegmentBytes / 2))
            Flush();
    }

    private void Flush()
    {
        if (_records == 0)
            return;
        if (_active.End + _length > _data.Options.SegmentBytes && _nextBatch > _active.Header.FirstBatch)
            Roll();
        BatchFormat.Seal(_batch.AsSpan(0, _length), _records, _nextBatch++, _active.Header.Id);
        _active.File.Write(_batch.AsSpan(0, _length), _active.End);
        _active.End += _length;
        _length = BatchFormat.Header;
        _records = 0;
    }

    private void Roll()
    {
        var full = _active;
        full.File.SetLength(full.End);
        full.File.Sync();
        _active = _data.CreateLogSegment(full.Header.Id + 1, AnyVersion, _nextBatch);
    }
}
