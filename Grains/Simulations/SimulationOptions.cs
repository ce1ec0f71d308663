using Microsoft.Extensions.Options;

namespace OrderActors.Simulations;

/// <summary>The bounds of simulations.</summary>
public sealed class SimulationOptions
{
    /// <summary>Simulations of one owner that play at once. Default 5; 1 to 100.</summary>
    public int MaxPerOwner { get; set; } = 5;

    /// <summary>Simulations that play at once in all. Default 50; 1 to 1,000. Every test order is compared with each.</summary>
    public int MaxRunning { get; set; } = 50;

    /// <summary>Orders that one simulation plays at once; it leaves others alone. Default 1,000; 1 to 10,000. They are one record.</summary>
    public int MaxOrders { get; set; } = 1_000;

    /// <summary>When a simulation ends whose owner does not say when. Default 1 hour; 1 minute to 7 days, not above <see cref="MaxLasts"/>.</summary>
    public TimeSpan Lasts { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The longest time that an owner may want. Default 1 day; 1 minute to 7 days.</summary>
    public TimeSpan MaxLasts { get; set; } = TimeSpan.FromDays(1);
}

/// <summary>Checks <see cref="SimulationOptions"/>.</summary>
internal sealed class SimulationOptionsValidator : IValidateOptions<SimulationOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SimulationOptions options)
    {
        var (minute, week) = (TimeSpan.FromMinutes(1), TimeSpan.FromDays(7));
        var range = new OptionRange(nameof(SimulationOptions))
            .Check(nameof(options.MaxPerOwner), options.MaxPerOwner, 1, 100)
            .Check(nameof(options.MaxRunning), options.MaxRunning, 1, 1_000)
            .Check(nameof(options.MaxOrders), options.MaxOrders, 1, 10_000)
            .Check(nameof(options.Lasts), options.Lasts, minute, week)
            .Check(nameof(options.MaxLasts), options.MaxLasts, minute, week)
            .NotAbove(nameof(options.Lasts), options.Lasts, nameof(options.MaxLasts), options.MaxLasts);
        return range.Failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(range.Failures);
    }
}
