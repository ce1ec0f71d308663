using Microsoft.Extensions.Options;
using OrderActors.Values;

namespace OrderActors.Dispatch;

/// <summary>Who decides who carries what.</summary>
public enum DispatchMethod
{
    /// <summary>Each order to the nearest courier who is free, one at a time.</summary>
    Nearest,

    /// <summary>All trips of all couriers are planned together, with orders of one merchant in one trip where that helps.</summary>
    Optimised,
}

/// <summary>How a zone decides, and its bounds.</summary>
public sealed class DispatchOptions
{
    /// <summary>Who decides who carries what. Default Optimised; Nearest or Optimised.</summary>
    public DispatchMethod Policy { get; set; } = DispatchMethod.Optimised;

    /// <summary>
    /// Orders that may wait in one zone. Default 10,000; 1 to 1,000,000. The whole zone is one stored state: a larger one
    /// costs more with every write. <see cref="SplitAbove"/> splits it long before.
    /// </summary>
    public int MaxWaiting { get; set; } = 10_000;

    /// <summary>Couriers who may be free in one zone. Default 20,000; 1 to 1,000,000. Same price.</summary>
    public int MaxIdle { get; set; } = 20_000;

    /// <summary>Assignments under way at once, per zone. Default 64; 1 to 10,000.</summary>
    public int MaxGiving { get; set; } = 64;

    /// <summary>
    /// How long an order that a courier took is not given to another one while its own event is on the way. Default 30
    /// seconds; 1 second to 1 hour. Shorter wastes couriers on orders that are taken; longer leaves an order waiting when
    /// its assignment got lost.
    /// </summary>
    public TimeSpan TakenGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What a decision may take by the clock. Default 1 second; 0, for no limit, to 1 minute. What is not planned by then
    /// goes to the nearest couriers; after more than twice the time all orders do, for a minute. Work bounds a decision long before that on
    /// any machine that is not overloaded.
    /// </summary>
    public TimeSpan DecisionBudget { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How much it counts that couriers earn alike. Default 0, for nothing; up to 1. Customers wait longer for it; docs/dispatch.md says how
    /// much. It acts in the Optimised policy.
    /// </summary>
    public double Fairness { get; set; }

    /// <summary>
    /// How many merchants a courier may visit before the first drop-off. Default 1; 1 to 4. It acts in the Optimised policy.
    /// </summary>
    public int MaxMerchantsPerTrip { get; set; } = 1;

    /// <summary>
    /// From how many waiting orders and free couriers on a zone is split into two parts, each of which decides for itself. Default 7,000; 0, for
    /// never, to 1,000,000. It stays split; a decision takes longer with every one who waits.
    /// </summary>
    public int SplitAbove { get; set; } = 7_000;

    /// <summary>
    /// How late a zone's own couriers may be for an order before couriers of the zones beside it are asked. Default 10 minutes; 0 to 1 day.
    /// </summary>
    public TimeSpan LendAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>What differs in a zone.</summary>
    public Dictionary<string, ZoneOptions> Zones { get; init; } = [];

    /// <summary>What a zone allows and wants.</summary>
    internal Matching.ZoneRules RulesOf(string zone)
    {
        var own = Zones.GetValueOrDefault(TestMode.Shown(zone));
        return new(own?.MaxMerchantsPerTrip ?? MaxMerchantsPerTrip, own?.Fairness ?? Fairness);
    }

    /// <summary>The zones beside a zone; on the test side those of the test side.</summary>
    internal IEnumerable<string> Beside(string zone) =>
        (Zones.GetValueOrDefault(TestMode.Shown(zone))?.Neighbours ?? []).Select(beside => TestMode.Id(beside, live: !TestMode.IsTest(zone)));

    /// <summary>How soon matching looks again after a free courier moved. Default 5 seconds; 10 milliseconds to 10 minutes.</summary>
    public TimeSpan LookAfterMove { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>What differs in a zone from <see cref="DispatchOptions"/>.</summary>
public sealed class ZoneOptions
{
    /// <summary>How much it counts that couriers earn alike, 0 to 1; null as elsewhere.</summary>
    public double? Fairness { get; set; }

    /// <summary>How many merchants a courier may visit before the first drop-off, 1 to 4; null as elsewhere.</summary>
    public int? MaxMerchantsPerTrip { get; set; }

    /// <summary>
    /// The zones beside this one, with commas between them, the first to be asked first. Their couriers serve what this zone's own cannot
    /// serve soon. The other way round it takes an option of theirs.
    /// </summary>
    public string Beside { get; set; } = "";

    /// <summary>The zones beside this one.</summary>
    internal string[] Neighbours => Beside.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>Checks <see cref="DispatchOptions"/>.</summary>
internal sealed class DispatchOptionsValidator : IValidateOptions<DispatchOptions>
{
    private const int MostMerchants = 4;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, DispatchOptions options)
    {
        var range = new OptionRange(nameof(DispatchOptions))
            .Check(nameof(options.MaxWaiting), options.MaxWaiting, 1, 1_000_000)
            .Check(nameof(options.MaxIdle), options.MaxIdle, 1, 1_000_000)
            .Check(nameof(options.MaxGiving), options.MaxGiving, 1, 10_000)
            .Check(nameof(options.TakenGrace), options.TakenGrace, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))
            .Check(nameof(options.LookAfterMove), options.LookAfterMove, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10))
            .Check(nameof(options.DecisionBudget), options.DecisionBudget, TimeSpan.Zero, TimeSpan.FromMinutes(1))
            .Check(nameof(options.Fairness), options.Fairness, 0, 1)
            .Check(nameof(options.MaxMerchantsPerTrip), options.MaxMerchantsPerTrip, 1, MostMerchants)
            .Check(nameof(options.SplitAbove), options.SplitAbove, 0, 1_000_000)
            .Check(nameof(options.LendAfter), options.LendAfter, TimeSpan.Zero, TimeSpan.FromDays(1));
        foreach (var (zone, own) in options.Zones)
        {
            var path = $"{nameof(options.Zones)}:{zone}";
            range.Check($"{path}:{nameof(own.Fairness)}", own.Fairness ?? 0, 0, 1)
                .Check($"{path}:{nameof(own.MaxMerchantsPerTrip)}", own.MaxMerchantsPerTrip ?? 1, 1, MostMerchants);
            if (own.Neighbours.FirstOrDefault(beside => !EntityId.IsValid(beside) || beside == zone) is { } wrong)
            {
                return ValidateOptionsResult.Fail(
                    $"{nameof(DispatchOptions)}.{path}:{nameof(own.Beside)} names '{wrong}'; allowed are other zones: {EntityId.Rule}.");
            }
        }

        if (range.Failures.Count > 0) return ValidateOptionsResult.Fail(range.Failures);
        return Enum.IsDefined(options.Policy)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{nameof(DispatchOptions)}.{nameof(options.Policy)} is {options.Policy}; allowed are Nearest and Optimised.");
    }
}
