using System.Collections.Immutable;
using Orleans;

namespace OrderActors.Merchants;

/// <summary>A day of the week.</summary>
public enum Weekday
{
    /// <summary>Monday.</summary>
    Monday,

    /// <summary>Tuesday.</summary>
    Tuesday,

    /// <summary>Wednesday.</summary>
    Wednesday,

    /// <summary>Thursday.</summary>
    Thursday,

    /// <summary>Friday.</summary>
    Friday,

    /// <summary>Saturday.</summary>
    Saturday,

    /// <summary>Sunday.</summary>
    Sunday,
}

/// <summary>A time of a day in which a merchant is open. It belongs to the day on which it begins.</summary>
/// <param name="From">The minute of the day when it opens, 0 to 1,439.</param>
/// <param name="To">The minute when it closes, 1 to 1,440; not above <paramref name="From"/> means the next day.</param>
[GenerateSerializer, Immutable, Alias("orderactors.open-interval")]
public readonly record struct OpenInterval(int From, int To);

/// <summary>When a merchant is open on a day of every week.</summary>
/// <param name="Day">The day.</param>
/// <param name="Open">The times, at most four.</param>
[GenerateSerializer, Immutable, Alias("orderactors.weekday-hours")]
public sealed record WeekdayHours(Weekday Day, ImmutableArray<OpenInterval> Open);

/// <summary>When a merchant is open on one date, instead of the weekday's hours.</summary>
/// <param name="Date">The date.</param>
/// <param name="Open">The times, at most four; none for closed.</param>
[GenerateSerializer, Immutable, Alias("orderactors.date-hours")]
public sealed record DateHours(DateOnly Date, ImmutableArray<OpenInterval> Open);

/// <summary>When a merchant is open.</summary>
/// <param name="TimeZone">The IANA id of the zone in which the times are meant, such as <c>Europe/Berlin</c>.</param>
/// <param name="Week">The hours of the weekdays; a day that is not there is closed.</param>
/// <param name="Exceptions">Holidays and other dates with hours of their own.</param>
[GenerateSerializer, Immutable, Alias("orderactors.opening-hours")]
public sealed record OpeningHours(string TimeZone, ImmutableArray<WeekdayHours> Week, ImmutableArray<DateHours> Exceptions = default);
