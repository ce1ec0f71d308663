using System.Collections.Immutable;

namespace OrderActors.Settlement;

/// <summary>The books' rules. Pure.</summary>
/// <remarks>
/// A book gets its partition's bookings in the order of their sequences, so what is not above the highest one is there
/// already. The exception is an event that its consumer had given up and an operator gives again: that is searched for.
/// </remarks>
internal static class SettlementBook
{
    /// <summary>How many bookings a page has: about 25 KB.</summary>
    public const int PageSize = 64;

    /// <summary>The next page to seal, or empty while it is not full.</summary>
    /// <param name="state">The book.</param>
    /// <param name="ahead">How many pages were sealed that the book still has.</param>
    public static ImmutableArray<SettlementBooking> FullPage(SettlementBookState state, int ahead) =>
        state.Open.Length < (ahead + 1) * PageSize ? [] : [.. state.Open.AsSpan(ahead * PageSize, PageSize)];

    /// <summary>Books what is not booked yet; the answer is what a closed book did not take.</summary>
    /// <param name="state">The book.</param>
    /// <param name="bookings">The bookings.</param>
    /// <param name="sealedPages">How many pages are sealed: those that the book still has are dropped here.</param>
    public static Decision<SettlementBookState, ImmutableArray<SettlementBooking>> Book(
        SettlementBookState state, ImmutableArray<SettlementBooking> bookings, int sealedPages) =>
        Take(state, [.. bookings.OrEmpty().Where(booking => booking.Sequence > state.Through)], sealedPages);

    /// <summary>Books what comes out of order; null when pages were sealed since they were searched.</summary>
    /// <param name="state">The book.</param>
    /// <param name="bookings">The bookings.</param>
    /// <param name="searchedPages">How many sealed pages were searched.</param>
    /// <param name="found">The sequences that were found there.</param>
    public static Decision<SettlementBookState, ImmutableArray<SettlementBooking>?> BookAgain(
        SettlementBookState state, ImmutableArray<SettlementBooking> bookings, int searchedPages, ImmutableHashSet<long> found)
    {
        if (state.SealedPages != searchedPages) return new(state, null);
        var missing = bookings.OrEmpty().Where(booking => !found.Contains(booking.Sequence) && state.Open.All(known => known.Sequence != booking.Sequence));
        var (after, left) = Take(state, [.. missing], state.SealedPages);
        return new(after, left);
    }

    /// <summary>Closes the book for good.</summary>
    public static Decision<SettlementBookState, SettlementBookView> Close(SettlementBookState state)
    {
        var after = state.Closed ? state : state with { Closed = true };
        return new(after, after.ToView());
    }

    /// <summary>Adds sums to sums.</summary>
    public static ImmutableArray<PartyTotal> Add(ImmutableArray<PartyTotal> totals, IEnumerable<PartyTotal> more)
    {
        var sums = totals.OrEmpty().ToDictionary(total => (total.Currency, total.Party));
        foreach (var total in more)
        {
            var before = sums.GetValueOrDefault((total.Currency, total.Party)) ?? total with { Amount = 0, Entries = 0 };
            sums[(total.Currency, total.Party)] = before with
            {
                Amount = checked(before.Amount + total.Amount),
                Entries = before.Entries + total.Entries,
            };
        }

        return [.. sums.Values.OrderBy(total => total.Currency, StringComparer.Ordinal).ThenBy(total => total.Party)];
    }

    private static Decision<SettlementBookState, ImmutableArray<SettlementBooking>> Take(
        SettlementBookState state, ImmutableArray<SettlementBooking> bookings, int sealedPages)
    {
        if (bookings.IsEmpty) return new(state, []);
        if (state.Closed) return new(state, bookings);
        foreach (var booking in bookings)
        {
            if (booking.Entries.Sum(entry => entry.Amount) != 0)
                throw new InvalidOperationException($"The entries of order {booking.Order} for {booking.Type} do not sum to zero; nothing was booked.");
        }

        var dropped = Math.Max(0, sealedPages - state.SealedPages);
        var entries = from booking in bookings
                      from entry in booking.Entries
                      select new PartyTotal(entry.Party, booking.Currency, entry.Amount, 1);
        return new(
            state with
            {
                SealedPages = state.SealedPages + dropped,
                Open = state.Open.RemoveRange(0, dropped * PageSize).AddRange(bookings),
                Through = Math.Max(state.Through, bookings.Max(booking => booking.Sequence)),
                Bookings = state.Bookings + bookings.Length,
                Totals = Add(state.Totals, entries),
            },
            []);
    }
}
