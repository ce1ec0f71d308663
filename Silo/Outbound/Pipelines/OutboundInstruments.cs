using System.Diagnostics.Metrics;
using OrderActors.Client.Operations.Metrics;

namespace OrderActors.Silo.Outbound.Pipelines;

/// <summary>What the calls to the world outside are counted by.</summary>
internal static class OutboundInstruments
{
    private static readonly Meter Meter = new(MetricStore.OutboundMeter);

    private static readonly Histogram<double> Tries = Meter.CreateHistogram<double>(
        "orderactors.outbound.tries", "s", "Tries of calls to a dependency, by what became of them.");

    private static readonly Counter<long> Rejections = Meter.CreateCounter<long>(
        "orderactors.outbound.rejections", "{call}", "Calls that were refused at once, by why.");

    private static readonly Counter<long> Transitions = Meter.CreateCounter<long>(
        "orderactors.outbound.breaker_transitions", "{transition}", "How often a breaker changed, by what it is now.");

    public static void Tried(string dependency, string outcome, TimeSpan took) => Tries.Record(
        took.TotalSeconds, new KeyValuePair<string, object?>("dependency", dependency), new KeyValuePair<string, object?>("outcome", outcome));

    public static void Rejected(string dependency, string why) => Rejections.Add(
        1, new KeyValuePair<string, object?>("dependency", dependency), new KeyValuePair<string, object?>("why", why));

    public static void Changed(string dependency, string to) => Transitions.Add(
        1, new KeyValuePair<string, object?>("dependency", dependency), new KeyValuePair<string, object?>("to", to));
}
