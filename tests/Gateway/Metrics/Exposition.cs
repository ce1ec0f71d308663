using System.Globalization;
using System.Text;

namespace OrderActors.Tests.Gateway.Metrics;

/// <summary>Reads Prometheus' text format, strictly by its description: what it does not allow is an error here.</summary>
internal sealed class Exposition
{
    private static readonly string[] Parts = ["_bucket", "_sum", "_count"];

    private readonly Dictionary<string, string> _types = [];

    private Exposition()
    {
    }

    /// <summary>The samples, in order.</summary>
    public List<(string Name, SortedDictionary<string, string> Labels, double Value)> Samples { get; } = [];

    /// <summary>The help text of a metric, as a reader sees it.</summary>
    public Dictionary<string, string> Help { get; } = [];

    public static Exposition Parse(string text)
    {
        var read = new Exposition();
        if (!text.EndsWith('\n')) throw new FormatException("The last line has no end.");
        foreach (var line in text[..^1].Split('\n')) read.Line(line);
        var twice = read.Samples.GroupBy(s => s.Name + string.Join(',', s.Labels)).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? read : throw new FormatException($"Twice: {twice.Key}");
    }

    /// <summary>The value of a sample, by some of its labels.</summary>
    public double Value(string name, params (string Label, string Value)[] labels) =>
        Samples.Single(s => s.Name == name && labels.All(l => s.Labels.TryGetValue(l.Label, out var v) && v == l.Value)).Value;

    public string TypeOf(string name) => _types[name];

    private void Line(string line)
    {
        if (line.StartsWith("# HELP ", StringComparison.Ordinal))
        {
            var parts = line[7..].Split(' ', 2);
            Help.Add(Name(parts[0]), Unescape(parts[1], quotes: false));
            return;
        }

        if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
        {
            var parts = line[7..].Split(' ');
            if (parts is not [_, "counter" or "gauge" or "histogram"]) throw new FormatException(line);
            _types.Add(Name(parts[0]), parts[1]);
            return;
        }

        var at = line.IndexOfAny(['{', ' ']);
        var name = Name(line[..at]);
        string[] names = [name, .. Parts.Where(name.EndsWith).Select(part => name[..^part.Length])];
        if (!names.Any(n => _types.TryGetValue(n, out var type) && (type == "histogram") != (n == name)))
        {
            throw new FormatException($"A sample without a TYPE before it: {line}");
        }

        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (line[at] == '{') at = Labels(line, at + 1, labels);
        var number = line[(at + 1)..];
        var value = number switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(number, CultureInfo.InvariantCulture),
        };
        Samples.Add((name, labels, value));
    }

    private static int Labels(string line, int at, SortedDictionary<string, string> labels)
    {
        while (line[at] != '}')
        {
            var equals = line.IndexOf('=', at);
            var name = line[at..equals];
            if (Name(name).Contains(':', StringComparison.Ordinal)) throw new FormatException(line);
            at = equals + 2;
            var end = at;
            while (line[end] != '"') end += line[end] == '\\' ? 2 : 1;
            labels.Add(name, Unescape(line[at..end], quotes: true));
            at = end + 1;
            if (line[at] == ',') at++;
        }

        return at + 1;
    }

    private static string Name(string text)
    {
        var valid = text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':');
        return valid ? text : throw new FormatException($"Not a name: {text}");
    }

    private static string Unescape(string text, bool quotes)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && quotes) throw new FormatException(text);
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
                continue;
            }

            plain.Append(text[++i] switch { '\\' => '\\', 'n' => '\n', '"' when quotes => '"', _ => throw new FormatException(text) });
        }

        return plain.ToString();
    }
}
