using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using OrderActors.Client.Http;

namespace OrderActors.Client.OpenApi;

/// <summary>One operation as the document has it: parameters, body, answers, an example of each.</summary>
internal static partial class OperationDescription
{
    private const string Json = "application/json";

    /// <summary>An OpenAPI operation object.</summary>
    public static JsonObject Of(Operation operation, SchemaCatalog schemas)
    {
        var example = OperationExamples.Of(operation.Id);
        var described = new JsonObject
        {
            ["operationId"] = operation.Id,
            ["summary"] = operation.Summary,
            ["tags"] = new JsonArray(operation.Tag),
            ["parameters"] = Parameters(operation, example),
        };
        if (operation.Body is { } body) described["requestBody"] = RequestBody(operation, body, schemas, example);
        described["responses"] = Responses(operation, schemas, example);
        if (operation.Callers == Callers.Public) described["security"] = new JsonArray();
        described["x-priority"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(operation.Priority.ToString());
        described["x-callers"] = new JsonArray([.. CallersOf(operation).Select(caller => JsonValue.Create(caller))]);
        return described;
    }

    /// <summary>Whether an answer can have an ETag: single resources do, lists and texts do not.</summary>
    private static bool HasETag(Operation operation) =>
        operation is ({ Answer: not null, MediaType: null } or { MediaType: Json }) && operation.Query.All(parameter => parameter.Name != "cursor");

    private static bool IsRead(Operation operation) => operation.Method == "GET";

    // What is there already and has one version for all of it.
    private static bool TakesIfMatch(Operation operation) =>
        !IsRead(operation) && operation.Key != KeyUse.None && HasETag(operation) && operation.Path.Contains('{', StringComparison.Ordinal)
            && operation.Tag is ("orders" or "deliveries" or "merchants" or "couriers" or "customers" or "promotions")
            && !operation.Path.EndsWith("/contact", StringComparison.Ordinal);

    private static JsonArray Parameters(Operation operation, JsonObject? example)
    {
        var parameters = new JsonArray();
        foreach (Match part in PathParameter().Matches(operation.Path))
        {
            var name = part.Groups[1].Value;
            var parameter = Wording.OfPathParameter(name, operation.Tag);
            if (example?["path"]?[name] is { } value) parameter["example"] = value.DeepClone();
            parameters.Add(parameter);
        }

        foreach (var query in operation.Query)
        {
            var parameter = new JsonObject
            {
                ["name"] = query.Name,
                ["in"] = "query",
                ["description"] = query.Summary,
                ["schema"] = JsonNode.Parse(query.Schema),
            };
            if (example?["query"]?[query.Name] is { } value) parameter["example"] = value.DeepClone();
            parameters.Add(parameter);
        }

        if (operation.Key != KeyUse.None)
        {
            // A question needs no key, although the same route does when it is meant.
            var required = operation.Key == KeyUse.Required && operation.Query.All(parameter => parameter.Name != "preview");
            parameters.Add(Reference("parameters", required ? "IdempotencyKey" : "OptionalIdempotencyKey"));
        }

        if (IsRead(operation) && HasETag(operation)) parameters.Add(Reference("parameters", "IfNoneMatch"));
        if (TakesIfMatch(operation)) parameters.Add(Reference("parameters", "IfMatch"));
        if (operation.Streams) parameters.Add(Reference("parameters", "LastEventId"));
        if (operation.DeferredAnswer is not null) parameters.Add(Reference("parameters", "Prefer"));
        if (!operation.IsNeverShed) parameters.Add(Reference("parameters", "Deadline"));
        parameters.Add(Reference("parameters", "RequestId"));
        return parameters;
    }

    private static JsonObject RequestBody(Operation operation, JsonTypeInfo body, SchemaCatalog schemas, JsonObject? example)
    {
        var schema = schemas.Of(body, Direction.Request);
        if (operation.MostAtOnce is { } most)
        {
            var many = new JsonObject { ["type"] = "array", ["items"] = schema.DeepClone(), ["minItems"] = 1, ["maxItems"] = most };
            schema = new() { ["oneOf"] = new JsonArray(schema, many) };
        }

        return new() { ["required"] = !operation.BodyOptional, ["content"] = new JsonObject { [Json] = Content(schema, example?["request"]) } };
    }

    private static JsonObject Responses(Operation operation, SchemaCatalog schemas, JsonObject? example)
    {
        var responses = new JsonObject { [Text(operation.Status)] = Success(operation, operation.Status, "Done.", schemas, example?["response"]) };
        if (operation.PendingStatus is { } pending)
        {
            const string Words = "Taken in for good, but not done yet; the resource says how it gets on.";
            responses[Text(pending)] = operation.DeferredAnswer is { } deferred
                ? Deferred(Success(operation, pending, Words, schemas, example?["response"]), schemas.Of(deferred, Direction.Answer))
                : Success(operation, pending, Words, schemas, example?["response"]);
        }

        if (IsRead(operation) && HasETag(operation)) responses["304"] = Reference("responses", "NotModified");
        foreach (var (status, problem) in ProblemCatalog.Of(operation)) responses[status] = problem;
        return responses;
    }

    private static JsonObject Success(Operation operation, int status, string words, SchemaCatalog schemas, JsonNode? example)
    {
        var headers = new JsonObject { ["X-Request-Id"] = ProblemCatalog.Header("X-Request-Id") };
        if (HasETag(operation)) headers["ETag"] = ProblemCatalog.Header("ETag");
        if (operation.Key != KeyUse.None) headers["Idempotent-Replayed"] = ProblemCatalog.Header("Idempotent-Replayed");
        if (operation.Callers != Callers.Public && !operation.IsNeverShed) ProblemCatalog.AddRateLimit(headers);

        // 202 on a path without an id takes something in that is a resource from then on.
        if (operation.Status == 201 || (operation.Status == 202 && !operation.Path.Contains('{', StringComparison.Ordinal)))
            headers["Location"] = ProblemCatalog.Header("Location");
        var response = new JsonObject { ["description"] = words, ["headers"] = headers };
        if (operation.MediaType is { } media)
        {
            response["content"] = new JsonObject { [media] = Content(new() { ["type"] = media == Json ? "object" : "string" }, null) };
        }
        else if (operation.Answer is not null)
        {
            response["content"] = new JsonObject { [Json] = Content(schemas.Of(operation.Answer, Direction.Answer), example) };
            if (operation.Streams) Stream(response, schemas);
        }

        return response;
    }

    private static JsonObject Deferred(JsonObject response, JsonObject receipt)
    {
        response["description"] = $"{(string)response["description"]!} With `Prefer: respond-async` a receipt; the order is placed later.";
        response["headers"]!["Preference-Applied"] = ProblemCatalog.Header("Preference-Applied");
        var content = response["content"]![Json]!.AsObject();
        content["schema"] = new JsonObject { ["oneOf"] = new JsonArray(content["schema"]!.DeepClone(), receipt) };
        return response;
    }

    // A stream has no schema as a whole; each of its events has.
    private static void Stream(JsonObject response, SchemaCatalog schemas)
    {
        var content = Content(new() { ["type"] = "string" }, null);
        content["x-event-schema"] = schemas.Of(GatewayJson.Wire.CloudEventBody, Direction.Answer);
        response["content"]!["text/event-stream"] = content;
        response["description"] = "A page of what is kept, or with `Accept: text/event-stream` server-sent events without end: `id` is where to go on, "
            + "as `Last-Event-ID`; `event` the type without `com.orderactors.` and `.v1`; `data` the event. `feed.closing`, `feed.dropped` and "
            + "`feed.expired` end the stream; comments keep it alive.";
    }

    private static JsonObject Content(JsonObject schema, JsonNode? example)
    {
        var content = new JsonObject { ["schema"] = schema };
        if (example is not null) content["example"] = example.DeepClone();
        return content;
    }

    private static IEnumerable<string> CallersOf(Operation operation) => operation.Callers == Callers.Public
        ? ["public"]
        : Enum.GetValues<Callers>().Where(caller => int.IsPow2((int)caller) && operation.Callers.HasFlag(caller))
            .Select(caller => JsonNamingPolicy.SnakeCaseLower.ConvertName(caller.ToString()));

    private static JsonObject Reference(string kind, string name) => new() { ["$ref"] = $"#/components/{kind}/{name}" };

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\{([a-z_]+)\}")]
    private static partial Regex PathParameter();
}
