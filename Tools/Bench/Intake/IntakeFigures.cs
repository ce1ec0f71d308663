using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderActors.Tools.Bench.Intake;

/// <summary>The last line that <c>bench intake</c> prints: one JSON object, keys in this order.</summary>
/// <param name="Orders">That were pushed.</param>
/// <param name="AcceptedPerSecond">Orders acknowledged a second, without the time from the kill to the first acknowledgement after it.</param>
/// <param name="Rate">Orders a second that were set.</param>
/// <param name="DrainedPerSecond">Orders a second that were placed, where nothing was killed.</param>
/// <param name="LowestWindow">The fewest orders placed in any five seconds, as a share of the rate.</param>
/// <param name="HighestWindow">The most.</param>
/// <param name="Windows">How many such windows were counted.</param>
/// <param name="Lost">Orders that were acknowledged and do not exist.</param>
/// <param name="Doubled">Orders that exist and belong to no receipt, or to two places of them.</param>
/// <param name="Kills">How often the platform was killed.</param>
/// <param name="PeakMegabytes">The most memory a process had, in millions of bytes.</param>
internal sealed record IntakeFigures(
    [property: JsonPropertyName("orders")] int Orders,
    [property: JsonPropertyName("acceptedPerSecond")] double AcceptedPerSecond,
    [property: JsonPropertyName("rate")] int Rate,
    [property: JsonPropertyName("drainedPerSecond")] double DrainedPerSecond,
    [property: JsonPropertyName("lowestWindow")] double LowestWindow,
    [property: JsonPropertyName("highestWindow")] double HighestWindow,
    [property: JsonPropertyName("windows")] int Windows,
    [property: JsonPropertyName("lost")] int Lost,
    [property: JsonPropertyName("doubled")] int Doubled,
    [property: JsonPropertyName("kills")] int Kills,
    [property: JsonPropertyName("peakMegabytes")] double PeakMegabytes)
{
    public string ToJson() => JsonSerializer.Serialize(this);
}

/// <summary>How many orders were placed in any five seconds. Pure.</summary>
internal static class DrainWindows
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>The counts of all windows between two times, as shares of the rate.</summary>
    /// <param name="placed">When orders were placed, in order.</param>
    /// <param name="rate">Orders a second.</param>
    /// <param name="from">The first window's beginning.</param>
    /// <param name="to">The last window's end.</param>
    public static List<double> Shares(IReadOnlyList<DateTimeOffset> placed, int rate, DateTimeOffset from, DateTimeOffset to)
    {
        var shares = new List<double>();
        var (first, last) = (0, 0);
        for (; from + Window <= to; from += Step)
        {
            while (first < placed.Count && placed[first] < from) first++;
            while (last < placed.Count && placed[last] < from + Window) last++;
            shares.Add((last - first) / (rate * Window.TotalSeconds));
        }

        return shares;
    }
}
