using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Settlement;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Settlement;

public class SettlementBookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly Actor Operator = new(Role.Operator, "op");

    private static SettlementBooking Booking(long sequence, string currency = "EUR", long amount = 100) => new(
        sequence, "order.completed", OrderNumber.Create(1_000 + sequence, 0, 1, 2, 3), 0, currency, Noon,
        [new(PartyKind.Customer, "anna", -amount), new(PartyKind.Merchant, "m1", amount)]);

    private static SettlementBookState Book(SettlementBookState state, params long[] sequences)
    {
        var (after, left) = SettlementBook.Book(state, [.. sequences.Select(s => Booking(s))], state.SealedPages);
        Assert.Empty(left);
        Json.AssertRoundTrip(after);
        return after;
    }

    [Fact]
    public void A_booking_is_taken_once()
    {
        var state = Book(new(), 3, 5);
        Assert.Same(state, Book(state, 3, 5));
        Assert.Same(state, Book(state, 4));
        state = Book(state, 5, 8);
        Assert.Equal([3L, 5, 8], state.Open.Select(b => b.Sequence));
        Assert.Equal((3, 8), (state.Bookings, state.Through));
        Assert.Equal([new PartyTotal(PartyKind.Customer, "EUR", -300, 3), new PartyTotal(PartyKind.Merchant, "EUR", 300, 3)], state.Totals.AsEnumerable());
    }

    [Fact]
    public void What_comes_again_out_of_order_is_searched_for()
    {
        var state = Book(new(), 3, 8);
        Assert.Same(state, SettlementBook.BookAgain(state, [Booking(3)], 0, []).State);
        Assert.Same(state, SettlementBook.BookAgain(state, [Booking(5)], 0, [5]).State);
        Assert.Null(SettlementBook.BookAgain(state, [Booking(5)], 1, []).Reply);
        var (after, left) = SettlementBook.BookAgain(state, [Booking(5)], 0, []);
        Assert.Empty(left!.Value);
        Assert.Equal([3L, 8, 5], after.Open.Select(b => b.Sequence));
        Assert.Equal(8, after.Through);
    }

    [Fact]
    public void A_closed_book_changes_no_more_and_says_what_it_did_not_take()
    {
        var (closed, view) = SettlementBook.Close(Book(new(), 3));
        Assert.True(view.Closed);
        Assert.Same(closed, SettlementBook.Close(closed).State);
        var (same, left) = SettlementBook.Book(closed, [Booking(3), Booking(4)], 0);
        Assert.Same(closed, same);
        Assert.Equal(4, left.Single().Sequence);
        Assert.Equal(2, SettlementBook.BookAgain(closed, [Booking(2), Booking(3)], 0, []).Reply!.Value.Single().Sequence);
    }

    [Fact]
    public void Entries_that_do_not_sum_to_zero_are_never_booked()
    {
        var wrong = Booking(1) with { Entries = [new(PartyKind.Customer, "anna", -1)] };
        Assert.Throws<InvalidOperationException>(() => SettlementBook.Book(new(), [Booking(0), wrong], 0));
    }

    [Fact]
    public void Full_pages_go_and_the_record_stays_small()
    {
        var (state, pages, sequence) = (new SettlementBookState(), new List<SettlementBooking>(), 0L);
        foreach (var batch in new[] { 10, 60, 200, 1, 64, 3, 128, 5 })
        {
            var ahead = 0;
            for (; SettlementBook.FullPage(state, ahead) is { IsEmpty: false } full; ahead++) pages.AddRange(full);
            var bookings = Enumerable.Range(0, batch).Select(_ => Booking(++sequence)).ToImmutableArray();
            state = SettlementBook.Book(state, bookings, state.SealedPages + ahead).State;
            Assert.True(state.Open.Length < SettlementBook.PageSize + batch);
            Assert.Equal(state.SealedPages * SettlementBook.PageSize, pages.Count);
        }

        Assert.Equal(Enumerable.Range(1, (int)sequence).Select(i => (long)i), pages.Concat(state.Open).Select(b => b.Sequence));
        Assert.Equal((sequence, 8), (state.Bookings, state.ToView().Pages));
    }

    [Fact]
    public void A_day_is_closed_by_an_operator_once_it_is_over()
    {
        var (open, over) = (new SettlementDayState(), Noon.AddHours(12));
        Refusal? Begin(Actor by, DateTimeOffset now, string day = "2026-03-02") => SettlementDayLifecycle.Begin(open, day, by, now).Reply;
        foreach (var role in Enum.GetValues<Role>())
            Assert.Equal(role is Role.System or Role.Operator ? null : RefusalCode.Forbidden, Begin(new(role, "x"), over)?.Code);
        Assert.Equal(RefusalCode.InvalidTransition, Begin(Operator, over.AddTicks(-1))!.Code);
        foreach (var day in new[] { "2026-02-30", "2026-3-2", "today", "" }) Assert.Equal(RefusalCode.ValidationFailed, Begin(Operator, over, day)!.Code);
        Assert.Equal(RefusalCode.InvalidTransition, Begin(Operator, over, "9999-12-31")!.Code);

        var closing = SettlementDayLifecycle.Begin(open, "2026-03-02", Operator, over).State;
        Assert.Same(closing, SettlementDayLifecycle.Begin(closing, "2026-03-02", Operator, over).State);
        var totals = Book(new(), 1).Totals;
        Assert.Same(open, SettlementDayLifecycle.Finish(open, "2026-03-02", totals, 1, over).State);
        var (closed, view) = SettlementDayLifecycle.Finish(closing, "2026-03-02", totals, 1, over);
        Assert.Equal((SettlementDayStatus.Closed, 1, over), (view.Status, view.Bookings, view.ClosedAt));
        Assert.Equal("settlement.period_closed", closed.Raised.Single().Type);
        Assert.Same(closed, SettlementDayLifecycle.Finish(closed, "2026-03-02", [], 9, over).State);
        Assert.Same(closed, SettlementDayLifecycle.Begin(closed, "2026-03-02", Operator, over).State);
        Assert.Throws<InvalidOperationException>(() => SettlementDayLifecycle.Finish(closing, "2026-03-02", [totals[0]], 1, over));
        Json.AssertRoundTrip(closed);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("%%%")]
    [InlineData("MTIwOjA6MDow")]
    [InlineData("MDowOjA6OTk5OTk5OTk5OTk5")]
    public void A_cursor_from_elsewhere_is_refused(string cursor) => Assert.Throws<InvalidCursorException>(() => SettlementPosition.Parse(cursor));

    [Fact]
    public void A_cursor_is_the_place_it_was_made_of()
    {
        var place = new SettlementPosition(119, 1_000, 63, 3);
        Assert.Equal(place, SettlementPosition.Parse(place.ToString()));
    }
}
