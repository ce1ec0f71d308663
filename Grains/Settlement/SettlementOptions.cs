using Microsoft.Extensions.Options;

namespace OrderActors.Settlement;

/// <summary>What settlement pays where the order does not say it.</summary>
public sealed class SettlementOptions
{
    /// <summary>
    /// What a courier gets for a delivery, in minor units of the order's currency. Default 400; 0 to 1,000,000. It counts
    /// when the order is booked, so a change concerns orders that are booked from then on.
    /// </summary>
    public long CourierPayPerDelivery { get; set; } = 400;
}

/// <summary>Checks <see cref="SettlementOptions"/>.</summary>
internal sealed class SettlementOptionsValidator : IValidateOptions<SettlementOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SettlementOptions options)
    {
        var range = new OptionRange(nameof(SettlementOptions))
            .Check(nameof(options.CourierPayPerDelivery), options.CourierPayPerDelivery, 0, 1_000_000);
        return range.Failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(range.Failures);
    }
}
