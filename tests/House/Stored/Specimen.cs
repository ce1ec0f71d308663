using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OrderActors.Values;

namespace OrderActors.Tests.House.Stored;

/// <summary>
/// Makes a value with every stored member filled, all the way down, the same one each time. It goes by what the serializer
/// knows of the types, so that a new member is in it without being listed anywhere.
/// </summary>
internal sealed class Specimen
{
    private static readonly DateTimeOffset Start = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);

    private static readonly JsonSerializerOptions Options = PresentForm();

    private int _count;

    /// <summary>The filled value.</summary>
    internal static object Of(Type type) => Filled(type).Deserialize(type, Options)!;

    /// <summary>The value's members, as they are stored.</summary>
    internal static JsonObject Filled(Type type) => (JsonObject)new Specimen().Fill(type, type.Name);

    private JsonNode Fill(Type type, string name)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) type = inner;
        if (Leaf(type, name) is { } leaf) return leaf;
        var info = Options.GetTypeInfo(type);
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Enumerable:
                return new JsonArray(Fill(info.ElementType!, name));
            case JsonTypeInfoKind.Dictionary:
                return new JsonObject { [Fill(info.KeyType!, name).ToString()] = Fill(info.ElementType!, name) };
            case JsonTypeInfoKind.Object:
                var members = info.Properties.Where(member => member is { Get: not null, Set: not null, Name: not "_v" });
                return new JsonObject(members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)Fill(member.PropertyType, member.Name))));
            default:
                throw new InvalidOperationException($"{type} ('{name}') is written by a converter of its own: say here how a filled one looks.");
        }
    }

    private JsonValue? Leaf(Type type, string name)
    {
        _count++;
        if (type.IsEnum) return JsonValue.Create(JsonNamingPolicy.SnakeCaseLower.ConvertName(Enum.GetNames(type)[1]));
        if (type == typeof(string)) return JsonValue.Create(name);
        if (type == typeof(bool)) return JsonValue.Create(true);
        if (type == typeof(int) || type == typeof(long)) return JsonValue.Create(_count);
        if (type == typeof(double)) return JsonValue.Create(_count + 0.5);
        if (type == typeof(TimeSpan)) return JsonValue.Create(TimeSpan.FromMinutes(_count));
        if (type == typeof(DateTimeOffset)) return JsonValue.Create(Start.AddMinutes(_count));
        return type == typeof(OrderNumber) ? JsonValue.Create(OrderNumber.Create(_count, 1, 2, 3, 4).ToString()) : null;
    }

    private static JsonSerializerOptions PresentForm()
    {
        var options = new JsonSerializerOptions(StoredJson.Options);
        foreach (var converter in options.Converters.Where(c => c is not JsonStringEnumConverter).ToList()) options.Converters.Remove(converter);
        return options;
    }
}
