using OrderActors.Client.Hosting;
using OrderActors.Governance;

namespace OrderActors.Silo.Hosting;

/// <summary>What a host does before it is ready: the section <c>WarmUp</c>.</summary>
public sealed class WarmUpOptions
{
    /// <summary>The section's name.</summary>
    internal const string Section = "WarmUp";

    // As many as the platform remembers.
    private const int Most = 1_000;
    private const int LongestList = 1_000;

    /// <summary>After how long it is ready, warm or not. Default 10 seconds; 0 (no warm-up) to 5 minutes.</summary>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long orders are rehearsed on a platform of their own in this process, which is thrown away: so that the code is compiled.
    /// Default 3 seconds; 0 (not at all) to 1 minute. A cluster's silo does not rehearse.
    /// </summary>
    public TimeSpan Rehearsal { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How many of the busiest merchants of yesterday and today are brought into memory. Default 500; 0 to 1,000.</summary>
    public int Merchants { get; set; } = 500;

    /// <summary>How many of the busiest couriers. Default 500; 0 to 1,000.</summary>
    public int Couriers { get; set; } = 500;

    /// <summary>
    /// Who is brought into memory in any case: <c>merchant/m1,courier/k7</c>, up to 1,000. No default.
    /// </summary>
    public string Always { get; set; } = "";

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="StartupException">An option is wrong.</exception>
    internal static WarmUpOptions Read(IConfiguration configuration)
    {
        var options = OptionSections.Read(configuration, Section, new WarmUpOptions());
        HostChecks.RequireRange($"{Section}:{nameof(TimeLimit)}", options.TimeLimit, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        HostChecks.RequireRange($"{Section}:{nameof(Rehearsal)}", options.Rehearsal, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        HostChecks.RequireRange($"{Section}:{nameof(Merchants)}", options.Merchants, 0, Most);
        HostChecks.RequireRange($"{Section}:{nameof(Couriers)}", options.Couriers, 0, Most);
        options.Listed();
        return options;
    }

    /// <summary>Those of <see cref="Always"/>.</summary>
    /// <exception cref="StartupException">One is not written as it must be, or there are too many.</exception>
    internal List<(TrafficKind Kind, string Id)> Listed()
    {
        var listed = new List<(TrafficKind Kind, string Id)>();
        foreach (var one in Always.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            TrafficKind? kind = one.Split('/') switch
            {
                ["merchant", { Length: > 0 }] => TrafficKind.Merchant,
                ["courier", { Length: > 0 }] => TrafficKind.Courier,
                _ => null,
            };
            if (kind is null)
                throw new StartupException($"{Section}:{nameof(Always)} has '{one}'; it must be merchant/ or courier/ with an id behind, such as merchant/m1.");
            listed.Add((kind.Value, one[(one.IndexOf('/', StringComparison.Ordinal) + 1)..]));
        }

        if (listed.Count > LongestList) throw new StartupException($"{Section}:{nameof(Always)} has {listed.Count}; it may have {LongestList}.");
        return listed;
    }
}
