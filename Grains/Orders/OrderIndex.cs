using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using OrderActors.Values;

namespace OrderActors.Orders;

/// <summary>
/// The orders of one owner (customer, merchant, courier) in the order of arrival. The newest are kept here; every 64 go to a
/// page of their own, so that the owner's state stays small however many orders it has.
/// </summary>
/// <remarks>
/// Sealing is page first, then owner: the page's grain stores the 64, then the owner drops them with its next write. A crash
/// between leaves both, and sealing again changes nothing. A number that is taken out leaves an empty slot, so that positions,
/// and with them cursors, never move.
/// </remarks>
internal sealed record OrderIndex
{
    /// <summary>How many orders a page has.</summary>
    public const int PageSize = 64;

    /// <summary>The most orders in one answer.</summary>
    public const int MaxLimit = 200;

    /// <summary>How many sealed pages one answer reads at most in search of orders within a time.</summary>
    private const int MostPages = 16;

    /// <summary>How long after its number an order is created at the latest: the number is made first, and kept for a retry.</summary>
    private static readonly TimeSpan CreationLag = TimeSpan.FromHours(1);

    private readonly ImmutableArray<OrderNumber> _open;

    /// <summary>No orders.</summary>
    public static OrderIndex Empty { get; } = new();

    /// <summary>How many pages were sealed; they are 0 to this less one.</summary>
    public int SealedPages { get; init; }

    /// <summary>Numbers not on a sealed page, oldest first; a default one is an empty slot.</summary>
    public ImmutableArray<OrderNumber> Open { get => _open.OrEmpty(); init => _open = value; }

    /// <summary>The next page to seal, or empty while it is not full.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ImmutableArray<OrderNumber> FullPage => Open.Length < PageSize ? [] : [.. Open.AsSpan(0, PageSize)];

    /// <summary>Adds a number; one that is there already changes nothing.</summary>
    /// <param name="number">The number.</param>
    /// <param name="sealedPage">The page that was sealed before, or null: it is dropped here.</param>
    public OrderIndex Add(OrderNumber number, int? sealedPage = null)
    {
        // Looked for before the page is dropped: it may be on it.
        var isThere = Open.Contains(number);
        var index = sealedPage is { } page ? Drop(page) : this;
        return isThere ? index : index with { Open = index.Open.Add(number) };
    }

    /// <summary>Takes a number out, unless its page is sealed: readers pass over numbers without an order.</summary>
    public OrderIndex Remove(OrderNumber number) =>
        Open.Contains(number) ? this with { Open = Open.Replace(number, default) } : this;

    /// <summary>Reads a page of orders, newest first.</summary>
    /// <param name="cursor">Where to go on, or null for the newest.</param>
    /// <param name="limit">How many; 1 to 200.</param>
    /// <param name="readPage">Reads a sealed page.</param>
    /// <exception cref="InvalidCursorException">No page of this index gave the cursor out.</exception>
    public Task<OrderPage> Read(string? cursor, int limit, Func<int, Task<ImmutableArray<OrderNumber>>> readPage) =>
        Read(new OrderQuery(cursor, limit), TimeSpan.Zero, readPage);

    /// <summary>Reads a page of orders within a time, newest first.</summary>
    /// <param name="query">Which orders.</param>
    /// <param name="lag">How long after its number was made an order comes here at the latest.</param>
    /// <param name="readPage">Reads a sealed page.</param>
    /// <exception cref="InvalidCursorException">No page of this index gave the cursor out.</exception>
    public async Task<OrderPage> Read(OrderQuery query, TimeSpan lag, Func<int, Task<ImmutableArray<OrderNumber>>> readPage)
    {
        var limit = Math.Clamp(query.Limit, 1, MaxLimit);
        var position = query.Cursor is not null ? ParseCursor(query.Cursor) : query.Until is { } end ? await LengthAt(end + lag, readPage) : Length;
        var from = query.From - CreationLag;
        var found = ImmutableArray.CreateBuilder<OrderNumber>(limit);
        ImmutableArray<OrderNumber> page = default;
        var (loaded, reads) = (-1, 0);
        while (position > 0 && found.Count < limit)
        {
            position--;
            var number = default(OrderNumber);
            if (position >= SealedLength)
            {
                number = Open[(int)(position - SealedLength)];
            }
            else
            {
                var wanted = (int)(position / PageSize);
                if (wanted != loaded && reads++ == MostPages) return new(found.DrainToImmutable(), ToCursor(position + 1));
                if (wanted != loaded) (page, loaded) = ((await readPage(wanted)).OrEmpty(), wanted);
                var slot = (int)(position % PageSize);
                if (slot < page.Length) number = page[slot];
            }

            if (number == default || number.CreatedAt >= query.Until) continue;
            // What is older than this came here too early to be within the time, and so did everything before it.
            if (number.CreatedAt < from - lag) return new(found.DrainToImmutable(), null);
            if (!(number.CreatedAt < from)) found.Add(number);
        }

        return new(found.DrainToImmutable(), position > 0 ? ToCursor(position) : null);
    }

    /// <summary>
    /// How many orders may have come before a moment: everything from there on is younger. Found by halving, so that a week a year
    /// ago costs a dozen pages and not all that came since.
    /// </summary>
    private async Task<long> LengthAt(DateTimeOffset at, Func<int, Task<ImmutableArray<OrderNumber>>> readPage)
    {
        var (low, high) = (0, SealedPages);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var first = (await readPage(middle)).OrEmpty().FirstOrDefault(number => number != default);
            if (first != default && first.CreatedAt >= at) high = middle;
            else low = middle + 1;
        }

        return low < SealedPages ? (long)low * PageSize : Length;
    }

    private long SealedLength => (long)SealedPages * PageSize;

    private long Length => SealedLength + Open.Length;

    private OrderIndex Drop(int page) =>
        page == SealedPages && Open.Length >= PageSize
            ? this with { SealedPages = SealedPages + 1, Open = Open.RemoveRange(0, PageSize) }
            : this;

    private static string ToCursor(long position) =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{position / PageSize}:{position % PageSize}")));

    private long ParseCursor(string cursor)
    {
        try
        {
            var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor)).Split(':');
            if (parts.Length == 2 &&
                int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var page) &&
                int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var slot) &&
                slot < PageSize && (long)page * PageSize + slot <= Length)
            {
                return (long)page * PageSize + slot;
            }
        }
        catch (FormatException)
        {
            // Said below, in our own words.
        }

        throw new InvalidCursorException($"The cursor '{cursor}' was not given out with a page of these orders; start without a cursor.");
    }
}
