using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.Lifecycles;

/// <summary>Orders within a time, out of an index of many.</summary>
public sealed class OrderWindowTests
{
    private static readonly TimeSpan Lag = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset Start = OrderNumber.Epoch.AddDays(1_000);

    [Fact]
    public async Task A_day_long_ago_is_found_without_reading_all_that_came_since()
    {
        // An order every ten minutes for two years, each a little out of line.
        var numbers = Enumerable.Range(0, 100_000).Select(i => Number(Start.AddMinutes((10 * i) + (i * 7919 % 50)), i)).ToArray();
        var (index, pages) = Index(numbers);
        var (from, until) = (Start.AddDays(100), Start.AddDays(101));
        var reads = 0;
        var found = await All(index, new(null, 40, from, until), page =>
        {
            reads++;
            return Task.FromResult(pages[page]);
        });
        var expected = numbers.Where(n => n.CreatedAt >= from && n.CreatedAt < until).Reverse().ToArray();
        Assert.True(expected.Length > 100);
        Assert.Equal(expected, found.Where(n => n.CreatedAt >= from));
        Assert.All(found, n => Assert.True(n.CreatedAt < until && n.CreatedAt >= from - Lag));
        Assert.InRange(reads, 1, 40);
    }

    [Fact]
    public async Task An_answer_reads_a_bounded_number_of_pages_and_says_where_to_go_on()
    {
        // All made at once and a year before they came here, as with orders that are scheduled: nothing can be left out.
        var numbers = Enumerable.Range(0, 64 * 40).Select(i => Number(Start.AddSeconds(i), i)).ToArray();
        var (index, pages) = Index(numbers);
        var reads = 0;
        var page = await index.Read(new(null, 50, Start.AddDays(-2), Start.AddDays(-1)), TimeSpan.FromDays(366), p =>
        {
            reads++;
            return Task.FromResult(pages[p]);
        });
        Assert.Empty(page.Orders);
        Assert.NotNull(page.NextCursor);
        Assert.InRange(reads, 1, 32);
    }

    private static async Task<List<OrderNumber>> All(OrderIndex index, OrderQuery query, Func<int, Task<ImmutableArray<OrderNumber>>> read)
    {
        var found = new List<OrderNumber>();
        for (OrderPage? page = null; page is null || page.NextCursor is not null;)
        {
            page = await index.Read(query with { Cursor = page?.NextCursor }, Lag, read);
            found.AddRange(page.Orders);
        }

        return found;
    }

    private static (OrderIndex Index, List<ImmutableArray<OrderNumber>> Pages) Index(OrderNumber[] numbers)
    {
        var pages = numbers.Chunk(OrderIndex.PageSize).Select(chunk => chunk.ToImmutableArray()).ToList();
        var open = pages[^1].Length < OrderIndex.PageSize ? pages[^1] : [];
        if (!open.IsEmpty) pages.RemoveAt(pages.Count - 1);
        return (new OrderIndex { SealedPages = pages.Count, Open = open }, pages);
    }

    private static OrderNumber Number(DateTimeOffset at, int i) =>
        OrderNumber.Create((long)(at - OrderNumber.Epoch).TotalMilliseconds, 0, 0, i % 120, i / 120 % 120);
}
