using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace OrderActors.Tests.House.Deployment;

/// <summary>docker-compose.yml with its anchors resolved, as compose reads it.</summary>
internal sealed class ComposeFile
{
    private ComposeFile(Dictionary<object, object?> root) => Root = root;

    public static ComposeFile Cluster { get; } = Parse(Repository.Read("docker-compose.yml"));

    public Dictionary<object, object?> Root { get; }

    public IReadOnlyDictionary<string, Dictionary<object, object?>> Services =>
        Map("services").ToDictionary(s => (string)s.Key, s => (Dictionary<object, object?>)s.Value!);

    /// <summary>The services that are built from this repository, by the image's target.</summary>
    public IEnumerable<(string Name, string Target, Dictionary<object, object?> Service)> Ours =>
        from service in Services
        where service.Value.ContainsKey("build")
        select (service.Key, (string)((Dictionary<object, object?>)service.Value["build"]!)["target"]!, service.Value);

    public static ComposeFile Parse(string yaml)
    {
        var parser = new MergingParser(new Parser(new StringReader(yaml)));
        return new ComposeFile(new DeserializerBuilder().Build().Deserialize<Dictionary<object, object?>>(parser));
    }

    public Dictionary<object, object?> Map(string key) => (Dictionary<object, object?>)Root[key]!;

    /// <summary>The text of one of the configs.</summary>
    public string Config(string name) => (string)((Dictionary<object, object?>)Map("configs")[name]!)["content"]!;

    /// <summary>A service's environment.</summary>
    public static Dictionary<string, string> Environment(Dictionary<object, object?> service) =>
        service.TryGetValue("environment", out var variables)
            ? ((Dictionary<object, object?>)variables!).ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? "")
            : [];
}
