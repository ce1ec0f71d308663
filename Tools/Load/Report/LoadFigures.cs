using System.Text.Json;
using System.Text.Json.Serialization;
using OrderActors.Tools.Load.Measuring;

namespace OrderActors.Tools.Load.Report;

/// <summary>Figures of a part of a run. Shares are of all that was meant to be sent; times are of what was let in.</summary>
internal sealed record PartFigures(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("requests")] long Requests,
    [property: JsonPropertyName("okPerSecond")] double OkPerSecond,
    [property: JsonPropertyName("success")] double Success,
    [property: JsonPropertyName("refused")] long Refused,
    [property: JsonPropertyName("shed")] long Shed,
    [property: JsonPropertyName("failed")] long Failed,
    [property: JsonPropertyName("dropped")] long Dropped,
    [property: JsonPropertyName("p50Milliseconds")] double P50,
    [property: JsonPropertyName("p90Milliseconds")] double P90,
    [property: JsonPropertyName("p99Milliseconds")] double P99,
    [property: JsonPropertyName("maxMilliseconds")] double Max,
    [property: JsonPropertyName("meanMilliseconds")] double Mean)
{
    /// <summary>The figures of a tally.</summary>
    public static PartFigures Of(string name, Tally tally, double seconds) => new(
        name, tally.Total, Math.Round(tally[Outcome.Ok] / Math.Max(seconds, 1e-9), 1), Math.Round(tally.Success, 6), tally[Outcome.Refused],
        tally[Outcome.Shed], tally[Outcome.Failed], tally[Outcome.Dropped], Millis(tally.Admitted.Percentile(0.5)), Millis(tally.Admitted.Percentile(0.9)),
        Millis(tally.Admitted.Percentile(0.99)), Millis(tally.Admitted.Max), Millis(tally.MeanMicros));

    private static double Millis(double micros) => Math.Round(micros / 1e3, 3);
}

/// <summary>A stage, with the law of the load beside what was measured.</summary>
/// <param name="Figures">Its figures.</param>
/// <param name="Rate">Arrivals a second at its end; 0 for a max stage.</param>
/// <param name="Concurrency">Requests in the system, averaged over its time.</param>
/// <param name="MeasuredPerSecond">Requests that were sent and ended, a second.</param>
/// <param name="LawPerSecond">Concurrency ÷ mean response time. Where it differs from what was measured, the system was not steady, or the generator lagged.</param>
internal sealed record StageFigures(
    [property: JsonPropertyName("figures")] PartFigures Figures,
    [property: JsonPropertyName("rate")] double Rate,
    [property: JsonPropertyName("concurrency")] double Concurrency,
    [property: JsonPropertyName("measuredPerSecond")] double MeasuredPerSecond,
    [property: JsonPropertyName("lawPerSecond")] double LawPerSecond);

/// <summary>An objective, and whether it was met.</summary>
internal sealed record ObjectiveFigures(
    [property: JsonPropertyName("objective")] string Objective,
    [property: JsonPropertyName("reached")] string Reached,
    [property: JsonPropertyName("met")] bool Met);

/// <summary>How often something was refused or failed, and what was said the first time.</summary>
internal sealed record CodeFigures(
    [property: JsonPropertyName("operation")] string Operation,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("count")] long Count,
    [property: JsonPropertyName("example")] string Example);

/// <summary>The last line that <c>load</c> prints: one JSON object, keys in this order.</summary>
internal sealed record LoadFigures(
    [property: JsonPropertyName("met")] bool Met,
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("total")] PartFigures Total,
    [property: JsonPropertyName("stages")] IReadOnlyList<StageFigures> Stages,
    [property: JsonPropertyName("classes")] IReadOnlyList<PartFigures> Classes,
    [property: JsonPropertyName("operations")] IReadOnlyList<PartFigures> Operations,
    [property: JsonPropertyName("codes")] IReadOnlyList<CodeFigures> Codes,
    [property: JsonPropertyName("objectives")] IReadOnlyList<ObjectiveFigures> Objectives,
    [property: JsonPropertyName("recoverySeconds")] double? RecoverySeconds,
    [property: JsonPropertyName("targetMegabytes")] double? TargetMegabytes,
    [property: JsonPropertyName("generatorProcessors")] double GeneratorProcessors,
    [property: JsonPropertyName("lagP99Milliseconds")] double LagP99Milliseconds)
{
    private const int MostCodes = 50;

    // For a person's eyes and for jq, never for a page: '<' stays as it is.
    private static readonly JsonSerializerOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The figures of a run.</summary>
    public static LoadFigures Of(LoadResult result, IReadOnlyList<Objective> objectives)
    {
        var counts = result.Measurements;
        var seconds = result.Stages.Sum(stage => stage.Seconds);
        var judged = objectives.Select(objective => (objective, Judgement: objective.Judge(result))).ToList();
        return new(
            judged.TrueForAll(one => one.Judgement.Met),
            Math.Round(seconds, 3),
            PartFigures.Of("total", counts.Sum(), seconds),
            [.. result.Stages.Select((stage, i) => Of(stage, i, counts.Sum(i)))],
            [.. ClassNames.Classes.Select(name => PartFigures.Of(name, counts.Sum(which: kind => ClassNames.Of(kind.Class) == name), seconds)).Where(HasAny)],
            [.. counts.Operations.Select(kind => PartFigures.Of(kind.Name, counts.Sum(which: other => other == kind), seconds)).Where(HasAny)],
            [.. counts.Codes.Take(MostCodes).Select(code => new CodeFigures(code.Operation, code.Code, code.Count, code.Example))],
            [.. judged.Select(one => new ObjectiveFigures(one.objective.Text, one.objective.Show(one.Judgement.Reached), one.Judgement.Met))],
            Recovery.Of(result) is { } recovery ? Math.Round(recovery.TotalSeconds, 2) : null,
            result.Samples.Max(sample => sample.TargetMegabytes) is { } most ? Math.Round(most, 1) : null,
            Math.Round(result.GeneratorCores, 3),
            Math.Round(result.LagP99Micros / 1e3, 3));
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    private static bool HasAny(PartFigures figures) => figures.Requests > 0;

    private static StageFigures Of(StageResult stage, int index, Tally tally) => new(
        PartFigures.Of(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{index + 1}: {stage.Stage}"), tally, stage.Seconds),
        Math.Round(stage.Rate, 1),
        Math.Round(stage.Concurrency, 2),
        Math.Round(tally.Sent / stage.Seconds, 1),
        tally.MeanMicros == 0 ? 0 : Math.Round(stage.Concurrency / (tally.MeanMicros / 1e6), 1));
}
