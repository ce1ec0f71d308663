using System.Globalization;

namespace OrderActors.Tools.Chaos;

/// <summary>A scenario as what begins and ends when. Pure.</summary>
internal static class TimeLine
{
    /// <summary>A line for each moment at which something happens, in their order.</summary>
    public static IEnumerable<string> Of(Scenario scenario)
    {
        var events = new List<(TimeSpan At, string What)>();
        var begin = TimeSpan.Zero;
        foreach (var stage in scenario.Load.Stages)
        {
            events.Add((begin, $"load {stage}"));
            begin += stage.Duration;
        }

        events.Add((begin, "the load ends; the ledger is checked"));
        foreach (var fault in scenario.Faults)
        {
            events.Add((fault.At, fault.Title));
            var end = fault is KillFault or StopFault ? $"{fault.Whom} is started again" : $"{fault.Title}: over";
            events.Add((ScenarioReader.EndOf(fault), end));
        }

        return events.OrderBy(one => one.At).Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.At.TotalSeconds,6:0.0} s  {one.What}"));
    }
}
