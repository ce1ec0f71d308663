using System.Globalization;
using System.Text;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Measuring;
using OrderActors.Tools.Load.Report;

namespace OrderActors.Tools.Chaos.Report;

/// <summary>A run for people: at the terminal, and as a page whose charts have the faults on the load's time line.</summary>
internal static class ChaosReport
{
    private const string FloodColor = "#8250df";

    private static readonly string[] FaultHeader = ["fault", "began", "lasted", "recovered after", "asked", ""];

    /// <summary>The tables, what is wrong, and how it ended.</summary>
    public static void Print(TextWriter output, ChaosFigures figures)
    {
        ConsoleReport.Print(output, figures.Load);
        ConsoleReport.Table(output, FaultHeader, figures.Faults.Select(Row));
        foreach (var incident in figures.Incidents) output.WriteLine(incident);
        if (figures.Incidents.Count > 0) output.WriteLine();
        foreach (var line in LedgerLines(figures.Ledger)) output.WriteLine(line);
        foreach (var finding in figures.Ledger.Findings) output.WriteLine("  " + finding);
        output.WriteLine(figures.Met ? $"{figures.Scenario}: held." : $"{figures.Scenario}: DID NOT HOLD.");
    }

    /// <summary>The page.</summary>
    /// <param name="scenario">What was to happen.</param>
    /// <param name="settings">How the run was made, each with its name.</param>
    /// <param name="result">What the load measured.</param>
    /// <param name="faults">What happened.</param>
    /// <param name="figures">The same as figures.</param>
    public static string Page(
        Scenario scenario, IReadOnlyList<(string Name, string Value)> settings, LoadResult result, IReadOnlyList<FaultRecord> faults, ChaosFigures figures)
    {
        var bands = faults.Select(fault => new ChartBand(fault.Began, fault.Ended, fault.Fault.Title, ColorOf(fault.Fault))).ToList();
        var floods = faults.Where(fault => fault.Flood is not null).Select(FloodLine).ToList();
        var additions = new PageAdditions(bands, floods, page => Sections(page, scenario, figures));
        return Html.Page($"Chaos: {scenario.Name}", settings, result, figures.Load, additions);
    }

    private static void Sections(StringBuilder page, Scenario scenario, ChaosFigures figures)
    {
        page.Append(CultureInfo.InvariantCulture, $"<p>{Html.Encode(scenario.About)}</p>\n");
        page.Append(figures.Met ? "<p class=\"met\">It held.</p>\n" : "<p class=\"missed\">It did not hold.</p>\n");
        page.Append("<h2>Faults</h2>\n");
        Html.Table(page, FaultHeader, figures.Faults.Select(Row));
        page.Append("<p class=\"note\">A fault lasts until it is lifted and the process that was away is ready again. Recovered is the first of three ");
        page.Append("seconds in a row in which nothing was shed, failed or dropped and the p90 was at most three times that before the first fault.</p>\n");
        page.Append("<h2>Ledger</h2>\n<ul>\n");
        foreach (var line in LedgerLines(figures.Ledger)) page.Append(CultureInfo.InvariantCulture, $"<li>{Html.Encode(line)}</li>\n");
        foreach (var finding in figures.Ledger.Findings) page.Append(CultureInfo.InvariantCulture, $"<li class=\"missed\">{Html.Encode(finding)}</li>\n");
        page.Append("</ul>\n");
        if (figures.Incidents.Count == 0) return;
        page.Append("<h2>What the process did by itself</h2>\n<ul>\n");
        foreach (var incident in figures.Incidents) page.Append(CultureInfo.InvariantCulture, $"<li>{Html.Encode(incident)}</li>\n");
        page.Append("</ul>\n");
    }

    private static IEnumerable<string> LedgerLines(LedgerFigures ledger)
    {
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{ledger.Orders} orders were acknowledged; {ledger.Settled} commands had no clear answer and were settled with their keys, "
            + $"{ledger.Open} were not.");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"Every acknowledged order is there, once, as far as it was acknowledged: {Count("kept", "once")}. "
            + $"Charges and books ({ledger.Booked} completed card orders booked): {Count("money")}. Nothing left over: {Count("finished")}.");
        if (ledger.Held > 0)
        {
            yield return $"For {ledger.Held} orders the provider holds more than they cost: a process died with its answer, "
                + "and the customer paid under another key.";
        }

        if (!ledger.Charges) yield return "The payment provider is not the run's own: what it charged was not compared.";

        string Count(params string[] promises) =>
            promises.Sum(promise => ledger.Broken[promise]) is var broken && broken == 0 ? "yes" : $"NO, {broken} findings";
    }

    private static string[] Row(FaultFigures fault) =>
    [
        fault.Fault, Seconds(fault.Began), Seconds(fault.Lasted), fault.Recovered is { } recovered ? Seconds(recovered) : "never",
        fault.Within is { } within ? string.Create(CultureInfo.InvariantCulture, $"within {within:0.##} s: {(fault.Met ? "met" : "MISSED")}") : "",
        fault.Note,
    ];

    private static ChartLine FloodLine(FaultRecord fault) => new("flood ok", FloodColor, [.. fault.Flood!.Samples.Select((sample, i) =>
        (fault.Began + sample.Seconds,
            (double?)(sample.Ended[Outcome.Ok] / Math.Max(0.05, sample.Seconds - (i == 0 ? 0 : fault.Flood.Samples[i - 1].Seconds)))))]);

    private static string ColorOf(Fault fault) => fault switch
    {
        KillFault => "#cf222e",
        StopFault => "#d4790a",
        PauseFault => "#6e7781",
        DiskFault => "#1f6feb",
        ProviderFault => "#bf3989",
        _ => FloodColor,
    };

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s");
}
