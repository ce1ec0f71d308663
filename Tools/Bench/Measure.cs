using System.Globalization;

namespace OrderActors.Tools.Bench;

/// <summary>One line of a bench's table.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">How much; null when it was not measured.</param>
/// <param name="Unit">Of what.</param>
/// <param name="Ratio">By the peer's figure of the same run; null when there is no peer.</param>
/// <param name="Bar">What the ratio, or the value where there is no ratio, must reach; null for a figure that is only shown.</param>
/// <param name="LowerIsBetter">Whether the bar is a ceiling and not a floor.</param>
internal sealed record Measure(string Name, double? Value, string Unit, double? Ratio = null, double? Bar = null, bool LowerIsBetter = false)
{
    /// <summary>Whether the bar is reached; null when there is nothing to judge.</summary>
    public bool? Ok => (Ratio ?? Value, Bar) switch
    {
        ({ } reached, { } bar) => LowerIsBetter ? reached <= bar : reached >= bar,
        _ => null,
    };
}

/// <summary>Prints measures in aligned columns.</summary>
internal static class MeasureTable
{
    private static readonly string[] Header = ["measure", "value", "unit", "ratio", "bar", "ok"];

    public static void Print(TextWriter output, IReadOnlyList<Measure> measures)
    {
        var rows = new List<string[]> { Header };
        rows.AddRange(measures.Select(m => new[]
        {
            m.Name, Number(m.Value), m.Unit, Fraction(m.Ratio), Bar(m),
            m.Ok switch { true => "yes", false => "NO", null => "" },
        }));
        var widths = Header.Select((_, column) => rows.Max(r => r[column].Length)).ToArray();
        foreach (var row in rows)
        {
            // Figures to the right, words to the left.
            var cells = row.Select((cell, i) => i is 1 or 3 or 4 ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    private static string Number(double? value) => value switch
    {
        null => "-",
        >= 1000 or <= -1000 => value.Value.ToString("#,##0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.###", CultureInfo.InvariantCulture),
    };

    private static string Fraction(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";

    private static string Bar(Measure m) => m.Bar is { } bar ? (m.LowerIsBetter ? "<=" : ">=") + Number(bar) : "";
}
