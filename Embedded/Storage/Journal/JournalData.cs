using Microsoft.Extensions.Logging;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>A place between two batches of the log, with everything before it published.</summary>
internal sealed record LogPosition(long Segment, long Offset, long NextBatch, long NextVersion);

/// <summary>What the writer, the readers and maintenance share.</summary>
internal sealed class JournalData(JournalOptions options, IJournalFiles files, ILogger logger)
{
    private LogPosition _position = new(0, 0, 1, 1);

    public JournalOptions Options { get; } = options;

    public IJournalFiles Files { get; } = files;

    public ILogger Logger { get; } = logger;

    public SegmentTable Segments { get; } = new();

    public JournalIndex Index { get; } = new();

    public EventLogIndex Events { get; } = new(options.EventCacheBytesPerPartition);

    public CursorTable Cursors { get; } = new();

    public GrainTypeTable Types { get; } = new();

    public JournalCounters Counters { get; } = new();

    /// <summary>The seed of every key hash; drawn when the journal is made.</summary>
    public ulong Seed { get; set; }

    /// <summary>How far the log is durable and published.</summary>
    public LogPosition Position
    {
        get => Volatile.Read(ref _position);
        set => Volatile.Write(ref _position, value);
    }

    /// <summary>What the index snapshot covers that the start read; crashes in a row must not let the rest grow without bound.</summary>
    public LogPosition Covered { get; set; } = new(1, 0, 1, 1);

    /// <summary>How messages call a place in a file.</summary>
    public string Place(string file, long offset) => $"{Path.Combine(Files.Name, file)} offset {offset}";

    /// <summary>Forgets the events of a partition that everybody is done with and that are beyond what is retained anyway.</summary>
    public void Trim(int partition)
    {
        var events = Events[partition];
        var through = events.Head - Options.RetainedEventsPerPartition;
        if (through < events.First)
            return;
        if (events.Trim(Math.Min(through, Cursors.Done(partition))) is { } trimmed)
        {
            foreach (var location in trimmed)
                Segments.Release(location);
        }
    }

    /// <summary>Makes a segment whose header is durable before its name appears, so that no header is ever half written.</summary>
    public JournalSegment CreateLogSegment(long id, long firstVersion, long firstBatch)
    {
        var header = new SegmentHeader(Compacted: false, id, firstVersion, firstBatch, Seed, []);
        var temporary = header.FileName + ".tmp";
        var file = Files.Create(temporary, Options.SegmentBytes);
        try
        {
            var bytes = header.ToBytes();
            file.Write(bytes, 0);
            file.Sync();
            Files.Rename(temporary, header.FileName);
            Files.SyncFolder();
            return Segments.Add(new JournalSegment(header, header.FileName, file) { End = bytes.Length });
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}

internal static partial class JournalLog
{
    [LoggerMessage(LogLevel.Warning, "{Place}: the last batch was not finished when the process stopped; its {Bytes} bytes were " +
        "never acknowledged and are cut.")]
    public static partial void TornTail(this ILogger logger, string place, long bytes);

    [LoggerMessage(LogLevel.Warning, "The index snapshot {Name} cannot be used: {Reason} An older one or the whole log is read instead.")]
    public static partial void SnapshotUnusable(this ILogger logger, string name, string reason);

    [LoggerMessage(LogLevel.Critical, "The journal failed and accepts no more writes.")]
    public static partial void Failed(this ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "A handler of appended events threw.")]
    public static partial void AppendedHandlerThrew(this ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "Writing the index or rewriting files failed; it will be tried again.")]
    public static partial void MaintenanceFailed(this ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Information, "The journal is open: {Records} records in {Segments} files, {Replayed} bytes replayed in {Milliseconds} ms.")]
    public static partial void Opened(this ILogger logger, long records, int segments, long replayed, long milliseconds);
}
