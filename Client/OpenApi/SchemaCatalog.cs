using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using OrderActors.Client.Feeds;
using OrderActors.Client.Http;
using OrderActors.Values;

namespace OrderActors.Client.OpenApi;

/// <summary>Which way a shape goes. What may be null or left out differs.</summary>
internal enum Direction
{
    Request,
    Answer,
}

/// <summary>
/// The JSON schemas of the shapes, made of the same metadata that reads and writes them, each once and under its own name. A shape that
/// goes both ways has one schema, unless a request needs members that an answer leaves out: then a request's is called <c>…Input</c>.
/// </summary>
internal sealed class SchemaCatalog
{
    private readonly XmlDocumentation _words;
    private readonly HashSet<(Type, Direction)> _used = [];
    private readonly Dictionary<string, Type> _names = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonObject> _schemas = new(StringComparer.Ordinal);

    /// <param name="words">What the source says of the shapes.</param>
    /// <param name="bodies">The shapes of all requests.</param>
    /// <param name="answers">The shapes of all answers.</param>
    public SchemaCatalog(XmlDocumentation words, IEnumerable<JsonTypeInfo> bodies, IEnumerable<JsonTypeInfo> answers)
    {
        _words = words;
        foreach (var body in bodies) Collect(body, Direction.Request);
        foreach (var answer in answers) Collect(answer, Direction.Answer);
    }

    /// <summary>The schemas that were referred to so far, by name.</summary>
    public JsonObject Components => new(_schemas.Select(s => KeyValuePair.Create<string, JsonNode?>(s.Key, s.Value.DeepClone())));

    /// <summary>The schema of a shape: a reference where it has a name.</summary>
    public JsonObject Of(JsonTypeInfo type, Direction direction)
    {
        type = Plain(type);
        if (Facets.Of(type.Type) is { } simple) return simple;
        if (Facets.Named(type.Type) is { } named) return Reference(type.Type, direction, () => Described(type.Type, named));
        if (Accepted(type) is { } names) return Reference(type.Type, direction, () => EnumerationOf(type.Type, names));
        return type.Kind switch
        {
            JsonTypeInfoKind.Object => Reference(type.Type, direction, () => ObjectOf(type, direction)),
            JsonTypeInfoKind.Enumerable => new() { ["type"] = "array", ["items"] = Of(ElementOf(type), direction) },
            JsonTypeInfoKind.Dictionary => new() { ["type"] = "object", ["additionalProperties"] = Of(ElementOf(type), direction) },
            _ => throw new NotSupportedException($"Nobody said which schema {type.Type} has; {nameof(Facets)} is the place."),
        };
    }

    /// <summary>The name of a type: without what only says that it is a shape.</summary>
    public static string NameOf(Type type)
    {
        foreach (var ending in (string[])["Body", "Response", "Document"])
        {
            if (type.Name.EndsWith(ending, StringComparison.Ordinal)) return type.Name[..^ending.Length];
        }

        return type.Name;
    }

    /// <summary>The name of a type that has a schema for each direction.</summary>
    private static string NameOf(Type type, Direction direction)
    {
        const string Ending = "Request";
        var name = NameOf(type);
        if (!name.EndsWith(Ending, StringComparison.Ordinal)) return direction == Direction.Request ? name + "Input" : name;
        return direction == Direction.Request ? name : name[..^Ending.Length];
    }

    private JsonObject Reference(Type type, Direction direction, Func<JsonObject> schema)
    {
        var name = IsSplit(type) ? NameOf(type, direction) : NameOf(type);
        if (_names.TryAdd(name, type)) _schemas[name] = schema();
        else if (_names[name] != type)
            throw new InvalidOperationException($"{_names[name]} and {type} would both be called {name} in the document; rename one.");
        return new() { ["$ref"] = "#/components/schemas/" + name };
    }

