using Microsoft.Extensions.Options;

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
    /// costs more with every write. Split a zone that comes near.
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

    /// <summary>How soon matching looks again after a free courier moved. Default 5 seconds; 10 milliseconds to 10 minutes.</summary>
    public TimeSpan LookAfterMove { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>Checks <see cref="DispatchOptions"/>.</summary>
internal sealed class DispatchOptionsValidator : IValidateOptions<DispatchOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, DispatchOptions options)
    {
        var range = new OptionRange(nameof(DispatchOptions))
            .Check(nameof(options.MaxWaiting), options.MaxWaiting, 1, 1_000_000)
            .Check(nameof(options.MaxIdle), options.MaxIdle, 1, 1_000_000)
            .Check(nameof(options.MaxGiving), options.MaxGiving, 1, 10_000)
            .Check(nameof(options.TakenGrace), options.TakenGrace, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))
            .Check(nameof(options.LookAfterMove), options.LookAfterMove, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
        if (range.Failures.Count > 0) return ValidateOptionsResult.Fail(range.Failures);
        return Enum.IsDefined(options.Policy)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{nameof(DispatchOptions)}.{nameof(options.Policy)} is {options.Policy}; allowed are Nearest and Optimised.");
    }
}
