using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace OrderActors.Tests.Gateway.OpenApi;

/// <summary>
/// Talks to a host in the words of the document: an operation is called by its id, and what goes in and comes out is held against what the
/// document says. Remembers what was called, and the first exchange of each operation that succeeded.
/// </summary>
internal sealed class Conversation(ApiDescription document)
{
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What the document says of a header is checked when the header is there, and when the document says that it always is.
    private static readonly string[] OurHeaders =
        ["x-request-id", "etag", "location", "idempotent-replayed", "retry-after", "ratelimit", "ratelimit-policy", "preference-applied"];

    private readonly Dictionary<string, JsonObject> _examples = [];
    private readonly HashSet<string> _refused = [];
    private readonly Dictionary<string, string> _shown = [];

    /// <summary>The operations that succeeded so far.</summary>
    public IEnumerable<string> Done => _examples.Keys;

    /// <summary>The operations that refused so far.</summary>
    public IReadOnlySet<string> Refused => _refused;

    /// <summary>The exchange of an operation that succeeded, as an example of it.</summary>
    public string Example(string operation) =>
        _shown.Aggregate(_examples[operation].ToJsonString(Readable), (text, pair) => text.Replace(pair.Key, pair.Value, StringComparison.Ordinal)) + "\n";

    /// <summary>From now on examples have one text in place of another, which only this run has.</summary>
    public void Shows(string text, string instead) => _shown[text] = instead;

    /// <summary>Calls an operation, which must succeed with one of the statuses that the document has for that.</summary>
    /// <param name="api">Where.</param>
    /// <param name="id">Its operationId.</param>
    /// <param name="path">The path's parameters by name; null without any.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="query">The query's parameters by name; null for none.</param>
    /// <param name="headers">Headers beside the key's, which is made up.</param>
    public async Task<JsonElement> Does(
        Api api, string id, object? path = null, object? body = null, object? query = null, params (string Name, string Value)[] headers)
    {
        var operation = Operation(id);
        foreach (var parameter in operation.ParametersIn("path").Concat(operation.ParametersIn("query")))
        {
            var name = parameter.GetProperty("name").GetString()!;
            if ((Node(path)?[name] ?? Node(query)?[name]) is { } value)
                Holds(operation, name, JsonSerializer.SerializeToElement(value), parameter.GetProperty("schema"));
        }

        if (body is not null) Holds(operation, "the request", JsonSerializer.SerializeToElement(body), operation.Body!.Value.GetProperty("schema"));
        var key = operation.ParametersIn("header").Any(p => p.GetProperty("name").GetString() == "Idempotency-Key") ? Api.NewKey() : null;
        var (status, text) = await Send(api, operation, path, body, query, key, headers);
        Assert.True(status is >= 200 and < 300, $"{operation} answered {status}: {text}");
        if (key is not null)
        {
            // The same again is the same answer, and as much what the document says.
            var (again, repeated) = await Send(api, operation, path, body, query, key, headers);
            Assert.True(again == status, $"{operation} answered {status}, and {again} to the same request again: {repeated}");
        }

        var json = text.StartsWith('{') ? JsonDocument.Parse(text).RootElement.Clone() : default;
        Remember(operation, path, body, query, json);
        return json;
    }

    /// <summary>Calls an operation, which must refuse with this status.</summary>
    public async Task<JsonElement> Refuses(Api api, string id, int status, object? path = null, object? body = null, object? query = null, bool key = true)
    {
        var operation = Operation(id);
        var (answered, text) = await Send(api, operation, path, body, query, key ? Api.NewKey() : null, []);
        Assert.True(status == answered, $"{operation} answered {answered} instead of {status}: {text}");
        _refused.Add(id);
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    /// <summary>
    /// Calls an operation so that it cannot be understood: something in its path, its query, its body or its key is wrong. False when it has
    /// nothing that could be wrong.
    /// </summary>
    public async Task<bool> Misunderstands(Api api, string id)
    {
        var operation = Operation(id);
        var path = operation.ParametersIn("path").ToDictionary(p => p.GetProperty("name").GetString()!, _ => "no such thing!");
        if (path.Count == 0 && !operation.NeedsKey && operation.Body is null && !operation.ParametersIn("query").Any()) return false;
        var query = path.Count == 0 && operation.ParametersIn("query").Any() ? new { limit = 0, preview = "perhaps" } : null;
        var (status, text) = await Send(api, operation, path, operation.Body is null ? null : new { nonsense = 1 }, query, key: null, []);
        Assert.True(status is >= 400 and < 500, $"{operation} answered {status} to nonsense: {text}");
        _refused.Add(id);
        return true;
    }

    private DescribedOperation Operation(string id) =>
        document.Operations.TryGetValue(id, out var operation) ? operation : throw new KeyNotFoundException($"The document has no operation {id}.");

    private async Task<(int Status, string Text)> Send(
        Api api, DescribedOperation operation, object? path, object? body, object? query, string? key, (string Name, string Value)[] headers)
    {
        var address = operation.Path;
        foreach (var (name, value) in Node(path) ?? [])
            address = address.Replace($"{{{name}}}", Uri.EscapeDataString(value!.ToString()), StringComparison.Ordinal);
        if (Node(query) is { } pairs) address += "?" + string.Join('&', pairs.Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!.ToString())}"));
        using var content = body is null ? null : new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
        if (content is not null) content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await api.SendRaw(operation.Method, address, content, key, headers);
        var text = await response.Content.ReadAsStringAsync();
        Check(operation, response, text);
        return ((int)response.StatusCode, text);
    }

