using System.Text.Json.Nodes;

namespace OrderActors.Tools.OpenApi;

/// <summary>Writes a schema of the document as a C# type.</summary>
internal static class SchemaWriter
{
    /// <summary>The source of the type.</summary>
    public static string Write(string name, JsonObject schema) => schema["enum"] is JsonArray names
        ? Enumeration(name, schema, names)
        : Record(name, schema);

    private static string Enumeration(string name, JsonObject schema, JsonArray names)
    {
        var text = SourceText.File("System.Text.Json.Serialization");
        text.Document(0, "summary", (string?)schema["description"] ?? Sentence(name)).Line($"[JsonConverter(typeof(ApiEnumConverter<{name}>))]");
        text.Line($"public enum {name}").Line("{");
        text.Document(4, "summary", "A value that this client does not know: the API is newer.").Line("    Unknown,");
        foreach (var value in names.Select(value => (string)value!).Where(value => value != "unknown"))
            text.Line($"    {SourceText.Pascal(value)},");
        return text.Line("}").ToString();
    }

    private static string Record(string name, JsonObject schema)
    {
        var text = SourceText.File("System.Text.Json.Serialization");
        text.Document(0, "summary", (string?)schema["description"] ?? Sentence(name));
        if (schema["properties"] is not JsonObject { Count: > 0 } properties) return text.Line($"public sealed record {name};").ToString();
        var required = schema["required"]?.AsArray().Select(member => (string)member!).ToHashSet() ?? [];
        text.Line($"public sealed record {name}").Line("{");
        var first = true;
        foreach (var (json, value) in properties)
        {
            if (!first) text.Line();
            first = false;
            Member(text, name, json, value!.AsObject(), required.Contains(json));
        }

        return text.Line("}").ToString();
    }

    private static void Member(SourceText text, string owner, string json, JsonObject schema, bool required)
    {
        var type = CSharpType.Of(schema);
        var member = SourceText.Pascal(json);
        if (member == owner) member += "Value";
        text.Document(4, "summary", (string?)schema["description"]);
        if (!SourceText.IsItself(member, json)) text.Line($"    [JsonPropertyName(\"{json}\")]");

        // What is null is left out, unless null is what has to be said.
        if (required && type.Nullable) text.Line("    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]");
        text.Line(required ? $"    public required {type} {member} {{ get; init; }}" : $"    public {type.Optional} {member} {{ get; init; }}");
    }

    /// <summary>What a type without words is called in words: <c>PlaceOrderRequest</c> is a place order request.</summary>
    private static string Sentence(string name)
    {
        var words = string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{c}"));
        return name.EndsWith("Request", StringComparison.Ordinal)
            ? $"The body of a request: {char.ToLowerInvariant(words[0])}{words[1..^" request".Length]}."
            : words + ".";
    }
}
