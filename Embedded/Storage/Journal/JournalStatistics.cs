namespace OrderActors.Embedded.Storage.Journal;

/// <summary>What a journal did since it was opened. One moment's copy.</summary>
/// <param name="Batches">Groups written, each with one sync.</param>
/// <param name="Records">Records in those groups.</param>
/// <param name="Writes">Records that are a write or a clearing of a grain's state; the others are cursors.</param>
/// <param name="Bytes">Bytes of those groups.</param>
/// <param name="Syncs">Syncs of the log.</param>
/// <param name="SyncTime">Time spent in those syncs.</param>
/// <param name="LongestSync">The slowest of them.</param>
/// <param name="Conflicts">Writes refused because the stored version was another one.</param>
/// <param name="Refused">Writes refused because too much was waiting.</param>
/// <param name="QueuedWrites">Writes waiting now.</param>
/// <param name="QueuedBytes">Bytes waiting now.</param>
/// <param name="Snapshots">Index snapshots written.</param>
/// <param name="Compactions">Compactions finished.</param>
/// <param name="CompactedBytes">Bytes of the files that compaction removed.</param>
/// <param name="MaintenanceFailures">Snapshots and compactions that failed and will be tried again.</param>
/// <param name="Segments">Files of the log.</param>
/// <param name="LiveBytes">Bytes in them that are in use.</param>
/// <param name="TotalBytes">Bytes in them.</param>
public sealed record JournalStatistics(
    long Batches,
    long Records,
    long Writes,
    long Bytes,
    long Syncs,
    TimeSpan SyncTime,
    TimeSpan LongestSync,
    long Conflicts,
    long Refused,
    int QueuedWrites,
    long QueuedBytes,
    long Snapshots,
    long Compactions,
    long CompactedBytes,
    long MaintenanceFailures,
    int Segments,
    long LiveBytes,
    long TotalBytes);

/// <summary>The counters behind <see cref="JournalStatistics"/>; each has one writing thread or is interlocked.</summary>
internal sealed class JournalCounters
{
    public long Batches;
    public long Records;
    public long Writes;
    public long Bytes;
    public long Syncs;
    public long SyncTicks;
    public long LongestSyncTicks;
    public long Conflicts;
    public long Refused;
    public long Snapshots;
    public long Compactions;
    public long CompactedBytes;
    public long MaintenanceFailures;
}
