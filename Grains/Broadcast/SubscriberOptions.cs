using Microsoft.Extensions.Options;

namespace OrderActors.Broadcast;

/// <summary>How consumers of the event log read, retry and give up.</summary>
public sealed class SubscriberOptions
{
    /// <summary>
    /// Events read and handled at once. Default 256; 1 to 10,000. More saves calls and writes; a batch that fails is tried
    /// again event by event, which a large one makes long.
    /// </summary>
    public int PageSize { get; set; } = 256;

    /// <summary>
    /// How long a handler may take before it counts as failed. Default 30 seconds; 100 milliseconds to 10 minutes. A handler
    /// that never comes back holds its partition for this long at every attempt.
    /// </summary>
    public TimeSpan HandlerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often an event is tried on its own before it becomes a dead letter. Default 5; 1 to 100.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>The wait after the first failure; it grows fourfold. Default 100 milliseconds; 1 millisecond to 1 minute.</summary>
    public TimeSpan FirstBackoff { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between attempts. Default 30 seconds; 1 millisecond to 1 hour, not below <see cref="FirstBackoff"/>.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Dead letters kept per consumer and partition. Default 1,000; 1 to 100,000. When they are full the partition stops
    /// at the next event that fails, keeps trying it and says so in the log: nothing is ever dropped silently.
    /// </summary>
    public int MaxDeadLetters { get; set; } = 1_000;

    /// <summary>
    /// How often a consumer compares its position with the head of the log, to make good a lost doorbell. Default 5 seconds;
    /// 100 milliseconds to 1 hour. The price is one look at the log's head per consumer and partition.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a consumer that is in no hurry (deadlines, notifications, settlement, webhooks, simulations) waits after a doorbell, so that it
    /// reads more events at once. Default 200 milliseconds; 0 to 10 seconds. Longer costs the orders less.
    /// </summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(200);
}

/// <summary>Checks <see cref="SubscriberOptions"/>.</summary>
internal sealed class SubscriberOptionsValidator : IValidateOptions<SubscriberOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SubscriberOptions options)
    {
        var range = new OptionRange(nameof(SubscriberOptions))
            .Check(nameof(options.PageSize), options.PageSize, 1, 10_000)
            .Check(nameof(options.HandlerTimeout), options.HandlerTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10))
            .Check(nameof(options.MaxAttempts), options.MaxAttempts, 1, 100)
            .Check(nameof(options.FirstBackoff), options.FirstBackoff, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1))
            .Check(nameof(options.MaxBackoff), options.MaxBackoff, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1))
            .NotAbove(nameof(options.FirstBackoff), options.FirstBackoff, nameof(options.MaxBackoff), options.MaxBackoff)
            .Check(nameof(options.MaxDeadLetters), options.MaxDeadLetters, 1, 100_000)
            .Check(nameof(options.PollInterval), options.PollInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1))
            .Check(nameof(options.Linger), options.Linger, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        return range.Failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(range.Failures);
    }
}
