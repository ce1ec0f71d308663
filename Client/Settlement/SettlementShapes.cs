using OrderActors.Client.Http;
using OrderActors.Settlement;
using OrderActors.Values;

namespace OrderActors.Client.Settlement;

/// <summary>POST /v1/settlements/{day}/close.</summary>
/// <param name="Actor">Who; an operator when left out.</param>
internal sealed record CloseDayRequest(ActorBody? Actor = null)
{
    public static readonly CloseDayRequest Empty = new();
}

/// <summary>A day of the books.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="Version">Counts the changes of its status; also the ETag.</param>
/// <param name="Status">open, closing or closed.</param>
/// <param name="Bookings">How many events were booked.</param>
/// <param name="Totals">Its sums; those of a currency sum to zero.</param>
/// <param name="ClosedAt">When it was closed.</param>
internal sealed record SettlementDayResponse(
    [GrainKey] string Day, long Version, SettlementDayStatus Status, long Bookings, PartyTotalBody[] Totals, DateTimeOffset? ClosedAt)
{
    public static SettlementDayResponse From(SettlementDayView day) => new(
        day.Day,
        day.Version,
        day.Status,
        day.Bookings,
        day.Totals.IsDefault ? [] : [.. day.Totals.Select(t => new PartyTotalBody(t.Party, new(t.Amount, t.Currency), t.Entries))],
        day.ClosedAt);
}

/// <summary>The sum of the entries of a kind of party.</summary>
/// <param name="Party">customer, merchant, courier or platform.</param>
/// <param name="Amount">Above 0 is owed to the parties.</param>
/// <param name="Entries">How many entries it sums.</param>
internal sealed record PartyTotalBody(PartyKind Party, MoneyBody Amount, long Entries);

/// <summary>One entry.</summary>
/// <param name="Order">The order's number; absent for what belongs to no order, as a courier's guaranteed pay.</param>
/// <param name="Type">The event that was booked.</param>
/// <param name="Refund">The refund's number within the order, when it is one.</param>
/// <param name="Party">customer, merchant, courier or platform.</param>
/// <param name="Id">The party's id; absent for the platform.</param>
/// <param name="Amount">Above 0 is owed to the party.</param>
/// <param name="OccurredAt">When it happened.</param>
internal sealed record EntryBody(string? Order, string Type, int? Refund, PartyKind Party, [GrainKey] string? Id, MoneyBody Amount, DateTimeOffset OccurredAt)
{
    public static EntryBody From(SettlementLine line)
    {
        var (booking, entry) = (line.Booking, line.Booking.Entries[0]);
        return new(
            booking.Order == default ? null : booking.Order.ToString(),
            booking.Type,
            booking.Refund == 0 ? null : booking.Refund,
            entry.Party,
            entry.Id.Length == 0 ? null : entry.Id,
            MoneyBody.From(new Money(entry.Amount, booking.Currency)),
            booking.OccurredAt);
    }
}

/// <summary>A page of entries, in the order of the books.</summary>
/// <param name="Data">The entries.</param>
/// <param name="NextCursor">Where the next page starts; absent at the end.</param>
/// <param name="HasMore">Whether there is a next page.</param>
internal sealed record EntryListResponse(EntryBody[] Data, string? NextCursor, bool HasMore);
