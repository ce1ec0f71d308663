using System.Text.Json.Nodes;

namespace OrderActors.Tools.OpenApi;

/// <summary>The C# type that a schema of the document is read into.</summary>
/// <param name="Name">The type, without the mark of null.</param>
/// <param name="Nullable">Whether it can be null on the wire.</param>
internal readonly record struct CSharpType(string Name, bool Nullable)
{
    /// <summary>The type of a schema.</summary>
    /// <exception cref="BadInputException">The client has no words for it.</exception>
    public static CSharpType Of(JsonObject schema)
    {
        if (schema["$ref"] is { } reference) return new(((string)reference!).Split('/')[^1], false);
        if (schema["anyOf"] is JsonArray { Count: 2 } either && (string?)either[1]!["type"] == "null")
            return Of(either[0]!.AsObject()) with { Nullable = true };

        // One or several: several can always be sent.
        if (schema["oneOf"] is JsonArray { Count: 2 } ways) return Of(ways[1]!.AsObject());
        var (type, nullable) = schema["type"] switch
        {
            JsonArray types => ((string)types[0]!, true),
            { } one => ((string)one!, false),
            _ => ("any", false),
        };
        return new(NameOf(type, (string?)schema["format"], schema), nullable);
    }

    /// <summary>The type of a member or parameter that may be absent.</summary>
    public string Optional => Name + "?";

    /// <summary>The type of one that is always there.</summary>
    public override string ToString() => Nullable ? Name + "?" : Name;

    private static string NameOf(string type, string? format, JsonObject schema) => (type, format) switch
    {
        ("string", "date-time") => "DateTimeOffset",
        ("string", "date") => "DateOnly",
        ("string", _) => "string",
        ("boolean", _) => "bool",
        ("integer", "int64") => "long",
        ("integer", _) => "int",
        ("number", _) => "double",
        ("array", _) => $"IReadOnlyList<{Of(schema["items"]!.AsObject())}>",
        ("object", _) when schema["additionalProperties"] is JsonObject values => $"IReadOnlyDictionary<string, {Of(values)}>",
        ("any" or "object", _) => "System.Text.Json.JsonElement",
        _ => throw new BadInputException($"The client has no type for the schema {schema.ToJsonString()}."),
    };
}
