using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrderActors.Client.Http;

namespace OrderActors.Client.OpenApi;

/// <summary>The answers that refuse, a status each, with the codes that it can have.</summary>
internal static class ProblemCatalog
{
    private static readonly ProblemKind[] Kinds = [.. typeof(ProblemKind).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.FieldType == typeof(ProblemKind)).Select(field => (ProblemKind)field.GetValue(null)!)];

    // 404 and 405 of the router are no operation's.
    private static readonly ILookup<int, ProblemKind> ByStatus =
        Kinds.Where(kind => kind != ProblemKind.UnknownRoute && kind != ProblemKind.MethodNotAllowed).ToLookup(kind => kind.Status);

    /// <summary>The statuses with which an operation can refuse, as references to <see cref="Components"/>.</summary>
    public static IEnumerable<KeyValuePair<string, JsonNode?>> Of(Operation operation)
    {
        var reading = operation.Method == "GET";
        var inPath = operation.Path.Contains('{', StringComparison.Ordinal);
        return ByStatus.Select(group => group.Key).Order().Where(status => status switch
        {
            400 => inPath || operation.Body is not null || operation.Key != KeyUse.None || !operation.Query.IsEmpty,
            401 => operation.Callers != Callers.Public,
            403 => operation.Callers != Callers.Public || !reading,
            404 => inPath,
            409 or 412 or 422 => !reading,

            // Only what is read from the log can be too old for it.
            410 => operation.Streams,
            413 or 415 => operation.Body is not null,
            _ => true,
        }).Select(status => KeyValuePair.Create<string, JsonNode?>(
            status.ToString(CultureInfo.InvariantCulture),
            new JsonObject { ["$ref"] = string.Create(CultureInfo.InvariantCulture, $"#/components/responses/Problem{status}") }));
    }

    /// <summary>The answers themselves.</summary>
    /// <param name="schema">Makes the schema of problem details.</param>
    public static JsonObject Components(Func<JsonObject> schema) => new(ByStatus.OrderBy(group => group.Key).Select(group =>
    {
        var headers = new JsonObject { ["X-Request-Id"] = Header("X-Request-Id") };
        if (group.Any(kind => kind.RetryAfterSeconds is not null)) headers["Retry-After"] = Header("Retry-After");
        if (group.Key != 401) AddRateLimit(headers);
        if (group.Key is >= 400 and < 500) headers["Idempotent-Replayed"] = Header("Idempotent-Replayed");
        return KeyValuePair.Create<string, JsonNode?>(string.Create(CultureInfo.InvariantCulture, $"Problem{group.Key}"), new JsonObject
        {
            ["description"] = string.Join(' ', group.Select(kind => $"`{kind.Code}`: {kind.Title}.")),
            ["headers"] = headers,
            ["content"] = new JsonObject
            {
                ["application/problem+json"] = new JsonObject { ["schema"] = schema(), ["example"] = Example(group.First()) },
            },
            ["x-codes"] = new JsonArray([.. group.Select(kind => JsonValue.Create(kind.Code))]),
        });
    }));

    /// <summary>A header that <see cref="OpenApiDocument"/> defines.</summary>
    public static JsonObject Header(string name) => new() { ["$ref"] = "#/components/headers/" + name };

    /// <summary>The headers that tell of a limit, where one holds for the caller's key or the order's merchant.</summary>
    public static void AddRateLimit(JsonObject headers)
    {
        foreach (var name in (string[])["RateLimit", "RateLimit-Policy"]) headers[name] = Header(name);
    }

    private static JsonNode Example(ProblemKind kind) => JsonSerializer.SerializeToNode(
        new ProblemDocument(
            kind.Type, kind.Title, kind.Status, kind.Title + ".", "/v1/orders/13130658798336058484", kind.Code, kind.RetryAfterSeconds is not null,
            kind.Retry, "0af7651916cd43dd8448eb211c80319c", null, null),
        GatewayJson.Wire.ProblemDocument)!;
}
