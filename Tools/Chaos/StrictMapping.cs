using System.Globalization;
using OrderActors.Tools.Load.Arrivals;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace OrderActors.Tools.Chaos;

/// <summary>
/// A YAML mapping of which every key must be known and every value be what its key wants. What is not is refused with the line and with
/// what is allowed: a fault that is silently left out would make a scenario pass that never ran.
/// </summary>
internal sealed class StrictMapping
{
    private readonly string _file;
    private readonly string _what;
    private readonly YamlMappingNode _node;

    private StrictMapping(string file, string what, YamlMappingNode node) => (_file, _what, _node) = (file, what, node);

    /// <summary>Its line in the file.</summary>
    public long Line => _node.Start.Line;

    /// <summary>Its keys, as they are written.</summary>
    public IEnumerable<string> Keys => _node.Children.Keys.Select(key => key is YamlScalarNode { Value: { } text } ? text : "");

    /// <summary>The mapping that a whole file is.</summary>
    /// <param name="file">How messages call the file.</param>
    /// <param name="text">What it says.</param>
    /// <param name="keys">The keys that it may have.</param>
    public static StrictMapping Parse(string file, string text, params string[] keys)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"{file} line {e.Start.Line}: this is not YAML: {e.Message}"));
        }

        if (stream.Documents.Count != 1) throw new BadInputException($"{file} has {stream.Documents.Count} documents; it must have one.");
        return Of(file, "the scenario", stream.Documents[0].RootNode, keys);
    }

    /// <summary>A mapping within.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="keys">The keys that it may have.</param>
    public StrictMapping Mapping(string key, params string[] keys) => Of(_file, $"'{key}'", Required(key), keys);

    /// <summary>The same mapping, when it may have these keys and no others.</summary>
    public StrictMapping Only(string what, params string[] keys) => Of(_file, what, _node, keys);

    /// <summary>Whether there is this key.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>The mappings of a list, each still with any keys.</summary>
    public IEnumerable<StrictMapping> Each(string key, string what) => List(key).Select(node => Of(_file, what, node, null));

    /// <summary>The texts of a list, each with its line.</summary>
    public IEnumerable<(string Text, long Line)> Texts(string key) => List(key).Select(node => (TextOf(node, $"'{key}'"), node.Start.Line));

    /// <summary>The names and values of a mapping with any keys.</summary>
    public IEnumerable<(string Name, string Value)> Pairs(string key) => Has(key)
        ? Of(_file, $"'{key}'", Required(key), null)._node.Children.Select(pair => (TextOf(pair.Key, key), TextOf(pair.Value, $"'{key}'")))
        : [];

    /// <summary>A text that must be there.</summary>
    public string Text(string key) => TextOf(Required(key), $"'{key}'");

    /// <summary>One of some words.</summary>
    public string Word(string key, params string[] words)
    {
        var text = Text(key);
        return words.Contains(text) ? text : throw Wrong(key, $"'{key}' is '{text}'; it must be {Or(words)}");
    }

    /// <summary>A duration that must be there.</summary>
    public TimeSpan Duration(string key, TimeSpan least, TimeSpan most)
    {
        var text = Text(key);
        return Durations.Parse(text) is { } time && time >= least && time <= most
            ? time
            : throw Wrong(key, $"'{key}' is '{text}'; it must be a duration, {Show(least)} to {Show(most)}, such as 500ms or 5s");
    }

    /// <summary>A number; the default when the key is not there.</summary>
    public double Number(string key, double least, double most, double? otherwise = null)
    {
        if (otherwise is { } value && !Has(key)) return value;
        var text = Text(key);
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong(key, string.Create(CultureInfo.InvariantCulture, $"'{key}' is '{text}'; it must be a number, {least} to {most}"));
    }

    /// <summary>A whole number; the default when the key is not there.</summary>
    public int Count(string key, int least, int most, int? otherwise = null)
    {
        var number = Number(key, least, most, otherwise);
        return number == Math.Floor(number) ? (int)number : throw Wrong(key, $"'{key}' is '{Text(key)}'; it must be a whole number");
    }

    /// <summary>What another reader says of a value, with the value's line.</summary>
    public T Read<T>(string key, Func<string, T> read) => Read(Text(key), Required(key).Start.Line, read);

    /// <summary>What another reader says of a text, with its line.</summary>
    public T Read<T>(string text, long line, Func<string, T> read)
    {
        try
        {
            return read(text);
        }
        catch (BadInputException e)
        {
            throw At(line, e.Message);
        }
    }

    /// <summary>Something is wrong with a value.</summary>
    public BadInputException Wrong(string key, string message) => At((Find(key) ?? _node).Start.Line, message + ".");

    private static StrictMapping Of(string file, string what, YamlNode node, string[]? keys)
    {
        if (node is not YamlMappingNode mapping)
            throw new BadInputException($"{file} line {node.Start.Line}: {what} must be keys with values, such as 'at: 10s'.");
        var found = new StrictMapping(file, what, mapping);
        foreach (var key in mapping.Children.Keys)
        {
            var name = found.TextOf(key, "a key");
            if (keys is not null && !keys.Contains(name)) throw found.At(key.Start.Line, $"{what} has no '{name}'; there are {string.Join(", ", keys)}.");
        }

        return found;
    }

    private IEnumerable<YamlNode> List(string key) => Find(key) switch
    {
        null => [],
        YamlSequenceNode list => list.Children,
        var other => throw At(other.Start.Line, $"'{key}' must be a list: a line for each, beginning with '- '."),
    };

    private YamlNode? Find(string key) => _node.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode { Value: { } text } && text == key).Value;

    private YamlNode Required(string key) => Find(key) ?? throw At(Line, $"{_what} needs '{key}'.");

    private string TextOf(YamlNode node, string what) => node is YamlScalarNode { Value: { Length: > 0 } text }
        ? text
        : throw At(node.Start.Line, $"{what} must be a text or a number.");

    private BadInputException At(long line, string message) => new($"{_file} line {line}: {message}");

    private static string Show(TimeSpan time) => time.TotalSeconds is > 0 and < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds}ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds}s");

    private static string Or(string[] words) => words.Length == 1 ? words[0] : string.Join(", ", words[..^1]) + " or " + words[^1];
}
