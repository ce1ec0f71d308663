using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OrderActors.Values;

namespace OrderActors.Client.Http;

/// <summary>
/// The shapes of <see cref="GatewayJson"/> on the test side: what is marked as a <see cref="GrainKeyAttribute"/> gets the side's mark when it
/// is read and loses it when it is written. The live side's shapes know of no mark and cost nothing; only a live body that has one
/// in it is read in the third way, which makes such an id one that nothing has.
/// </summary>
internal static class SideJson
{
    private static readonly JsonSerializerOptions Test = Create(live: false);
    private static readonly JsonSerializerOptions Wary = Create(live: true);

    /// <summary>A shape as this caller's bodies are read.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="type">The live side's shape.</param>
    /// <param name="marked">Whether the body has the mark in it, written out or escaped.</param>
    public static JsonTypeInfo<T> Reading<T>(Caller caller, JsonTypeInfo<T> type, bool marked) =>
        !caller.Live ? (JsonTypeInfo<T>)Test.GetTypeInfo(typeof(T)) : marked ? (JsonTypeInfo<T>)Wary.GetTypeInfo(typeof(T)) : type;

    /// <summary>A shape as it is written to this caller. Who has no key may see either side's things, without a mark.</summary>
    public static JsonTypeInfo<T> Writing<T>(Caller caller, JsonTypeInfo<T> type) =>
        caller.Live && caller.Kind != Callers.Public ? type : Shown(type);

    /// <summary>A shape as it is written where a reader may be of the test side.</summary>
    public static JsonTypeInfo<T> Shown<T>(JsonTypeInfo<T> type) => (JsonTypeInfo<T>)Test.GetTypeInfo(type.Type);

    private static JsonSerializerOptions Create(bool live)
    {
        var (one, many, some) = (new GrainKeyConverter(live), new GrainKeysConverter(live), new ImmutableGrainKeysConverter(live));
        var options = new JsonSerializerOptions(GatewayJson.Wire.Options)
        {
            TypeInfoResolver = ((IJsonTypeInfoResolver)GatewayJson.Default).WithAddedModifier(type =>
            {
                if (type.Kind != JsonTypeInfoKind.Object) return;
                var keys = GrainKeys(type.Type);
                foreach (var property in type.Properties.Where(p => keys.Contains(p.Name)))
                {
                    property.CustomConverter = property.PropertyType == typeof(string) ? one
                        : property.PropertyType == typeof(string[]) ? many
                        : property.PropertyType == typeof(ImmutableArray<string>) ? some
                        : throw new NotSupportedException($"{type.Type.Name}.{property.Name} is marked as a grain's key and is no text.");
                }
            }),
        };
        options.MakeReadOnly();
        return options;
    }

    private static HashSet<string> GrainKeys(Type type) =>
    [
        .. from constructor in type.GetConstructors()
           from parameter in constructor.GetParameters()
           where parameter.IsDefined(typeof(GrainKeyAttribute), inherit: false)
           select JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Name!),
    ];

    private static string Read(ref Utf8JsonReader reader, bool live) =>
        reader.TokenType == JsonTokenType.String ? Sides.Inside(reader.GetString()!, live) : throw new JsonException();

    private sealed class GrainKeyConverter(bool live) : JsonConverter<string>
    {
        public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => SideJson.Read(ref reader, live);

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(TestMode.Shown(value));
    }

    private sealed class GrainKeysConverter(bool live) : JsonConverter<string[]>
    {
        public override string[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => [.. ReadAll(ref reader, live)];

        public override void Write(Utf8JsonWriter writer, string[] value, JsonSerializerOptions options) => WriteAll(writer, value);
    }

    private sealed class ImmutableGrainKeysConverter(bool live) : JsonConverter<ImmutableArray<string>>
    {
        public override ImmutableArray<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            [.. ReadAll(ref reader, live)];

        public override void Write(Utf8JsonWriter writer, ImmutableArray<string> value, JsonSerializerOptions options) =>
            WriteAll(writer, value.IsDefault ? [] : value.AsSpan());
    }

    private static List<string> ReadAll(ref Utf8JsonReader reader, bool live)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException();
        var keys = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) keys.Add(Read(ref reader, live));
        return keys;
    }

    private static void WriteAll(Utf8JsonWriter writer, ReadOnlySpan<string> keys)
    {
        writer.WriteStartArray();
        foreach (var key in keys) writer.WriteStringValue(TestMode.Shown(key));
        writer.WriteEndArray();
    }
}
