using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Settlement;

/// <summary>Whose account an entry is on.</summary>
public enum PartyKind
{
    /// <summary>The customer: minus what was paid, plus what went back.</summary>
    Customer,

    /// <summary>The merchant.</summary>
    Merchant,

    /// <summary>The courier.</summary>
    Courier,

    /// <summary>The platform: what remains.</summary>
    Platform,
}

/// <summary>One amount on one account.</summary>
/// <param name="Party">Whose account.</param>
/// <param name="Id">The party's id; empty for the platform.</param>
/// <param name="Amount">Minor units: above 0 is owed to the party, below 0 is owed by it or was paid by it.</param>
[GenerateSerializer, Immutable, Alias("orderactors.settlement-entry")]
public readonly record struct SettlementEntry(PartyKind Party, string Id, long Amount);

/// <summary>What one event of an order means for the books. Its entries sum to zero.</summary>
/// <param name="Sequence">The event's place in its partition: what the booking is idempotent by.</param>
/// <param name="Type">The event's type.</param>
/// <param name="Order">The order.</param>
/// <param name="Refund">The refund's number within the order; 0 when it is none.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="OccurredAt">When it happened, whichever day it is booked on.</param>
/// <param name="Entries">The entries.</param>
[GenerateSerializer, Immutable, Alias("orderactors.settlement-booking")]
public sealed record SettlementBooking(
    long Sequence,
    string Type,
    OrderNumber Order,
    int Refund,
    string Currency,
    DateTimeOffset OccurredAt,
    ImmutableArray<SettlementEntry> Entries);

/// <summary>The sum of the entries of a kind of party in a currency.</summary>
/// <param name="Party">The kind.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Entries">How many entries.</param>
[GenerateSerializer, Immutable, Alias("orderactors.party-total")]
public sealed record PartyTotal(PartyKind Party, string Currency, long Amount, long Entries);

/// <summary>A book as it stands.</summary>
/// <param name="Closed">Whether it changes no more.</param>
/// <param name="Totals">Its sums, by currency and kind of party.</param>
/// <param name="Bookings">How many bookings.</param>
/// <param name="Pages">How many pages, the one being filled included.</param>
[GenerateSerializer, Immutable, Alias("orderactors.settlement-book-view")]
public sealed record SettlementBookView(bool Closed, ImmutableArray<PartyTotal> Totals, long Bookings, int Pages);

/// <summary>
/// What one partition of the event log brought on one day. The key is the day and the partition, such as
/// <c>2026-03-02/007</c>.
/// </summary>
[Alias("orderactors.ISettlementBookGrain")]
public interface ISettlementBookGrain : IGrainWithStringKey
{
    /// <summary>Books, all in one write. What is booked already is left out.</summary>
    /// <param name="bookings">In the order of their sequences.</param>
    /// <param name="again">Whether they come out of order, long after their neighbours: each is then searched for.</param>
    /// <returns>What the book did not take because it is closed; empty when all is booked.</returns>
    [Alias("book"), AlwaysInterleave]
    Task<ImmutableArray<SettlementBooking>> Book(ImmutableArray<SettlementBooking> bookings, bool again);

    /// <summary>Closes the book for good. Idempotent.</summary>
    [Alias("close"), AlwaysInterleave]
    Task<SettlementBookView> Close();

    /// <summary>The book as it stands.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<SettlementBookView> Get();

    /// <summary>A page of the book, 0 and up, in the order in which it was booked.</summary>
    [Alias("page"), AlwaysInterleave]
    Task<ImmutableArray<SettlementBooking>> Page(int page);
}

/// <summary>A full page of a book: written once, then only read. The key is the book's and the page's number.</summary>
[Alias("orderactors.ISettlementPageGrain")]
public interface ISettlementPageGrain : IGrainWithStringKey
{
    /// <summary>Stores the page; the same page again changes nothing.</summary>
    [Alias("seal")]
    Task Seal(ImmutableArray<SettlementBooking> bookings);

    /// <summary>The page; empty when it was never sealed.</summary>
    [Alias("get"), ReadOnly]
    Task<ImmutableArray<SettlementBooking>> Get();
}

/// <summary>Where a day stands.</summary>
public enum SettlementDayStatus
{
    /// <summary>It takes bookings.</summary>
    Open,

    /// <summary>Its books are being closed, one after the other.</summary>
    Closing,

    /// <summary>It never changes again.</summary>
    Closed,
}

/// <summary>A day as it stands.</summary>
/// <param name="Day">The day, UTC, such as <c>2026-03-02</c>.</param>
/// <param name="Version">Counts the changes of its status.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Totals">Its sums, by currency and kind of party; those of a currency sum to zero.</param>
/// <param name="Bookings">How many bookings.</param>
/// <param name="ClosedAt">When it was closed; null while it is not.</param>
[GenerateSerializer, Immutable, Alias("orderactors.settlement-day-view")]
public sealed record SettlementDayView(
    string Day, long Version, SettlementDayStatus Status, ImmutableArray<PartyTotal> Totals, long Bookings, DateTimeOffset? ClosedAt = null);

/// <summary>The answer of a day: how it stands, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.settlement-day-reply")]
public sealed record SettlementDayReply(SettlementDayView? Day, Refusal? Refusal = null);

/// <summary>One entry of a day with its booking.</summary>
/// <param name="Partition">The book.</param>
/// <param name="Booking">The booking, with this one entry.</param>
[GenerateSerializer, Immutable, Alias("orderactors.settlement-line")]
public sealed record SettlementLine(int Partition, SettlementBooking Booking);

/// <summary>A page of a day's entries: by partition, then as they were booked.</summary>
/// <param name="Lines">The entries.</param>
/// <param name="NextCursor">Where the next page starts, or null at the end.</param>
[GenerateSerializer, Immutable, Alias("orderactors.settlement-lines")]
public sealed record SettlementLines(ImmutableArray<SettlementLine> Lines, string? NextCursor);

/// <summary>One day of the books. The key is the day, UTC, such as <c>2026-03-02</c>.</summary>
[Alias("orderactors.ISettlementDayGrain")]
public interface ISettlementDayGrain : IGrainWithStringKey
{
    /// <summary>Closes the day, which must be over. Idempotent; taken up again by itself after a crash.</summary>
    [Alias("close"), AlwaysInterleave]
    Task<SettlementDayReply> Close(Actor by);

    /// <summary>The day as it stands.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<SettlementDayReply> Get();

    /// <summary>A page of the day's entries. A page can be short, even empty, while there are more.</summary>
    /// <param name="party">Only those of this kind of party; null for all.</param>
    /// <param name="id">Only those of this party; null for all.</param>
    /// <param name="cursor">Where to go on, or null for the beginning.</param>
    /// <param name="limit">How many at most, 1 to 1,000.</param>
    [Alias("entries"), AlwaysInterleave]
    Task<SettlementLines> Entries(PartyKind? party, string? id, string? cursor, int limit);
}

/// <summary>Books what orders come to.</summary>
[Alias("orderactors.ISettlementFeedGrain")]
public interface ISettlementFeedGrain : ISubscriberGrain;
