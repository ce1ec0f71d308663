using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderActors.Tools.Replay;

/// <summary>
/// The last line that <c>replay --all</c> prints: one JSON object, keys in this order. All but the counts are means over the
/// days, each day counting the same; null where no day has a peer to compare with.
/// </summary>
internal sealed record SetSummary(
    [property: JsonPropertyName("days")] int Days,
    [property: JsonPropertyName("orders")] int Orders,
    [property: JsonPropertyName("clickToDoorMean")] double ClickToDoorMean,
    [property: JsonPropertyName("aboveBound")] double AboveBound,
    [property: JsonPropertyName("clickToDoorP90")] double ClickToDoorP90,
    [property: JsonPropertyName("undeliveredPercent")] double UndeliveredPercent,
    [property: JsonPropertyName("costPerOrder")] double CostPerOrder,
    [property: JsonPropertyName("ordersPerBundle")] double OrdersPerBundle,
    [property: JsonPropertyName("daysBelowReyesPercent")] double? DaysBelowReyesPercent,
    [property: JsonPropertyName("daysBelowFoodMatchPercent")] double? DaysBelowFoodMatchPercent,
    [property: JsonPropertyName("byPerfectInformation")] double? ByPerfectInformation,
    [property: JsonPropertyName("slowestDecisionMilliseconds")] double SlowestDecisionMilliseconds,
    [property: JsonPropertyName("wallSeconds")] double WallSeconds,
    [property: JsonPropertyName("earningsGini")] double EarningsGini,
    [property: JsonPropertyName("earningsSpread")] double EarningsSpread)
{
    /// <summary>Sums days up; there is at least one.</summary>
    public static SetSummary Of(IReadOnlyCollection<SetDay> days, TimeSpan wall) => new(
        days.Count,
        days.Sum(d => d.Measures.Orders),
        Round(days.Average(d => d.Measures.ClickToDoorMean)),
        Round(days.Average(d => d.Measures.ClickToDoorMean - d.Bound)),
        Round(days.Average(d => d.Measures.ClickToDoorP90)),
        Round(days.Average(d => d.Measures.Orders == 0 ? 0 : 100.0 * (d.Measures.Orders - d.Measures.Delivered) / d.Measures.Orders)),
        Round(days.Average(d => d.Measures.CostPerOrder)),
        Round(days.Average(d => d.Measures.OrdersPerBundle)),
        Below(days, d => d.Peers.Reyes),
        Below(days, d => d.Peers.FoodMatch),
        // Nulls are left out of an average; with nothing but nulls it is null.
        Round(days.Average(d => d.Measures.ClickToDoorMean / d.Peers.PerfectInformation)),
        Round(days.Max(d => d.Slowest.Elapsed.TotalMilliseconds)),
        Round(wall.TotalSeconds),
        Round(days.Average(d => d.Measures.EarningsGini)),
        Round(days.Average(d => d.Measures.EarningsSpread)));

    public string ToJson() => JsonSerializer.Serialize(this);

    private static double? Below(IEnumerable<SetDay> days, Func<SetDay, double?> peer) =>
        Round(days.Average(d => peer(d) is { } value ? d.Measures.ClickToDoorMean < value ? 100.0 : 0.0 : (double?)null));

    private static double Round(double value) => Math.Round(value, 4);

    private static double? Round(double? value) => value is { } known ? Round(known) : null;
}
