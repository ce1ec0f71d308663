using System.Collections.Immutable;
using System.Text.Json;
using OrderActors.Merchants;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles;

/// <summary>Reservations on pages, against a dictionary, with a crash possible between any two writes.</summary>
public class HoldBookTests
{
    private static OrderNumber Number(int n) => OrderNumber.Create(n, 0, 0, 0, 0);

    private static HeldTerms Terms(int quantity, long revision = 0) =>
        new([new("bread", quantity, 250)], new(250 * quantity, "EUR"), TimeSpan.Zero, false, Revision: revision);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_sealed_read_again_or_sealed_twice_the_book_has_what_is_open(int seed)
    {
        var random = new Random(seed);
        var (book, open, pages) = (HoldBook.Empty, new SortedDictionary<OrderNumber, HeldTerms>(), new Dictionary<int, ImmutableArray<HeldOrder>>());
        for (var step = 1; step <= 4_000; step++)
        {
            var some = open.Count == 0 ? default : open.Keys.ElementAt(random.Next(open.Count));
            switch (random.Next(10))
            {
                case < 4:
                    (book, open[Number(step)]) = (book.Set(Number(step), Terms(step % 7)), Terms(step % 7));
                    break;
                case 4 when some != default:
                    open[some] = Terms(3, revision: step);
                    book = book.Set(some, open[some]);
                    break;
                case 5 or 6 when some != default && random.Next(5) > 0:
                    open.Remove(some);
                    book = book.Remove(some).Remove(some);
                    break;
                case 7 when book.IsPageFull:
                    // The page is durable first; the crash after it leaves the owner as it was, with more or fewer orders by the next try.
                    pages.TryAdd(book.Sealed + 1, book.NextPage());
                    if (random.Next(2) == 0) book = book.Seal(book.Sealed + 1, pages[book.Sealed + 1]);
                    break;
                case 8 when book.Sealed > 0:
                    Assert.Same(book, book.Seal(random.Next(book.Sealed) + 1, [new(Number(step), Terms(1))]));
                    ImmutableArray<int> over = [.. book.Pages.Where(page => page.IsOver).Select(page => page.Number)];
                    foreach (var page in over) pages.Remove(page);
                    book = book.Drop(over);
                    break;
                case 9:
                    book = Again(book, pages);
                    break;
            }

            Assert.Equal((seed, step, open.Count), (seed, step, book.All.Count));
            Assert.True(open.All(o => book.All[o.Key].Terms.Revision == o.Value.Revision), $"seed {seed}, step {step}");
            Assert.True(book.Newest.Count <= book.All.Count && book.Newest.All(o => ReferenceEquals(book.All[o.Key], o.Value)), $"seed {seed}, step {step}");
        }

        Assert.True(book.Sealed > 10, $"seed {seed}: {book.Sealed} pages");
    }

    [Fact]
    public void However_many_are_open_a_record_stays_small()
    {
        var book = HoldBook.Empty;
        for (var n = 1; n <= 5_000; n++)
        {
            book = book.Set(Number(n), Terms(2));
            if (book.IsPageFull) book = book.Seal(book.Sealed + 1, book.NextPage());
        }

        Assert.Equal(5_000, book.All.Count);
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(new StripeState { Holds = book }, StoredJson.Options).Length, 1_000, 15_000);
    }

    [Fact]
    public void A_page_that_is_not_what_its_owner_says_is_refused()
    {
        var book = HoldBook.Stored(HoldBook.Empty.All, [new(1, 16)], 1);
        Assert.Throws<InvalidOperationException>(() => book.Read(book.Pages[0], []));
    }

    /// <summary>As another activation reads it.</summary>
    private static HoldBook Again(HoldBook book, Dictionary<int, ImmutableArray<HeldOrder>> pages)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new MerchantStock { Holds = book }, StoredJson.Options);
        var read = JsonSerializer.Deserialize<MerchantStock>(json, StoredJson.Options)!;
        Assert.Equal(json, JsonSerializer.SerializeToUtf8Bytes(read, StoredJson.Options));
        return read.Holds.Pages.Where(page => !page.IsOver).Aggregate(read.Holds, (all, page) => all.Read(page, pages[page.Number]));
    }
}
