using Microsoft.Extensions.Options;

namespace OrderActors.Quotes;

/// <summary>How long quotes hold.</summary>
public sealed class QuoteOptions
{
    /// <summary>
    /// How long a quote can be accepted. Default 5 minutes; 10 seconds to 1 day. The merchant bears what happens to its prices
    /// meanwhile.
    /// </summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long one that nobody accepted can still be read after that; then it is deleted. Default 1 hour; 1 minute to 7 days.
    /// A quote is about 2 KB in storage.
    /// </summary>
    public TimeSpan KeepExpired { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long one that was accepted can be read, from then on. Default 24 hours; 1 day to 30 days.</summary>
    public TimeSpan KeepAccepted { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How old a merchant's answer may be of which a quote is made while the platform is behind. Default 1 minute; 0 (the merchant is always
    /// asked) to 1 hour.
    /// </summary>
    public TimeSpan PriceMemory { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>Checks <see cref="QuoteOptions"/>.</summary>
internal sealed class QuoteOptionsValidator : IValidateOptions<QuoteOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, QuoteOptions options)
    {
        var range = new OptionRange(nameof(QuoteOptions))
            .Check(nameof(options.Lifetime), options.Lifetime, TimeSpan.FromSeconds(10), TimeSpan.FromDays(1))
            .Check(nameof(options.KeepExpired), options.KeepExpired, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7))
            .Check(nameof(options.KeepAccepted), options.KeepAccepted, TimeSpan.FromDays(1), TimeSpan.FromDays(30))
            .Check(nameof(options.PriceMemory), options.PriceMemory, TimeSpan.Zero, TimeSpan.FromHours(1));
        return range.Failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(range.Failures);
    }
}
