using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrderActors.Tests.House.Stored;

/// <summary>
/// The stored samples: per record a folder, in it a file per version, such as <c>order/v1.json</c>. What was released is
/// never written again.
/// </summary>
internal static class Samples
{
    private const string Folder = "tests/House/Stored/Samples";

    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static string PathOf(string name, int version) => $"{Folder}/{name}/v{version}.json";

    internal static JsonObject? Find(string name, int version) =>
        Repository.Exists(PathOf(name, version)) ? JsonNode.Parse(Repository.Read(PathOf(name, version)))!.AsObject() : null;

    /// <summary>Every sample there is: the folder's name, the version, the record.</summary>
    internal static IEnumerable<(string Name, int Version, JsonObject Record)> All() =>
        from file in Repository.With(".json")
        where file.StartsWith(Folder + "/", StringComparison.Ordinal)
        let parts = file[(Folder.Length + 1)..].Split('/')
        let version = int.Parse(Path.GetFileNameWithoutExtension(parts[1])[1..], CultureInfo.InvariantCulture)
        select (parts[0], version, JsonNode.Parse(Repository.Read(file))!.AsObject());

    internal static void Write(string name, int version, JsonObject record)
    {
        var path = Path.Combine(Repository.Root, PathOf(name, version));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, record.ToJsonString(Readable) + "\n");
    }

    /// <summary>Every member of a record with where it is, such as <c>lines[0].item = "item"</c>.</summary>
    internal static IEnumerable<string> Members(JsonNode? node, string path = "") => node switch
    {
        JsonObject record => record.SelectMany(member => Members(member.Value, path.Length == 0 ? member.Key : $"{path}.{member.Key}")),
        JsonArray list => list.SelectMany((element, index) => Members(element, $"{path}[{index}]")),
        _ => [$"{path} = {node?.ToJsonString(Readable) ?? "null"}"],
    };

    /// <summary>A member that no release knows, in the record and in every object below it.</summary>
    internal static void AddUnknownMembers(JsonNode? node)
    {
        if (node is JsonObject record)
        {
            foreach (var member in record.ToList()) AddUnknownMembers(member.Value);
            // A dictionary's values are all of one kind; a member of another would be no new member but a wrong entry.
            if (!record.Any(member => char.IsAsciiDigit(member.Key[0]))) record["added_later"] = new JsonObject { ["list"] = new JsonArray(1, "two") };
        }
        else if (node is JsonArray list)
        {
            foreach (var element in list) AddUnknownMembers(element);
        }
    }
}
