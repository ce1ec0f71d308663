using Microsoft.Extensions.Logging;
using OrderActors.Storage;

namespace OrderActors.Embedded.Storage.Journal;

/// <summary>
/// Everything that a stopped journal holds, for what moves it elsewhere. Opening it keeps silos out and does what a start
/// would do first: it checks the log and cuts a torn last batch. Otherwise nothing in the folder is changed.
/// </summary>
public sealed class JournalExport : IDisposable
{
    private const int EventsAtOnce = 1_000;
    private readonly JournalData _data;
    private readonly JournalReader _reader;
    private readonly IDisposable _lock;

    private JournalExport(JournalData data, IDisposable folderLock)
    {
        _data = data;
        _reader = new JournalReader(data, new JsonStateSerializer());
        _lock = folderLock;
    }

    /// <summary>States that exist.</summary>
    public long StateCount => _data.Index.Count;

    /// <summary>The version that the next write would get: above every version ever given, also to states that are gone.</summary>
    public long NextVersion => _data.Position.NextVersion;

    /// <summary>
    /// Names this journal and how far it was written: the same for two openings exactly when nothing was written between them.
    /// </summary>
    public string Fingerprint => $"{_data.Seed:x16}.{_data.Position.NextVersion}.{_data.Position.NextBatch}";

    /// <summary>The subscribers' cursors, by subscriber and partition; those at 0 only for partition 0.</summary>
    public IReadOnlyList<StoredCursor> Cursors =>
        [.. _data.Cursors.All().OrderBy(c => c.Subscriber, StringComparer.Ordinal).ThenBy(c => c.Partition)
            .Select(c => new StoredCursor(c.Subscriber, c.Partition, c.Sequence))];

    /// <summary>Whether a folder holds a journal.</summary>
    public static bool IsJournal(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.journal").Any();

    /// <summary>Opens a folder that holds a journal.</summary>
    /// <exception cref="DirectoryNotFoundException">It holds none.</exception>
    /// <exception cref="JournalLockedException">Another process has it open.</exception>
    /// <exception cref="JournalCorruptException">It holds something damaged other than a torn last batch.</exception>
    public static JournalExport Open(string folder, ILogger logger)
    {
        if (!IsJournal(folder)) throw new DirectoryNotFoundException($"There is no journal in {Path.GetFullPath(folder)}.");
        return Open(new DiskFiles(folder), logger);
    }

    internal static JournalExport Open(IJournalFiles files, ILogger logger)
    {
        // Whatever the host retains: what is there is moved.
        var options = new JournalOptions { Folder = files.Name, RetainedEventsPerPartition = int.MaxValue, EventCacheBytesPerPartition = 0 };
        var data = new JournalData(options, files, logger);
        var folderLock = files.Lock();
        try
        {
            new JournalRecovery(data).Run();
            return new JournalExport(data, folderLock);
        }
        catch
        {
            Close(data);
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Every state above a version, by version: the log was written in this order, so the disk is read from front to back.</summary>
    /// <exception cref="JournalCorruptException">A record is damaged.</exception>
    public IEnumerable<StoredState> States(long afterVersion = 0)
    {
        var places = new List<(long Version, Location Location)>();
        for (var shard = 0; shard < JournalIndex.Shards; shard++)
        {
            foreach (var entry in _data.Index.Copy(shard))
            {
                if (entry.Version > afterVersion)
                    places.Add((entry.Version, entry.Location));
            }
        }

        places.Sort(static (one, other) => one.Version.CompareTo(other.Version));
        foreach (var (_, location) in places)
            yield return _reader.ReadAt(location);
    }

    /// <summary>Which events of a partition there are.</summary>
    public EventRange EventsOf(int partition) => new(_data.Events[partition].First, _data.Events[partition].Head);

    /// <summary>The retained events of a partition after a sequence, in order.</summary>
    /// <exception cref="JournalCorruptException">An event is damaged.</exception>
    public IEnumerable<StoredEvent> Events(int partition, long afterSequence = 0)
    {
        while (_reader.ReadEvents(partition, afterSequence, EventsAtOnce) is { Count: > 0 } events)
        {
            foreach (var stored in events)
                yield return stored;
            afterSequence = events[^1].Sequence;
        }
    }

    /// <summary>Lets go of the folder.</summary>
    public void Dispose()
    {
        Close(_data);
        _lock.Dispose();
    }

    private static void Close(JournalData data)
    {
        foreach (var segment in data.Segments.All)
            segment.File.Dispose();
    }
}
