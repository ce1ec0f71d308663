using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderActors.Tools.Bench;

/// <summary>The last line that <c>bench engine</c> prints: one JSON object, keys in this order; null for what was not measured.</summary>
/// <param name="CallsPerSecond">Grain calls, 200 callers over 100 grains.</param>
/// <param name="CallsToChannelRatio">The same by <see cref="ChannelPeer"/> in the same run.</param>
/// <param name="DurableWritesPerSecond">Acknowledged state writes.</param>
/// <param name="DurableToRawRatio">The same by <see cref="RawAppendPeer"/> in the same run.</param>
/// <param name="LifecyclesPerSecond">Orders from placement to delivery.</param>
/// <param name="WritesPerLifecycle">State writes that one order takes.</param>
/// <param name="WritesPerPlacement">State writes that a placement takes.</param>
/// <param name="BytesPerLifecycle">Bytes that the whole process, drivers included, allocates for one order.</param>
/// <param name="HotMerchantRatio">Lifecycles a second with 30 % of all orders at one merchant, by those of the same load spread evenly.</param>
/// <param name="RestartSeconds">From the start of a host process to its ready line, over a journal of completed orders.</param>
/// <param name="RestartMegabytes">The most memory that process held until then, in millions of bytes.</param>
internal sealed record EngineFigures(
    [property: JsonPropertyName("callsPerSecond")] double? CallsPerSecond = null,
    [property: JsonPropertyName("callsToChannelRatio")] double? CallsToChannelRatio = null,
    [property: JsonPropertyName("durableWritesPerSecond")] double? DurableWritesPerSecond = null,
    [property: JsonPropertyName("durableToRawRatio")] double? DurableToRawRatio = null,
    [property: JsonPropertyName("lifecyclesPerSecond")] double? LifecyclesPerSecond = null,
    [property: JsonPropertyName("writesPerLifecycle")] double? WritesPerLifecycle = null,
    [property: JsonPropertyName("writesPerPlacement")] double? WritesPerPlacement = null,
    [property: JsonPropertyName("bytesPerLifecycle")] double? BytesPerLifecycle = null,
    [property: JsonPropertyName("hotMerchantRatio")] double? HotMerchantRatio = null,
    [property: JsonPropertyName("restartSeconds")] double? RestartSeconds = null,
    [property: JsonPropertyName("restartMegabytes")] double? RestartMegabytes = null)
{
    public string ToJson() => JsonSerializer.Serialize(this);
}
