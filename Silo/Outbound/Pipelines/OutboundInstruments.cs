using System.Diagnostics.Metrics;

namespace OrderActors.Silo.Outbound.Pipelines;

/// <summary>What the calls to the world outside are counted by.</summary>
internal static class OutboundInstruments
{
    private static readonly Meter Meter = new("OrderActors.Outbound");

    private static readonly Histogram<double> Tries = Meter.CreateHistogram<double>(
        "orderactors.outbound.tries", "s", "Tries of calls to a dependency, by what became of them.");

    private static readonly Counter<long> Rejections = Meter.CreateCounter<long>(
        "orderactors.outbound.rejections", "{call}", "Calls that were refused at once, by why.");

    private static readonly Counter<long> Transitions = Meter.CreateCounter<long>(
        "orderactors.outbound.breaker_transitions", "{transition}", "How often a breaker changed, by what it is now.");

    private static readonly Gauge<int> Open = Meter.CreateGauge<int>(
        "orderactors.outbound.breaker_open", null, "1 while the breaker of a dependency is not closed.");

    /// <summary>There is such a dependency: its counts are there to grow, also while they are 0.</summary>
    public static void Declare(string dependency)
    {
        var of = new KeyValuePair<string, object?>("dependency", dependency);
        foreach (var why in (string[])["breaker", "queue"]) Rejections.Add(0, of, new("why", why));
        foreach (var to in (string[])["open", "half_open", "closed"]) Transitions.Add(0, of, new("to", to));
        Open.Record(0, of);
    }

    public static void Tried(string dependency, string outcome, TimeSpan took) => Tries.Record(
        took.TotalSeconds, new KeyValuePair<string, object?>("dependency", dependency), new KeyValuePair<string, object?>("outcome", outcome));

    public static void Rejected(string dependency, string why) => Rejections.Add(
        1, new KeyValuePair<string, object?>("dependency", dependency), new KeyValuePair<string, object?>("why", why));

    public static void Changed(string dependency, string to)
    {
        var of = new KeyValuePair<string, object?>("dependency", dependency);
        Transitions.Add(1, of, new("to", to));
        Open.Record(to == "closed" ? 0 : 1, of);
    }
}
