using OrderActors.Client.Hosting;

namespace OrderActors.Silo.Outbound.Pipelines;

/// <summary>How one dependency outside is called: the section <c>Outbound:&lt;name&gt;</c>.</summary>
public sealed class OutboundOptions
{
    /// <summary>How long a call may take with all its tries and its wait for a place. Default 8 seconds; 100 milliseconds to 10 minutes.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How long one try may take. Default 3 seconds; 50 milliseconds to 5 minutes, not above <see cref="TotalTimeout"/>.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>What is slower counts as a failure for the breaker, although its answer is used. Default 1 second; 1 millisecond to 5 minutes.</summary>
    public TimeSpan SlowAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often an operation that may be repeated is tried again. Default 2; 0 to 10.</summary>
    public int Retries { get; set; } = 2;

    /// <summary>The wait before the first further try; it doubles, with jitter. Default 200 milliseconds; 1 millisecond to 1 minute.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Calls under way at once. Default 64; 1 to 10,000.</summary>
    public int MaxConcurrent { get; set; } = 64;

    /// <summary>Calls that may wait for a place; one more is refused at once. Default 256; 0 to 100,000.</summary>
    public int MaxQueued { get; set; } = 256;

    /// <summary>The share of failures and slow calls that opens the breaker. Default 0.5; 0.01 to 1.</summary>
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>Calls within <see cref="SamplingTime"/> below which the breaker says nothing. Default 10; 2 to 10,000.</summary>
    public int MinCalls { get; set; } = 10;

    /// <summary>The time that the breaker looks back. Default 10 seconds; 500 milliseconds to 10 minutes.</summary>
    public TimeSpan SamplingTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an open breaker refuses before it lets one call try. Default 5 seconds; 500 milliseconds to 10 minutes.</summary>
    public TimeSpan BreakTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Reads and checks a dependency's section.</summary>
    /// <exception cref="StartupException">An option is wrong.</exception>
    internal static OutboundOptions Read(IConfiguration configuration, string name)
    {
        var section = $"{OutboundPipelines.Section}:{name}";
        var options = OptionSections.Read(configuration, section, new OutboundOptions());
        if (options.Validate() is { } wrong) throw OptionSections.Wrong<OutboundOptions>(section, wrong);
        return options;
    }

    /// <summary>What is wrong, or null.</summary>
    internal string? Validate() => Range().Failures is [var first, ..] ? first : null;

    private OptionRange Range() => new OptionRange(nameof(OutboundOptions))
        .Check(nameof(TotalTimeout), TotalTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10))
        .Check(nameof(AttemptTimeout), AttemptTimeout, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(5))
        .NotAbove(nameof(AttemptTimeout), AttemptTimeout, nameof(TotalTimeout), TotalTimeout)
        .Check(nameof(SlowAfter), SlowAfter, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5))
        .Check(nameof(Retries), Retries, 0, 10)
        .Check(nameof(RetryDelay), RetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1))
        .Check(nameof(MaxConcurrent), MaxConcurrent, 1, 10_000)
        .Check(nameof(MaxQueued), MaxQueued, 0, 100_000)
        .Check(nameof(FailureRatio), FailureRatio, 0.01, 1)
        .Check(nameof(MinCalls), MinCalls, 2, 10_000)
        .Check(nameof(SamplingTime), SamplingTime, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(10))
        .Check(nameof(BreakTime), BreakTime, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(10));
}
