using System.Text.Json.Nodes;

namespace OrderActors.Client.OpenApi;

/// <summary>
/// A real exchange for every operation, in a file with its name beside this one: <c>{"path": {…}, "query": {…}, "request": …, "response": …}</c>,
/// each only where there is one. The conformance test records them.
/// </summary>
internal static class OperationExamples
{
    /// <summary>The exchange of an operation; null when none was recorded.</summary>
    public static JsonObject? Of(string operationId)
    {
        using var file = typeof(OperationExamples).Assembly.GetManifestResourceStream($"OpenApi.Examples.{operationId}.json");
        return file is null ? null : JsonNode.Parse(file)!.AsObject();
    }
}
