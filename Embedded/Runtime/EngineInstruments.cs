using System.Diagnostics.Metrics;

namespace OrderActors.Embedded.Runtime;

/// <summary>What an engine is measured by, per grain type. Counted where it costs nothing, and added up when somebody asks.</summary>
internal sealed class EngineInstruments : IDisposable
{
    // The three gauges of one scrape share a look at all activations.
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);

    private readonly GrainRuntime _runtime;
    private readonly GrainClass[] _classes;
    private readonly Meter _meter = new("OrderActors.Engine");
    private readonly Lock _looking = new();
    private Dictionary<string, (long Activations, long Queued, long Longest)> _seen = [];
    private long _seenAt;

    internal EngineInstruments(GrainRuntime runtime, GrainClass[] classes)
    {
        _runtime = runtime;
        _classes = classes;
        _meter.CreateObservableCounter(
            "orderactors.engine.calls", () => Counted(type => type.Calls), "{call}", "Requests that grains started to work on.");
        _meter.CreateObservableCounter(
            "orderactors.engine.call_failures", () => Counted(type => type.Failures), "{call}", "Those of them that ended with an exception.");
        _meter.CreateObservableGauge("orderactors.engine.activations", () => Seen(look => look.Activations), "{activation}", "Grains in memory.");
        _meter.CreateObservableGauge("orderactors.engine.queued", () => Seen(look => look.Queued), "{call}", "Requests that wait for their grain's turn.");
        _meter.CreateObservableGauge("orderactors.engine.longest_queue", () => Seen(look => look.Longest), "{call}", "Requests that wait for one grain.");
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Counted(Func<GrainClass, long> count) =>
        from type in _classes
        where type.Calls > 0
        select new Measurement<long>(count(type), new KeyValuePair<string, object?>("grain", type.GrainType.ToString()));

    private IEnumerable<Measurement<long>> Seen(Func<(long Activations, long Queued, long Longest), long> part)
    {
        lock (_looking)
        {
            if (_seen.Count == 0 || _runtime.Time.GetElapsedTime(_seenAt) > Fresh) Look();
            return [.. _seen.Select(type => new Measurement<long>(part(type.Value), new KeyValuePair<string, object?>("grain", type.Key)))];
        }
    }

    private void Look()
    {
        var seen = new Dictionary<string, (long Activations, long Queued, long Longest)>(StringComparer.Ordinal);
        foreach (var activation in _runtime.Activations)
        {
            var type = activation.Class.GrainType.ToString();
            var queued = activation.QueueLength;
            var (activations, all, longest) = seen.GetValueOrDefault(type);
            seen[type] = (activations + 1, all + queued, Math.Max(longest, queued));
        }

        _seen = seen;
        _seenAt = _runtime.Time.GetTimestamp();
    }
}
