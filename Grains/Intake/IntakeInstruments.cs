using System.Diagnostics.Metrics;

namespace OrderActors.Intake;

/// <summary>What the intake measures. The counters are the process's own; the gauges tell the whole intake, where its governor is.</summary>
internal static class IntakeInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "OrderActors.Intake";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Acceptances =
        Meter.CreateCounter<long>("orderactors.intake.accepted", "{order}", "Orders that were taken in.");

    private static readonly Counter<long> Outcomes =
        Meter.CreateCounter<long>("orderactors.intake.outcomes", "{order}", "Orders of the intake by what became of them.");

    private static readonly Counter<long> Retries =
        Meter.CreateCounter<long>("orderactors.intake.retries", "{order}", "Orders of the intake that have to be tried again.");

    private static readonly Counter<long> Misses =
        Meter.CreateCounter<long>("orderactors.intake.missed", "{order}", "Moments to start an order at that passed unused: the platform was too slow.");

    private static readonly Gauge<long> Backlogs =
        Meter.CreateGauge<long>("orderactors.intake.backlog", "{order}", "Orders that were taken in and have no outcome.");

    private static readonly Gauge<double> Oldest =
        Meter.CreateGauge<double>("orderactors.intake.oldest_age", "s", "How long the oldest order of the backlog has waited.");

    private static readonly Gauge<long> Rates =
        Meter.CreateGauge<long>("orderactors.intake.rate_limit", "{order}/s", "Orders a second at which the intake is drained, as set.");

    private static readonly Gauge<double> Drained =
        Meter.CreateGauge<double>("orderactors.intake.drain_rate", "{order}/s", "Orders a second that were started in the last five seconds.");

    public static void Accepted(int orders) => Acceptances.Add(orders);

    public static void Settled(IntakeStatus status) => Outcomes.Add(1, new KeyValuePair<string, object?>("outcome", Names.Of(status)));

    public static void Retried() => Retries.Add(1);

    public static void Missed(long moments)
    {
        if (moments > 0) Misses.Add(moments);
    }

    /// <summary>How the intake stands.</summary>
    public static void Stands(long backlog, TimeSpan oldest, int rate, double measured)
    {
        Backlogs.Record(backlog);
        Oldest.Record(oldest.TotalSeconds);
        Rates.Record(rate);
        Drained.Record(measured);
    }
}
