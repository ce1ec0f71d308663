using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OrderActors.Tools.OpenApi;

/// <summary>Writes an operation of the document as a method of the client.</summary>
internal sealed partial class OperationWriter(JsonObject document)
{
    private readonly SortedSet<string> _types = new(StringComparer.Ordinal);

    /// <summary>The types that the methods send and receive as a whole.</summary>
    public IEnumerable<string> Types => _types;

    /// <summary>The part of the client that has a resource's operations.</summary>
    public string Write(string words, IEnumerable<(string Method, string Path, JsonObject Operation)> operations)
    {
        var text = SourceText.File();
        text.Document(0, "content", words).Line("public sealed partial class OrderActorsClient").Line("{");
        var first = true;
        foreach (var (method, path, operation) in operations)
        {
            if (!first) text.Line();
            first = false;
            Method(text, method, path, operation);
        }

        return text.Line("}").ToString();
    }

    private void Method(SourceText text, string method, string path, JsonObject operation)
    {
        text.Document(4, "summary", (string)operation["summary"]!);
        var must = new List<string>();
        var may = new List<string>();
        var call = new List<string>();
        var words = new List<(string Parameter, string? Words)>();
        foreach (var parameter in operation["parameters"]!.AsArray().Select(p => Resolve(p!.AsObject()))) Parameter(parameter, must, may, call, words);
        if (operation["requestBody"] is JsonObject body)
        {
            var schema = body["content"]!["application/json"]!["schema"]!.AsObject();
            var type = CSharpType.Of(schema);
            if ((bool)body["required"]!) must.Add($"{type} body");
            else may.Insert(0, $"{type.Optional} body = null");
            words.Insert(must.Count(argument => !argument.EndsWith(" body", StringComparison.Ordinal)), ("body", "What is sent."));
            call.Insert(0, $".With(body, ApiJson.Wire.{InfoOf(type.Name)})");
        }

        foreach (var (name, meaning) in words) text.Document(4, $"param name=\"{name}\"", meaning);
        text.Document(4, "param name=\"cancellationToken\"", "Ends the waiting; what was sent may be done nevertheless.");
        text.Document(4, "exception cref=\"ApiProblemException\"", "The API refused, or could not be reached.");
        may.Add("CancellationToken cancellationToken = default");
        var (returns, send) = Answer(operation);
        text.Arguments(4, $"public {returns} {SourceText.Pascal((string)operation["operationId"]!)}Async", [.. must, .. may], " =>");
        var address = PathParameter().Replace(path, part => $"{{Escape({SourceText.Camel(part.Groups[1].Value)})}}");
        var template = address == path ? $"\"{path}\"" : $"$\"{address}\"";
        text.Line($"        {send.Before}").Chain(12, $"new ApiCall(HttpMethod.{SourceText.Pascal(method)}, {template})", call, ",");
        text.Line($"            {send.After}");
    }

    private static void Parameter(
        JsonObject parameter, List<string> must, List<string> may, List<string> call, List<(string Parameter, string? Words)> documented)
    {
        var (name, place) = ((string)parameter["name"]!, (string)parameter["in"]!);
        var words = (string?)parameter["description"];
        var type = CSharpType.Of(parameter["schema"]!.AsObject());
        var variable = SourceText.Camel(name);
        switch (place, name)
        {
            // Made up by the server, and told when something goes wrong.
            case ("header", "X-Request-Id"):
                return;
            case ("header", "Idempotency-Key"):
                may.Insert(0, "string? idempotencyKey = null");
                words = "Names the request, so that sending it again does nothing; made up when it is null, and the same for every try.";
                variable = "idempotencyKey";
                call.Add(".Key(idempotencyKey)");
                break;
            // An answer without a body has nothing to read.
            case ("header", "If-None-Match"):
                return;
            // Other answers than the method's, which methods of their own have; and what holds for all calls of a client.
            case ("header", "Last-Event-ID" or "Prefer" or "X-Deadline-Ms"):
                return;
            case ("path", _):
                must.Add($"{type} {variable}");
                break;
            case ("query", _):
                may.Add($"{type.Optional} {variable} = null");
                call.Add($".Query(\"{name}\", {variable})");
                break;
            default:
                may.Add($"string? {variable} = null");
                call.Add($".Header(\"{name}\", {variable})");
                break;
        }

        documented.Add((variable.TrimStart('@'), words));
    }

    /// <summary>What a method returns, and what is around its call.</summary>
    private (string Returns, (string Before, string After) Send) Answer(JsonObject operation)
    {
        var success = operation["responses"]!.AsObject().First(r => r.Key.StartsWith('2')).Value!;
        if (success["content"] is not JsonObject content) return ("Task", ("SendAsync(", "cancellationToken);"));
        var (media, body) = content.First();
        var schema = body!["schema"]!.AsObject();
        if (media != "application/json" || !schema.ContainsKey("$ref")) return ("Task<string>", ("ReadTextAsync(", "cancellationToken);"));
        var type = CSharpType.Of(schema);
        return ($"Task<{type}>", ("SendAsync(", $"ApiJson.Wire.{InfoOf(type.Name)}, cancellationToken);"));
    }

    /// <summary>The name under which the serializer's context knows a type.</summary>
    private string InfoOf(string type)
    {
        _types.Add(type);
        return type.Replace("<", "", StringComparison.Ordinal).Replace(">", "", StringComparison.Ordinal);
    }

    private JsonObject Resolve(JsonObject node) => node["$ref"] is { } reference
        ? ((string)reference!).Split('/').Skip(1).Aggregate((JsonNode)document, (at, part) => at[part]!).AsObject()
        : node;

    [GeneratedRegex(@"\{([a-z_]+)\}")]
    private static partial Regex PathParameter();
}
