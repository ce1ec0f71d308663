using System.Globalization;

namespace OrderActors.Tools.Load.Arrivals;

/// <summary>How requests arrive during a stage.</summary>
internal enum StageKind
{
    /// <summary>At one rate.</summary>
    Steady,

    /// <summary>From the rate before to another one, evenly.</summary>
    Ramp,

    /// <summary>From the rate before to another one, in steps.</summary>
    Steps,

    /// <summary>Each second's arrivals all at once.</summary>
    Burst,

    /// <summary>As many as get answered: every connection sends again as soon as it can. The only closed model; it finds the capacity.</summary>
    Max,
}

/// <summary>A part of the load.</summary>
/// <param name="Duration">How long it is.</param>
/// <param name="Kind">How requests arrive.</param>
/// <param name="Rate">How many a second; 0 for <see cref="StageKind.Max"/>.</param>
/// <param name="IsMultiple">Whether <paramref name="Rate"/> is a multiple of the capacity that the last max stage found.</param>
/// <param name="Steps">How many steps.</param>
internal sealed record Stage(TimeSpan Duration, StageKind Kind, double Rate, bool IsMultiple = false, int Steps = 1)
{
    /// <summary>The highest rate.</summary>
    public const double MostPerSecond = 1_000_000;

    private const int DefaultSteps = 5;

    private const string Rule =
        "a stage is a duration, '@' and a rate: 30s@500, 1m@ramp:2000, 60s@step:2000/4, 10s@burst:5000, 10s@max; a rate such as 5x is a multiple of what max reached";

    /// <summary>Reads stages separated by commas.</summary>
    /// <exception cref="BadInputException">They are not as they should be.</exception>
    public static IReadOnlyList<Stage> ParseAll(string text)
    {
        var stages = new List<Stage>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var stage = Parse(part) ?? throw new BadInputException($"--stages has '{part}'; {Rule}.");
            if (stage.IsMultiple && stages.All(before => before.Kind != StageKind.Max))
                throw new BadInputException($"--stages has '{part}' and no max stage before it, such as 10s@max, to find what it is a multiple of.");
            if (stage.Duration > TimeSpan.FromHours(24) || stage.Rate > (stage.IsMultiple ? 1000 : MostPerSecond))
                throw new BadInputException($"--stages has '{part}'; a stage is at most 24h long, a rate at most 1,000,000 a second or 1000x.");
            stages.Add(stage);
        }

        return stages;
    }

    /// <summary>The stage as it was written.</summary>
    public override string ToString()
    {
        var rate = string.Create(CultureInfo.InvariantCulture, $"{Rate}{(IsMultiple ? "x" : "")}");
        var how = Kind switch
        {
            StageKind.Ramp => "ramp:" + rate,
            StageKind.Steps => string.Create(CultureInfo.InvariantCulture, $"step:{rate}/{Steps}"),
            StageKind.Burst => "burst:" + rate,
            StageKind.Max => "max",
            _ => rate,
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Duration.TotalSeconds}s@{how}");
    }

    private static Stage? Parse(string text)
    {
        if (text.Split('@') is not [var length, var how] || Durations.Parse(length) is not { } duration || duration <= TimeSpan.Zero) return null;
        if (how == "max") return new(duration, StageKind.Max, 0);
        var (kind, rate) = how.Split(':') switch
        {
            [var plain] => (StageKind.Steady, plain),
            ["ramp", var to] => (StageKind.Ramp, to),
            ["step", var to] => (StageKind.Steps, to),
            ["burst", var of] => (StageKind.Burst, of),
            _ => (StageKind.Steady, ""),
        };
        var steps = DefaultSteps;
        if (kind == StageKind.Steps && rate.Split('/') is [var most, var count])
        {
            if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out steps) || steps is < 1 or > 1000) return null;
            rate = most;
        }

        var multiple = rate.EndsWith('x');
        return double.TryParse(multiple ? rate[..^1] : rate, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? new(duration, kind, number, multiple, kind == StageKind.Steps ? steps : 1)
            : null;
    }
}

/// <summary>Durations as people write them: 250us, 50ms, 5s, 2m, 1h.</summary>
internal static class Durations
{
    private static readonly (string Unit, double Seconds)[] Units = [("us", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>Reads one; null when it is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        foreach (var (unit, seconds) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * seconds < 1e6)
            {
                return TimeSpan.FromSeconds(number * seconds);
            }
        }

        return null;
    }
}
