using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderActors.Client.Api;

/// <summary>
/// An enumeration as its snake_case name. A name that this client does not know is read as the first value, <c>Unknown</c>: a newer API must
/// not break an older client. Unknown is not written.
/// </summary>
internal sealed class ApiEnumConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<string, T> ByName = Enum.GetValues<T>().Skip(1)
        .ToDictionary(value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()), StringComparer.Ordinal);

    private static readonly Dictionary<T, string> Names = ByName.ToDictionary(pair => pair.Value, pair => pair.Key);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } name && ByName.TryGetValue(name, out var value) ? value : default;

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(
        Names.TryGetValue(value, out var name)
            ? name
            : throw new JsonException($"{typeof(T).Name}.{value} cannot be sent; choose one of {string.Join(", ", ByName.Keys)}."));
}
