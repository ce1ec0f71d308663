using System.Text.Json.Nodes;

namespace OrderActors.Tools.OpenApi;

/// <summary>Writes the typed client from the API's description: a file for each resource's operations, and one for each schema.</summary>
internal static class ClientGenerator
{
    // Operations; with the longest of them a file stays below 500 lines.
    private const int MostInAFile = 18;

    /// <summary>The files by name.</summary>
    /// <param name="json">The description.</param>
    public static IEnumerable<(string File, string Text)> Files(string json)
    {
        var document = JsonNode.Parse(json)!.AsObject();
        var operations = new OperationWriter(document);
        var byTag = from path in document["paths"]!.AsObject()
                    from operation in path.Value!.AsObject()
                    let tag = (string)operation.Value!["tags"]![0]!
                    group (operation.Key, path.Key, operation.Value!.AsObject()) by tag;
        var words = document["tags"]!.AsArray().ToDictionary(tag => (string)tag!["name"]!, tag => (string)tag!["description"]!);
        var files = byTag.SelectMany(tag => tag.Chunk(MostInAFile).Select((part, index) =>
            ($"OrderActorsClient.{SourceText.Pascal(tag.Key)}{(index == 0 ? "" : $"{index + 1}")}.cs", operations.Write(words[tag.Key], part)))).ToList();
        files.AddRange(document["components"]!["schemas"]!.AsObject().Select(
            schema => (schema.Key + ".cs", SchemaWriter.Write(schema.Key, schema.Value!.AsObject()))));
        files.Add(("ApiJson.cs", Context(operations.Types)));
        files.Add(("ProblemCode.cs", ProblemCodes(document)));
        return files;
    }

    private static string Context(IEnumerable<string> types)
    {
        var text = SourceText.File("System.Text.Json.Serialization");
        text.Document(0, "summary", "How the client's types are read and written; without reflection.");
        text.Line("[JsonSourceGenerationOptions(");
        text.Line("    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]");
        foreach (var type in types.Append("Problem").Distinct()) text.Line($"[JsonSerializable(typeof({type}))]");
        text.Line("internal sealed partial class ApiJson : JsonSerializerContext").Line("{");
        return text.Document(4, "summary", "The one instance.").Line("    public static ApiJson Wire => Default;").Line("}").ToString();
    }

    private static string ProblemCodes(JsonObject document)
    {
        var text = SourceText.File();
        text.Document(0, "summary", "The codes of problems: what a program decides by. More may come.").Line("public static class ProblemCode").Line("{");
        var first = true;
        foreach (var (_, response) in document["components"]!["responses"]!.AsObject())
        {
            var sentences = ((string)response!["description"]!).Split(" `");
            foreach (var (index, code) in (response["x-codes"]?.AsArray() ?? []).Select(code => (string)code!).Index())
            {
                if (!first) text.Line();
                first = false;
                text.Document(4, "summary", sentences[index].Split("`: ")[^1]).Line($"    public const string {SourceText.Pascal(code)} = \"{code}\";");
            }
        }

        return text.Line("}").ToString();
    }
}
