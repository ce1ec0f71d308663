using Microsoft.Extensions.Options;

namespace OrderActors.Deadlines;

/// <summary>How deadlines are kept and fired.</summary>
public sealed class DeadlineOptions
{
    /// <summary>
    /// The least time between two looks of a shard for deadlines that are due: they fire at most this late. Default 100
    /// milliseconds; 10 milliseconds to 1 minute. A shard looks when its next one is due, so the price is at most 120 looks at an
    /// ordered queue per tick, and that only while so many are due.
    /// </summary>
    public TimeSpan Tick { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The longest time between two looks, also when nothing is due: the wall clock that deadlines go by can be set, and timers do
    /// not hear of that. Default 5 seconds; 1 second to 1 hour.
    /// </summary>
    public TimeSpan LongestRest { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Calls to orders under way at once, per shard. Default 64; 1 to 10,000.</summary>
    public int MaxFiring { get; set; } = 64;

    /// <summary>
    /// Changes after which a shard is written, or as many as it has orders if those are more, so that a large shard is not
    /// rewritten for a handful of changes. Default 1,000; 1 to 1,000,000. After a crash at most so many events are read again.
    /// </summary>
    public int ChangesPerSnapshot { get; set; } = 1_000;

    /// <summary>The longest time a change stays unwritten. Default 30 seconds; 100 milliseconds to 1 hour.</summary>
    public TimeSpan SnapshotInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The wait before a deadline whose order did not answer fires again; it grows fourfold. Default 1 second; 10 milliseconds to 1 hour.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such wait. Default 1 minute; 10 milliseconds to 1 day, not below <see cref="FirstRetry"/>.</summary>
    public TimeSpan MaxRetry { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>Checks <see cref="DeadlineOptions"/>.</summary>
internal sealed class DeadlineOptionsValidator : IValidateOptions<DeadlineOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, DeadlineOptions options)
    {
        var range = new OptionRange(nameof(DeadlineOptions))
            .Check(nameof(options.Tick), options.Tick, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1))
            .Check(nameof(options.LongestRest), options.LongestRest, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))
            .Check(nameof(options.MaxFiring), options.MaxFiring, 1, 10_000)
            .Check(nameof(options.ChangesPerSnapshot), options.ChangesPerSnapshot, 1, 1_000_000)
            .Check(nameof(options.SnapshotInterval), options.SnapshotInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1))
            .Check(nameof(options.FirstRetry), options.FirstRetry, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1))
            .Check(nameof(options.MaxRetry), options.MaxRetry, TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1))
            .NotAbove(nameof(options.FirstRetry), options.FirstRetry, nameof(options.MaxRetry), options.MaxRetry);
        return range.Failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(range.Failures);
    }
}
