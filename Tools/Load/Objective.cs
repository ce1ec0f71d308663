using System.Globalization;
using System.Text.RegularExpressions;
using OrderActors.Tools.Load.Measuring;

namespace OrderActors.Tools.Load;

/// <summary>A figure of a run that can be asked for, such as <c>p99.place@2</c>.</summary>
/// <param name="Name">What: p50, p90, p99, p999, mean, max, errors, refused, shed, dropped, success, rate, recovery or memory.</param>
/// <param name="Scope">A priority class or an operation; null for everything.</param>
/// <param name="Stage">The stage from 0 on; null for all but those of the kind max.</param>
internal sealed record Figure(string Name, string? Scope, int? Stage)
{
    /// <summary>What there is to ask for that is a time.</summary>
    public static readonly IReadOnlyList<string> Times = ["p50", "p90", "p95", "p99", "p999", "mean", "max", "recovery"];

    /// <summary>What is a share.</summary>
    public static readonly IReadOnlyList<string> Shares = ["errors", "refused", "shed", "dropped", "success"];

    /// <summary>What is a plain number: answers well in a second, and the most megabytes of the target.</summary>
    public static readonly IReadOnlyList<string> Numbers = ["rate", "memory"];

    /// <summary>Whether it is a time, in seconds.</summary>
    public bool IsTime => Times.Contains(Name);

    /// <summary>Whether it is a share, 0 to 1.</summary>
    public bool IsShare => Shares.Contains(Name);

    /// <summary>What it came to; null when the run has nothing to say of it.</summary>
    public double? Of(LoadResult result)
    {
        if (Name == "recovery") return Recovery.Of(result)?.TotalSeconds;
        if (Name == "memory") return result.Samples.Max(sample => sample.TargetMegabytes);
        var (tally, seconds) = TallyOf(result);
        if (tally.Total == 0 && Name is not ("rate" or "errors" or "dropped")) return null;
        if (IsTime && tally.Admitted.Count == 0) return null;
        return Name switch
        {
            "p50" => Time(0.5),
            "p90" => Time(0.9),
            "p95" => Time(0.95),
            "p99" => Time(0.99),
            "p999" => Time(0.999),
            "mean" => tally.Admitted.Mean / 1e6,
            "max" => tally.Admitted.Max / 1e6,
            "errors" => tally.Share(Outcome.Failed),
            "refused" => tally.Share(Outcome.Refused),
            "shed" => tally.Share(Outcome.Shed),
            "dropped" => tally.Share(Outcome.Dropped),
            "success" => tally.Success,
            _ => tally[Outcome.Ok] / seconds,
        };

        double Time(double part) => tally.Admitted.Percentile(part) / 1e6;
    }

    private (Tally Tally, double Seconds) TallyOf(LoadResult result)
    {
        var stages = Enumerable.Range(0, result.Stages.Count)
            .Where(i => Stage is { } one ? i == one : result.Stages[i].Stage.Kind != Arrivals.StageKind.Max || result.Stages.Count == 1).ToList();
        var which = Scope is null ? null : (Func<OperationKind, bool>)(kind => kind.Name == Scope || ClassNames.Of(kind.Class) == Scope);
        return (Tally.Sum(stages.Select(i => result.Measurements.Sum(i, which))), Math.Max(1e-9, stages.Sum(i => result.Stages[i].Seconds)));
    }
}

/// <summary>What a run has to reach, such as <c>p99&lt;50ms</c>, <c>success.critical&gt;=99.9%</c> or <c>p99@3&lt;=3*p99@2</c>.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Figure">What is looked at.</param>
/// <param name="Comparison">One of &lt;, &lt;=, &gt; and &gt;=.</param>
/// <param name="Value">What it is compared with: in seconds, as a share or plain; a factor where there is another figure.</param>
/// <param name="Other">The figure that it is compared with; null for a value.</param>
internal sealed partial record Objective(string Text, Figure Figure, string Comparison, double Value, Figure? Other)
{
    private const string Rule =
        "an objective is a figure, a comparison and a value: p99<50ms, errors<0.1%, success.critical>=99.9%, rate.place@2>=1000, p99@3<=3*p99@2, recovery<5s";

