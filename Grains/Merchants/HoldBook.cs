using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrderActors.Values;

namespace OrderActors.Merchants;

/// <summary>Stock taken for an order that has not ended. No record: a copy with other terms must not have the stored form of these.</summary>
/// <param name="terms">What was taken, and on what terms.</param>
/// <param name="page">The page of the book that has it; 0 while it is in its owner's own record.</param>
/// <param name="slot">Its place on the page.</param>
[JsonConverter(typeof(OpenReservationConverter))]
internal sealed class OpenReservation(HeldTerms terms, int page = 0, int slot = 0)
{
    /// <summary>What was taken, and on what terms.</summary>
    public HeldTerms Terms => terms;

    /// <summary>The page of the book that has it; 0 while it is in its owner's own record.</summary>
    public int Page => page;

    /// <summary>Its place on the page.</summary>
    public int Slot => slot;

    /// <summary>Its stored form, once that was made: it is written again with every reservation that comes while it is among the newest.</summary>
    public byte[]? Stored { get; set; }
}

/// <summary>A page of reservations that left their owner's record.</summary>
/// <param name="Number">1, 2, 3 … per owner.</param>
/// <param name="Count">How many it has; 1 to 64.</param>
/// <param name="Ended">A bit for each of them that ended, or whose newest terms are elsewhere.</param>
internal readonly record struct HoldPage(int Number, int Count, ulong Ended = 0)
{
    /// <summary>The most that a page has: a bit for each.</summary>
    public const int Most = 64;

    /// <summary>Whether nothing on it counts any more.</summary>
    [JsonIgnore]
    public bool IsOver => BitOperations.PopCount(Ended) == Count;
}

/// <summary>
/// The open reservations of a merchant or a stripe. Pure. The newest are in their owner's record. Older ones are on pages, each a record of
/// its own that is written once, so that a reservation costs about the same however many are open; of a page the owner keeps a line.
/// </summary>
/// <remarks>
/// The owner's record alone decides: what a page says counts if the owner has a line for the page, and the bit is not set. Sealing is
/// page first, then owner; the first sealing of a page counts, whoever tried it, and a crash between leaves both as they were.
/// </remarks>
internal sealed record HoldBook
{
    private const int FewestOnPage = 16;

    /// <summary>The newest stay: whose order is refused in the next moment need not have been on a page.</summary>
    private const int FewestKept = 4;
    private readonly ImmutableArray<HoldPage> _pages;

    public static HoldBook Empty { get; } = new();

    /// <summary>Every open reservation.</summary>
    public ImmutableSortedDictionary<OrderNumber, OpenReservation> All { get; private init; } = ImmutableSortedDictionary<OrderNumber, OpenReservation>.Empty;

    /// <summary>Those in the owner's own record.</summary>
    public ImmutableSortedDictionary<OrderNumber, OpenReservation> Newest { get; private init; } =
        ImmutableSortedDictionary<OrderNumber, OpenReservation>.Empty;

    /// <summary>The pages, oldest first.</summary>
    public ImmutableArray<HoldPage> Pages { get => _pages.OrEmpty(); private init => _pages = value; }

    /// <summary>How many pages there ever were.</summary>
    public int Sealed { get; private init; }

    /// <summary>How many the next page gets: the more are open, the longer the pages, so that neither they nor their lines become many.</summary>
    public int PageSize => Math.Clamp((int)Math.Sqrt(All.Count) / 2, FewestOnPage, HoldPage.Most);

    /// <summary>Whether enough have gathered for a page.</summary>
    public bool IsPageFull => Newest.Count >= PageSize + FewestKept;

    /// <summary>The book as its owner's record has it; what is on pages is still to be read.</summary>
    public static HoldBook Stored(ImmutableSortedDictionary<OrderNumber, OpenReservation> newest, ImmutableArray<HoldPage> pages, int sealedPages) =>
        new() { All = newest, Newest = newest, Pages = pages, Sealed = sealedPages };

