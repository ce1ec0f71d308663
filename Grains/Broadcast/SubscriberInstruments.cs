using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace OrderActors.Broadcast;

/// <summary>What the consumers of one process are measured by: how far they are behind, how long events wait, what fails.</summary>
internal sealed class SubscriberInstruments : IDisposable
{
    private readonly ConcurrentDictionary<(string Subscriber, int Partition), long> _positions = new();
    private readonly IEventLog _log;
    private readonly Meter _meter = new("OrderActors.Subscribers");
    private readonly Histogram<double> _delay;
    private readonly Counter<long> _handled;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _deadLetters;

    public SubscriberInstruments(IEventLog log)
    {
        _log = log;
        _meter.CreateObservableGauge(
            "orderactors.subscriber.lag", Lags, "{event}", "Events that a consumer has not handled yet, over the partitions that this process consumes.");
        _delay = _meter.CreateHistogram(
            "orderactors.subscriber.delay", "s", "From an event to the end of its handling, of the oldest event of each page.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800] });
        _handled = _meter.CreateCounter<long>("orderactors.subscriber.handled", "{event}", "Events that a consumer handled.");
        _failures = _meter.CreateCounter<long>("orderactors.subscriber.failures", "{page}", "Pages of events that failed and were tried again.");
        _deadLetters = _meter.CreateCounter<long>("orderactors.subscriber.dead_letters", "{event}", "Events that a consumer gave up.");
    }

    /// <summary>A consumer of a partition is active here.</summary>
    public void Begins(string subscriber, int partition, long position)
    {
        _positions[(subscriber, partition)] = position;

        // So that there is a zero to grow from: an alert on growth would miss the first one.
        _failures.Add(0, Of(subscriber));
        _deadLetters.Add(0, Of(subscriber));
    }

    /// <summary>It is done with everything up to a sequence.</summary>
    public void Advanced(string subscriber, int partition, long position)
    {
        // Not one that ended meanwhile: nobody would ever remove it.
        if (_positions.TryGetValue((subscriber, partition), out var before)) _positions.TryUpdate((subscriber, partition), position, before);
    }

    /// <summary>It is not active here any more.</summary>
    public void Ends(string subscriber, int partition) => _positions.TryRemove((subscriber, partition), out _);

    /// <summary>A page was handled.</summary>
    public void Handled(string subscriber, IReadOnlyList<LoggedEvent> page, DateTimeOffset now)
    {
        _handled.Add(page.Count, Of(subscriber));
        if (_delay.Enabled) _delay.Record(Math.Max(0, (now - page[0].Event.At).TotalSeconds), Of(subscriber));
    }

    /// <summary>A page failed.</summary>
    public void Failed(string subscriber) => _failures.Add(1, Of(subscriber));

    /// <summary>An event became a dead letter.</summary>
    public void GaveUp(string subscriber) => _deadLetters.Add(1, Of(subscriber));

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Of(string subscriber) => new("subscriber", subscriber);

    private IEnumerable<Measurement<long>> Lags()
    {
        var lags = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var ((subscriber, partition), position) in _positions)
        {
            // It is known at once, on either engine; a storage where it is not has no lag to show.
            var head = _log.HeadAsync(partition);
            if (!head.IsCompletedSuccessfully) continue;
            lags[subscriber] = lags.GetValueOrDefault(subscriber) + Math.Max(0, head.Result - position);
        }

        return lags.Select(lag => new Measurement<long>(lag.Value, Of(lag.Key)));
    }
}