    /// <summary>Reads objectives separated by commas.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="stages">How many stages there are.</param>
    /// <param name="operations">What a scope may be, beside the classes.</param>
    /// <exception cref="BadInputException">They are not as they should be.</exception>
    public static IEnumerable<Objective> ParseAll(string text, int stages, IReadOnlyList<OperationKind> operations) =>
        text.Split(',', StringSplitOptions.TrimEntries).Select(part => Parse(part, stages, operations));

    /// <summary>What the figure came to, and whether that is enough. What was not measured is not reached.</summary>
    public (double? Reached, bool Met) Judge(LoadResult result)
    {
        var bar = Other is null ? Value : Value * Other.Of(result);
        var reached = Figure.Of(result);
        return (reached, Comparison switch
        {
            "<" => reached < bar,
            "<=" => reached <= bar,
            ">" => reached > bar,
            _ => reached >= bar,
        });
    }

    /// <summary>A value of its figure, for people.</summary>
    public string Show(double? value) => value is not { } number ? "not measured"
        : Figure.IsTime ? string.Create(CultureInfo.InvariantCulture, $"{number * 1e3:0.0} ms")
        : Figure.IsShare ? string.Create(CultureInfo.InvariantCulture, $"{number * 100:0.###} %")
        : string.Create(CultureInfo.InvariantCulture, $"{number:0.#}");

    private static Objective Parse(string text, int stages, IReadOnlyList<OperationKind> operations)
    {
        var parts = Shape().Match(text);
        if (!parts.Success) throw new BadInputException($"--objective has '{text}'; {Rule}.");
        var figure = FigureIn(parts.Groups["figure"].Value, text, stages, operations);
        var value = parts.Groups["value"].Value;
        var at = value.IndexOf('*', StringComparison.Ordinal);
        if (at >= 0 || char.IsLetter(value[0]))
        {
            var factor = at < 0 ? 1 : Number(value[..at]) ?? throw new BadInputException($"--objective has '{text}': '{value[..at]}' is no number.");
            return new(text, figure, parts.Groups["comparison"].Value, factor, FigureIn(value[(at + 1)..], text, stages, operations));
        }

        var number = figure.IsTime ? Arrivals.Durations.Parse(value)?.TotalSeconds
            : figure.IsShare ? (value.EndsWith('%') ? Number(value[..^1]) / 100 : null)
            : Number(value);
        return number is { } bar
            ? new(text, figure, parts.Groups["comparison"].Value, bar, null)
            : throw new BadInputException(
                $"--objective has '{text}': '{value}' is not "
                + $"{(figure.IsTime ? "a time, such as 50ms" : figure.IsShare ? "a share, such as 0.1%" : "a number")}.");
    }

    private static Figure FigureIn(string text, string objective, int stages, IReadOnlyList<OperationKind> operations)
    {
        var parts = FigureShape().Match(text);
        var (name, scope) = (parts.Groups["name"].Value, parts.Groups["scope"] is { Success: true } found ? found.Value : null);
        string[] names = [.. Figure.Times, .. Figure.Shares, .. Figure.Numbers];
        if (!parts.Success || !names.Contains(name)) throw new BadInputException($"--objective has '{objective}': the figures are {string.Join(", ", names)}.");
        string[] scopes = [.. ClassNames.Classes, .. operations.Select(operation => operation.Name)];
        if (scope is not null && !scopes.Contains(scope))
            throw new BadInputException($"--objective has '{objective}': '{scope}' is none of {string.Join(", ", scopes)}.");
        int? stage = parts.Groups["stage"] is { Success: true } digits ? int.Parse(digits.Value, CultureInfo.InvariantCulture) - 1 : null;
        if (stage is { } one && (one < 0 || one >= stages)) throw new BadInputException($"--objective has '{objective}': there are the stages 1 to {stages}.");
        return new(name, scope, stage);
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex(@"^(?<figure>[\w.@]+)(?<comparison><=|>=|<|>)(?<value>[\w.@*%]+)$")]
    private static partial Regex Shape();

    [GeneratedRegex(@"^(?<name>[a-z0-9]+)(\.(?<scope>[a-z_]+))?(@(?<stage>\d{1,4}))?$")]
    private static partial Regex FigureShape();
}
