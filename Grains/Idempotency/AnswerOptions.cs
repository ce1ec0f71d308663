using Microsoft.Extensions.Options;

namespace OrderActors.Idempotency;

/// <summary>How long answers to requests with an Idempotency-Key are kept.</summary>
public sealed class AnswerOptions
{
    /// <summary>
    /// How long an answer is kept at least. Default 1 day; 1 day to 30 days. A day of answers takes about 1.5 KB of disk for
    /// every request that changed something.
    /// </summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(1);
}

/// <summary>Checks <see cref="AnswerOptions"/>.</summary>
internal sealed class AnswerOptionsValidator : IValidateOptions<AnswerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, AnswerOptions options)
    {
        var range = new OptionRange(nameof(AnswerOptions)).Check(nameof(options.Retention), options.Retention, TimeSpan.FromDays(1), TimeSpan.FromDays(30));
        return range.Failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(range.Failures);
    }
}
