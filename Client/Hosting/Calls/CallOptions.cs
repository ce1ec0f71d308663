namespace OrderActors.Client.Hosting.Calls;

/// <summary>How the gateway calls the cluster: how long it waits, and how it tries again.</summary>
internal sealed class CallOptions
{
    /// <summary>
    /// How long one try waits for its answer. Default 00:00:05; 00:00:00.5 to 00:05:00. An answer that a dead silo took along
    /// is missed for this long; a shorter time sends slow calls twice.
    /// </summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For how long after its first try a call that may be sent twice is sent again. Default 00:00:15; 00:00:00 (never again)
    /// to 00:05:00. Longer than the cluster needs to take over a dead silo's grains, or the callers see that silo die.
    /// </summary>
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The wait before the second try. Default 00:00:00.05; 00:00:00.001 to 00:00:10. It doubles, and half of it is drawn.</summary>
    public TimeSpan FirstBackoff { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between two tries. Default 00:00:01; <see cref="FirstBackoff"/> to 00:01:00.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How many calls may be between tries at once. Default 10,000; 0 to 1,000,000. One more fails as it is, so that a
    /// cluster that comes back is not met by everything that was asked meanwhile.
    /// </summary>
    public int MaxRetrying { get; set; } = 10_000;

    /// <summary>Refuses what lies outside its range.</summary>
    /// <exception cref="StartupException">An option is outside its range.</exception>
    public void Validate()
    {
        HostChecks.RequireRange("Calls:" + nameof(ResponseTimeout), ResponseTimeout, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(5));
        HostChecks.RequireRange("Calls:" + nameof(RetryFor), RetryFor, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        HostChecks.RequireRange("Calls:" + nameof(FirstBackoff), FirstBackoff, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
        HostChecks.RequireRange("Calls:" + nameof(MaxBackoff), MaxBackoff, FirstBackoff, TimeSpan.FromMinutes(1));
        HostChecks.RequireRange("Calls:" + nameof(MaxRetrying), MaxRetrying, 0, 1_000_000);
    }
}
