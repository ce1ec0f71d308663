using OrderActors.Client.Hosting;

namespace OrderActors.Silo.Hosting;

/// <summary>Where the host's log goes: see <see cref="ProgramLogging"/>.</summary>
internal static class SiloLogging
{
    /// <summary>The one factory of the process; levels come from the section Logging.</summary>
    public static ILoggerFactory Create(IConfiguration configuration) => ProgramLogging.Create(configuration);
}
