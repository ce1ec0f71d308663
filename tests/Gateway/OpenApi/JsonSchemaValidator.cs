using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrderActors.Tests.Gateway.OpenApi;

/// <summary>
/// Holds a value against a schema of the document. It knows the keywords that the document uses and no others: one that it does not know is
/// a fault, because it would be a promise that nobody checks. A member that an object's schema does not name is a fault too.
/// </summary>
internal sealed class JsonSchemaValidator(JsonElement document)
{
    private static readonly string[] Annotations = ["description", "example"];

    /// <summary>What is wrong with the value, each with its place; nothing when it is right.</summary>
    public IReadOnlyList<string> Faults(JsonElement value, JsonElement schema)
    {
        var faults = new List<string>();
        Check(value, schema, "", faults);
        return faults;
    }

    /// <summary>What a reference within the document means; an object without one means itself.</summary>
    public JsonElement Resolve(JsonElement node)
    {
        while (node.TryGetProperty("$ref", out var reference))
        {
            node = document;
            foreach (var part in reference.GetString()!.Split('/').Skip(1)) node = node.GetProperty(part.Replace("~1", "/", StringComparison.Ordinal));
        }

        return node;
    }

    private void Check(JsonElement value, JsonElement schema, string at, List<string> faults)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (Annotations.Contains(keyword.Name) || keyword.Name.StartsWith("x-", StringComparison.Ordinal)) continue;
            if (!Holds(keyword.Name, keyword.Value, value, schema, at, faults))
                faults.Add($"{at}: {Short(value)} is not {keyword.Name} {Short(keyword.Value)}");
        }
    }

    /// <summary>Whether one keyword holds; faults further down are noted by themselves.</summary>
    private bool Holds(string keyword, JsonElement rule, JsonElement value, JsonElement schema, string at, List<string> faults)
    {
        switch (keyword)
        {
            case "$ref":
                Check(value, Resolve(schema), at, faults);
                return true;
            case "type":
                return rule.ValueKind == JsonValueKind.Array
                    ? rule.EnumerateArray().Any(type => IsOf(type.GetString()!, value))
                    : IsOf(rule.GetString()!, value);
            case "enum":
                return rule.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value));
            case "anyOf":
                return rule.EnumerateArray().Any(one => Faults(value, one).Count == 0);
            case "oneOf":
                return rule.EnumerateArray().Count(one => Faults(value, one).Count == 0) == 1;
            case "properties":
                return value.ValueKind != JsonValueKind.Object || CheckMembers(value, rule, schema, at, faults);
            case "required":
                return value.ValueKind != JsonValueKind.Object || rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _));
            case "additionalProperties":
                if (rule.ValueKind == JsonValueKind.Object && value.ValueKind == JsonValueKind.Object)
                    foreach (var member in value.EnumerateObject()) Check(member.Value, rule, $"{at}/{member.Name}", faults);
                return true;
            case "items":
                if (value.ValueKind == JsonValueKind.Array)
                    foreach (var (index, item) in value.EnumerateArray().Index()) Check(item, rule, $"{at}/{index}", faults);
                return true;
            case "minItems":
                return value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.GetInt32();
            case "maxItems":
                return value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= rule.GetInt32();
            case "minimum":
                return value.ValueKind != JsonValueKind.Number || value.GetDouble() >= rule.GetDouble();
            case "maximum":
                return value.ValueKind != JsonValueKind.Number || value.GetDouble() <= rule.GetDouble();
            case "minLength":
                return value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= rule.GetInt32();
            case "maxLength":
                return value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= rule.GetInt32();
            case "pattern":
                return value.ValueKind != JsonValueKind.String
                    || Regex.IsMatch(value.GetString()!, rule.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1));
            case "format":
                return HasFormat(rule.GetString()!, value) ?? throw new NotSupportedException($"The document has a format that nobody checks: {rule}.");
            default:
                throw new NotSupportedException($"The document has a keyword that nobody checks: {keyword}.");
        }
    }

    private bool CheckMembers(JsonElement value, JsonElement properties, JsonElement schema, string at, List<string> faults)
    {
        var open = schema.TryGetProperty("additionalProperties", out var more) && more.ValueKind == JsonValueKind.Object;
        foreach (var member in value.EnumerateObject())
        {
            if (properties.TryGetProperty(member.Name, out var rule)) Check(member.Value, rule, $"{at}/{member.Name}", faults);
            else if (!open) faults.Add($"{at}/{member.Name}: the schema does not have it");
        }

        return true;
    }

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "string" => value.ValueKind == JsonValueKind.String,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => throw new NotSupportedException($"The document has a type that nobody checks: {type}."),
    };

    private static bool? HasFormat(string format, JsonElement value) => format switch
    {
        "int32" => value.ValueKind != JsonValueKind.Number || value.TryGetInt32(out _),
        "int64" => value.ValueKind != JsonValueKind.Number || value.TryGetInt64(out _),
        "double" => value.ValueKind != JsonValueKind.Number || double.IsFinite(value.GetDouble()),
        "date-time" => value.ValueKind != JsonValueKind.String
            || (value.TryGetDateTimeOffset(out _) && value.GetString()!.Contains('T', StringComparison.Ordinal)),
        "date" => value.ValueKind != JsonValueKind.String
            || DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        _ => null,
    };

    private static string Short(JsonElement value) => value.GetRawText() is { Length: > 120 } text ? text[..120] + "…" : value.GetRawText();
}
