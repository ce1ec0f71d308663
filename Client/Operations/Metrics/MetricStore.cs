using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using OrderActors.Client.Hosting.Calls;

namespace OrderActors.Client.Operations.Metrics;

/// <summary>Listens to the meters that matter and keeps what they measure, for Prometheus to fetch.</summary>
internal sealed class MetricStore : IDisposable
{
    /// <summary>The meter of the calls to the world outside.</summary>
    public const string OutboundMeter = "OrderActors.Outbound";

    /// <summary>The meter of the intake.</summary>
    public const string IntakeMeter = "OrderActors.Intake";

    /// <summary>The meters: HTTP, the actor engine, the runtime, ours.</summary>
    public static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.Orleans", "System.Runtime", GatewayInstruments.MeterName,
        OutboundMeter, IntakeMeter,
    ];

    private readonly ConcurrentDictionary<string, Metric> _metrics = new(StringComparer.Ordinal);
    private readonly Lock _scrape = new();
    private readonly MeterListener _listener = new();

    public MetricStore(params string[] moreMeters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            var ours = Array.IndexOf(Meters, instrument.Meter.Name) >= 0 || Array.IndexOf(moreMeters, instrument.Meter.Name) >= 0;
            if (!ours || MetricNames.KindOf(instrument) is not { } kind) return;

            // Two instruments of one name are one metric, as long as they are of one kind.
            var fresh = new Metric(instrument, kind);
            var metric = _metrics.GetOrAdd(fresh.Name, fresh);
            if (metric.Kind == kind && metric.IsObservable == fresh.IsObservable) listener.EnableMeasurementEvents(instrument, metric);
        };
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, metric) => Record(metric, value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, metric) => Record(metric, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, metric) => Record(metric, value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, metric) => Record(metric, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, metric) => Record(metric, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, metric) => Record(metric, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, metric) => Record(metric, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Everything, in Prometheus' text format.</summary>
    public string Write()
    {
        var text = new StringBuilder(64 * 1024);
        lock (_scrape)
        {
            foreach (var (_, metric) in _metrics)
            {
                if (metric.IsObservable) metric.Forget();
            }

            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException)
            {
                // An instrument whose owner is going away; the others have been asked.
            }

            foreach (var (_, metric) in _metrics.OrderBy(m => m.Key, StringComparer.Ordinal)) metric.WriteTo(text);
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static void Record(object? metric, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => ((Metric)metric!).Record(value, tags);
}
