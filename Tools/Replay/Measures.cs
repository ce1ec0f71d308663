using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderActors.Tools.Replay;

/// <summary>How good a day was, by the definitions of the published evaluator.</summary>
/// <param name="Orders">Orders placed.</param>
/// <param name="Delivered">Orders delivered.</param>
/// <param name="ClickToDoorMean">Minutes from placement to drop-off, mean over delivered orders.</param>
/// <param name="ClickToDoorP90">The same, 90th percentile (linear between neighbours).</param>
/// <param name="ReadyToPickupMean">Minutes that ready orders waited for their pickup, mean over delivered orders.</param>
/// <param name="ReadyToDoorMean">Minutes from ready to drop-off, mean over delivered orders.</param>
/// <param name="CourierUtilisation">
/// Minutes of driving and of service (waiting left out) by minutes of the shift, mean over couriers. Work after the
/// off-time counts, so a courier can be above 1.
/// </param>
/// <param name="CostPerOrder">Pay by orders placed: each courier earns by order, or the guaranteed hours if that is more.</param>
/// <param name="OrdersPerBundle">Orders by assignment, mean over assignments.</param>
/// <param name="EarningsGini">
/// How unlike couriers' orders per hour of their shifts are, as a Gini coefficient: 0 when all are the same, towards 1 when one has everything.
/// </param>
/// <param name="EarningsSpread">The same as a ratio: the 90th percentile by the 10th; 0 when that is 0.</param>
internal sealed record Measures(
    int Orders,
    int Delivered,
    double ClickToDoorMean,
    double ClickToDoorP90,
    double ReadyToPickupMean,
    double ReadyToDoorMean,
    double CourierUtilisation,
    double CostPerOrder,
    double OrdersPerBundle,
    double EarningsGini = 0,
    double EarningsSpread = 0)
{
    /// <summary>Measures files whose ids are all known.</summary>
    public static Measures Of(Instance instance, SolutionFiles files)
    {
        var outcomes = files.Outcomes.Select(o => o.Value).ToList();
        var clickToDoor = outcomes.Select(o => (double)(o.DropoffMinute - o.PlacementMinute)).ToList();
        var rates = Rates(instance, outcomes);
        return new Measures(
            instance.Orders.Length,
            outcomes.Count,
            Mean(clickToDoor),
            Percentile(clickToDoor, 0.9),
            Mean(outcomes.Select(o => (double)(o.PickupMinute - o.ReadyMinute))),
            Mean(outcomes.Select(o => (double)(o.DropoffMinute - o.ReadyMinute))),
            Mean(Utilisation(instance, files)),
            instance.Orders.Length == 0 ? 0 : (double)(Cost(instance, outcomes) / instance.Orders.Length),
            Mean(files.Assignments.Select(a => (double)a.Value.Orders.Length)),
            Gini(rates),
            Percentile(rates, 0.1) is > 0 and var least ? Percentile(rates, 0.9) / least : 0);
    }

    /// <summary>
    /// The value below which a share of the values lies; between two neighbours it is linear, as in NumPy, pandas and so
    /// in the published evaluator. 0 when there are no values.
    /// </summary>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0) return 0;
        var rank = share * (sorted.Length - 1);
        var below = (int)Math.Floor(rank);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
    }

    /// <summary>The mean difference of two values by twice their mean; 0 when there are none, or all are 0.</summary>
    public static double Gini(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        var total = sorted.Sum();
        if (total <= 0) return 0;
        var weighted = 0.0;
        for (var i = 0; i < sorted.Length; i++) weighted += (2.0 * (i + 1) - sorted.Length - 1) * sorted[i];
        return weighted / (sorted.Length * total);
    }

    /// <summary>Each courier's orders by the hours of the shift.</summary>
    private static double[] Rates(Instance instance, List<DayOutcome> outcomes)
    {
        var carried = outcomes.CountBy(o => o.Courier, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        return [.. instance.Couriers.Where(c => c.OffMinute > c.OnMinute).Select(c => 60.0 * carried.GetValueOrDefault(c.Id) / (c.OffMinute - c.OnMinute))];
    }

    private static decimal Cost(Instance instance, List<DayOutcome> outcomes)
    {
        var carried = outcomes.CountBy(o => o.Courier, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        return instance.Couriers.Sum(c => Math.Max(
            instance.Parameters.PayPerOrder * carried.GetValueOrDefault(c.Id),
            instance.Parameters.GuaranteedPayPerHour * (c.OffMinute - c.OnMinute) / 60m));
    }

    private static List<double> Utilisation(Instance instance, SolutionFiles files)
    {
        var places = instance.Restaurants.ToDictionary(r => r.Id, r => r.Location, StringComparer.Ordinal);
        foreach (var order in instance.Orders) places[order.Id] = order.Dropoff;
        var starts = instance.Couriers.ToDictionary(c => c.Id, c => c.Start, StringComparer.Ordinal);
        var busy = instance.Couriers.ToDictionary(c => c.Id, _ => 0, StringComparer.Ordinal);
        foreach (var (_, move) in files.Moves)
        {
            var from = move.Origin == DayMove.OnLocation ? starts[move.Courier] : places[move.Origin];
            busy[move.Courier] += TimetableCheck.DriveMinutes(from, places[move.Destination], instance.Parameters.MetresPerMinute);
        }

        foreach (var (_, a) in files.Assignments)
            busy[a.Courier] += instance.Parameters.PickupServiceMinutes + a.Orders.Length * instance.Parameters.DropoffServiceMinutes;
        return [.. instance.Couriers.Select(c => c.OffMinute == c.OnMinute ? 0 : (double)busy[c.Id] / (c.OffMinute - c.OnMinute))];
    }

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(0).Average();
}

/// <summary>The last line that <c>replay</c> prints: one JSON object, keys in this order.</summary>
internal sealed record ReplaySummary(
    [property: JsonPropertyName("instance")] string Instance,
    [property: JsonPropertyName("orders")] int Orders,
    [property: JsonPropertyName("delivered")] int Delivered,
    [property: JsonPropertyName("clickToDoorMean")] double ClickToDoorMean,
    [property: JsonPropertyName("clickToDoorP90")] double ClickToDoorP90,
    [property: JsonPropertyName("readyToPickupMean")] double ReadyToPickupMean,
    [property: JsonPropertyName("courierUtilisation")] double CourierUtilisation,
    [property: JsonPropertyName("costPerOrder")] double CostPerOrder,
    [property: JsonPropertyName("ordersPerBundle")] double OrdersPerBundle,
    [property: JsonPropertyName("wallSeconds")] double WallSeconds,
    [property: JsonPropertyName("earningsGini")] double EarningsGini,
    [property: JsonPropertyName("earningsSpread")] double EarningsSpread)
{
    public static ReplaySummary Of(string instance, Measures m, TimeSpan wall) => new(
        instance, m.Orders, m.Delivered, Round(m.ClickToDoorMean), Round(m.ClickToDoorP90), Round(m.ReadyToPickupMean),
        Round(m.CourierUtilisation), Round(m.CostPerOrder), Round(m.OrdersPerBundle), Round(wall.TotalSeconds),
        Round(m.EarningsGini), Round(m.EarningsSpread));

    public string ToJson() => JsonSerializer.Serialize(this);

    private static double Round(double value) => Math.Round(value, 4);
}
