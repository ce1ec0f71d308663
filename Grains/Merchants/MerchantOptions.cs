using Microsoft.Extensions.Options;

namespace OrderActors.Merchants;

/// <summary>When a merchant is hot, and how often it asks its orders.</summary>
public sealed class MerchantOptions
{
    /// <summary>
    /// Orders a second above which a merchant spreads over stripes. Default 100; 0 (never) to 1,000,000. Lower spreads
    /// merchants for which the transfers of stock cost more than the stripes save. Set to 0 while a cluster is upgraded from
    /// or taken back to a release without stripes.
    /// </summary>
    public double HotAt { get; set; } = 100;

    /// <summary>
    /// Orders a second below which a merchant that is spread counts as cool. Default 40; 0 to 1,000,000, not above
    /// <see cref="HotAt"/> unless that is 0.
    /// </summary>
    public double CoolAt { get; set; } = 40;

    /// <summary>How long it has to be cool before it folds back. Default 1 minute; 1 second to 1 day. Shorter spreads and folds in turns.</summary>
    public TimeSpan CoolFor { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long what orders said about the kitchen's room holds. Default 2 seconds; 0 to 1 minute. While a kitchen is full each
    /// such period costs a look at every order in it; longer refuses orders although there is room again.
    /// </summary>
    public TimeSpan CapacityRecheck { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>Checks <see cref="MerchantOptions"/>.</summary>
internal sealed class MerchantOptionsValidator : IValidateOptions<MerchantOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, MerchantOptions options)
    {
        var range = new OptionRange(nameof(MerchantOptions))
            .Check(nameof(options.HotAt), options.HotAt, 0, 1_000_000)
            .Check(nameof(options.CoolAt), options.CoolAt, 0, 1_000_000)
            .Check(nameof(options.CoolFor), options.CoolFor, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1))
            .Check(nameof(options.CapacityRecheck), options.CapacityRecheck, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        if (options.HotAt > 0) range.NotAbove(nameof(options.CoolAt), options.CoolAt, nameof(options.HotAt), options.HotAt);
        return range.Failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(range.Failures);
    }
}
