using OrderActors.Client.Hosting;
using OrderActors.Client.Http;

namespace OrderActors.Client.Admission;

/// <summary>A limit on requests, as a token bucket.</summary>
/// <param name="Rate">Requests a second in the long run; 0 for no limit.</param>
/// <param name="Burst">Requests at once after a pause.</param>
public sealed record RateOptions(double Rate = 0, int Burst = 100)
{
    /// <summary>Requests a second in the long run; 0 for no limit. Default 0; 0 to 1,000,000.</summary>
    public double Rate { get; set; } = Rate;

    /// <summary>Requests at once after a pause. Default 100; 1 to 1,000,000.</summary>
    public int Burst { get; set; } = Burst;
}

/// <summary>How much a gateway takes at once, and from whom: the section <c>Admission</c>.</summary>
public sealed class AdmissionOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Admission";

    /// <summary>
    /// Requests worked on at once when the gateway starts. Default 128; 1 to 100,000, between <see cref="MinConcurrency"/> and
    /// <see cref="MaxConcurrency"/>. Later it is found by measuring; a storage that is slow by itself does not bring it below this.
    /// </summary>
    public int InitialConcurrency { get; set; } = 128;

    /// <summary>
    /// The least that the limit falls to, when requests wait inside for processors. Default 16; 1 to 100,000. Lower leaves a storage that writes in groups
    /// with small groups; higher keeps more waiting where nobody can sort it. With less than half of it going on, nothing is shed.
    /// </summary>
    public int MinConcurrency { get; set; } = 16;

    /// <summary>The most that the limit rises to. Default 2,000; 1 to 100,000, not below <see cref="MinConcurrency"/>. Each costs some kilobytes.</summary>
    public int MaxConcurrency { get; set; } = 2_000;

    /// <summary>The share of the limit that only the critical class may use, in thousandths. Default 250; 0 to 900.</summary>
    public int CriticalReserve { get; set; } = 250;

    /// <summary>The share of the limit that the non-critical class may use at most, in thousandths. Default 250; 1 to 1,000.</summary>
    public int NonCriticalShare { get; set; } = 250;

    /// <summary>Requests of the critical class that may wait. Default 2,000; 0 to 100,000.</summary>
    public int CriticalQueue { get; set; } = 2_000;

    /// <summary>Requests of the secondary class that may wait. Default 1,000; 0 to 100,000.</summary>
    public int SecondaryQueue { get; set; } = 1_000;

    /// <summary>Requests of the non-critical class that may wait. Default 100; 0 to 100,000.</summary>
    public int NonCriticalQueue { get; set; } = 100;

    /// <summary>
    /// The delay that is aimed at: of a request that waits for its turn, and of work that is ready and waits for a processor. Default
    /// 10 milliseconds; 1 millisecond to 10 seconds. Shorter sheds more and answers sooner; below 5 milliseconds a pause of the garbage
    /// collector counts as overload.
    /// </summary>
    public TimeSpan TargetDelay { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// How long the delay may be above the target before something is done about it. Default 100 milliseconds; 10 milliseconds to 10 seconds.
    /// Longer forgives bursts, shorter stops queues before they stand.
    /// </summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long a request whose sender names no deadline may wait before it is begun. Default 3 seconds; 10 milliseconds to 1 minute. Longer
    /// than senders wait means working for nobody.
    /// </summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The longest deadline that a sender can name; a longer one counts as this. Default 1 minute; 1 second to 10 minutes.</summary>
    public TimeSpan MaxDeadline { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Connections at once; one more is closed. Default 10,000; 1 to 1,000,000. Each costs 10 to 30 KiB while a request is on it, and a
    /// file descriptor.
    /// </summary>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// Requests a second with one API key, in the long run; 0 for no limit. Default 0; 0 to 1,000,000. Off, because a good number depends on
    /// the integrator and the load is bounded without it.
    /// </summary>
    public double KeyRate { get; set; }

    /// <summary>Requests at once with one API key after a pause. Default 100; 1 to 1,000,000.</summary>
    public int KeyBurst { get; set; } = 100;

    /// <summary>New orders a second of one merchant, in the long run; 0 for no limit. Default 0; 0 to 1,000,000.</summary>
    public double MerchantRate { get; set; }

    /// <summary>New orders at once of one merchant after a pause. Default 100; 1 to 1,000,000.</summary>
    public int MerchantBurst { get; set; } = 100;

    /// <summary>
    /// Keys and merchants whose requests are counted, each. Default 100,000; 100 to 10,000,000. Beyond it those that were idle longest are
    /// forgotten, which gives them a full burst. Each costs about 150 bytes.
    /// </summary>
    public int MaxBuckets { get; set; } = 100_000;

    /// <summary>Gateways that share the load. Default 1; 1 to 1,000. Each enforces its share of every limit.</summary>
    public int Gateways { get; set; } = 1;

    /// <summary>
    /// Limits of the keys of one kind, instead of <see cref="KeyRate"/> and <see cref="KeyBurst"/>: <c>Admission:Kinds:{kind}:Rate</c> and
    /// <c>Burst</c>, the kind being customer, merchant, courier, partner or operator.
    /// </summary>
    public Dictionary<string, RateOptions> Kinds { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The limit of the keys of a kind.</summary>
    internal RateOptions Of(Callers kind) => Kinds.GetValueOrDefault(kind.ToString()) ?? new(KeyRate, KeyBurst);

    /// <summary>Refuses what lies outside its range.</summary>
    /// <exception cref="StartupException">An option is outside its range.</exception>
    internal void Validate()
    {
        Require(nameof(InitialConcurrency), InitialConcurrency, 1, 100_000);
        Require(nameof(MinConcurrency), MinConcurrency, 1, 100_000);
        Require(nameof(MaxConcurrency), MaxConcurrency, 1, 100_000);
        Require(nameof(MaxConcurrency), MaxConcurrency, MinConcurrency, 100_000);
        Require(nameof(InitialConcurrency), InitialConcurrency, MinConcurrency, MaxConcurrency);
        Require(nameof(CriticalReserve), CriticalReserve, 0, 900);
        Require(nameof(NonCriticalShare), NonCriticalShare, 1, 1_000);
        Require(nameof(CriticalQueue), CriticalQueue, 0, 100_000);
        Require(nameof(SecondaryQueue), SecondaryQueue, 0, 100_000);
        Require(nameof(NonCriticalQueue), NonCriticalQueue, 0, 100_000);
        Require(nameof(TargetDelay), TargetDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
        Require(nameof(Interval), Interval, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10));
        Require(nameof(Patience), Patience, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Require(nameof(MaxDeadline), MaxDeadline, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Require(nameof(MaxConnections), MaxConnections, 1, 1_000_000);
        RequireRate("", nameof(KeyRate), KeyRate, nameof(KeyBurst), KeyBurst);
        RequireRate("", nameof(MerchantRate), MerchantRate, nameof(MerchantBurst), MerchantBurst);
        Require(nameof(MaxBuckets), MaxBuckets, 100, 10_000_000);
        Require(nameof(Gateways), Gateways, 1, 1_000);
        foreach (var (kind, rate) in Kinds)
        {
            if (!Enum.TryParse<Callers>(kind, ignoreCase: true, out var known) || int.PopCount((int)known) != 1)
                throw new StartupException($"There is no kind {Section}:{nameof(Kinds)}:{kind}. They are customer, merchant, courier, partner and operator.");
            RequireRate($"{nameof(Kinds)}:{kind}:", nameof(rate.Rate), rate.Rate, nameof(rate.Burst), rate.Burst);
        }
    }

    private static void RequireRate(string prefix, string rateName, double rate, string burstName, int burst)
    {
        // NaN compares as less than anything.
        Require(prefix + rateName, rate, 0, 1_000_000);
        Require(prefix + burstName, burst, 1, 1_000_000);
    }

    private static void Require<T>(string name, T value, T least, T most)
        where T : IComparable<T> => HostChecks.RequireRange($"{Section}:{name}", value, least, most);
}
