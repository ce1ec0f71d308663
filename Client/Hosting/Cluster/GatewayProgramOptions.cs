using Microsoft.Extensions.Configuration;
using OrderActors.Client.Keys;
using OrderActors.Client.Payments;

namespace OrderActors.Client.Hosting.Cluster;

/// <summary>The options of the gateway as a process of its own, beside the sections Cluster, Calls and Tls.</summary>
internal sealed class GatewayProgramOptions
{
    /// <summary>Where the API listens: http://address:port, several separated by ';'; port 0 takes a free one. Default http://127.0.0.1:8080.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:8080";

    /// <summary>How long a stop waits for the requests under way, in seconds. Default 20; 0 to 600.</summary>
    public int DrainTimeoutSeconds { get; set; } = 20;

    /// <summary>The largest request body in bytes. Default 65,536; 1,024 to 16,777,216.</summary>
    public int MaxBodyBytes { get; set; } = 64 * 1024;

    /// <summary>
    /// An API key that is an operator's because this says so: 16 to 256 visible characters. No default: without it the first gateway of a
    /// cluster makes a key and shows it once.
    /// </summary>
    public string OperatorKey { get; set; } = "";

    /// <summary>How these options are read, beside the sections.</summary>
    internal static readonly ProgramOptions Program =
        new(typeof(GatewayProgramOptions), "Cluster", "Calls", "Tls", PaymentWebhookOptions.Section, ApiKeyOptions.Section, "Logging");

    /// <summary>Reads and checks the options.</summary>
    /// <exception cref="StartupException">One is of the wrong kind or outside its range.</exception>
    internal static GatewayProgramOptions Read(IConfiguration configuration)
    {
        var options = Program.Read(configuration, new GatewayProgramOptions());
        HostChecks.RequireUrls(options.Urls);
        HostChecks.RequireRange(nameof(DrainTimeoutSeconds), options.DrainTimeoutSeconds, 0, 600);
        HostChecks.RequireRange(nameof(MaxBodyBytes), options.MaxBodyBytes, 1024, 16 * 1024 * 1024);
        return options;
    }
}
