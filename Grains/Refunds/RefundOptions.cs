using System.Text.Json;
using Microsoft.Extensions.Options;

namespace OrderActors.Refunds;

/// <summary>What becomes of a request that nobody decides.</summary>
public enum UndecidedRefund
{
    /// <summary>It is declined.</summary>
    Decline,

    /// <summary>It is granted.</summary>
    Approve,
}

/// <summary>Which refunds are granted by rule, and how long everything about them may take.</summary>
public sealed class RefundOptions
{
    /// <summary>How long after the handover, or after the order's end, refunds can be asked for. Default 7 days; 1 minute to 365 days.</summary>
    public TimeSpan ClaimWindow { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a request waits for somebody's decision. Default 48 hours; 1 minute to 30 days.</summary>
    public TimeSpan DecisionTime { get; set; } = TimeSpan.FromHours(48);

    /// <summary>What becomes of a request that nobody decided in that time. Default Decline; Decline or Approve.</summary>
    public UndecidedRefund OnTimeout { get; set; } = UndecidedRefund.Decline;

    /// <summary>The largest request, in minor units, that a rule grants. Default 1,500; 0 (none is) to 100,000,000.</summary>
    public long AutoApproveAmount { get; set; } = 1_500;

    /// <summary>The largest share of what was paid, in thousandths, that a rule grants. Default 500; 0 to 1,000.</summary>
    public int AutoApprovePermille { get; set; } = 500;

    /// <summary>How many requests of one order a rule grants. Default 1; 0 to 100.</summary>
    public int AutoApprovePerOrder { get; set; } = 1;

    /// <summary>The reasons that a rule grants, with commas between. Default missing_item,wrong_item; any reasons, or none.</summary>
    public string AutoApproveReasons { get; set; } = "missing_item,wrong_item";

    /// <summary>Refunds of one order, whatever became of them. Default 20; 1 to 100.</summary>
    public int MaxPerOrder { get; set; } = 20;

    /// <summary>
    /// How soon a granted refund of which the payment has not heard is told again. Default 1 minute; 1 second to 1 hour. It
    /// matters after a crash only.
    /// </summary>
    public TimeSpan HandOverTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The reasons, read; null when there is one that does not exist.</summary>
    internal IReadOnlyList<RefundReason>? ReadReasons()
    {
        var reasons = Enum.GetValues<RefundReason>().ToDictionary(r => JsonNamingPolicy.SnakeCaseLower.ConvertName(r.ToString()), StringComparer.Ordinal);
        var names = AutoApproveReasons.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.All(reasons.ContainsKey) ? [.. names.Select(name => reasons[name])] : null;
    }
}

/// <summary>Checks <see cref="RefundOptions"/>.</summary>
internal sealed class RefundOptionsValidator : IValidateOptions<RefundOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RefundOptions options)
    {
        var range = new OptionRange(nameof(RefundOptions))
            .Check(nameof(options.ClaimWindow), options.ClaimWindow, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365))
            .Check(nameof(options.DecisionTime), options.DecisionTime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30))
            .Check(nameof(options.AutoApproveAmount), options.AutoApproveAmount, 0, 100_000_000)
            .Check(nameof(options.AutoApprovePermille), options.AutoApprovePermille, 0, 1_000)
            .Check(nameof(options.AutoApprovePerOrder), options.AutoApprovePerOrder, 0, 100)
            .Check(nameof(options.MaxPerOrder), options.MaxPerOrder, 1, 100)
            .Check(nameof(options.HandOverTime), options.HandOverTime, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        if (range.Failures.Count > 0) return ValidateOptionsResult.Fail(range.Failures);
        if (options.ReadReasons() is null)
        {
            return ValidateOptionsResult.Fail(
                $"{nameof(RefundOptions)}.{nameof(options.AutoApproveReasons)} is {options.AutoApproveReasons}; " +
                $"allowed are {string.Join(", ", Names.Of(Enum.GetValues<RefundReason>()))}, with commas between.");
        }

        return Enum.IsDefined(options.OnTimeout)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{nameof(RefundOptions)}.{nameof(options.OnTimeout)} is {options.OnTimeout}; allowed are Decline and Approve.");
    }
}
