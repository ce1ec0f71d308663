using System.Collections.Immutable;
using System.Globalization;
using Orleans;

namespace OrderActors.Merchants;

/// <summary>The pages of one <see cref="HoldBook"/>: how they are written, read and emptied.</summary>
/// <param name="grains">Finds the pages' grains.</param>
/// <param name="owner">The key of the grain whose reservations they are.</param>
internal sealed class HoldPages(IGrainFactory grains, string owner)
{
    private const int ReadAtOnce = 32;
    private bool _sealing;

    /// <summary>The whole book, from what its owner's record has of it.</summary>
    public async Task<HoldBook> Read(HoldBook stored)
    {
        var book = stored;
        if (book.Pages.IsEmpty) return book;
        await TurnBound.ForEachAsync(stored.Pages, ReadAtOnce, async page =>
        {
            if (page.IsOver) return;
            var holds = await Page(page.Number).Get();
            book = book.Read(page, holds);
        });
        return book;
    }

    /// <summary>Moves the oldest reservations of the owner's record to a page. Whatever breaks off is tried again with the next order.</summary>
    /// <param name="present">The book as it is stored now.</param>
    /// <param name="decide">Changes the book, durably.</param>
    public async Task Seal(Func<HoldBook> present, Func<Func<HoldBook, HoldBook>, Task> decide)
    {
        if (_sealing) return;
        _sealing = true;
        try
        {
            var book = present();
            var number = book.Sealed + 1;
            var holds = await Page(number).Seal(book.NextPage());
            ImmutableArray<int> over = [.. book.Pages.Where(page => page.IsOver).Select(page => page.Number)];
            foreach (var page in over) await Page(page).Clear();
            await decide(now => now.Seal(number, holds).Drop(over));
        }
        finally
        {
            _sealing = false;
        }
    }

    private IHoldPageGrain Page(int number) => grains.GetGrain<IHoldPageGrain>(string.Create(CultureInfo.InvariantCulture, $"{owner}/holds/{number}"));
}
