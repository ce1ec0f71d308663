using Microsoft.Extensions.Options;

namespace OrderActors.Intake;

/// <summary>How much the intake takes in, and how it is drained.</summary>
public sealed class IntakeOptions
{
    /// <summary>
    /// Orders a second that the intake is drained at until an operator says otherwise. Default 500; 0 (a pause) to 100,000.
    /// </summary>
    public int Rate { get; set; } = 500;

    /// <summary>
    /// Orders that may wait; a request beyond them is refused. Default 5,000,000; 8,000 to 1,000,000,000. Each takes some 500
    /// bytes on disk and none in memory.
    /// </summary>
    public long MaxBacklog { get; set; } = 5_000_000;

    /// <summary>
    /// Orders being placed at once, per partition of eight. Default 128; 1 to 4,096. It bounds what a slow platform has to
    /// bear: at 20 ms per order 128 are 6,400 orders a second and partition.
    /// </summary>
    public int MaxPlacing { get; set; } = 128;

    /// <summary>How often an order is tried, while others succeed, before it is given up. Default 5; 1 to 100.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>The wait before an order is tried again; it grows fourfold. Default 100 milliseconds; 1 millisecond to 1 minute.</summary>
    public TimeSpan FirstBackoff { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest such wait. Default 30 seconds; 1 millisecond to 1 hour, not below <see cref="FirstBackoff"/>.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an order is tried again while nothing else succeeds either, or while it is refused for the moment only: then it
    /// is not the order that is at fault. Default 15 minutes; 1 second to 1 day.
    /// </summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Dead letters kept, per partition of eight. Default 1,000; 1 to 10,000. Beyond them an order at fault is tried for ever,
    /// as slowly as <see cref="MaxBackoff"/> says: nothing is dropped.
    /// </summary>
    public int MaxDeadLetters { get; set; } = 1_000;
}

/// <summary>Checks <see cref="IntakeOptions"/>.</summary>
internal sealed class IntakeOptionsValidator : IValidateOptions<IntakeOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, IntakeOptions options)
    {
        var range = new OptionRange(nameof(IntakeOptions))
            .Check(nameof(options.Rate), options.Rate, 0, IntakeSchedule.MaxRate)
            .Check(nameof(options.MaxBacklog), options.MaxBacklog, IntakePartition.Count * IntakePartition.MaxOrders, 1_000_000_000)
            .Check(nameof(options.MaxPlacing), options.MaxPlacing, 1, 4_096)
            .Check(nameof(options.MaxAttempts), options.MaxAttempts, 1, 100)
            .Check(nameof(options.FirstBackoff), options.FirstBackoff, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1))
            .Check(nameof(options.MaxBackoff), options.MaxBackoff, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1))
            .NotAbove(nameof(options.FirstBackoff), options.FirstBackoff, nameof(options.MaxBackoff), options.MaxBackoff)
            .Check(nameof(options.Patience), options.Patience, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1))
            .Check(nameof(options.MaxDeadLetters), options.MaxDeadLetters, 1, 10_000);
        return range.Failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(range.Failures);
    }
}
