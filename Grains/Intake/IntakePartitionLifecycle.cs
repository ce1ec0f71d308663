using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors.Intake;

/// <summary>A partition's queue and its dead letters. Pure.</summary>
/// <remarks>
/// The queue is head, pages, tail. Receipts come to the tail; every 128 go to a page of their own; the head takes the oldest
/// page when it runs low. So the state that each new receipt rewrites is some kilobytes, with a hundred receipts waiting or a
/// million. A receipt can be in the queue twice, after a crash between a page's write and this state's: the second one finds
/// its orders done.
/// </remarks>
internal static class IntakePartitionLifecycle
{
    /// <summary>Receipts on a page.</summary>
    public const int PageSize = 128;

    /// <summary>How many receipts the head takes before the tail begins.</summary>
    public const int MaxHead = 256;

    /// <summary>Operators' actions kept.</summary>
    public const int MaxAudit = 32;

    /// <summary>Orders of the receipts in the queue, whatever has become of some of them.</summary>
    public static long Orders(IntakePartitionState state) =>
        state.PagedOrders + state.Head.Sum(entry => (long)entry.Orders) + state.Tail.Sum(entry => (long)entry.Orders);

    /// <summary>Whether more receipts wait behind the head.</summary>
    public static bool HasMore(IntakePartitionState state) => state.FirstPage < state.NextPage || state.Tail.Length > 0;

    /// <summary>A receipt comes to the end of the queue; one that is there stays where it is.</summary>
    public static IntakePartitionState Append(IntakePartitionState state, IntakeEntry entry)
    {
        if (state.Head.Any(e => e.Receipt == entry.Receipt) || state.Tail.Any(e => e.Receipt == entry.Receipt)) return state;
        return HasMore(state) || state.Head.Length >= MaxHead
            ? state with { Tail = state.Tail.Add(entry) }
            : state with { Head = state.Head.Add(entry) };
    }

    /// <summary>The tail's oldest receipts, when they fill a page; else empty.</summary>
    public static ImmutableArray<IntakeEntry> FullPage(IntakePartitionState state) =>
        state.Tail.Length < PageSize ? [] : state.Tail[..PageSize];

    /// <summary>A page holds the tail's oldest receipts: they leave the tail.</summary>
    public static IntakePartitionState Sealed(IntakePartitionState state, int page, ImmutableArray<IntakeEntry> entries) =>
        page < state.NextPage || !FullPage(state).SequenceEqual(entries)
            ? state
            : state with
            {
                NextPage = page + 1,
                Tail = state.Tail.RemoveRange(0, PageSize),
                PagedOrders = state.PagedOrders + entries.Sum(entry => (long)entry.Orders),
            };

    /// <summary>The oldest page's receipts come to the head; without pages, the tail.</summary>
    /// <param name="state">The queue.</param>
    /// <param name="page">The page that was read.</param>
    /// <param name="entries">What it holds.</param>
    public static IntakePartitionState Refill(IntakePartitionState state, int page, ImmutableArray<IntakeEntry> entries)
    {
        if (state.FirstPage == state.NextPage) return state with { Head = Joined(state.Head, state.Tail), Tail = [] };
        if (page != state.FirstPage) return state;
        var last = page + 1 == state.NextPage;
        return state with
        {
            Head = Joined(state.Head, entries),
            FirstPage = page + 1,
            // A page that a crash left behind counts nothing; the last one takes along what that has put out.
            PagedOrders = last ? 0 : Math.Max(0, state.PagedOrders - entries.Sum(entry => (long)entry.Orders)),
        };
    }

    /// <summary>Receipts whose orders have all their outcomes leave the queue.</summary>
    public static IntakePartitionState Done(IntakePartitionState state, IReadOnlySet<string> receipts) =>
        state.Head.Any(entry => receipts.Contains(entry.Receipt))
            ? state with { Head = state.Head.RemoveAll(entry => receipts.Contains(entry.Receipt)) }
            : state;

    /// <summary>An order is given up; false when the list is full.</summary>
    public static Decision<IntakePartitionState, bool> Bury(IntakePartitionState state, IntakeDeadLetter letter, int max)
    {
        var at = IndexOf(state, letter.Receipt, letter.Index);
        if (at < 0 && state.DeadLetters.Length >= max) return new(state, false);
        var letters = at < 0 ? state.DeadLetters.Add(letter) : state.DeadLetters.SetItem(at, letter);
        return new(state with { DeadLetters = letters }, true);
    }

    /// <summary>The dead letter of an order; null when there is none.</summary>
    public static IntakeDeadLetter? Find(IntakePartitionState state, string receipt, int index) =>
        IndexOf(state, receipt, index) is >= 0 and var at ? state.DeadLetters[at] : null;

    /// <summary>An order is a dead letter no more.</summary>
    public static IntakePartitionState Raise(IntakePartitionState state, string receipt, int index) =>
        IndexOf(state, receipt, index) is >= 0 and var at ? state with { DeadLetters = state.DeadLetters.RemoveAt(at) } : state;

    /// <summary>What an operator did is kept.</summary>
    public static ImmutableArray<IntakeAuditEntry> Kept(ImmutableArray<IntakeAuditEntry> audit, IntakeAuditEntry entry) =>
        (audit.Length < MaxAudit ? audit : audit.RemoveRange(0, audit.Length - MaxAudit + 1)).Add(entry);

    /// <summary>Why so many orders more cannot be taken in; null when they can.</summary>
    public static Refusal? Room(long backlog, int orders, long maxBacklog) => backlog + orders <= maxBacklog
        ? null
        : new(RefusalCode.TooMany, $"{backlog} orders wait in this part of the intake; with these there would be more than {maxBacklog}. Try again later.");

    private static int IndexOf(IntakePartitionState state, string receipt, int index)
    {
        for (var i = 0; i < state.DeadLetters.Length; i++)
        {
            if (state.DeadLetters[i].Receipt == receipt && state.DeadLetters[i].Index == index) return i;
        }

        return -1;
    }

    private static ImmutableArray<IntakeEntry> Joined(ImmutableArray<IntakeEntry> head, ImmutableArray<IntakeEntry> more)
    {
        var known = head.Select(entry => entry.Receipt).ToHashSet(StringComparer.Ordinal);
        return head.AddRange(more.Where(entry => known.Add(entry.Receipt)));
    }
}
