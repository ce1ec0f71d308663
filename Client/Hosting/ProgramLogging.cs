using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace OrderActors.Client.Hosting;

/// <summary>Where a program's log goes. Standard output belongs to the lines that say ready and stopped, so it goes to standard error.</summary>
internal static class ProgramLogging
{
    /// <summary>The one factory of the process; levels come from the section Logging.</summary>
    public static ILoggerFactory Create(IConfiguration configuration) => LoggerFactory.Create(logging =>
    {
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddSimpleConsole(console => console.SingleLine = true);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        // What the host's own start and stop have to say is said by the program in one line.
        logging.AddFilter("Microsoft.Hosting", LogLevel.None).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
    });
}
