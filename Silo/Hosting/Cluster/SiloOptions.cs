using System.Globalization;
using OrderActors.Client.Hosting;
using OrderActors.Client.Hosting.Cluster;
using OrderActors.Client.Telemetry;

namespace OrderActors.Silo.Hosting;

/// <summary>The options of a cluster's silo. They come from appsettings.json, the environment and the command line, the last one winning.</summary>
public sealed class SiloOptions
{
    /// <summary>The shortest operator key: 16 characters.</summary>
    public const int ShortestKey = 16;

    private const int LongestKey = 256;

    /// <summary>
    /// Where health and the dashboard are served: http://address:port, several separated by ';'; port 0 takes a free one.
    /// Default http://127.0.0.1:8081. The API is the gateway's, a process of its own.
    /// </summary>
    public string Urls { get; set; } = "http://127.0.0.1:8081";

    /// <summary>How long a stop waits for grains to move to other silos and for writes under way, in seconds. Default 20; 0 to 600.</summary>
    public int DrainTimeoutSeconds { get; set; } = 20;

    /// <summary>
    /// What the operator shows to see the dashboard: 16 to 256 visible characters. No default: without it there is no dashboard.
    /// </summary>
    public string OperatorKey { get; set; } = "";

    /// <summary>How these options are read, beside the sections of the others.</summary>
    internal static readonly ProgramOptions Program = new(
        typeof(SiloOptions),
        [
            ClusterSettings.Section, "Postgres", StorageChoices.Section, TlsSettings.Section, DashboardSettings.Section, .. GrainOptions.Sections,
            OtlpOptions.Section, WarmUpOptions.Section, "Logging",
        ]);

    /// <summary>Reads and checks the options.</summary>
    /// <exception cref="StartupException">One is of the wrong kind or outside its range.</exception>
    internal static SiloOptions Read(IConfiguration configuration)
    {
        var options = Program.Read(configuration, new SiloOptions());
        HostChecks.RequireUrls(options.Urls);
        HostChecks.RequireRange(nameof(DrainTimeoutSeconds), options.DrainTimeoutSeconds, 0, 600);

        // Not the key itself: the line may end up in a log.
        var key = options.OperatorKey;
        if (key.Length > 0 && (key.Length < ShortestKey || key.Length > LongestKey || key.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            throw new StartupException(string.Create(
                CultureInfo.InvariantCulture,
                $"OperatorKey has {key.Length} characters; it must be {ShortestKey} to {LongestKey} visible ASCII characters; try openssl rand -hex 32."));
        }

        return options;
    }
}