    private JsonObject EnumerationOf(Type type, IReadOnlyList<string> names)
    {
        var schema = Described(_words.Of(type));
        schema["type"] = "string";
        schema["enum"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]);
        return schema;
    }

    private JsonObject ObjectOf(JsonTypeInfo type, Direction direction)
    {
        var shared = !IsSplit(type.Type) && _used.Contains((type.Type, Direction.Request)) && _used.Contains((type.Type, Direction.Answer));
        var clr = type.Type.GetProperties().ToDictionary(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name));
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in PropertiesOf(type))
        {
            var schema = Of(type.Options.GetTypeInfo(property.PropertyType), direction);
            if (Facets.OfMember(property.Name) is { } facets && !schema.ContainsKey("$ref"))
            {
                foreach (var (key, value) in facets) schema[key] = value?.DeepClone();
            }

            // An answer leaves out what is null.
            if ((shared || direction == Direction.Request) && IsNullable(property)) schema = Nullable(schema);
            if (clr.TryGetValue(property.Name, out var member) && _words.Of(type.Type, member) is { } words) schema["description"] = words;
            properties[property.Name] = schema;
            if (IsRequired(property, direction)) required.Add(property.Name);
        }

        var made = Described(_words.Of(type.Type));
        made["type"] = "object";
        made["properties"] = properties;
        if (required.Count > 0) made["required"] = required;
        if (!_used.Contains((type.Type, Direction.Answer)) || direction == Direction.Request && !shared) made["additionalProperties"] = false;
        return made;
    }

    private void Collect(JsonTypeInfo type, Direction direction)
    {
        type = Plain(type);
        if (type.Kind is JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary) Collect(ElementOf(type), direction);
        if (type.Kind != JsonTypeInfoKind.Object || !_used.Add((type.Type, direction))) return;
        foreach (var property in PropertiesOf(type))
        {
            var of = type.Options.GetTypeInfo(property.PropertyType);
            Collect(of, direction);
            var plain = Plain(of);
            while (plain.Kind is JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary) plain = Plain(ElementOf(plain));
            if (plain.Kind == JsonTypeInfoKind.Object) _children.Add((type.Type, plain.Type));
        }

        _required[(type.Type, direction)] = [.. PropertiesOf(type).Where(p => IsRequired(p, direction)).Select(p => p.Name)];
    }

    private readonly HashSet<(Type Parent, Type Child)> _children = [];
    private readonly Dictionary<(Type, Direction), HashSet<string>> _required = [];

    private bool IsSplit(Type type) =>
        (_required.TryGetValue((type, Direction.Request), out var inRequests) && _required.TryGetValue((type, Direction.Answer), out var inAnswers)
            && !inRequests.SetEquals(inAnswers))
        || (_used.Contains((type, Direction.Request)) && _used.Contains((type, Direction.Answer))
            && _children.Any(c => c.Parent == type && c.Child != type && IsSplit(c.Child)));

    // One that is ignored can neither be read nor written.
    private static IEnumerable<JsonPropertyInfo> PropertiesOf(JsonTypeInfo type) => type.Properties.Where(p => p.Get is not null || p.Set is not null);

    private static bool IsNullable(JsonPropertyInfo property) => property.AssociatedParameter?.IsNullable ?? property.IsSetNullable;

    private static bool IsRequired(JsonPropertyInfo property, Direction direction) => direction == Direction.Request
        ? property.IsRequired
        : !property.IsGetNullable && System.Nullable.GetUnderlyingType(property.PropertyType) is null;

    private static JsonObject Nullable(JsonObject schema)
    {
        if (schema["type"] is JsonValue type)
        {
            schema["type"] = new JsonArray(type.GetValue<string>(), "null");
            return schema;
        }

        return new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
    }

    private JsonObject Described(Type type, JsonObject schema)
    {
        if (_words.Of(type) is { } words) schema["description"] = words;
        return schema;
    }

    private static JsonObject Described(string? words) => words is null ? [] : new() { ["description"] = words };

    private static JsonTypeInfo Plain(JsonTypeInfo type) =>
        System.Nullable.GetUnderlyingType(type.Type) is { } plain ? type.Options.GetTypeInfo(plain) : type;

    private static JsonTypeInfo ElementOf(JsonTypeInfo type) => type.Options.GetTypeInfo(type.ElementType!);

    private static IReadOnlyList<string>? Accepted(JsonTypeInfo type) => (type.Converter as IWireEnumConverter)?.Accepted;
}

/// <summary>The schemas of values that are no objects of their own.</summary>
internal static class Facets
{
    /// <summary>A type's; null when it is made of others.</summary>
    public static JsonObject? Of(Type type) =>
        type == typeof(string) ? new() { ["type"] = "string" }
        : type == typeof(bool) ? new() { ["type"] = "boolean" }
        : type == typeof(int) ? new() { ["type"] = "integer", ["format"] = "int32" }
        : type == typeof(long) ? new() { ["type"] = "integer", ["format"] = "int64" }
        : type == typeof(double) ? new() { ["type"] = "number", ["format"] = "double" }
        : type == typeof(DateTimeOffset) ? new() { ["type"] = "string", ["format"] = "date-time" }
        : type == typeof(DateOnly) ? new() { ["type"] = "string", ["format"] = "date" }
        : type == typeof(OrderNumber) ? new() { ["type"] = "string", ["pattern"] = "^[0-9]{20}$" }
        : type == typeof(JsonElement) ? []
        : null;

    /// <summary>The schema of a shape that is passed on as text; null when it is no such one.</summary>
    public static JsonObject? Named(Type type) => type == typeof(CloudEventBody) ? JsonNode.Parse(CloudEvent)!.AsObject() : null;

    private const string CloudEvent = """
        {
          "type": "object",
          "properties": {
            "specversion": {"type": "string", "enum": ["1.0"], "description": "The version of CloudEvents."},
            "id": {"type": "string", "pattern": "^evt_[0-9]+$", "description": "The event's for ever, over every retry, replay and way."},
            "source": {"type": "string", "description": "What it happened to; events of one source have an order, of several none."},
            "type": {"type": "string", "pattern": "^com\\.orderactors\\.[a-z_]+\\.[a-z_]+\\.v[0-9]+$", "description": "What happened."},
            "subject": {"type": "string", "description": "The id of what it happened to."},
            "time": {"type": "string", "format": "date-time", "description": "When it happened."},
            "datacontenttype": {"type": "string", "enum": ["application/json"], "description": "What data is."},
            "partitionkey": {"type": "string", "description": "What to partition by to keep the order of a source."},
            "livemode": {"type": "boolean", "description": "False in test mode."},
            "sequence": {"type": "string", "pattern": "^[0-9]{19}$", "description": "The order within the source, to be compared as text."},
            "data": {"type": "object", "description": "What changed; by type. It may get new members."}
          },
          "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "partitionkey", "livemode", "sequence", "data"]
        }
        """;

    /// <summary>What is true of every member of a name, whatever it is a member of; null when nothing is.</summary>
    public static JsonObject? OfMember(string name) => name switch
    {
        "currency" => new() { ["pattern"] = "^[A-Z]{3}$" },
        "latitude" => new() { ["minimum"] = -90, ["maximum"] = 90 },
        "longitude" => new() { ["minimum"] = -180, ["maximum"] = 180 },
        _ => null,
    };
}
