using OrderActors.Client;
using OrderActors.Client.Admission;
using OrderActors.Client.Feeds;
using OrderActors.Client.Hosting;
using OrderActors.Client.Keys;
using OrderActors.Client.Payments;
using OrderActors.Client.Telemetry;

namespace OrderActors.Silo.Hosting;

/// <summary>The options of the host. They come from appsettings.json, the environment and the command line, the last one winning.</summary>
public sealed class SiloOptions
{
    /// <summary>Where the API listens: http://address:port, several separated by ';'; port 0 takes a free one. Default http://127.0.0.1:8080.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:8080";

    /// <summary>The folder of the journal, relative to the current directory. Default ./data.</summary>
    public string Data { get; set; } = "./data";

    /// <summary>
    /// Where the embedded engine keeps its data: journal (the folder <see cref="Data"/>) or postgres (the section Postgres).
    /// Default journal.
    /// </summary>
    public string Storage { get; set; } = "journal";

    /// <summary>How long a stop waits for the requests under way, in seconds. Default 20; 0 to 600.</summary>
    public int DrainTimeoutSeconds { get; set; } = 20;

    /// <summary>The largest request body in bytes. Default 65,536; 1,024 to 16,777,216.</summary>
    public int MaxBodyBytes { get; set; } = 64 * 1024;

    /// <summary>
    /// An API key that is an operator's because this says so: 16 to 256 visible characters. No default: without it the first start makes
    /// a key and shows it once.
    /// </summary>
    public string OperatorKey { get; set; } = "";

    /// <summary>The data folder as an absolute path.</summary>
    internal string DataPath => Path.GetFullPath(Data, Environment.CurrentDirectory);

    /// <summary>How these options are read, beside the sections of the others.</summary>
    internal static readonly ProgramOptions Program = new(
        typeof(SiloOptions),
        [
            .. GrainOptions.Sections, "Engine", "Journal", "Postgres", PaymentWebhookOptions.Section, ApiKeyOptions.Section,
            OtlpOptions.Section, RampOptions.Section, FeedOptions.Section, AdmissionOptions.Section, WarmUpOptions.Section, ChaosOptions.Section,
            "Logging",
        ]);

    /// <summary>Reads and checks the options.</summary>
    /// <exception cref="StartupException">One is of the wrong kind or outside its range.</exception>
    internal static SiloOptions Read(IConfiguration configuration)
    {
        var options = Program.Read(configuration, new SiloOptions());
        options.Validate();
        return options;
    }

    private void Validate()
    {
        if (string.IsNullOrWhiteSpace(Data)) throw new StartupException("Data is empty; it must be a folder, such as ./data.");
        if (Storage is not ("journal" or "postgres")) throw new StartupException($"Storage is '{Storage}'; it must be journal or postgres.");
        HostChecks.RequireRange(nameof(DrainTimeoutSeconds), DrainTimeoutSeconds, 0, 600);
        HostChecks.RequireRange(nameof(MaxBodyBytes), MaxBodyBytes, 1024, 16 * 1024 * 1024);
        HostChecks.RequireUrls(Urls);
    }
}
