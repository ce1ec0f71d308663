using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrderActors.Values;

namespace OrderActors.Client.Http;

/// <summary>
/// Says what is wrong with a body that could not be read, by comparing it with the shape the route expects: every fault, each
/// with its place, in words of JSON. Runs only when reading failed.
/// </summary>
internal static class BodyFaults
{
    /// <summary>How deep a body may nest.</summary>
    public const int MaxDepth = 16;

    private const int MaxFaults = 20;
    private const int LongestValue = 200;

    /// <summary>The fault to answer with.</summary>
    public static RequestFault Explain(ReadOnlySequence<byte> bytes, JsonTypeInfo type)
    {
        if (IsBlank(bytes)) return new(ProblemKind.Malformed, "The body is empty; this request needs a JSON body.");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException e)
        {
            return new(ProblemKind.Malformed, NotJson(e));
        }

        using (document)
        {
            var faults = new List<ProblemError>();
            try
            {
                Compare(document.RootElement, type, "", nullable: false, faults);
            }
            catch (InvalidOperationException)
            {
                return new(ProblemKind.Malformed, "The body has text that is not valid UTF-8 or an escaped half of a surrogate pair.");
            }

            return faults switch
            {
                [] => new(ProblemKind.Malformed, "The body does not have the shape this route expects."),
                [var only] => new(ProblemKind.Malformed, only.Detail, only),
                _ => new(
                    ProblemKind.Malformed,
                    $"The body has {faults.Count}{(faults.Count == MaxFaults ? " or more" : "")} faults. The first: {faults[0].Detail}",
                    faults),
            };
        }
    }

    private static void Compare(JsonElement element, JsonTypeInfo type, string pointer, bool nullable, List<ProblemError> faults)
    {
        if (faults.Count == MaxFaults) return;
        // What is there has the members of the plain type; the optional one has none.
        if (Nullable.GetUnderlyingType(type.Type) is { } plain) type = type.Options.GetTypeInfo(plain);
        if (element.ValueKind == JsonValueKind.Null)
        {
            if (!nullable) faults.Add(new("null_not_allowed", $"{Place(pointer)} is null; it must be {Expected(type)}.", pointer, Allowed: Accepted(type)));
            return;
        }

        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind == JsonValueKind.Object:
                CompareObject(element, type, pointer, faults);
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array:
                var elementType = type.Options.GetTypeInfo(type.ElementType!);
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    Compare(item, elementType, string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index++}"), nullable: false, faults);
                }

                break;
            case JsonTypeInfoKind.None when Reads(element, type):
                break;
            default:
                faults.Add(WrongValue(element, type, pointer));
                break;
        }
    }

    private static void CompareObject(JsonElement element, JsonTypeInfo type, string pointer, List<ProblemError> faults)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (faults.Count == MaxFaults) return;
            var place = $"{pointer}/{member.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
            var property = type.Properties.FirstOrDefault(p => p.Name == member.Name);
            if (property is null)
            {
                var known = type.Properties.Select(p => p.Name).ToArray();
                var detail = $"{Place(place)} is not a member this request has. Members are: {string.Join(", ", known)}.";
                faults.Add(new("unknown_member", detail, place, Value: member.Name, Allowed: known));
            }
            else if (!seen.Add(member.Name))
            {
                faults.Add(new("duplicate_member", $"{Place(place)} is there twice.", place));
            }
            else
            {
                var nullable = property.AssociatedParameter?.IsNullable ?? property.IsSetNullable;
                Compare(member.Value, type.Options.GetTypeInfo(property.PropertyType), place, nullable, faults);
            }
        }

        foreach (var property in type.Properties)
        {
            if (faults.Count == MaxFaults) return;
            if (!property.IsRequired || seen.Contains(property.Name)) continue;
            var place = $"{pointer}/{property.Name}";
            var expected = type.Options.GetTypeInfo(property.PropertyType);
            faults.Add(new("required", $"{Place(place)} is missing; it must be {Expected(expected)}.", place, Allowed: Accepted(expected)));
        }
    }

    private static ProblemError WrongValue(JsonElement element, JsonTypeInfo type, string pointer)
    {
        var value = element.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? null : Shorten(element.ToString());
        var shown = element.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => $"the text '{value}'",
            JsonValueKind.True or JsonValueKind.False => element.ValueKind == JsonValueKind.True ? "true" : "false",
            _ => $"the number {value}",
        };
        var accepted = Accepted(type);
        var code = element.ValueKind == JsonValueKind.String && accepted is not null ? "unknown_value"
            : element.ValueKind == JsonKindOf(type) ? "out_of_range"
            : "wrong_type";
        return new(code, $"{Place(pointer)} is {shown}; it must be {Expected(type)}.", pointer, Value: value, Allowed: accepted);
    }

    private static bool Reads(JsonElement element, JsonTypeInfo type)
    {
        try
        {
            _ = element.Deserialize(type);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonValueKind JsonKindOf(JsonTypeInfo type)
    {
        var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return plain == typeof(int) || plain == typeof(long) || plain == typeof(double) ? JsonValueKind.Number
            : plain == typeof(string) || plain == typeof(DateTimeOffset) || plain == typeof(OrderNumber) ? JsonValueKind.String
            : JsonValueKind.Undefined;
    }

    private static string Expected(JsonTypeInfo type)
    {
        var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        if (Accepted(type) is { } accepted) return "one of " + string.Join(", ", accepted);
        return type.Kind switch
        {
            JsonTypeInfoKind.Object => "an object",
            JsonTypeInfoKind.Enumerable => "an array",
            _ when plain == typeof(string) => "text",
            _ when plain == typeof(bool) => "true or false",
            _ when plain == typeof(int) => $"a whole number, {int.MinValue} to {int.MaxValue}",
            _ when plain == typeof(long) => $"a whole number, {long.MinValue} to {long.MaxValue}",
            _ when plain == typeof(double) => "a number",
            _ when plain == typeof(DateTimeOffset) => "an RFC 3339 time with its offset, such as 2026-01-31T12:00:00Z",
            _ when plain == typeof(OrderNumber) => "an order number of 20 digits",
            _ => "another kind of value",
        };
    }

    private static IReadOnlyList<string>? Accepted(JsonTypeInfo type)
    {
        var plain = Nullable.GetUnderlyingType(type.Type);
        var converter = (plain is null ? type : type.Options.GetTypeInfo(plain)).Converter;
        return (converter as IWireEnumConverter)?.Accepted;
    }

    private static string NotJson(JsonException e)
    {
        // The framework's sentence is good; its ending is not made for people.
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var reason = end < 0 ? e.Message : e.Message[..end];
        return string.Create(
            CultureInfo.InvariantCulture, $"The body is not JSON, at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {reason}");
    }

    private static string Place(string pointer) => pointer.Length == 0 ? "The body" : pointer;

    private static string Shorten(string text) => text.Length <= LongestValue ? text : text[..LongestValue] + "…";

    private static bool IsBlank(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            if (segment.Span.ContainsAnyExcept(" \t\r\n"u8)) return false;
        }

        return true;
    }
}
