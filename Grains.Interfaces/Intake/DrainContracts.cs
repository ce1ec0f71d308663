using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Intake;

/// <summary>
/// What the partitions may start in one second. All of them get the same one and read out of it which moments are theirs.
/// </summary>
/// <param name="Epoch">Counts the governor's activations and changes of the rate: a grant of an older one is void.</param>
/// <param name="From">When the second begins.</param>
/// <param name="Rate">Orders a second: as many moments there are, evenly spread.</param>
/// <param name="Quotas">How many of them each partition has; together at most the rate.</param>
[GenerateSerializer, Immutable, Alias("orderactors.intake-grant")]
public sealed record IntakeGrant(long Epoch, DateTimeOffset From, int Rate, ImmutableArray<int> Quotas);

/// <summary>How a partition stands.</summary>
/// <param name="Backlog">Orders without an outcome.</param>
/// <param name="Startable">Of these, how many could be started beyond what was granted.</param>
/// <param name="Oldest">Since when the oldest of them waits; null when there is none.</param>
/// <param name="Started">Orders started since the activation; what is tried again counts again.</param>
/// <param name="Placing">Orders being placed at this moment.</param>
/// <param name="DeadLetters">Orders given up.</param>
[GenerateSerializer, Immutable, Alias("orderactors.intake-report")]
public sealed record IntakeReport(long Backlog, long Startable, DateTimeOffset? Oldest, long Started, int Placing, int DeadLetters);

/// <summary>An order that could not be placed.</summary>
/// <param name="Receipt">Its receipt.</param>
/// <param name="Index">Its place in it.</param>
/// <param name="Error">The last error.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="At">When it was given up.</param>
[GenerateSerializer, Immutable, Alias("orderactors.intake-dead-letter")]
public sealed record IntakeDeadLetter(string Receipt, int Index, string Error, int Attempts, DateTimeOffset At);

/// <summary>What an operator did.</summary>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Action">What: set_rate, retry or skip.</param>
/// <param name="Subject">To what: the rate, or the receipt and the order's place.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("orderactors.intake-audit-entry")]
public sealed record IntakeAuditEntry(DateTimeOffset At, Actor By, string Action, string Subject, string Reason);

/// <summary>An operator's word on a dead letter.</summary>
/// <param name="By">The operator.</param>
/// <param name="Receipt">Its receipt.</param>
/// <param name="Index">Its place in it.</param>
/// <param name="Retry">Whether it is tried again; otherwise it is left as it is and leaves the list.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("orderactors.resolve-intake-dead-letter")]
public sealed record ResolveIntakeDeadLetter(Actor By, string Receipt, int Index, bool Retry, string Reason);

/// <summary>What became of a dead letter.</summary>
/// <param name="Found">Whether there was one.</param>
/// <param name="Outcome">What became of the order; null when it failed again.</param>
/// <param name="Error">Why it failed again.</param>
[GenerateSerializer, Immutable, Alias("orderactors.intake-resolution")]
public sealed record IntakeResolution(bool Found, IntakeOutcome? Outcome = null, string? Error = null);

/// <summary>Dead letters and what operators did to them.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.intake-dead-letters")]
public sealed record IntakeDeadLetters(ImmutableArray<IntakeDeadLetter> Letters, ImmutableArray<IntakeAuditEntry> Audit);

/// <summary>One partition of the intake: a queue of receipts, drained as the governor grants. The key is "0" to "7".</summary>
[Alias("orderactors.IIntakePartitionGrain")]
public interface IIntakePartitionGrain : IGrainWithStringKey
{
    /// <summary>Why so many orders more cannot be taken in; null when they can.</summary>
    [Alias("room"), Orleans.Concurrency.AlwaysInterleave]
    Task<Refusal?> Room(int orders);

    /// <summary>Puts a receipt at the end of the queue, durably. Idempotent while it waits.</summary>
    [Alias("enqueue"), Orleans.Concurrency.AlwaysInterleave]
    Task Enqueue(IntakeEntry entry);

    /// <summary>How the partition stands.</summary>
    [Alias("report"), Orleans.Concurrency.AlwaysInterleave]
    Task<IntakeReport> Report();

    /// <summary>What may be started in a second to come.</summary>
    [Alias("grant"), Orleans.Concurrency.AlwaysInterleave]
    Task Grant(IntakeGrant grant);

    /// <summary>The orders that were given up, oldest first.</summary>
    [Alias("dead-letters"), Orleans.Concurrency.AlwaysInterleave]
    Task<IntakeDeadLetters> DeadLetters();

    /// <summary>Tries a dead letter again, or takes it off the list.</summary>
    [Alias("resolve"), Orleans.Concurrency.AlwaysInterleave]
    Task<IntakeResolution> Resolve(ResolveIntakeDeadLetter command);
}

/// <summary>Sets how fast the intake is drained.</summary>
/// <param name="By">The operator.</param>
/// <param name="Rate">Orders a second in total, 0 to 100,000; 0 is a pause.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("orderactors.set-intake-rate")]
public sealed record SetIntakeRate(Actor By, int Rate, string Reason);

/// <summary>The intake as a whole.</summary>
/// <param name="Rate">Orders a second, as set; 0 is a pause.</param>
/// <param name="Measured">Orders a second that were started in the last five seconds.</param>
/// <param name="Partitions">Each partition, in order; null for one that did not answer.</param>
/// <param name="Audit">Changes of the rate, newest last.</param>
[GenerateSerializer, Immutable, Alias("orderactors.intake-view")]
public sealed record IntakeView(int Rate, double Measured, ImmutableArray<IntakeReport?> Partitions, ImmutableArray<IntakeAuditEntry> Audit);

/// <summary>The answer to a change of the rate.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.intake-view-reply")]
public sealed record IntakeViewReply(IntakeView? View, Refusal? Refusal);

/// <summary>Shares the drain rate out among the partitions, second by second. There is one; its key is "intake".</summary>
[Alias("orderactors.IIntakeGovernorGrain")]
public interface IIntakeGovernorGrain : IGrainWithStringKey
{
    /// <summary>There is something to drain.</summary>
    [Alias("stir"), Orleans.Concurrency.AlwaysInterleave]
    Task Stir();

    /// <summary>The intake as it stands.</summary>
    [Alias("get"), Orleans.Concurrency.AlwaysInterleave]
    Task<IntakeView> Get();

    /// <summary>Sets the rate; it holds from the next second on.</summary>
    [Alias("set-rate"), Orleans.Concurrency.AlwaysInterleave]
    Task<IntakeViewReply> SetRate(SetIntakeRate command);
}
