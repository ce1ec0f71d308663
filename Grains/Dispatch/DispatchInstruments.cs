using System.Diagnostics.Metrics;

namespace OrderActors.Dispatch;

/// <summary>What dispatch measures, in this process.</summary>
internal static class DispatchInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "OrderActors.Dispatch";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> Decisions =
        Meter.CreateHistogram<double>("orderactors.dispatch.decision", "s", "Decisions of zones, by how they came about.");

    private static readonly Counter<long> Assignments =
        Meter.CreateCounter<long>("orderactors.dispatch.assignments", "{assignment}", "Assignments that couriers took or are asked for, by what they rest on.");

    private static readonly Counter<long> Splits =
        Meter.CreateCounter<long>("orderactors.dispatch.splits", "{zone}", "Zones that were split because they were hot.");

    private static readonly Counter<long> Borrowed =
        Meter.CreateCounter<long>("orderactors.dispatch.borrowed", "{order}", "Orders that a zone took on from one beside it.");

    public static void Decided(DecisionCourse course, TimeSpan took) =>
        Decisions.Record(took.TotalSeconds, new KeyValuePair<string, object?>("course", Names.Of(course)));

    public static void Assigned(ChoiceBasis basis) => Assignments.Add(1, new KeyValuePair<string, object?>("basis", Names.Of(basis)));

    public static void Split() => Splits.Add(1);

    public static void TookOn(int orders)
    {
        if (orders > 0) Borrowed.Add(orders);
    }
}
