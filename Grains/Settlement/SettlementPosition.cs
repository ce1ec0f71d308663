using System.Buffers.Text;
using System.Globalization;
using System.Text;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Settlement;

/// <summary>A place in a day's entries. Books only grow, so a place stays where it is.</summary>
internal readonly record struct SettlementPosition(int Partition, int Page, int Booking, int Entry)
{
    public SettlementPosition NextEntry => this with { Entry = Entry + 1 };

    public SettlementPosition NextBooking => this with { Booking = Booking + 1, Entry = 0 };

    public SettlementPosition NextPage => new(Partition, Page + 1, 0, 0);

    public SettlementPosition NextPartition => new(Partition + 1, 0, 0, 0);

    /// <summary>The place that a cursor says.</summary>
    /// <exception cref="InvalidCursorException">No page of entries gave it out.</exception>
    public static SettlementPosition Parse(string? cursor)
    {
        if (cursor is null) return default;
        try
        {
            int[] parts = [.. Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor)).Split(':').Select(
                part => int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture))];
            if (parts is [< Shard.Count, _, < SettlementBook.PageSize, < 8]) return new(parts[0], parts[1], parts[2], parts[3]);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            // Said below, in our own words.
        }

        throw new InvalidCursorException($"The cursor '{cursor}' was not given out with a page of these entries; start without a cursor.");
    }

    public override string ToString() => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{Partition}:{Page}:{Booking}:{Entry}")));
}
