using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Governance;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Settlement;

/// <summary>
/// The shell around <see cref="SettlementBook"/>. All bookings of a call are one write. Full pages are sealed before the write
/// that drops them: a crash between leaves both, and sealing again changes nothing.
/// </summary>
[GrainType("settlement-book"), WorkClass(WorkClass.NonCritical)]
internal sealed class SettlementBookGrain([PersistentState("state")] IPersistentState<SettlementBookState> state) : Grain, ISettlementBookGrain
{
    private Durable<SettlementBookState>? _book;

    private Durable<SettlementBookState> Current => _book ??= new(this, state);

    public async Task<ImmutableArray<SettlementBooking>> Book(ImmutableArray<SettlementBooking> bookings, bool again)
    {
        if (again) return await BookAgain(bookings);
        var sealedPages = await SealFullPages();
        return await Current.Decide(book => SettlementBook.Book(book, bookings, sealedPages));
    }

    public Task<SettlementBookView> Close() => Current.Decide(SettlementBook.Close);

    public Task<SettlementBookView> Get() => Task.FromResult(Current.Current.ToView());

    public Task<ImmutableArray<SettlementBooking>> Page(int page)
    {
        var book = Current.Current;
        if (page < book.SealedPages) return PageGrain(page).Get();
        var from = (page - book.SealedPages) * SettlementBook.PageSize;
        return Task.FromResult<ImmutableArray<SettlementBooking>>(
            from >= book.Open.Length ? [] : [.. book.Open.Skip(from).Take(SettlementBook.PageSize)]);
    }

    private async Task<int> SealFullPages()
    {
        var book = Current.Current;
        var ahead = 0;
        for (; SettlementBook.FullPage(book, ahead) is { IsEmpty: false } full; ahead++) await PageGrain(book.SealedPages + ahead).Seal(full);
        return book.SealedPages + ahead;
    }

    private async Task<ImmutableArray<SettlementBooking>> BookAgain(ImmutableArray<SettlementBooking> bookings)
    {
        var wanted = bookings.Select(booking => booking.Sequence).ToHashSet();
        while (true)
        {
            // Not from memory: what is decided on has to be what was searched.
            var pages = await Current.Decide(book => new Decision<SettlementBookState, int>(book, book.SealedPages));
            var found = ImmutableHashSet.CreateBuilder<long>();
            for (var page = 0; page < pages; page++) found.UnionWith((await PageGrain(page).Get()).Select(b => b.Sequence).Where(wanted.Contains));
            if (await Current.Decide(book => SettlementBook.BookAgain(book, bookings, pages, found.ToImmutable())) is { } left) return left;
        }
    }

    private ISettlementPageGrain PageGrain(int page) => GrainFactory.GetGrain<ISettlementPageGrain>(
        string.Create(CultureInfo.InvariantCulture, $"{this.GetPrimaryKeyString()}/{page}"));
}

/// <summary>A full page of a book. The first sealing counts.</summary>
[GrainType("settlement-page"), WorkClass(WorkClass.NonCritical)]
internal sealed class SettlementPageGrain([PersistentState("state")] IPersistentState<SettlementPageState> state) : Grain, ISettlementPageGrain
{
    private Durable<SettlementPageState>? _page;

    private Durable<SettlementPageState> Current => _page ??= new(this, state);

    public Task Seal(ImmutableArray<SettlementBooking> bookings) => Current.Decide(
        page => new Decision<SettlementPageState, bool>(page.Bookings.IsEmpty ? page with { Bookings = bookings.OrEmpty() } : page, true));

    public Task<ImmutableArray<SettlementBooking>> Get() => Task.FromResult(Current.Current.Bookings);
}
