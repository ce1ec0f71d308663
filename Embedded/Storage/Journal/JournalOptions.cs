namespace OrderActors.Embedded.Storage.Journal;

/// <summary>How a journal uses its folder, its memory and its disk.</summary>
public sealed class JournalOptions
{
    private const long KiB = 1024;
    private const long MiB = 1024 * KiB;
    private const long GiB = 1024 * MiB;

    /// <summary>The journal's folder; made when absent. One process at a time.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Bytes after which the log goes on in a new file. Default 128 MiB; 64 KiB to 2 GiB. Reserved on disk at once.</summary>
    public long SegmentBytes { get; set; } = 128 * MiB;

    /// <summary>Writes that may wait for the disk. Default 100,000; 1 to 10,000,000. One more is refused at once.</summary>
    public int MaxQueuedWrites { get; set; } = 100_000;

    /// <summary>Bytes that may wait for the disk. Default 256 MiB; 64 KiB to 4 GiB. What exceeds it is refused at once.</summary>
    public long MaxQueuedBytes { get; set; } = 256 * MiB;

    /// <summary>Bytes of the largest state with its events. Default 16 MiB; 1 KiB to 64 MiB.</summary>
    public int MaxRecordBytes { get; set; } = (int)(16 * MiB);

    /// <summary>Bytes after which waiting writes go into the next group. Default 4 MiB; 4 KiB to 64 MiB.</summary>
    public int MaxBatchBytes { get; set; } = (int)(4 * MiB);

    /// <summary>
    /// Events that each partition keeps even when every subscriber is done with them. Default 10,000; 0 to 10,000,000.
    /// Costs 12 bytes of memory an event.
    /// </summary>
    public int RetainedEventsPerPartition { get; set; } = 10_000;

    /// <summary>Bytes of the newest events that each partition keeps in memory. Default 256 KiB; 0 to 64 MiB.</summary>
    public int EventCacheBytesPerPartition { get; set; } = (int)(256 * KiB);

    /// <summary>
    /// Bytes of log after which the index is written out, so that a restart reads no more than these.
    /// Default 256 MiB; 64 KiB to 64 GiB.
    /// </summary>
    public long SnapshotEveryBytes { get; set; } = 256 * MiB;

    /// <summary>The share of a file that must be garbage before it is rewritten. Default 0.5; 0.05 to 0.95.</summary>
    public double CompactionGarbageRatio { get; set; } = 0.5;

    /// <summary>Bytes that compaction reads in a second at most. Default 64 MiB; 1 MiB to 10 GiB.</summary>
    public long CompactionBytesPerSecond { get; set; } = 64 * MiB;

    /// <summary>How long a cursor waits for a write to ride with. Default 200 ms; 1 ms to 10 s.</summary>
    public TimeSpan CursorFlushDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Off only in tests, which decide themselves when the index is written out and files are rewritten.</summary>
    internal bool AutomaticMaintenance { get; set; } = true;

    /// <summary>The seed of a new journal's key hashes; drawn when null. Set only where a run has to be the same again.</summary>
    internal ulong? HashSeed { get; set; }

    /// <summary>Throws <see cref="ArgumentException"/> naming the first option out of range and what is allowed.</summary>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Folder))
            throw new ArgumentException($"{nameof(JournalOptions)}.{nameof(Folder)} is empty; name the journal's folder.");
        Check(nameof(SegmentBytes), SegmentBytes, 64 * KiB, 2 * GiB, "bytes");
        Check(nameof(MaxQueuedWrites), MaxQueuedWrites, 1, 10_000_000, "writes");
        Check(nameof(MaxQueuedBytes), MaxQueuedBytes, 64 * KiB, 4 * GiB, "bytes");
        Check(nameof(MaxRecordBytes), MaxRecordBytes, KiB, 64 * MiB, "bytes");
        Check(nameof(MaxBatchBytes), MaxBatchBytes, 4 * KiB, 64 * MiB, "bytes");
        Check(nameof(RetainedEventsPerPartition), RetainedEventsPerPartition, 0, 10_000_000, "events");
        Check(nameof(EventCacheBytesPerPartition), EventCacheBytesPerPartition, 0, 64 * MiB, "bytes");
        Check(nameof(SnapshotEveryBytes), SnapshotEveryBytes, 64 * KiB, 64 * GiB, "bytes");
        Check(nameof(CompactionBytesPerSecond), CompactionBytesPerSecond, MiB, 10 * GiB, "bytes a second");
        Check(nameof(CursorFlushDelay), (long)CursorFlushDelay.TotalMilliseconds, 1, 10_000, "milliseconds");
        if (CompactionGarbageRatio is not (>= 0.05 and <= 0.95))
            throw new ArgumentException(string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{nameof(JournalOptions)}.{nameof(CompactionGarbageRatio)} " +
                $"is {CompactionGarbageRatio}; allowed are 0.05 to 0.95."));
        if (MaxRecordBytes > MaxQueuedBytes)
            throw new ArgumentException($"{nameof(JournalOptions)}.{nameof(MaxRecordBytes)} is {MaxRecordBytes} bytes; allowed is " +
                $"at most {nameof(MaxQueuedBytes)}, {MaxQueuedBytes}.");
    }

    internal JournalOptions Copy() => (JournalOptions)MemberwiseClone();

    private static void Check(string name, long value, long least, long most, string unit)
    {
        if (value < least || value > most)
            throw new ArgumentException($"{nameof(JournalOptions)}.{name} is {value} {unit}; allowed are {least} to {most}.");
    }
}
