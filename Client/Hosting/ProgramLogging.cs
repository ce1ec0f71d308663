using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace OrderActors.Client.Hosting;

/// <summary>Where a program's log goes. Standard output belongs to the lines that say ready and stopped, so it goes to standard error.</summary>
internal static class ProgramLogging
{
    private const string Format = "Logging:Console:FormatterName";

    /// <summary>
    /// The one factory of the process; levels come from the section Logging. <c>Logging:Console:FormatterName</c> is simple, a line
    /// for people, or json, an object per line with the trace and the span that it belongs to.
    /// </summary>
    /// <exception cref="StartupException">There is no such format.</exception>
    public static ILoggerFactory Create(IConfiguration configuration)
    {
        var format = configuration[Format] ?? ConsoleFormatterNames.Simple;
        if (format is not (ConsoleFormatterNames.Simple or ConsoleFormatterNames.Json))
            throw new StartupException($"{Format} is '{format}'; it must be {ConsoleFormatterNames.Simple} or {ConsoleFormatterNames.Json}.");
        return LoggerFactory.Create(logging =>
        {
            logging.AddConfiguration(configuration.GetSection("Logging"));
            logging.AddSimpleConsole(console => console.SingleLine = true);
            if (format == ConsoleFormatterNames.Json)
            {
                logging.AddConsoleFormatter<JsonLines, ConsoleFormatterOptions>();
                logging.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = JsonLines.FormatName);
            }

            logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

            // What the host's own start and stop have to say is said by the program in one line.
            logging.AddFilter("Microsoft.Hosting", LogLevel.None).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        });
    }
}
