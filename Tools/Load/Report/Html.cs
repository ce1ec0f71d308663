using System.Globalization;
using System.Net;
using System.Text;
using OrderActors.Tools.Load.Measuring;

namespace OrderActors.Tools.Load.Report;

/// <summary>What a page has beside the load.</summary>
/// <param name="Bands">Times within which something happened, on every chart over time.</param>
/// <param name="Rates">More lines of the chart of what ended each second.</param>
/// <param name="Write">Writes sections before the charts.</param>
internal sealed record PageAdditions(IReadOnlyList<ChartBand> Bands, IReadOnlyList<ChartLine> Rates, Action<StringBuilder> Write);

/// <summary>A run as one HTML file that needs nothing but itself.</summary>
internal static class Html
{
    private const string Blue = "#1f6feb";
    private const string Green = "#1a7f37";
    private const string Orange = "#d4790a";
    private const string Red = "#cf222e";
    private const string Grey = "#6e7781";

    private const string Style = """
        body { font: 14px/1.45 system-ui, sans-serif; max-width: 900px; margin: 2em auto; padding: 0 1em; color: #1f2328; }
        h1 { font-size: 1.5em; } h2 { font-size: 1.1em; margin-top: 2em; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        td, th { padding: 3px 9px; text-align: right; border-bottom: 1px solid #d8dee4; }
        td:first-child, th:first-child { text-align: left; } .met { color: #1a7f37; } .missed { color: #cf222e; font-weight: 600; }
        svg { width: 100%; margin: .6em 0; }
        svg text { font: 11px system-ui, sans-serif; fill: #57606a; } svg .title { font-size: 13px; fill: #1f2328; font-weight: 600; }
        .grid { stroke: #eaeef2; } line.mark { stroke: #8c959f; stroke-dasharray: 3 3; } text.mark { fill: #8c959f; }
        rect.band { opacity: .16; } svg text.band { fill: #1f2328; stroke: #fff; stroke-width: 3px; paint-order: stroke; } p.note { color: #57606a; }
        """;

    /// <summary>Text within a page.</summary>
    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>The whole page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="settings">How the run was made, each with its name.</param>
    /// <param name="result">What was measured.</param>
    /// <param name="figures">The same as figures.</param>
    /// <param name="additions">What the page has beside the load; null for nothing.</param>
    public static string Page(
        string title, IReadOnlyList<(string Name, string Value)> settings, LoadResult result, LoadFigures figures, PageAdditions? additions = null)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{Encode(title)}</title>\n");
        page.Append(CultureInfo.InvariantCulture, $"<style>\n{Style}\n</style></head>\n<body>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Encode(title)}</h1>\n");
        Table(page, ["how", ""], settings.Select(setting => new[] { setting.Name, setting.Value }));
        additions?.Write(page);
        if (figures.Objectives.Count > 0) Objectives(page, figures.Objectives);
        page.Append("<h2>Over time</h2>\n");
        foreach (var chart in OverTime(result, additions)) page.Append(chart);
        page.Append("<h2>How long requests took</h2>\n").Append(Distribution(result));
        page.Append("<p class=\"note\">Times count from the moment at which a request was to be sent, and are of those that were let in: ");
        page.Append("2xx and refusals.</p>\n");
        page.Append("<h2>The law of the load</h2>\n");
        page.Append("<p class=\"note\">What leaves a steady system a second is what is in it, divided by how long each stays. Where the two columns differ, ");
        page.Append("the stage was not steady (a ramp, an overload), or the generator lagged.</p>\n");
        Table(page, ["stage", "arrivals/s", "in system", "mean ms", "in system ÷ mean, /s", "measured, /s"], figures.Stages.Select(stage => new[]
        {
            stage.Figures.Name, Number(stage.Rate), Number(stage.Concurrency), Number(stage.Figures.Mean), Number(stage.LawPerSecond),
            Number(stage.MeasuredPerSecond),
        }));
        Parts(page, "By stage", figures.Stages.Select(stage => stage.Figures));
        Parts(page, "By priority class", figures.Classes);
        Parts(page, "By operation", [.. figures.Operations, figures.Total]);
        if (figures.Codes.Count > 0)
        {
            page.Append("<h2>Not answered with 2xx</h2>\n");
            Table(page, ["operation", "code", "count", "for example"], figures.Codes.Select(code =>
                new[] { code.Operation, code.Code, Number(code.Count), code.Example }));
        }

