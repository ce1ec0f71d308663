using System.Globalization;
using System.Text.Json.Serialization;
using OrderActors.Client.Http;
using OrderActors.Merchants;

namespace OrderActors.Client.Merchants;

/// <summary>PUT /v1/merchants/{id}/hours: when a merchant is open.</summary>
/// <param name="TimeZone">The IANA id of the zone in which the times are meant.</param>
/// <param name="Week">The hours of the weekdays; a day that is not there is closed.</param>
/// <param name="Exceptions">Dates with hours of their own.</param>
internal sealed record HoursBody(string TimeZone, WeekdayHoursBody[] Week, DateBody[]? Exceptions = null)
{
    public static HoursBody From(OpeningHours hours) => new(
        hours.TimeZone,
        hours.Week.IsDefaultOrEmpty ? [] : [.. hours.Week.Select(day => new WeekdayHoursBody(day.Day, IntervalBody.Of(day.Open)))],
        hours.Exceptions.IsDefaultOrEmpty
            ? null
            : [.. hours.Exceptions.Select(d => new DateBody(d.Date.ToString(DateBody.Format, CultureInfo.InvariantCulture), IntervalBody.Of(d.Open)))]);

    /// <summary>The hours, or a refusal that names the text that is no time or date.</summary>
    public OpeningHours ToHours() => new(
        TimeZone,
        [.. Week.Select((day, i) => new WeekdayHours(day.Day, [.. day.Open.Select((open, j) => open.ToInterval($"/week/{i}/open/{j}"))]))],
        [.. (Exceptions ?? []).Select((date, i) => new DateHours(
            date.ToDate($"/exceptions/{i}/date"), [.. date.Open.Select((open, j) => open.ToInterval($"/exceptions/{i}/open/{j}"))]))]);
}

/// <summary>The hours of a weekday.</summary>
/// <param name="Day">monday to sunday.</param>
/// <param name="Open">When it is open.</param>
[method: JsonConstructor]
internal readonly record struct WeekdayHoursBody(Weekday Day, IntervalBody[] Open);

/// <summary>The hours of one date, instead of its weekday's.</summary>
/// <param name="Date">Such as 2026-12-24.</param>
/// <param name="Open">When it is open; none for closed.</param>
[method: JsonConstructor]
internal readonly record struct DateBody(string Date, IntervalBody[] Open)
{
    public const string Format = "yyyy-MM-dd";

    public DateOnly ToDate(string pointer) => DateOnly.TryParseExact(Date, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
        ? date
        : throw IntervalBody.Wrong(pointer, Date, "a date such as 2026-12-24");
}

/// <summary>A time of a day.</summary>
/// <param name="From">When it opens, 00:00 to 23:59.</param>
/// <param name="To">When it closes, 00:00 to 24:00; not after <paramref name="From"/> is the next day.</param>
[method: JsonConstructor]
internal readonly record struct IntervalBody(string From, string To)
{
    private const string Rule = "a time such as 09:30";

    public static IntervalBody[] Of(IEnumerable<OpenInterval> open) => [.. open.Select(o => new IntervalBody(Text(o.From), Text(o.To)))];

    public OpenInterval ToInterval(string pointer) => new(Minute(From, pointer + "/from"), Minute(To, pointer + "/to"));

    public static RequestFault Wrong(string pointer, string value, string rule) => new(
        ProblemKind.ValidationFailed, $"{pointer} is '{value}'; it must be {rule}.",
        new ProblemError("validation_failed", $"It must be {rule}.", Pointer: pointer, Value: value, Allowed: [rule]));

    private static string Text(int minute) => string.Create(CultureInfo.InvariantCulture, $"{minute / 60:00}:{minute % 60:00}");

    private static int Minute(string text, string pointer) =>
        text.Length == 5 && text[2] == ':' &&
        int.TryParse(text.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var hour) &&
        int.TryParse(text.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var minute) &&
        minute < 60 && hour * 60 + minute <= 24 * 60
            ? hour * 60 + minute
            : throw Wrong(pointer, text, Rule);
}
