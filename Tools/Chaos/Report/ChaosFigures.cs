using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrderActors.Tools.Chaos.Accounts;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Measuring;
using OrderActors.Tools.Load.Report;

namespace OrderActors.Tools.Chaos.Report;

/// <summary>A fault, and how the platform came out of it. Seconds count from the load's beginning.</summary>
/// <param name="Fault">What it was.</param>
/// <param name="Began">When it began.</param>
/// <param name="Lasted">How long it lasted, with the time until the process that was away was ready again.</param>
/// <param name="Recovered">After how many seconds more everything was as before the first fault; null when it never was.</param>
/// <param name="Within">What was asked for; null for nothing.</param>
/// <param name="Met">Whether it was done and recovered from in time.</param>
/// <param name="Note">What else is to be said of it.</param>
internal sealed record FaultFigures(
    [property: JsonPropertyName("fault")] string Fault,
    [property: JsonPropertyName("began")] double Began,
    [property: JsonPropertyName("lasted")] double Lasted,
    [property: JsonPropertyName("recovered")] double? Recovered,
    [property: JsonPropertyName("within")] double? Within,
    [property: JsonPropertyName("met")] bool Met,
    [property: JsonPropertyName("note")] string Note);

/// <summary>What the ledger check found.</summary>
/// <param name="Holds">Whether every promise holds.</param>
/// <param name="Orders">Orders whose placement was acknowledged.</param>
/// <param name="Settled">Commands whose outcome was open and was settled by sending them again with their keys.</param>
/// <param name="Open">Commands that could not be settled.</param>
/// <param name="Booked">Completed orders that are in the books.</param>
/// <param name="Held">Orders for which the payment provider holds more than they cost, until that runs out.</param>
/// <param name="Broken">How many findings there are by promise.</param>
/// <param name="Findings">The first of them.</param>
/// <param name="Charges">Whether the payment provider's books were compared: it is not the run's own where it was attached.</param>
/// <param name="Seconds">How long settling and checking took.</param>
internal sealed record LedgerFigures(
    [property: JsonPropertyName("holds")] bool Holds,
    [property: JsonPropertyName("orders")] int Orders,
    [property: JsonPropertyName("settled")] int Settled,
    [property: JsonPropertyName("open")] int Open,
    [property: JsonPropertyName("booked")] int Booked,
    [property: JsonPropertyName("held")] int Held,
    [property: JsonPropertyName("broken")] IReadOnlyDictionary<string, int> Broken,
    [property: JsonPropertyName("findings")] IReadOnlyList<string> Findings,
    [property: JsonPropertyName("charges")] bool Charges,
    [property: JsonPropertyName("seconds")] double Seconds);

/// <summary>The last line that <c>chaos</c> prints: one JSON object, keys in this order.</summary>
internal sealed record ChaosFigures(
    [property: JsonPropertyName("met")] bool Met,
    [property: JsonPropertyName("scenario")] string Scenario,
    [property: JsonPropertyName("ledger")] LedgerFigures Ledger,
    [property: JsonPropertyName("faults")] IReadOnlyList<FaultFigures> Faults,
    [property: JsonPropertyName("incidents")] IReadOnlyList<string> Incidents,
    [property: JsonPropertyName("load")] LoadFigures Load)
{
    private const int MostFindings = 20;

    private static readonly JsonSerializerOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The figures of a run.</summary>
    public static ChaosFigures Of(
        Scenario scenario, LoadResult result, IReadOnlyList<FaultRecord> faults, LedgerVerdict verdict, bool charges, IReadOnlyList<string> incidents)
    {
        var load = LoadFigures.Of(result, scenario.Objectives);
        var ledger = new LedgerFigures(
            verdict.Findings.Count == 0, verdict.Orders, verdict.Commands, verdict.Open, verdict.Booked, verdict.Held,
            Enum.GetValues<Promise>().ToDictionary(
                one => JsonNamingPolicy.CamelCase.ConvertName(one.ToString()), one => verdict.Findings.Count(finding => finding.Promise == one)),
            [.. verdict.Findings.Take(MostFindings).Select(finding => finding.What)], charges, verdict.Seconds);
        var told = Of(result.Samples, faults);
        return new(load.Met && ledger.Holds && told.All(fault => fault.Met), scenario.Name, ledger, told, incidents, load);
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    private static IReadOnlyList<FaultFigures> Of(IReadOnlyList<Sample> samples, IReadOnlyList<FaultRecord> faults)
    {
        var normal = FaultRecovery.Normal(samples, faults.Min(fault => fault.Began));
        return [.. faults.OrderBy(fault => fault.Began).Select(one =>
        {
            var next = faults.Where(other => other.Began >= one.Ended).Select(other => other.Began).DefaultIfEmpty(double.MaxValue).Min();
            var recovered = FaultRecovery.Of(samples, normal, one.Ended, next);
            var within = one.Fault.RecoveredWithin?.TotalSeconds;
            return new FaultFigures(
                one.Fault.Title, Math.Round(one.Began, 1), Math.Round(one.Ended - one.Began, 1), recovered is { } r ? Math.Round(r, 1) : null, within,
                one.Failure is null && (within is null || recovered <= within), one.Failure ?? NoteOf(one.Flood));
        })];
    }

    private static string NoteOf(LoadResult? flood)
    {
        if (flood is null) return "";
        var tally = flood.Measurements.Sum();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{tally.Total} orders: ok {tally[Outcome.Ok]}, refused {tally[Outcome.Refused]}, shed {tally[Outcome.Shed]}, "
            + $"failed {tally[Outcome.Failed]}, dropped {tally[Outcome.Dropped]}");
    }
}
