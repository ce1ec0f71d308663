using System.Collections.Immutable;
using OrderActors.Storage;

namespace OrderActors.Tools.Migrate;

/// <summary>What a storage holds beside its contents.</summary>
/// <param name="States">How many states exist.</param>
/// <param name="NextVersion">Above every version that was ever given, also to states that are gone.</param>
/// <param name="Ranges">The events of each of the 120 partitions.</param>
/// <param name="Cursors">The subscribers' cursors, by subscriber and partition.</param>
internal sealed record MigrationOutline(long States, long NextVersion, ImmutableArray<EventRange> Ranges, ImmutableArray<StoredCursor> Cursors)
{
    /// <summary>How many events are retained.</summary>
    public long Events => Ranges.Sum(range => range.Head + 1 - range.First);
}

/// <summary>A storage at rest, as it is read from end to end.</summary>
internal interface IMigrationSource : IAsyncDisposable
{
    /// <summary>Where it is, for messages; without secrets.</summary>
    string Name { get; }

    /// <summary>Names the storage and how far it was written: another one, once anything was written.</summary>
    string Fingerprint { get; }

    /// <summary>What there is to move.</summary>
    MigrationOutline Outline { get; }

    /// <summary>Every state whose version is above this one, in groups; by version where a target needs that to take up a migration.</summary>
    IAsyncEnumerable<IReadOnlyList<StoredState>> StatesAsync(long afterVersion, CancellationToken cancellationToken);

    /// <summary>The events after these sequences, one for each partition: partition by partition, in order, in groups.</summary>
    IAsyncEnumerable<IReadOnlyList<StoredEvent>> EventsAsync(IReadOnlyList<long> afterSequences, CancellationToken cancellationToken);

    /// <summary>Refuses a source that somebody wrote to since it was opened.</summary>
    /// <exception cref="MigrationException">Somebody did.</exception>
    Task RequireUnchangedAsync(CancellationToken cancellationToken);
}

/// <summary>How far a target got in a migration that was interrupted.</summary>
/// <param name="States">How many states it has.</param>
/// <param name="StatesThroughVersion">Every state of the source up to this version is there.</param>
/// <param name="EventsThrough">For each partition, every event of the source up to this sequence is there.</param>
internal sealed record MigrationProgress(long States, long StatesThroughVersion, ImmutableArray<long> EventsThrough)
{
    /// <summary>Nothing is there.</summary>
    public static MigrationProgress None { get; } = new(0, 0, [.. new long[EventPartitions.Count]]);

    /// <summary>Whether there is something to take up.</summary>
    public bool Resumes => States > 0 || EventsThrough.Any(sequence => sequence > 0);
}

/// <summary>A storage that takes everything of a source. What was added is there also when the next call never comes.</summary>
internal interface IMigrationTarget : IAsyncDisposable
{
    /// <summary>Where it is, for messages; without secrets.</summary>
    string Name { get; }

    /// <summary>Reserves the target for this source; says how far an interrupted migration of the same source got.</summary>
    /// <exception cref="BadInputException">It holds something else.</exception>
    Task<MigrationProgress> BeginAsync(IMigrationSource source, CancellationToken cancellationToken);

    /// <summary>Adds states under their own versions.</summary>
    Task AddAsync(IReadOnlyList<StoredState> states, CancellationToken cancellationToken);

    /// <summary>Adds events under their own sequences.</summary>
    Task AddAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken);

    /// <summary>Sets cursors, heads and the next version, and makes everything durable; then the target can be read.</summary>
    Task FinishCopyAsync(MigrationOutline outline, CancellationToken cancellationToken);

    /// <summary>Opens what was written, to be read as whoever uses it will read it.</summary>
    Task<IMigrationSource> ReadBackAsync(CancellationToken cancellationToken);

    /// <summary>It was found to be the same: from now on it can be used.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);
}

/// <summary>A migration went wrong. The message is one line; the source is as it was, the target cannot be used yet.</summary>
internal sealed class MigrationException(string message, Exception? cause = null) : Exception(message, cause);
