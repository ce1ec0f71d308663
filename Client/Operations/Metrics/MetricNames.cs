using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace OrderActors.Client.Operations.Metrics;

/// <summary>How names, labels and kinds of .NET's instruments are written for Prometheus.</summary>
internal static class MetricNames
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["min"] = "minutes",
        ["By"] = "bytes",
        ["%"] = "percent",
        ["1"] = "ratio",
    };

    /// <summary>The kind of an instrument; null for one of a kind that nobody knows.</summary>
    public static MetricKind? KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        var kind = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? MetricKind.Counter
            : kind == typeof(Histogram<>) ? MetricKind.Histogram
            : kind == typeof(UpDownCounter<>) || kind == typeof(ObservableUpDownCounter<>) || kind == typeof(ObservableGauge<>) || IsPlainGauge(instrument)
                ? MetricKind.Gauge
            : null;
    }

    /// <summary>Whether each measurement is the value itself.</summary>
    public static bool IsPlainGauge(Instrument instrument) =>
        instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Gauge<>);

    /// <summary>What TYPE says.</summary>
    public static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    /// <summary>The name: letters, digits and underscores, with the unit, and for a counter with _total.</summary>
    public static string NameOf(Instrument instrument, MetricKind kind)
    {
        var name = new StringBuilder(Word(instrument.Name));
        if (instrument.Unit is { } unit && Units.TryGetValue(unit, out var suffix)) Suffix(name, suffix);
        if (kind == MetricKind.Counter) Suffix(name, "total");
        return name.ToString();
    }

    /// <summary>Appends a label, after a comma when it is not the first.</summary>
    public static void AppendLabel(StringBuilder text, string name, object? value)
    {
        if (text.Length > 0) text.Append(',');
        text.Append(Word(name, isLabel: true)).Append("=\"");
        switch (value)
        {
            case string s:
                text.Append(Escape(s, quotes: true));
                break;
            case bool b:
                text.Append(b ? "true" : "false");
                break;
            case int i:
                text.Append(CultureInfo.InvariantCulture, $"{i}");
                break;
            case not null:
                text.Append(Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", quotes: true));
                break;
        }

        text.Append('"');
    }

    /// <summary>Escapes a label's value or a help text.</summary>
    public static string Escape(string text, bool quotes)
    {
        if (text.AsSpan().IndexOfAny('\\', '\n', '"') < 0) return text;
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }

    private static void Suffix(StringBuilder name, string word)
    {
        var text = name.ToString();
        if (text != word && !text.EndsWith("_" + word, StringComparison.Ordinal)) name.Append('_').Append(word);
    }

    // "le" belongs to the buckets of histograms, and what starts with two underscores to Prometheus.
    private static string Word(string name, bool isLabel = false)
    {
        var isWord = name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        var word = isWord ? name : string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        if (word.Length == 0 || char.IsAsciiDigit(word[0])) word = "_" + word;
        return !isLabel ? word : word == "le" ? "le_" : word.StartsWith("__", StringComparison.Ordinal) ? "x" + word : word;
    }
}
