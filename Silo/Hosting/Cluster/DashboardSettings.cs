using OrderActors.Client.Hosting;

namespace OrderActors.Silo.Hosting;

/// <summary>The cluster's dashboard: the section Dashboard.</summary>
public sealed class DashboardSettings
{
    /// <summary>The section's name.</summary>
    internal const string Section = "Dashboard";

    /// <summary>
    /// Whether it is served, under /dashboard beside health. Default true; it takes an <see cref="SiloOptions.OperatorKey"/>
    /// too. It counts every call of a grain, which costs a little each.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How often it counts. Default 1 s; 100 ms to 1 min.</summary>
    public TimeSpan CountEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="StartupException">Something is wrong.</exception>
    internal static DashboardSettings Read(IConfiguration configuration)
    {
        var settings = OptionSections.Read(configuration, Section, new DashboardSettings());
        HostChecks.RequireRange($"{Section}:{nameof(CountEvery)}", settings.CountEvery, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        return settings;
    }
}
