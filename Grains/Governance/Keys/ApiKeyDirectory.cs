using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Governance.Keys;

/// <summary>
/// What is stored of a directory: the newest keys, and how many pages of older ones there are. A key's place, counted from the
/// oldest, never changes, so it is the cursor.
/// </summary>
[StoredAs("api-key-directory", version: 1)]
internal sealed record ApiKeyDirectory
{
    /// <summary>How many keys a page has.</summary>
    public const int PageSize = 500;

    private readonly ImmutableArray<string> _newest;

    /// <summary>Keys that are on no page yet, oldest first; at most two pages full.</summary>
    public ImmutableArray<string> Newest { get => _newest.OrEmpty(); init => _newest = value; }

    /// <summary>How many pages are full, each a grain of its own.</summary>
    public int Pages { get; init; }

    /// <summary>How many keys there are.</summary>
    [JsonIgnore]
    public int Count => Pages * PageSize + Newest.Length;

    /// <summary>The page that has to be sealed before another key comes; empty when none has.</summary>
    [JsonIgnore]
    public ImmutableArray<string> Full => Newest.Length < 2 * PageSize ? [] : Newest[..PageSize];

    /// <summary>Lists a key.</summary>
    /// <param name="key">Its id.</param>
    /// <param name="sealedPage">The number of the page that was sealed just before; null when none was.</param>
    public ApiKeyDirectory Add(string key, int? sealedPage)
    {
        if (Newest.Contains(key)) return this;
        var room = sealedPage == Pages ? this with { Newest = Newest[PageSize..], Pages = Pages + 1 } : this;
        return room with { Newest = room.Newest.Add(key) };
    }

    /// <summary>Keys, newest first.</summary>
    /// <param name="cursor">The place of the first one; null for the newest.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="read">Reads a sealed page.</param>
    /// <exception cref="InvalidCursorException">The cursor is no place.</exception>
    public async Task<ApiKeyPage> List(string? cursor, int limit, Func<int, Task<ImmutableArray<string>>> read)
    {
        var place = Count - 1;
        if (cursor is not null && (!int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out place) || place >= Count))
            throw new InvalidCursorException(cursor);
        var keys = ImmutableArray.CreateBuilder<string>(Math.Min(limit, place + 1));
        var (page, held) = (-1, ImmutableArray<string>.Empty);
        for (; place >= 0 && keys.Count < limit; place--)
        {
            if (place >= Pages * PageSize)
            {
                keys.Add(Newest[place - Pages * PageSize]);
                continue;
            }

            if (page != place / PageSize) (page, held) = (place / PageSize, await read(place / PageSize));
            keys.Add(held[place % PageSize]);
        }

        return new(keys.DrainToImmutable(), place < 0 ? null : place.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>What is stored of a full page.</summary>
[StoredAs("api-key-page", version: 1)]
internal sealed record ApiKeyPageState
{
    private readonly ImmutableArray<string> _keys;

    /// <summary>The keys, oldest first.</summary>
    public ImmutableArray<string> Keys { get => _keys.OrEmpty(); init => _keys = value; }
}
