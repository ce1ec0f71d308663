using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderActors.Tools.Bench.Deadlines;

/// <summary>The last line that <c>bench deadlines</c> prints: one JSON object, keys in this order.</summary>
/// <param name="Deadlines">That were open.</param>
/// <param name="Moved">Of these, put off before they were due.</param>
/// <param name="Fired">Orders that their deadline ended, at the moment that counted last.</param>
/// <param name="Lost">Orders that were not, or before their time.</param>
/// <param name="LateP50Milliseconds">From the due moment to the one that the order's timeline has.</param>
/// <param name="LateP99Milliseconds">The same, of the worst of a hundred.</param>
/// <param name="LearnSeconds">From the start of a process after a kill until the shards knew all deadlines.</param>
/// <param name="PeakMegabytes">The most memory that process had, to its end, in millions of bytes.</param>
internal sealed record DeadlineFigures(
    [property: JsonPropertyName("deadlines")] int Deadlines,
    [property: JsonPropertyName("moved")] int Moved,
    [property: JsonPropertyName("fired")] int Fired,
    [property: JsonPropertyName("lost")] int Lost,
    [property: JsonPropertyName("lateP50Milliseconds")] double LateP50Milliseconds,
    [property: JsonPropertyName("lateP99Milliseconds")] double LateP99Milliseconds,
    [property: JsonPropertyName("learnSeconds")] double LearnSeconds,
    [property: JsonPropertyName("peakMegabytes")] double PeakMegabytes)
{
    public string ToJson() => JsonSerializer.Serialize(this);
}
