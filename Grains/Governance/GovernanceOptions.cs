using Microsoft.Extensions.Options;

namespace OrderActors.Governance;

/// <summary>When the platform reacts to itself.</summary>
public sealed class GovernanceOptions
{
    /// <summary>
    /// How far the consumer that keeps orders, merchants and couriers in step may be behind, in events of all partitions together, before what
    /// can wait is not done. Default 50,000; 100 to 1,000,000,000. Lower helps it to catch up sooner, and takes reports away in ordinary peaks.
    /// </summary>
    public long MaxEventLag { get; set; } = 50_000;

    /// <summary>How often that is looked at. Default 5 seconds; 100 milliseconds to 10 minutes. The price is a look at 120 cursors.</summary>
    public TimeSpan LagInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the oldest order of the intake may wait before the platform counts as behind. Default 10 minutes; 1 second to 7 days. An intake
    /// that is drained over hours on purpose wants more.
    /// </summary>
    public TimeSpan MaxIntakeAge { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Checks <see cref="GovernanceOptions"/>.</summary>
internal sealed class GovernanceOptionsValidator : IValidateOptions<GovernanceOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, GovernanceOptions options)
    {
        var range = new OptionRange(nameof(GovernanceOptions))
            .Check(nameof(options.MaxEventLag), options.MaxEventLag, 100, 1_000_000_000)
            .Check(nameof(options.LagInterval), options.LagInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10))
            .Check(nameof(options.MaxIntakeAge), options.MaxIntakeAge, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));
        return range.Failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(range.Failures);
    }
}
