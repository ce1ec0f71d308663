using System.Globalization;
using OrderActors.Client.Hosting;

namespace OrderActors.Silo.Hosting;

/// <summary>The options of the host. They come from appsettings.json, the environment and the command line, the last one winning.</summary>
public sealed class SiloOptions
{
    /// <summary>Where the API listens: http://address:port, several separated by ';'; port 0 takes a free one. Default http://127.0.0.1:8080.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:8080";

    /// <summary>The folder of the journal, relative to the current directory. Default ./data.</summary>
    public string Data { get; set; } = "./data";

    /// <summary>How long a stop waits for the requests under way, in seconds. Default 20; 0 to 600.</summary>
    public int DrainTimeoutSeconds { get; set; } = 20;

    /// <summary>The largest request body in bytes. Default 65,536; 1,024 to 16,777,216.</summary>
    public int MaxBodyBytes { get; set; } = 64 * 1024;

    /// <summary>The data folder as an absolute path.</summary>
    internal string DataPath => Path.GetFullPath(Data, Environment.CurrentDirectory);

    /// <summary>How these options are read, beside the sections of the others.</summary>
    internal static readonly ProgramOptions Program = new(
        typeof(SiloOptions), "Orders", "Engine", "Journal", "Subscribers", "Dispatch", "Travel", "Deadlines", "Logging");

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
        RequireRange(nameof(DrainTimeoutSeconds), DrainTimeoutSeconds, 0, 600);
        RequireRange(nameof(MaxBodyBytes), MaxBodyBytes, 1024, 16 * 1024 * 1024);
        ListenUrls.Validate(Urls);
    }

    private static void RequireRange(string name, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw new StartupException(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be {least} to {most}."));
        }
    }
}
