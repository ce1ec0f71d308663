namespace OrderActors.Embedded.Runtime;

/// <summary>The bounds of the embedded engine. Every one has a unit, a default and a range.</summary>
public sealed class EngineOptions
{
    /// <summary>How long a caller waits for an answer before <see cref="TimeoutException"/>. Default 30 s; 100 ms to 1 h.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After how long a request that does not come back is given up with its activation, so that the grain can be activated
    /// anew. The versions of the storage keep the lost one from writing. Default 10 min; more than <see cref="ResponseTimeout"/>.
    /// </summary>
    public TimeSpan StuckAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many requests may wait for one activation; more are refused. Default 10,000; 1 to 1,000,000.</summary>
    public int MailboxLimit { get; set; } = 10_000;

    /// <summary>
    /// After how long without a request an activation is collected. Default 2 min; 1 s to 24 h. Coming back costs one read of
    /// the journal, so there is little to gain from a longer time.
    /// </summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How many activations may be in memory before idle ones are collected early, oldest first. Default 100,000, about 0.5 GB
    /// with the states of this platform; 100 to 10,000,000.
    /// </summary>
    public int MaxActivations { get; set; } = 100_000;

    /// <summary>How long a stopping engine waits for requests under way. Default 15 s; 0 to 10 min.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Throws with the option's name and range if a value is outside it.</summary>
    public void Validate()
    {
        Check(nameof(ResponseTimeout), ResponseTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Check(nameof(StuckAfter), StuckAfter, ResponseTimeout, TimeSpan.FromDays(1));
        Check(nameof(MailboxLimit), MailboxLimit, 1, 1_000_000);
        Check(nameof(CollectionAge), CollectionAge, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Check(nameof(MaxActivations), MaxActivations, 100, 10_000_000);
        Check(nameof(DrainTimeout), DrainTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10));
    }

    private static void Check<T>(string name, T value, T min, T max)
        where T : IComparable<T>
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{nameof(EngineOptions)}.{name} is {value}; it must be {min} to {max}.");
        }
    }
}
