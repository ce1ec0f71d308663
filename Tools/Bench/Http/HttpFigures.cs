using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderActors.Tools.Bench.Http;

/// <summary>The last line that <c>bench http</c> prints: one JSON object, keys in this order.</summary>
/// <param name="PlacementsPerSecond">Orders placed and durable, each answered with 201.</param>
/// <param name="EmptyPostPerSecond">The same requests to <see cref="HttpPeer"/>, by the same generator in the same run.</param>
/// <param name="PlaceRatio">The median over rounds of the one by the other.</param>
/// <param name="GetRatio">Orders read by empty GETs, likewise.</param>
/// <param name="PlaceP99Milliseconds">The 99th percentile of placing at half of <paramref name="PlacementsPerSecond"/>, from the intended start on.</param>
internal sealed record HttpFigures(
    [property: JsonPropertyName("placementsPerSecond")] double PlacementsPerSecond,
    [property: JsonPropertyName("emptyPostPerSecond")] double EmptyPostPerSecond,
    [property: JsonPropertyName("placeRatio")] double PlaceRatio,
    [property: JsonPropertyName("getRatio")] double GetRatio,
    [property: JsonPropertyName("placeP99Milliseconds")] double PlaceP99Milliseconds)
{
    /// <summary>What <see cref="PlaceRatio"/> must reach.</summary>
    public const double PlaceBar = 0.4;

    /// <summary>What <see cref="GetRatio"/> must reach.</summary>
    public const double GetBar = 0.6;

    /// <summary>What <see cref="PlaceP99Milliseconds"/> may not exceed.</summary>
    public const double P99Bar = 50;

    public string ToJson() => JsonSerializer.Serialize(this);
}
