using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using OrderActors.Client.Http;
using OrderActors.Values;

namespace OrderActors.Client.OpenApi;

/// <summary>
/// The API as an OpenAPI 3.1 document, made of the operation table, the shapes' metadata and what the source says of them. Made when it is
/// first asked for, and kept.
/// </summary>
public sealed class OpenApiDocument
{
    private const string Version = "1";
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Readable = new(Compact) { WriteIndented = true, NewLine = "\n" };

    private readonly Lazy<(byte[] Bytes, string Tag)> _made;
    private ImmutableArray<Operation> _operations;

    /// <summary>The document of the operations that <see cref="Describe"/> will name.</summary>
    public OpenApiDocument() => _made = new(() =>
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(Make(_operations), Compact);
        return (bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"");
    });

    /// <summary>The document as it is served: UTF-8, without blanks.</summary>
    public ReadOnlyMemory<byte> Bytes => _made.Value.Bytes;

    /// <summary>Its ETag: the same for the same document on every machine.</summary>
    public string Tag => _made.Value.Tag;

    /// <summary>The document as it lies in the repository: indented, a line break at its end.</summary>
    public string Text => JsonSerializer.Serialize(Make(_operations), Readable) + "\n";

    /// <summary>Says which operations there are; before anybody asks for the document.</summary>
    internal void Describe(ImmutableArray<Operation> operations) => _operations = operations;

    private static JsonObject Make(ImmutableArray<Operation> operations)
    {
        var words = new XmlDocumentation(typeof(OpenApiDocument).Assembly, typeof(OrderNumber).Assembly);
        JsonTypeInfo problem = GatewayJson.Wire.ProblemDocument;
        var bodies = operations.Where(o => o.Body is not null).Select(o => o.Body!);
        var answers = operations.Where(o => o.Answer is not null).Select(o => o.Answer!);
        var schemas = new SchemaCatalog(words, bodies, answers.Append(problem));
        var paths = new JsonObject();
        foreach (var operation in operations)
        {
            if (paths[operation.Path] is not JsonObject path) paths[operation.Path] = path = [];
            path[operation.Method.ToLowerInvariant()] = OperationDescription.Of(operation, schemas);
        }

        var responses = ProblemCatalog.Components(() => schemas.Of(problem, Direction.Answer));
        responses.Insert(0, "NotModified", NotModified());
        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "OrderActors", ["version"] = Version, ["description"] = Wording.Introduction },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/", ["description"] = "Where this document was read." }),
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
            ["tags"] = new JsonArray([.. operations.Select(o => o.Tag).Distinct().Select(
                tag => new JsonObject { ["name"] = tag, ["description"] = Wording.OfTag(tag) })]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.Components,
                ["parameters"] = Parameters(),
                ["headers"] = Headers(),
                ["responses"] = responses,
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An API key: `oa_live_…` or `oa_test_…`." },
                },
            },
        };
    }

    private static JsonObject NotModified()
    {
        var headers = new JsonObject { ["X-Request-Id"] = ProblemCatalog.Header("X-Request-Id"), ["ETag"] = ProblemCatalog.Header("ETag") };
        ProblemCatalog.AddRateLimit(headers);
        return new() { ["description"] = "The caller has this version already.", ["headers"] = headers };
    }

    private static JsonObject Parameters()
    {
        JsonObject Key(bool required) => new()
        {
            ["name"] = "Idempotency-Key",
            ["in"] = "header",
            ["required"] = required,
            ["description"] = "Names the request: the same key again on the same route and resource answers like the first time and does nothing. "
                + "1 to 255 visible ASCII characters, bare or in double quotes.",
            ["schema"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 512 },
        };
        static JsonObject ETag(string name, string words) => new()
        {
            ["name"] = name,
            ["in"] = "header",
            ["description"] = words,
            ["schema"] = new JsonObject { ["type"] = "string", ["maxLength"] = 256 },
        };
        return new()
        {
            ["IdempotencyKey"] = Key(required: true),
            ["OptionalIdempotencyKey"] = Key(required: false),
            ["IfMatch"] = ETag("If-Match", "The ETag of the version that is to be changed; another version is `412`."),
            ["IfNoneMatch"] = ETag("If-None-Match", "The ETag that the caller has: where the version settles the whole answer, it is `304` without a body."),
            ["Deadline"] = new JsonObject
            {
                ["name"] = "X-Deadline-Ms",
                ["in"] = "header",
                ["description"] = "How long the caller waits, in milliseconds. What has not begun by then is `503`; what has is `504`, and may be done.",
                ["schema"] = new JsonObject { ["type"] = "integer", ["format"] = "int64", ["minimum"] = 1 },
            },
            ["LastEventId"] = new JsonObject
            {
                ["name"] = "Last-Event-ID",
                ["in"] = "header",
                ["description"] = "The id of the last event that the caller saw of a stream, which goes on after it; as `cursor`, which it comes before.",
                ["schema"] = new JsonObject { ["type"] = "string", ["maxLength"] = 1500 },
            },
            ["Prefer"] = new JsonObject
            {
                ["name"] = "Prefer",
                ["in"] = "header",
                ["description"] = "`respond-async` (RFC 7240) to have the order taken in and placed later: `202` with the receipt.",
                ["schema"] = new JsonObject { ["type"] = "string", ["maxLength"] = 256 },
            },
            ["RequestId"] = new JsonObject
            {
                ["name"] = "X-Request-Id",
                ["in"] = "header",
                ["description"] = "The caller's name for the request; it comes back as it was sent, or one is made up.",
                ["schema"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 128 },
            },
        };
    }

    private static JsonObject Headers()
    {
        static string Listed(string terms) => $"^\"[a-z]+\";{terms}(, ?\"[a-z]+\";{terms})*$";
        static JsonObject Header(string words, JsonObject schema, bool required = false) =>
            new() { ["description"] = words, ["required"] = required, ["schema"] = schema };
        return new()
        {
            ["X-Request-Id"] = Header("The request's name.", new() { ["type"] = "string" }, required: true),
            ["ETag"] = Header("The version of the resource, in quotes.", new() { ["type"] = "string", ["pattern"] = "^\"[^\"]+\"$" }),
            ["Location"] = Header("Where the resource is.", new() { ["type"] = "string", ["pattern"] = "^/v1/" }, required: true),
            ["Idempotent-Replayed"] = Header(
                "`true` when this is the outcome of an earlier request with the same key.", new() { ["type"] = "string", ["enum"] = new JsonArray("true") }),
            ["Preference-Applied"] = Header(
                "What was preferred and is done.", new() { ["type"] = "string", ["enum"] = new JsonArray("respond-async") }),
            ["RateLimit"] = Header(
                "Of each limit that holds: how many requests are left (`r`), and in how many seconds all are (`t`).",
                new() { ["type"] = "string", ["pattern"] = Listed("r=[0-9]+;t=[0-9]+") }),
            ["RateLimit-Policy"] = Header(
                "Each limit that holds, of the key or of the merchant: so many requests (`q`) in so many seconds (`w`).",
                new() { ["type"] = "string", ["pattern"] = Listed("q=[0-9]+;w=[0-9]+") }),
            ["Retry-After"] = Header("When to come back, in seconds.", new() { ["type"] = "string", ["pattern"] = "^[0-9]+$" }),
        };
    }
}
