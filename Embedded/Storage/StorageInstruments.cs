using System.Diagnostics.Metrics;

namespace OrderActors.Storage;

/// <summary>What storages are measured by, whichever it is: groups of writes, the time to make them durable, what waits.</summary>
internal static class StorageInstruments
{
    private const string MeterName = "OrderActors.Storage";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<int> Writes = Meter.CreateHistogram(
        "orderactors.storage.batch", "{write}", "Writes of grains that became durable together.", null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] });

    private static readonly Histogram<double> Syncs = Meter.CreateHistogram(
        "orderactors.storage.sync", "s", "The time to make a group durable: the journal's sync, or the database's round trip.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] });

    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>("orderactors.storage.written", "By", "Bytes that were made durable.");

    /// <summary>A group is durable.</summary>
    /// <param name="storage">journal or postgres.</param>
    /// <param name="writes">Writes and clearings of grains' states in it; 0 for a group of cursors.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="sync">How long that took.</param>
    public static void Committed(string storage, int writes, long bytes, TimeSpan sync)
    {
        var tag = Of(storage);
        if (writes > 0) Writes.Record(writes, tag);
        Syncs.Record(sync.TotalSeconds, tag);
        Bytes.Add(bytes, tag);
    }

    /// <summary>Shows what waits and whether it can be used, until it is disposed.</summary>
    public static IDisposable Watch(string storage, Func<long> waiting, Func<bool> available)
    {
        var meter = new Meter(MeterName);
        meter.CreateObservableGauge(
            "orderactors.storage.waiting", () => new Measurement<long>(waiting(), Of(storage)), "{write}", "Writes that wait to be made durable.");
        meter.CreateObservableGauge(
            "orderactors.storage.available", () => new Measurement<int>(available() ? 1 : 0, Of(storage)), null, "1 while the storage takes writes.");
        return meter;
    }

    private static KeyValuePair<string, object?> Of(string storage) => new("storage", storage);
}
