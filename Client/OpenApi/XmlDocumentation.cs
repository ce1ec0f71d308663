using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace OrderActors.Client.OpenApi;

/// <summary>
/// What the source says of a type and of its members: the XML files that the compiler writes beside the assemblies. Without such a
/// file there are no words, and everything else is as it was.
/// </summary>
internal sealed partial class XmlDocumentation
{
    private readonly Dictionary<string, XElement> _members = new(StringComparer.Ordinal);

    /// <param name="assemblies">Whose types will be asked about.</param>
    public XmlDocumentation(params IEnumerable<Assembly> assemblies)
    {
        foreach (var assembly in assemblies.Distinct())
        {
            var file = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
            if (!File.Exists(file)) continue;
            foreach (var member in XDocument.Load(file).Descendants("member")) _members[(string)member.Attribute("name")!] = member;
        }
    }

    /// <summary>What a type is; null when nobody wrote it.</summary>
    public string? Of(Type type)
    {
        var words = Text(Member("T:", type.FullName!)?.Element("summary"));
        if (words is null || Route().Match(words) is not { Success: true } route) return words;

        // "POST /v1/orders." says where a body belongs, which the document says by itself.
        return route.Groups[1].Value is { Length: > 0 } rest ? char.ToUpperInvariant(rest[0]) + rest[1..] : null;
    }

    /// <summary>What a property means: a record says it as its parameter's meaning; null when nobody wrote it.</summary>
    public string? Of(Type type, PropertyInfo property) =>
        Text(Member("T:", type.FullName!)?.Elements("param").FirstOrDefault(p => (string?)p.Attribute("name") == property.Name))
            ?? Text(Member("P:", $"{type.FullName}.{property.Name}")?.Element("summary"));

    private XElement? Member(string kind, string name) => _members.GetValueOrDefault(kind + name.Replace('+', '.'));

    private static string? Text(XElement? element)
    {
        if (element is null) return null;
        var words = string.Concat(element.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "paramref" } parameter => $"`{JsonNamingPolicy.SnakeCaseLower.ConvertName((string)parameter.Attribute("name")!)}`",
            XElement { Name.LocalName: "see" } see => ((string?)see.Attribute("cref") ?? (string?)see.Attribute("langword") ?? "").Split('.', ':')[^1],
            XText text => text.Value,
            _ => "",
        }));
        words = Space().Replace(words, " ").Trim();
        return words.Length == 0 ? null : words;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"^(?:GET|POST|PUT|DELETE) [^ .:]+(?:\.[a-z]+)?(?:,? (?:and|the|other|steps|on|way|/?[a-z-]+))*[:.]\s*(.*)$")]
    private static partial Regex Route();
}
