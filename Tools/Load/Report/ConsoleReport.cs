using System.Globalization;
using OrderActors.Tools.Load.Measuring;

namespace OrderActors.Tools.Load.Report;

/// <summary>A run for the person at the terminal: a line each second, and tables at its end.</summary>
internal static class ConsoleReport
{
    private const int Examples = 5;
    private static readonly string[] PartHeader = ["", "requests", "ok/s", "success", "refused", "shed", "failed", "dropped", "p50", "p90", "p99", "max ms"];
    private static readonly string[] StageHeader = ["stage", "rate", "ended/s", "law: n / mean", "in system", "mean ms"];

    /// <summary>One second.</summary>
    public static string Line(Sample sample, int stages)
    {
        var ended = sample.Ended;
        var target = sample.TargetMegabytes is { } megabytes
            ? string.Create(CultureInfo.InvariantCulture, $" | {megabytes:0} MB {sample.TargetCores:0.0} cpu")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{sample.Seconds,6:0}s stage {sample.Stage + 1}/{stages} | ok {ended[Outcome.Ok],6}/s | p50 {Time(0.5)} p90 {Time(0.9)} p99 {Time(0.99)} ms | "
            + $"refused {ended[Outcome.Refused]} shed {ended[Outcome.Shed]} failed {ended[Outcome.Failed]} dropped {ended[Outcome.Dropped]} | "
            + $"in flight {sample.InFlight}{target}");

        string Time(double part) => string.Create(CultureInfo.InvariantCulture, $"{ended.Admitted.Percentile(part) / 1e3,6:0.0}");
    }

    /// <summary>The tables.</summary>
    public static void Print(TextWriter output, LoadFigures figures)
    {
        Table(output, StageHeader, figures.Stages.Select(stage => new[]
        {
            stage.Figures.Name, Number(stage.Rate), Number(stage.MeasuredPerSecond), Number(stage.LawPerSecond), Number(stage.Concurrency),
            Number(stage.Figures.Mean),
        }));
        Parts(output, "by stage", figures.Stages.Select(stage => stage.Figures));
        Parts(output, "by class", figures.Classes);
        Parts(output, "by operation", [.. figures.Operations, figures.Total]);
        if (figures.Codes.Count > 0)
        {
            Table(output, ["not ok", "code", "count"], figures.Codes.Select(code => new[] { code.Operation, code.Code, Number(code.Count) }));
            foreach (var code in figures.Codes.Where(code => code.Example.Length > 0).Take(Examples))
                output.WriteLine($"{code.Code}, for example: {code.Example}");
            output.WriteLine();
        }

        foreach (var objective in figures.Objectives)
        {
            output.WriteLine($"{(objective.Met ? "met   " : "MISSED")}  {objective.Objective}: {objective.Reached}");
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"The generator kept {figures.GeneratorProcessors:0.00} processors busy; "
            + $"99 of 100 requests left within {figures.LagP99Milliseconds:0.0} ms of their time."));
        output.WriteLine();
    }

    private static void Parts(TextWriter output, string title, IEnumerable<PartFigures> parts)
    {
        Table(output, [title, .. PartHeader[1..]], parts.Select(part => new[]
        {
            part.Name, Number(part.Requests), Number(part.OkPerSecond), string.Create(CultureInfo.InvariantCulture, $"{part.Success * 100:0.00}%"),
            Number(part.Refused), Number(part.Shed), Number(part.Failed), Number(part.Dropped),
            Number(part.P50), Number(part.P90), Number(part.P99), Number(part.Max),
        }));
    }

    /// <summary>Lines in aligned columns, and an empty one.</summary>
    public static void Table(TextWriter output, string[] header, IEnumerable<string[]> lines)
    {
        string[][] rows = [header, .. lines];
        var widths = header.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }

        output.WriteLine();
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 1000 ? "#,##0" : "0.##", CultureInfo.InvariantCulture);
}
