using System.Globalization;
using System.Text;
using OrderActors.Client.Http;
using OrderActors.Settlement;
using OrderActors.Values;

namespace OrderActors.Client.Settlement;

/// <summary>Entries as comma-separated values (RFC 4180), one a line.</summary>
internal static class SettlementCsv
{
    /// <summary>The first line.</summary>
    public const string Header = "day,occurred_at,order,type,refund,party,party_id,amount,currency,partition,sequence\r\n";

    private const string Instant = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Appends an entry's line.</summary>
    public static void Append(StringBuilder text, string day, SettlementLine line)
    {
        var (booking, entry) = (line.Booking, line.Booking.Entries[0]);
        text.Append(Field(TestMode.Shown(day))).Append(',')
            .Append(booking.OccurredAt.UtcDateTime.ToString(Instant, CultureInfo.InvariantCulture)).Append(',')
            .Append(booking.Order == default ? "" : booking.Order.ToString()).Append(',')
            .Append(Field(booking.Type)).Append(',');
        if (booking.Refund != 0) text.Append(CultureInfo.InvariantCulture, $"{booking.Refund}");
        text.Append(',').Append(WireNames<PartyKind>.NameOf(entry.Party)).Append(',')
            .Append(Field(TestMode.Shown(entry.Id))).Append(',')
            .Append(CultureInfo.InvariantCulture, $"{entry.Amount},")
            .Append(Field(booking.Currency))
            .Append(CultureInfo.InvariantCulture, $",{line.Partition},{booking.Sequence}\r\n");
    }

    /// <summary>A field, in quotes where it needs them.</summary>
    public static string Field(string value) =>
        value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
