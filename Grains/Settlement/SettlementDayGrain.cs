using System.Collections.Immutable;
using OrderActors.Governance;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Settlement;

/// <summary>
/// The shell around <see cref="SettlementDayLifecycle"/>. Closing takes a call to each of the 120 books; a reminder, set before
/// the first, takes it up again if it breaks off.
/// </summary>
[GrainType("settlement-day"), WorkClass(WorkClass.NonCritical)]
internal sealed class SettlementDayGrain : Grain, ISettlementDayGrain, IRemindable
{
    private const string CloseReminder = "close";
    private const int BooksAtOnce = 16;

    /// <summary>Few: telling the orders must not slow those that are under way.</summary>
    private const int OrdersAtOnce = 8;

    /// <summary>Bookings read for one page of entries: a filter that matches little must not read a whole day in one request.</summary>
    private const int MostBookingsRead = 2_000;

    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);

    private readonly Durable<SettlementDayState> _day;
    private readonly TimeProvider _clock;
    private IGrainTimer? _going;

    public SettlementDayGrain([PersistentState("state")] IPersistentState<SettlementDayState> state, TimeProvider clock)
    {
        _day = new(this, state);
        _clock = clock;
    }

    private string Day => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // Whoever looks at a day that broke off sets it going again, without waiting for the reminder.
        if (_day.Current.Status != SettlementDayStatus.Open) GoOn();
        return Task.CompletedTask;
    }

    public async Task<SettlementDayReply> Close(Actor by)
    {
        var foreseen = SettlementDayLifecycle.Begin(_day.Current, Day, by, _clock.GetUtcNow());
        if (foreseen.Reply is { } refusal) return new(null, refusal);
        if (_day.Current.Status != SettlementDayStatus.Closed) await this.RegisterOrUpdateReminder(CloseReminder, ReminderPeriod, ReminderPeriod);
        if (await _day.Decide(state => SettlementDayLifecycle.Begin(state, Day, by, _clock.GetUtcNow())) is { } late) return new(null, late);
        var view = await Finish();
        GoOn();
        return new(view);
    }

    public async Task<SettlementDayReply> Get()
    {
        if (SettlementDayLifecycle.Refuse(Day) is { } refusal) return new(null, refusal);
        var view = _day.Current.ToView(Day);
        if (view.Status == SettlementDayStatus.Closed) return new(view);
        var (totals, bookings) = await Sum(book => book.Get());
        return new(view with { Totals = totals, Bookings = bookings });
    }

    public async Task<SettlementLines> Entries(PartyKind? party, string? id, string? cursor, int limit)
    {
        limit = Math.Clamp(limit, 1, 1_000);
        var (at, lines, read) = (SettlementPosition.Parse(cursor), ImmutableArray.CreateBuilder<SettlementLine>(), 0);
        while (at.Partition < Shard.Count)
        {
            var page = await Book(at.Partition).Page(at.Page);
            for (; at.Booking < page.Length; at = at.NextBooking)
            {
                var booking = page[at.Booking];
                for (; at.Entry < booking.Entries.Length; at = at.NextEntry)
                {
                    var entry = booking.Entries[at.Entry];
                    if ((party is not null && entry.Party != party) || (id is not null && entry.Id != id)) continue;
                    if (lines.Count == limit) return new(lines.DrainToImmutable(), at.ToString());
                    lines.Add(new(at.Partition, booking with { Entries = [entry] }));
                }
            }

            // A page that is not full is the last one of its book.
            at = page.Length == SettlementBook.PageSize ? at.NextPage : at.NextPartition;
            if ((read += page.Length) >= MostBookingsRead && at.Partition < Shard.Count) return new(lines.DrainToImmutable(), at.ToString());
        }

        return new(lines.DrainToImmutable(), null);
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (_day.Current.Status == SettlementDayStatus.Closing) await Finish();
        if (_day.Current.Exported < Shard.Count) GoOn();
        else await Unremind();
    }

    /// <summary>Closes what is closing, and tells the orders of a closed day. In turns of its own: a large day takes a while.</summary>
    private void GoOn()
    {
        if (_day.Current.Exported >= Shard.Count) return;
        _going?.Dispose();
        _going = this.RegisterGrainTimer(Export, new GrainTimerCreationOptions
        {
            DueTime = TimeSpan.Zero,
            Period = Timeout.InfiniteTimeSpan,
            Interleave = true,
            KeepAlive = true,
        });
    }

    private async Task Export(CancellationToken stop)
    {
        if (_day.Current.Status == SettlementDayStatus.Closing) await Finish();
        for (var partition = _day.Current.Exported; partition < Shard.Count && !stop.IsCancellationRequested; partition++)
        {
            // An empty book needs no word that it was told; the last one's says it of all before it.
            if (!await ExportBook(partition) && partition < Shard.Count - 1) continue;
            var told = partition + 1;
            await _day.Decide(state => new Decision<SettlementDayState, bool>(state.Exported < told ? state with { Exported = told } : state, true));
        }
    }

    /// <summary>Tells a book's orders that its day is closed; false when there are none. Telling twice is telling once.</summary>
    private async Task<bool> ExportBook(int partition)
    {
        for (var page = 0; ; page++)
        {
            var bookings = await Book(partition).Page(page);
            var orders = bookings.Where(booking => booking.Order != default && booking.Refund == 0).Select(booking => booking.Order).Distinct();
            await TurnBound.ForEachAsync(orders, OrdersAtOnce, async order =>
            {
                var reply = await GrainFactory.GetGrain<IOrderGrain>(order.ToString()).Execute(new RecordExport($"export:{Day}", Actor.System, Day));
                if (reply.Refusal is { Code: RefusalCode.TooMany } busy) throw new LimitExceededException(busy.Detail);
            });
            if (bookings.Length < SettlementBook.PageSize) return page > 0 || bookings.Length > 0;
        }
    }

    private async Task<SettlementDayView> Finish()
    {
        if (_day.Current.Status == SettlementDayStatus.Closed) return _day.Current.ToView(Day);
        var (totals, bookings) = await Sum(book => book.Close());
        return await _day.Decide(state => SettlementDayLifecycle.Finish(state, Day, totals, bookings, _clock.GetUtcNow()));
    }

    private async Task Unremind()
    {
        if (await this.GetReminder(CloseReminder) is { } reminder) await this.UnregisterReminder(reminder);
    }

    private async Task<(ImmutableArray<PartyTotal> Totals, long Bookings)> Sum(Func<ISettlementBookGrain, Task<SettlementBookView>> ask)
    {
        var (totals, bookings) = (ImmutableArray<PartyTotal>.Empty, 0L);
        await TurnBound.ForEachAsync(Enumerable.Range(0, Shard.Count), BooksAtOnce, async partition =>
        {
            var book = await ask(Book(partition));
            totals = SettlementBook.Add(totals, book.Totals);
            bookings += book.Bookings;
        });
        return (totals, bookings);
    }

    private ISettlementBookGrain Book(int partition) => GrainFactory.GetGrain<ISettlementBookGrain>(SettlementDays.BookKey(Day, partition));
}
