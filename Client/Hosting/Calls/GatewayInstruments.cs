using System.Diagnostics.Metrics;

namespace OrderActors.Client.Hosting.Calls;

/// <summary>What the gateway counts of its own; requests are counted by the web server.</summary>
internal static class GatewayInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "OrderActors.Gateway";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Retries =
        Meter.CreateCounter<long>("orderactors.gateway.retries", "{call}", "Calls that were sent again, by what became of the try before.");

    private static readonly Counter<long> Losses =
        Meter.CreateCounter<long>("orderactors.gateway.cluster_losses", "{loss}", "How often the connection to the cluster was lost.");

    private static readonly Counter<long> DroppedAnswers = Meter.CreateCounter<long>(
        "orderactors.gateway.answers_dropped", "{answer}", "Answers to keyed requests that could not be kept; a repetition shows how things are then.");

    /// <summary>An answer could not be kept.</summary>
    public static void AnswerDropped() => DroppedAnswers.Add(1);

    /// <summary>A call is sent again after this.</summary>
    public static void Retried(CallFailure after) =>
        Retries.Add(1, new KeyValuePair<string, object?>("after", after == CallFailure.WayLost ? "way_lost" : "no_answer"));

    /// <summary>The last connection to the cluster broke.</summary>
    public static void ClusterLost() => Losses.Add(1);
}
