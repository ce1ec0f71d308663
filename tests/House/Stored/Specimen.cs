using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OrderActors.Values;

namespace OrderActors.Tests.House.Stored;

/// <summary>
/// Makes a value with every stored member filled, all the way down, the same one each time. It goes by what the serializer
/// knows of the types, so that a new member is in it without being listed anywhere. Values follow from where a member is: a
/// new one leaves the others as they were.
/// </summary>
internal static class Specimen
{
    private static readonly DateTimeOffset Start = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);

    private static readonly JsonSerializerOptions Options = PresentForm();

    /// <summary>The filled value.</summary>
    internal static object Of(Type type) => Filled(type).Deserialize(type, Options)!;

    /// <summary>The value's members, as they are stored.</summary>
    internal static JsonObject Filled(Type type) => (JsonObject)Fill(type, "");

    private static JsonNode Fill(Type type, string path)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) type = inner;
        if (Leaf(type, path) is { } leaf) return leaf;
        if (FormOf(type) is { } form) type = form;
        var info = Options.GetTypeInfo(type);
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Enumerable:
                return new JsonArray(Fill(info.ElementType!, path));
            case JsonTypeInfoKind.Dictionary:
                return new JsonObject { [Fill(info.KeyType!, path).ToString()] = Fill(info.ElementType!, path) };
            case JsonTypeInfoKind.Object:
                var members = info.Properties.Where(member => member is { Get: not null, Set: not null, Name: not "_v" });
                return new JsonObject(
                    members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)Fill(member.PropertyType, $"{path}.{member.Name}"))));
            default:
                throw new InvalidOperationException($"{type} ('{path}') is written by a converter of its own: say here how a filled one looks.");
        }
    }

    /// <summary>What a converter writes instead of the type: a record Form within it; null when there is no such converter.</summary>
    private static Type? FormOf(Type type) =>
        type.GetCustomAttribute<JsonConverterAttribute>(inherit: false)?.ConverterType?.GetNestedType("Form", BindingFlags.NonPublic);

    private static JsonValue? Leaf(Type type, string path)
    {
        var number = NumberOf(path);
        if (type.IsEnum) return JsonValue.Create(JsonNamingPolicy.SnakeCaseLower.ConvertName(Enum.GetNames(type)[1]));
        if (type == typeof(string)) return JsonValue.Create(path[(path.LastIndexOf('.') + 1)..]);
        if (type == typeof(bool)) return JsonValue.Create(true);
        if (type == typeof(int) || type == typeof(long) || type == typeof(ulong)) return JsonValue.Create(number);
        if (type == typeof(double)) return JsonValue.Create((number % 90) + 0.5); // In range as a latitude.
        if (type == typeof(TimeSpan)) return JsonValue.Create(TimeSpan.FromMinutes(number));
        if (type == typeof(DateOnly)) return JsonValue.Create(DateOnly.FromDateTime(Start.Date).AddDays(number % 365).ToString("yyyy-MM-dd", null));
        if (type == typeof(DateTimeOffset)) return JsonValue.Create(Start.AddMinutes(number));
        return type == typeof(OrderNumber) ? JsonValue.Create(OrderNumber.Create(number, 1, 2, 3, 4).ToString()) : null;
    }

    /// <summary>1 to 9,999, the same for the same path in every process.</summary>
    private static int NumberOf(string path)
    {
        var number = 0;
        foreach (var c in path) number = ((number * 31) + c) % 9_999;
        return number + 1;
    }

    private static JsonSerializerOptions PresentForm()
    {
        var options = new JsonSerializerOptions(StoredJson.Options);
        foreach (var converter in options.Converters.Where(c => c is not JsonStringEnumConverter).ToList()) options.Converters.Remove(converter);
        return options;
    }
}
