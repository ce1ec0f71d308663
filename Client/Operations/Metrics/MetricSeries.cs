using System.Globalization;
using System.Text;

namespace OrderActors.Client.Operations.Metrics;

/// <summary>What a metric is to Prometheus.</summary>
internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Values counted in buckets.</summary>
    Histogram,
}

/// <summary>One line of a metric, or the lines of one histogram: the value under one set of labels.</summary>
/// <param name="labels">The labels as they are written, without braces; empty for none.</param>
/// <param name="bounds">The upper bounds of a histogram's buckets, ascending; null for a single value.</param>
internal sealed class MetricSeries(string labels, double[]? bounds)
{
    private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Length + 1];
    private double _value;

    /// <summary>Whether an instrument that is asked on every scrape named it on this one.</summary>
    public bool Seen { get; set; } = true;

    /// <summary>Sets the value.</summary>
    public void Set(double value)
    {
        Seen = true;
        Volatile.Write(ref _value, value);
    }

    /// <summary>Adds to the value; of a histogram: counts it.</summary>
    public void Add(double value)
    {
        if (_buckets is not null)
        {
            var bucket = Array.BinarySearch(bounds!, value);
            Interlocked.Increment(ref _buckets[bucket < 0 ? ~bucket : bucket]);
        }

        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _value, seen + value, seen);
            if (before.Equals(seen)) return;
            seen = before;
        }
    }

    /// <summary>Back to zero.</summary>
    public void Restart()
    {
        Volatile.Write(ref _value, 0);
        for (var i = 0; i < _buckets?.Length; i++) Volatile.Write(ref _buckets[i], 0);
    }

    /// <summary>Writes it in Prometheus' text format, version 0.0.4.</summary>
    public void WriteTo(StringBuilder text, string name)
    {
        if (_buckets is null)
        {
            Line(text, name, labels, Volatile.Read(ref _value));
            return;
        }

        long count = 0;
        var and = labels.Length == 0 ? "" : ",";
        for (var i = 0; i < _buckets.Length; i++)
        {
            count += Volatile.Read(ref _buckets[i]);
            var bound = i < bounds!.Length ? Number(bounds[i]) : "+Inf";
            Line(text, name + "_bucket", $"{labels}{and}le=\"{bound}\"", count);
        }

        Line(text, name + "_sum", labels, Volatile.Read(ref _value));
        Line(text, name + "_count", labels, count);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
