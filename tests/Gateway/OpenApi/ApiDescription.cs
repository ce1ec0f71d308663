using System.Text.Json;

namespace OrderActors.Tests.Gateway.OpenApi;

/// <summary>An operation of the document.</summary>
/// <param name="Id">Its operationId.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">The path's template.</param>
/// <param name="Parameters">Its parameters, without references.</param>
/// <param name="Json">All that the document says of it.</param>
internal sealed record DescribedOperation(string Id, HttpMethod Method, string Path, IReadOnlyList<JsonElement> Parameters, JsonElement Json)
{
    /// <summary>The parameters of one place: path, query or header.</summary>
    public IEnumerable<JsonElement> ParametersIn(string place) => Parameters.Where(p => p.GetProperty("in").GetString() == place);

    /// <summary>Whether a request without an Idempotency-Key is refused.</summary>
    public bool NeedsKey =>
        ParametersIn("header").Any(p => p.GetProperty("name").GetString() == "Idempotency-Key" && p.GetProperty("required").GetBoolean());

    /// <summary>Whether a request without an API key is refused.</summary>
    public bool NeedsCaller => !Json.TryGetProperty("security", out var security) || security.GetArrayLength() > 0;

    /// <summary>The media type, schema and example of its body; null without a body.</summary>
    public JsonElement? Body => Json.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").GetProperty("application/json") : null;

    public override string ToString() => $"{Id} ({Method} {Path})";
}

/// <summary>The document as a reader of it sees it.</summary>
internal sealed class ApiDescription
{
    public ApiDescription(string json)
    {
        Json = JsonDocument.Parse(json).RootElement.Clone();
        Schemas = new JsonSchemaValidator(Json);
        Operations = (from path in Json.GetProperty("paths").EnumerateObject()
                      from operation in path.Value.EnumerateObject()
                      let parameters = operation.Value.GetProperty("parameters").EnumerateArray().Select(Schemas.Resolve).ToArray()
                      let id = operation.Value.GetProperty("operationId").GetString()!
                      select new DescribedOperation(id, HttpMethod.Parse(operation.Name.ToUpperInvariant()), path.Name, parameters, operation.Value))
            .ToDictionary(operation => operation.Id);
    }

    public JsonElement Json { get; }

    public JsonSchemaValidator Schemas { get; }

    public IReadOnlyDictionary<string, DescribedOperation> Operations { get; }

    /// <summary>What the document says of an answer; null when it does not know the status.</summary>
    public JsonElement? Response(DescribedOperation operation, int status) =>
        operation.Json.GetProperty("responses").TryGetProperty($"{status}", out var response) ? Schemas.Resolve(response) : null;
}
