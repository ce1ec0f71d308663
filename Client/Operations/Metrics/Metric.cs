using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace OrderActors.Client.Operations.Metrics;

/// <summary>One instrument with its series, by labels. Bounded: what comes beyond the limit is kept under one label of its own.</summary>
internal sealed class Metric
{
    /// <summary>How many sets of labels one metric has; more are counted together.</summary>
    public const int MaxSeries = 1_000;

    private const string Overflow = "otel_metric_overflow=\"true\"";

    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly double[] Others = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];

    [ThreadStatic]
    private static StringBuilder? labelText;

    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MetricSeries>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly double[]? _bounds;
    private readonly bool _adds;
    private readonly SeriesLookup _known = new();

    public Metric(Instrument instrument, MetricKind kind)
    {
        Kind = kind;
        Name = MetricNames.NameOf(instrument, kind);
        Help = MetricNames.Escape(instrument.Description ?? instrument.Name, quotes: false);
        IsObservable = instrument.IsObservable;
        _bounds = kind == MetricKind.Histogram ? BoundsOf(instrument) : null;

        // What is asked on a scrape tells totals; a gauge that is told of tells its value; all else tells changes.
        _adds = !instrument.IsObservable && !MetricNames.IsPlainGauge(instrument);
        _byText = _series.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public MetricKind Kind { get; }

    public string Name { get; }

    public bool IsObservable { get; }

    private string Help { get; }

    /// <summary>Takes one measurement.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = SeriesOf(tags);
        if (_adds) series.Add(value);
        else series.Set(value);
    }

    /// <summary>Before a scrape: what is not named again is gone.</summary>
    public void Forget()
    {
        foreach (var (_, series) in _series) series.Seen = false;
    }

    /// <summary>From zero again, with the same series; a gauge stays where it is.</summary>
    public void Restart()
    {
        if (IsObservable || Kind == MetricKind.Gauge) return;
        foreach (var (_, series) in _series) series.Restart();
    }

    /// <summary>Writes it, if there is anything.</summary>
    public void WriteTo(StringBuilder text)
    {
        var shown = _series.Where(s => s.Value.Seen).OrderBy(s => s.Key, StringComparer.Ordinal).ToList();
        if (shown.Count == 0) return;
        text.Append("# HELP ").Append(Name).Append(' ').Append(Help).Append('\n');
        text.Append("# TYPE ").Append(Name).Append(' ').Append(MetricNames.TypeOf(Kind)).Append('\n');
        foreach (var (_, series) in shown) series.WriteTo(text, Name);
    }

    // A request pays for this: labels are made into text once for each set of them.
    private MetricSeries SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (_known.Find(tags) is { } series) return series;
        series = NamedSeries(tags);
        _known.Add(tags, series);
        return series;
    }

    private MetricSeries NamedSeries(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = labelText ??= new StringBuilder(256);
        text.Clear();
        foreach (var (name, value) in tags) MetricNames.AppendLabel(text, name, value);

        // Found without making a string, for a label set that is in one piece; that is nearly every one.
        var chunks = text.GetChunks();
        if (chunks.MoveNext() && chunks.Current.Length == text.Length && _byText.TryGetValue(chunks.Current.Span, out var known)) return known;
        var labels = text.ToString();
        if (_series.TryGetValue(labels, out known)) return known;
        if (_series.Count >= MaxSeries) labels = Overflow;
        return _series.GetOrAdd(labels, static (l, bounds) => new MetricSeries(l, bounds), _bounds);
    }

    private static double[] BoundsOf(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> d => d.Advice?.HistogramBucketBoundaries?.ToArray(),
            Histogram<float> f => f.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
            Histogram<long> l => l.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
            Histogram<int> i => i.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
            _ => null,
        };
        return advised is { Length: > 0 } ? advised : instrument.Unit == "s" ? Seconds : Others;
    }
}
