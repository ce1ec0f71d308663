using Microsoft.Extensions.Options;

namespace OrderActors.Customers;

/// <summary>What customers may do where nothing else is said for one.</summary>
public sealed class CustomerOptions
{
    /// <summary>
    /// How many orders of one customer may be open at once. Default 20; 1 to 1,000. A customer at the limit costs a look at
    /// each of these orders before the next one is refused.
    /// </summary>
    public int MaxOpenOrders { get; set; } = 20;
}

/// <summary>Checks <see cref="CustomerOptions"/>.</summary>
internal sealed class CustomerOptionsValidator : IValidateOptions<CustomerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, CustomerOptions options)
    {
        var range = new OptionRange(nameof(CustomerOptions))
            .Check(nameof(options.MaxOpenOrders), options.MaxOpenOrders, 1, OpenOrders.Max);
        return range.Failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(range.Failures);
    }
}
