using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Intake;

/// <summary>The intake is spread over eight partitions. The number says where receipts wait, so it never changes.</summary>
public static class IntakePartition
{
    /// <summary>How many partitions there are.</summary>
    public const int Count = 8;

    /// <summary>The most orders in one request.</summary>
    public const int MaxOrders = 1_000;

    /// <summary>The partition where a receipt's orders wait: 0 to 7.</summary>
    public static int Of(string receipt) => Shard.Of(receipt) % Count;

    /// <summary>The key of a partition's grain.</summary>
    public static string Key(int partition) => partition.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Takes orders in, all or none. The command's id is the key of the grain: the receipt.</summary>
/// <param name="Owner">Whose receipt it is: nobody but this caller and operators may read it.</param>
/// <param name="Orders">1 to 1,000. One with an empty id gets one made of the receipt and its place.</param>
/// <param name="Partner">The partner whose customers these are to be; null when nobody has to ask. It is seen to when they are placed.</param>
[GenerateSerializer, Immutable, Alias("orderactors.submit-intake")]
public sealed record SubmitIntake(string Owner, ImmutableArray<PlaceOrder> Orders, string? Partner = null);

/// <summary>What became of an order that was taken in.</summary>
public enum IntakeStatus
{
    /// <summary>It waits, or is being placed.</summary>
    Pending,

    /// <summary>It was placed.</summary>
    Placed,

    /// <summary>It was refused, as it would have been without the intake.</summary>
    Refused,

    /// <summary>It could not be placed and was given up: an operator tries it again or leaves it.</summary>
    Dead,
}

/// <summary>What became of one order of a receipt.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Order">Its number, when it was placed.</param>
/// <param name="Code">Why it was refused.</param>
/// <param name="Detail">The same for a person; for a dead one, the last error.</param>
[GenerateSerializer, Immutable, Alias("orderactors.intake-outcome")]
public sealed record IntakeOutcome(int Index, IntakeStatus Status, OrderNumber? Order = null, RefusalCode? Code = null, string? Detail = null);

/// <summary>A receipt as it stands.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="AcceptedAt">When the orders were taken in.</param>
/// <param name="Orders">How many there are.</param>
/// <param name="Pending">Of these, without an outcome.</param>
/// <param name="Placed">Placed.</param>
/// <param name="Refused">Refused.</param>
/// <param name="Dead">Given up.</param>
[GenerateSerializer, Immutable, Alias("orderactors.intake-receipt")]
public sealed record IntakeReceipt(string Id, string Owner, DateTimeOffset AcceptedAt, int Orders, int Pending, int Placed, int Refused, int Dead);

/// <summary>The answer to a request: its receipt, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.intake-reply")]
public sealed record IntakeReply(IntakeReceipt? Receipt, Refusal? Refusal, bool Replayed = false);

/// <summary>A receipt with a page of its orders.</summary>
/// <param name="Receipt">The receipt.</param>
/// <param name="Outcomes">In the order of the request.</param>
/// <param name="Next">The place to go on at; null at the end.</param>
[GenerateSerializer, Immutable, Alias("orderactors.intake-receipt-page")]
public sealed record IntakeReceiptPage(IntakeReceipt Receipt, ImmutableArray<IntakeOutcome> Outcomes, int? Next);

/// <summary>An order as it waits.</summary>
/// <param name="Index">Its place in the request.</param>
/// <param name="Content">Its command in the stored form. It is read when it is placed, so that one that cannot be read harms no other.</param>
[GenerateSerializer, Immutable, Alias("orderactors.intake-order")]
public sealed record IntakeOrder(int Index, string Content);

/// <summary>A receipt in its partition's queue.</summary>
/// <param name="Receipt">The receipt's id.</param>
/// <param name="Orders">How many orders it has.</param>
/// <param name="At">When they were taken in.</param>
[GenerateSerializer, Immutable, Alias("orderactors.intake-entry")]
public readonly record struct IntakeEntry(string Receipt, int Orders, DateTimeOffset At);

/// <summary>The orders of one request, and what became of them. The key is the receipt's id.</summary>
[Alias("orderactors.IIntakeBatchGrain")]
public interface IIntakeBatchGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes the orders in: when it answers, they are durable and in their partition's queue. The same again gets the same
    /// receipt; other content is refused.
    /// </summary>
    [Alias("submit"), Orleans.Concurrency.AlwaysInterleave]
    Task<IntakeReply> Submit(SubmitIntake command);

    /// <summary>The orders without an outcome.</summary>
    [Alias("pending")]
    Task<ImmutableArray<IntakeOrder>> Pending();

    /// <summary>One order, whatever became of it; null when there is none, or nothing can become of it any more.</summary>
    [Alias("order")]
    Task<IntakeOrder?> Order(int index);

    /// <summary>Keeps outcomes, durably. A dead order can still be placed or refused; other outcomes stay. Idempotent.</summary>
    [Alias("record"), Orleans.Concurrency.AlwaysInterleave]
    Task Record(ImmutableArray<IntakeOutcome> outcomes);

    /// <summary>The receipt with the outcomes from a place on; null when there is none.</summary>
    [Alias("get"), Orleans.Concurrency.AlwaysInterleave]
    Task<IntakeReceiptPage?> Get(int from, int limit, IntakeStatus? only);
}

/// <summary>A sealed page of a partition's queue. The key is the partition and the page's number.</summary>
[Alias("orderactors.IIntakePageGrain")]
public interface IIntakePageGrain : IGrainWithStringKey
{
    /// <summary>Keeps the entries. The first sealing counts: false when the page holds others.</summary>
    [Alias("seal")]
    Task<bool> Seal(ImmutableArray<IntakeEntry> entries);

    /// <summary>The entries.</summary>
    [Alias("get")]
    Task<ImmutableArray<IntakeEntry>> Get();

    /// <summary>The entries are in the queue again: forgets them. Idempotent.</summary>
    [Alias("clear")]
    Task Clear();
}
