using Microsoft.Extensions.Options;

namespace OrderActors.Payments;

/// <summary>How long payments wait for their provider.</summary>
public sealed class PaymentOptions
{
    /// <summary>
    /// How long a call to the provider may take before its outcome counts as unknown. Default 10 seconds; 100 milliseconds to
    /// 25 seconds, which is below what callers of grains wait.
    /// </summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The wait before the provider is asked about an unknown outcome; it doubles. Default 5 seconds; 100 milliseconds to 1 hour.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest such wait. Default 10 minutes; 100 milliseconds to 1 day, not below <see cref="FirstRetry"/>.</summary>
    public TimeSpan MaxRetry { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>When to ask again after so many times in vain.</summary>
    internal TimeSpan RetryAfter(int asked)
    {
        var ticks = FirstRetry.Ticks * Math.Pow(2, Math.Min(asked, 30));
        return ticks < MaxRetry.Ticks ? TimeSpan.FromTicks((long)ticks) : MaxRetry;
    }
}

/// <summary>Checks <see cref="PaymentOptions"/>.</summary>
internal sealed class PaymentOptionsValidator : IValidateOptions<PaymentOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, PaymentOptions options)
    {
        var range = new OptionRange(nameof(PaymentOptions))
            .Check(nameof(options.CallTimeout), options.CallTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(25))
            .Check(nameof(options.FirstRetry), options.FirstRetry, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1))
            .Check(nameof(options.MaxRetry), options.MaxRetry, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1))
            .NotAbove(nameof(options.FirstRetry), options.FirstRetry, nameof(options.MaxRetry), options.MaxRetry);
        return range.Failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(range.Failures);
    }
}
