using System.Collections.Immutable;
using OrderActors.Client.Http;
using OrderActors.Couriers;
using OrderActors.Values;

namespace OrderActors.Client.Couriers;

/// <summary>POST /v1/couriers/{id}/offers/{number}/decline. The body may be left out.</summary>
/// <param name="Reason">Why; other when left out.</param>
internal sealed record DeclineOfferRequest(DeclineReason? Reason = null)
{
    public static readonly DeclineOfferRequest Empty = new();
}

/// <summary>POST /v1/deliveries/{number}/handover.</summary>
/// <param name="From">Who carries the order.</param>
/// <param name="To">Who takes it over.</param>
/// <param name="Actor">Who says so; null for the courier who takes it over.</param>
internal sealed record HandOverRequest(string From, string To, ActorBody? Actor = null);

/// <summary>What a courier is asked to take.</summary>
/// <param name="Orders">The orders, in the sequence of their drop-offs; answering one answers all.</param>
/// <param name="OfferedAt">When the courier was asked.</param>
/// <param name="Until">When the offer ends.</param>
internal sealed record OfferBody(ImmutableArray<OrderNumber> Orders, DateTimeOffset OfferedAt, DateTimeOffset Until)
{
    public static OfferBody[] From(CourierView courier) =>
        courier.Offer is { } offer ? [new(offer.Orders, offer.OfferedAt, offer.Until)] : [];
}

/// <summary>GET /v1/couriers/{id}/offers.</summary>
/// <param name="Data">The open offer, or none.</param>
internal sealed record OffersResponse(OfferBody[] Data);

/// <summary>GET /v1/couriers/{id}/earnings.</summary>
/// <param name="Courier">The courier's id.</param>
/// <param name="Shift">The shift under way; absent off duty.</param>
/// <param name="Data">The newest days with earnings, newest first; at most 60.</param>
internal sealed record EarningsResponse(string Courier, ShiftBody? Shift, EarningsDayBody[] Data)
{
    public static EarningsResponse From(string courier, CourierEarnings earnings) => new(
        courier,
        ShiftBody.From(earnings.Shift),
        earnings.Days.IsDefault ? [] : [.. earnings.Days.Select(EarningsDayBody.From)]);
}

/// <summary>The shift under way.</summary>
/// <param name="StartedAt">Since when time is guaranteed.</param>
/// <param name="BreakSeconds">Breaks that are over.</param>
/// <param name="PausedAt">Since when there is a break; absent without one.</param>
/// <param name="Orders">Orders delivered.</param>
/// <param name="Earned">What they earned, in minor units.</param>
internal sealed record ShiftBody(DateTimeOffset StartedAt, long BreakSeconds, DateTimeOffset? PausedAt, int Orders, long Earned)
{
    public static ShiftBody? From(Shift? shift) =>
        shift is null ? null : new(shift.StartedAt, (long)shift.Breaks.TotalSeconds, shift.PausedAt, shift.Orders, shift.Earned);
}

/// <summary>A day's earnings.</summary>
/// <param name="Day">The day in UTC, such as 2026-03-02.</param>
/// <param name="Orders">Orders delivered.</param>
/// <param name="Earned">What they earned.</param>
/// <param name="TopUp">What the guarantee added for shifts that ended on the day.</param>
/// <param name="OnDutySeconds">The guaranteed time of these shifts.</param>
internal sealed record EarningsDayBody(string Day, int Orders, MoneyBody Earned, MoneyBody TopUp, long OnDutySeconds)
{
    public static EarningsDayBody From(EarningsDay day) => new(
        day.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        day.Orders,
        new(day.Earned, day.Currency),
        new(day.TopUp, day.Currency),
        (long)day.OnDuty.TotalSeconds);
}
