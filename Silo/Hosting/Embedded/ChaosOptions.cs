using OrderActors.Client.Hosting;

namespace OrderActors.Silo.Hosting;

/// <summary>Faults that the host puts on itself when it is told to: the section <c>Chaos</c>. Nothing of it is on unless it is named here.</summary>
public sealed class ChaosOptions
{
    /// <summary>The section's name.</summary>
    internal const string Section = "Chaos";

    /// <summary>
    /// A file that says what is wrong with the journal's disk, looked at while the host runs: <c>delay 200ms</c> and <c>full</c>, each on a line
    /// of its own; nothing is wrong while it is empty or absent. No default: without it the disk is left alone.
    /// </summary>
    public string Disk { get; set; } = "";

    /// <summary>Reads and checks the section.</summary>
    /// <param name="configuration">Where it is.</param>
    /// <param name="storage">The storage that the host has.</param>
    /// <exception cref="StartupException">An option is wrong.</exception>
    internal static ChaosOptions Read(IConfiguration configuration, string storage)
    {
        var options = OptionSections.Read(configuration, Section, new ChaosOptions());
        if (options.Disk.Length > 0 && storage != "journal")
            throw new StartupException($"Chaos:Disk hinders the journal's disk, and Storage is '{storage}'; leave it out, or use --Storage journal.");
        return options;
    }
}
