using System.ComponentModel;
using System.Globalization;
using System.Net;

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

    /// <summary>Sections of the configuration that others read: <c>--Orders:Acceptance 00:02:00</c>.</summary>
    private static readonly string[] Sections = ["Orders", "Engine", "Journal", "Subscribers", "Dispatch", "Travel", "Deadlines", "Logging"];

    private static PropertyDescriptor[] Properties => [.. TypeDescriptor.GetProperties(typeof(SiloOptions)).Cast<PropertyDescriptor>()];

    /// <summary>Reads and checks the options.</summary>
    /// <exception cref="StartupException">One is of the wrong kind or outside its range.</exception>
    internal static SiloOptions Read(IConfiguration configuration)
    {
        var options = new SiloOptions();
        foreach (var property in Properties)
        {
            if (configuration[property.Name] is not { } text) continue;
            try
            {
                property.SetValue(options, property.Converter.ConvertFromInvariantString(text));
            }
            catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException)
            {
                throw new StartupException($"{property.Name} is '{text}'; it must be {KindOf(property.PropertyType)}.", e);
            }
        }

        options.Validate();
        return options;
    }

    internal static string KindOf(Type type) => type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(bool) ? "true or false"
        : type == typeof(double) ? "a number"
        : type == typeof(TimeSpan) ? "a duration such as 00:00:30"
        : type.Name;

    /// <summary>Refuses a mistyped option: silently ignored, it would start a server with other settings than its operator believes.</summary>
    /// <exception cref="StartupException">An option is unknown or has no value.</exception>
    internal static void RefuseUnknown(IReadOnlyList<string> args)
    {
        string[] known = [.. Properties.Select(p => p.Name)];
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            var split = arg.IndexOf('=', StringComparison.Ordinal);
            var name = (split < 0 ? arg : arg[..split]).TrimStart('-', '/');
            var isOption = arg.StartsWith('-') || split > 0;
            if (!isOption)
            {
                throw new StartupException($"'{arg}' is not an option. Options are written --Name value; they are {string.Join(", ", known)}.");
            }

            var section = name.IndexOf(':', StringComparison.Ordinal);
            var names = section < 0 ? known : Sections;
            if (!names.Contains(section < 0 ? name : name[..section], StringComparer.OrdinalIgnoreCase))
            {
                throw new StartupException($"There is no option --{name}. Options are {string.Join(", ", known.Concat(Sections.Select(s => s + ":…")))}.");
            }

            if (split >= 0) continue;
            if (++i == args.Count) throw new StartupException($"--{name} has no value.");
        }
    }

    private void Validate()
    {
        if (string.IsNullOrWhiteSpace(Data)) throw new StartupException("Data is empty; it must be a folder, such as ./data.");
        RequireRange(nameof(DrainTimeoutSeconds), DrainTimeoutSeconds, 0, 600);
        RequireRange(nameof(MaxBodyBytes), MaxBodyBytes, 1024, 16 * 1024 * 1024);
        var urls = Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (urls.Length == 0) throw BadUrl(Urls);
        foreach (var url in urls)
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != "http") throw BadUrl(url);
            if (uri.PathAndQuery != "/" || uri.UserInfo.Length > 0) throw BadUrl(url);
            var host = uri.Host.Trim('[', ']');
            if (host != "localhost" && !IPAddress.TryParse(host, out _)) throw BadUrl(url);
            if (host == "localhost" && uri.Port == 0)
            {
                throw new StartupException($"Urls has '{url}'; a free port is taken only on an address: write http://127.0.0.1:0.");
            }
        }
    }

    private static void RequireRange(string name, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw new StartupException(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be {least} to {most}."));
        }
    }

    private static StartupException BadUrl(string url) =>
        new($"Urls has '{url}'; it must be http://address:port, such as http://127.0.0.1:8080 or http://0.0.0.0:8080. TLS is a proxy's work.");
}