        page.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">The generator kept {figures.GeneratorProcessors:0.00} processors busy; ");
        page.Append(CultureInfo.InvariantCulture, $"99 of 100 requests left within {figures.LagP99Milliseconds:0.0} ms of their time.</p>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static IEnumerable<string> OverTime(LoadResult result, PageAdditions? additions)
    {
        var marks = result.Stages.Select(stage => (stage.Begin, stage.Stage.ToString())).ToList();
        var samples = result.Samples;
        ChartLine Of(string name, string color, Func<Sample, double?> value) =>
            new(name, color, [.. samples.Select(sample => (sample.Seconds, value(sample)))]);
        ChartLine Per(string name, string color, Outcome outcome) => new(name, color, [.. samples.Select((sample, i) =>
            (sample.Seconds, (double?)(sample.Ended[outcome] / Math.Max(0.05, sample.Seconds - (i == 0 ? 0 : samples[i - 1].Seconds)))))]);

        yield return Draw(
            new SvgChart([Per("ok", Green, Outcome.Ok), Per("refused", Blue, Outcome.Refused), Per("shed", Orange, Outcome.Shed),
                Per("failed", Red, Outcome.Failed), Per("dropped", Grey, Outcome.Dropped), .. additions?.Rates ?? []]), "Requests ended, per second");
        yield return Draw(
            new SvgChart([Of("p50", Green, Time(0.5)), Of("p90", Blue, Time(0.9)), Of("p99", Red, Time(0.99))], log: true), "Time of what was let in, ms");
        yield return Draw(
            new SvgChart([.. ClassNames.Classes.Index().Zip([Green, Blue, Orange], (one, color) =>
                Of(one.Item, color, sample => sample.Classes[one.Index] is { Total: > 0 } tally ? tally.Success * 100 : null))]),
            "Success by priority class, %");
        yield return Draw(new SvgChart([Of("in flight", Blue, sample => sample.InFlight)]), "Sent or waiting to be sent");
        if (!samples.Any(sample => sample.TargetMegabytes is not null)) yield break;
        yield return Draw(new SvgChart([Of("resident", Blue, sample => sample.TargetMegabytes)]), "Memory of the target, MB");
        yield return Draw(new SvgChart([Of("processors", Blue, sample => sample.TargetCores)]), "Processors that the target kept busy");

        string Draw(SvgChart chart, string title) => chart.Draw(title, "seconds", marks, additions?.Bands);
        static Func<Sample, double?> Time(double part) => sample => sample.Ended.Admitted.Count == 0 ? null : sample.Ended.Admitted.Percentile(part) / 1e3;
    }

    /// <summary>Times by percentile: each step along the bottom is one nine more.</summary>
    private static string Distribution(LoadResult result)
    {
        const double Nines = 4;
        string[] colors = [Green, Blue, Orange, Red, Grey, "#8250df", "#bf3989", "#0a7ea4"];
        var lines = result.Measurements.Operations
            .Select(kind => (kind.Name, Times: result.Measurements.Sum(which: other => other == kind).Admitted))
            .Where(one => one.Times.Count > 0)
            .Select((one, i) => new ChartLine(one.Name, colors[i % colors.Length], [.. Enumerable.Range(0, 81).Select(step =>
            {
                var nines = step / 80.0 * Nines;
                return (nines, (double?)(one.Times.Percentile(1 - Math.Pow(10, -nines)) / 1e3));
            })]));
        return new SvgChart([.. lines], log: true, nines => string.Create(CultureInfo.InvariantCulture, $"{100 * (1 - Math.Pow(10, -nines)):0.##}%"))
            .Draw("Time by percentile, ms", "of all requests were quicker", []);
    }

    private static void Objectives(StringBuilder page, IReadOnlyList<ObjectiveFigures> objectives)
    {
        page.Append("<h2>Objectives</h2>\n<table>\n");
        foreach (var objective in objectives)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Encode(objective.Objective)}</td><td>{Encode(objective.Reached)}</td>");
            page.Append(CultureInfo.InvariantCulture, $"<td class=\"{(objective.Met ? "met\">met" : "missed\">missed")}</td></tr>\n");
        }

        page.Append("</table>\n");
    }

    private static void Parts(StringBuilder page, string title, IEnumerable<PartFigures> parts)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>{Encode(title)}</h2>\n");
        Table(page, ["", "requests", "ok/s", "success", "refused", "shed", "failed", "dropped", "p50", "p90", "p99", "max ms"], parts.Select(part => new[]
        {
            part.Name, Number(part.Requests), Number(part.OkPerSecond), string.Create(CultureInfo.InvariantCulture, $"{part.Success * 100:0.00} %"),
            Number(part.Refused), Number(part.Shed), Number(part.Failed), Number(part.Dropped),
            Number(part.P50), Number(part.P90), Number(part.P99), Number(part.Max),
        }));
    }

    /// <summary>A table.</summary>
    public static void Table(StringBuilder page, IReadOnlyList<string> header, IEnumerable<string[]> rows)
    {
        page.Append("<table>\n<tr>").AppendJoin("", header.Select(cell => $"<th>{Encode(cell)}</th>")).Append("</tr>\n");
        foreach (var row in rows) page.Append("<tr>").AppendJoin("", row.Select(cell => $"<td>{Encode(cell)}</td>")).Append("</tr>\n");
        page.Append("</table>\n");
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 1000 ? "#,##0" : "0.##", CultureInfo.InvariantCulture);
}
