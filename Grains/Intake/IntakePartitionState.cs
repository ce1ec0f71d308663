using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors.Intake;

/// <summary>What is stored of a partition: both ends of its queue, however long that is, and what could not be placed.</summary>
[StoredAs("intake-partition", version: 1)]
internal sealed record IntakePartitionState
{
    private readonly ImmutableArray<IntakeEntry> _head;
    private readonly ImmutableArray<IntakeEntry> _tail;
    private readonly ImmutableArray<IntakeDeadLetter> _deadLetters;
    private readonly ImmutableArray<IntakeAuditEntry> _audit;

    /// <summary>Receipts that are drained now or next, oldest first.</summary>
    public ImmutableArray<IntakeEntry> Head { get => _head.OrEmpty(); init => _head = value; }

    /// <summary>The first page between head and tail.</summary>
    public int FirstPage { get; init; }

    /// <summary>The page that the tail is sealed as next; as many as <see cref="FirstPage"/> when there is none between.</summary>
    public int NextPage { get; init; }

    /// <summary>Orders of the receipts on pages.</summary>
    public long PagedOrders { get; init; }

    /// <summary>The newest receipts, oldest first.</summary>
    public ImmutableArray<IntakeEntry> Tail { get => _tail.OrEmpty(); init => _tail = value; }

    /// <summary>Orders that were given up, oldest first.</summary>
    public ImmutableArray<IntakeDeadLetter> DeadLetters { get => _deadLetters.OrEmpty(); init => _deadLetters = value; }

    /// <summary>What operators did to dead letters, oldest first.</summary>
    public ImmutableArray<IntakeAuditEntry> Audit { get => _audit.OrEmpty(); init => _audit = value; }
}

/// <summary>What is stored of a page of a partition's queue.</summary>
[StoredAs("intake-page", version: 1)]
internal sealed record IntakePageState
{
    private readonly ImmutableArray<IntakeEntry> _entries;

    public ImmutableArray<IntakeEntry> Entries { get => _entries.OrEmpty(); init => _entries = value; }
}
