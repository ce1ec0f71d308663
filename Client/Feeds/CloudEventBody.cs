using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderActors.Client.Feeds;

/// <summary>
/// An event as CloudEvents 1.0 have it in JSON; in order within a source. What is in its data, docs/events.md says.
/// </summary>
/// <param name="Json">The text, as it is told on every way.</param>
[JsonConverter(typeof(CloudEventConverter))]
internal readonly record struct CloudEventBody(string Json);

/// <summary>Passes an event's text on, which was written as JSON before.</summary>
internal sealed class CloudEventConverter : JsonConverter<CloudEventBody>
{
    public override CloudEventBody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        return new(json.RootElement.GetRawText());
    }

    public override void Write(Utf8JsonWriter writer, CloudEventBody value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Json, skipInputValidation: true);
}