    /// <summary>Takes an order's reservation in, or makes it another one.</summary>
    public HoldBook Set(OrderNumber order, HeldTerms terms)
    {
        var reservation = new OpenReservation(terms);
        return Leave(order) with { All = All.SetItem(order, reservation), Newest = Newest.SetItem(order, reservation) };
    }

    /// <summary>An order's reservation is over; one that is not there changes nothing.</summary>
    public HoldBook Remove(OrderNumber order) => All.ContainsKey(order) ? Leave(order) with { All = All.Remove(order), Newest = Newest.Remove(order) } : this;

    /// <summary>The reservations that the next page gets: the oldest.</summary>
    public ImmutableArray<HeldOrder> NextPage() => [.. Newest.Take(PageSize).Select(open => new HeldOrder(open.Key, open.Value.Terms))];

    /// <summary>A page was written: what it has is no longer in the owner's record.</summary>
    /// <param name="page">The page's number; one that is not the next changes nothing.</param>
    /// <param name="holds">What it has.</param>
    public HoldBook Seal(int page, ImmutableArray<HeldOrder> holds)
    {
        if (page != Sealed + 1) return this;
        var (all, newest, ended) = (All.ToBuilder(), Newest.ToBuilder(), 0UL);
        for (var slot = 0; slot < holds.Length; slot++)
        {
            var (order, terms) = (holds[slot].Order, holds[slot].Terms);
            if (newest.TryGetValue(order, out var present) && present.Terms.Revision == terms.Revision)
            {
                newest.Remove(order);
                all[order] = new(present.Terms, page, slot);
            }
            else
            {
                // It ended or changed while the page was written.
                ended |= 1UL << slot;
            }
        }

        return this with { All = all.ToImmutable(), Newest = newest.ToImmutable(), Pages = Pages.Add(new(page, holds.Length, ended)), Sealed = page };
    }

    /// <summary>Pages that are over were emptied, and need no line any more.</summary>
    public HoldBook Drop(ImmutableArray<int> emptied) => emptied.IsEmpty
        ? this
        : this with { Pages = Pages.RemoveAll(page => page.IsOver && emptied.Contains(page.Number)) };

    /// <summary>Adds what a page has.</summary>
    public HoldBook Read(HoldPage page, ImmutableArray<HeldOrder> holds)
    {
        if (holds.Length != page.Count)
            throw new InvalidOperationException($"Page {page.Number} of the reservations has {holds.Length}; its owner says {page.Count}.");
        var all = All.ToBuilder();
        for (var slot = 0; slot < holds.Length; slot++)
        {
            if ((page.Ended & (1UL << slot)) == 0) all[holds[slot].Order] = new(holds[slot].Terms, page.Number, slot);
        }

        return this with { All = all.ToImmutable() };
    }

    /// <summary>Sets the bit of an order that is on a page.</summary>
    private HoldBook Leave(OrderNumber order)
    {
        if (!All.TryGetValue(order, out var known) || known.Page == 0) return this;
        for (var i = 0; i < Pages.Length; i++)
        {
            if (Pages[i].Number == known.Page) return this with { Pages = Pages.SetItem(i, Pages[i] with { Ended = Pages[i].Ended | (1UL << known.Slot) }) };
        }

        throw new InvalidOperationException($"Order {order} is on page {known.Page} of the reservations, of which there is no line.");
    }
}

/// <summary>Stores a reservation's terms, in the form that was made when it was stored first.</summary>
internal sealed class OpenReservationConverter : JsonConverter<OpenReservation>
{
    /// <inheritdoc/>
    public override OpenReservation? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<Form>(ref reader, options) is { Terms: { } terms } ? new(terms) : null;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, OpenReservation value, JsonSerializerOptions options) => writer.WriteRawValue(
        value.Stored ??= JsonSerializer.SerializeToUtf8Bytes(new Form(value.Terms), options), skipInputValidation: true);

    private sealed record Form(HeldTerms? Terms);
}
