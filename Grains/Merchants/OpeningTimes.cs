using System.Collections.Immutable;

namespace OrderActors.Merchants;

/// <summary>
/// When a merchant is open, as instants. Pure, but for the system's time zone database. A time that a change of clocks skips
/// is as much later as the clocks jump; of a time that comes twice an opening is the first and a closing the second.
/// </summary>
internal static class OpeningTimes
{
    /// <summary>How far ahead the next opening is looked for.</summary>
    public const int DaysAhead = 62;

    /// <summary>The zone of an IANA id; null when the system's database does not have it.</summary>
    public static TimeZoneInfo? Zone(string id) => TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : null;

    /// <summary>Whether the hours say open at a time.</summary>
    public static bool IsOpen(OpeningHours hours, DateTimeOffset at)
    {
        var zone = Required(hours);
        var day = DayOf(zone, at);
        // An interval may begin on the day before and cross midnight.
        return Intervals(hours, zone, day.AddDays(-1)).Concat(Intervals(hours, zone, day)).Any(open => open.From <= at && at < open.To);
    }

    /// <summary>The first instant, from a time on, at which the hours say open; null when there is none within two months.</summary>
    public static DateTimeOffset? NextOpen(OpeningHours hours, DateTimeOffset at)
    {
        if (IsOpen(hours, at)) return at;
        var zone = Required(hours);
        var day = DayOf(zone, at);
        for (var ahead = 0; ahead <= DaysAhead; ahead++)
        {
            // Intervals of a day need not stand in order.
            var next = Intervals(hours, zone, day.AddDays(ahead)).Where(open => open.From >= at).Select(open => (DateTimeOffset?)open.From).Min();
            if (next is not null) return next;
        }

        return null;
    }

    private static TimeZoneInfo Required(OpeningHours hours) => Zone(hours.TimeZone) ?? throw new InvalidOperationException(
        $"This machine's time zone database lacks '{hours.TimeZone}', which a merchant's opening hours need. Install the system's tzdata.");

    private static DateOnly DayOf(TimeZoneInfo zone, DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);

    private static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Intervals(OpeningHours hours, TimeZoneInfo zone, DateOnly day)
    {
        foreach (var open in Of(hours, day))
        {
            var closingDay = open.To > open.From ? day : day.AddDays(1);
            var (from, to) = (Instant(zone, day, open.From, last: false), Instant(zone, closingDay, open.To, last: true));
            if (from < to) yield return (from, to);
        }
    }

    private static ImmutableArray<OpenInterval> Of(OpeningHours hours, DateOnly day)
    {
        foreach (var exception in hours.Exceptions.OrEmpty())
        {
            if (exception.Date == day) return exception.Open.OrEmpty();
        }

        var weekday = (Weekday)(((int)day.DayOfWeek + 6) % 7);
        foreach (var usual in hours.Week.OrEmpty())
        {
            if (usual.Day == weekday) return usual.Open.OrEmpty();
        }

        return [];
    }

    private static DateTimeOffset Instant(TimeZoneInfo zone, DateOnly day, int minute, bool last)
    {
        var local = day.ToDateTime(TimeOnly.MinValue).AddMinutes(minute);
        // A day before the jump has the offset that the skipped time would have had.
        if (zone.IsInvalidTime(local)) return new DateTimeOffset(local, zone.GetUtcOffset(local.AddDays(-1))).ToUniversalTime();
        var offset = zone.IsAmbiguousTime(local)
            ? last ? zone.GetAmbiguousTimeOffsets(local).Min() : zone.GetAmbiguousTimeOffsets(local).Max()
            : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
