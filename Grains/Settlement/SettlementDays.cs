using System.Globalization;
using OrderActors.Values;

namespace OrderActors.Settlement;

/// <summary>Days and the keys of their grains.</summary>
internal static class SettlementDays
{
    private const string Format = "yyyy-MM-dd";

    /// <summary>The day of a moment, UTC.</summary>
    public static DateOnly Of(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime);

    /// <summary>The key of a day's grain: each side has books of its own.</summary>
    public static string Key(DateOnly day, bool live) => TestMode.Id(day.ToString(Format, CultureInfo.InvariantCulture), live);

    /// <summary>The key of a day's book of a partition.</summary>
    public static string BookKey(string day, int partition) => $"{day}/{Shard.Key(partition)}";

    /// <summary>The day of a key.</summary>
    public static bool TryParse(string key, out DateOnly day) =>
        DateOnly.TryParseExact(TestMode.Shown(key), Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);

    /// <summary>When a day is over.</summary>
    public static DateTimeOffset EndOf(DateOnly day) => day == DateOnly.MaxValue
        ? DateTimeOffset.MaxValue
        : new(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