    private void Check(DescribedOperation operation, HttpResponseMessage response, string text)
    {
        var status = (int)response.StatusCode;
        var described = document.Response(operation, status);
        Assert.True(described is not null, $"{operation} answered {status}, which the document does not know: {text}");
        CheckHeaders(operation, described.Value, response);
        if (!described.Value.TryGetProperty("content", out var content))
        {
            Assert.True(text.Length == 0, $"{operation} answered {status} with a body that the document does not know: {text}");
            return;
        }

        var media = response.Content.Headers.ContentType?.MediaType ?? "";
        Assert.True(content.TryGetProperty(media, out var type), $"{operation} answered {status} as '{media}', which the document does not know.");
        var schema = type.GetProperty("schema");
        var value = media.EndsWith("json", StringComparison.Ordinal) ? JsonDocument.Parse(text).RootElement : JsonSerializer.SerializeToElement(text);

        // Of the document itself it only says that it is an object.
        if (schema.TryGetProperty("properties", out _) || schema.TryGetProperty("$ref", out _)) Holds(operation, $"the answer {status}", value, schema);
    }

    private void CheckHeaders(DescribedOperation operation, JsonElement described, HttpResponseMessage response)
    {
        var known = described.GetProperty("headers").EnumerateObject().ToDictionary(h => h.Name.ToLowerInvariant(), h => document.Schemas.Resolve(h.Value));
        var sent = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key.ToLowerInvariant(), h => string.Join(", ", h.Value));
        foreach (var (name, header) in known)
        {
            if (sent.TryGetValue(name, out var value)) Holds(operation, name, JsonSerializer.SerializeToElement(value), header.GetProperty("schema"));
            else Assert.False(header.GetProperty("required").GetBoolean(), $"{operation} answered {(int)response.StatusCode} without {name}.");
        }

        foreach (var name in OurHeaders.Where(sent.ContainsKey))
            Assert.True(known.ContainsKey(name), $"{operation} answered {(int)response.StatusCode} with {name}, which the document does not know.");
    }

    private void Holds(DescribedOperation operation, string what, JsonElement value, JsonElement schema)
    {
        var faults = document.Schemas.Faults(value, schema);
        Assert.True(faults.Count == 0, $"{operation}: {what} is not as the document says: {string.Join("; ", faults)}\n{value}");
    }

    private void Remember(DescribedOperation operation, object? path, object? body, object? query, JsonElement answer)
    {
        if (_examples.ContainsKey(operation.Id)) return;
        var example = new JsonObject();
        if (Node(path) is { } inPath) example["path"] = inPath;
        if (Node(query) is { } inQuery) example["query"] = inQuery;
        if (body is not null) example["request"] = JsonSerializer.SerializeToNode(body);
        if (answer.ValueKind == JsonValueKind.Object && operation.Id != "getOpenApi") example["response"] = WithoutSecrets(JsonObject.Create(answer)!);
        _examples[operation.Id] = example;
    }

    /// <summary>A key of a host that is gone opens nothing, but looks as if it did.</summary>
    private static JsonObject WithoutSecrets(JsonObject answer)
    {
        if (answer.ContainsKey("secret")) answer["secret"] = "shown-once-and-only-here";
        return answer;
    }

    private static JsonObject? Node(object? value) => value is null ? null : JsonSerializer.SerializeToNode(value)!.AsObject();
}
