using System.CommandLine;

namespace OrderActors.Tools;

/// <summary>The verbs that need the embedded engine or its journal, which this build has not: each says so.</summary>
internal static class EngineVerbs
{
    /// <summary>Whether the Silo's program that was built with this command is a whole platform by itself.</summary>
    public static bool HasWholeSilo => false;

    public static IEnumerable<Command> Create() =>
    [
        Lacking("replay", "Replays a published day of orders."),
        Lacking("migrate", "Moves a stopped platform from a journal to a database, or back."),
        Lacking("openapi", "Writes the API's description and its client."),
        Lacking("simulate", "Runs the platform in virtual time under faults."),
    ];

    /// <summary>Those of <c>bench</c>.</summary>
    public static IEnumerable<Command> Benches() =>
        [Lacking("engine", "Measures the embedded engine."), Lacking("soak", "Loads the embedded engine for minutes."),
            Lacking("deadlines", "Measures how late deadlines fire."), Lacking("warmup", "Measures the first minute after ready."),
            Lacking("http", "Measures placing and reading orders over HTTP."),
            Lacking("intake", "Measures the intake.")];

    private static Command Lacking(string verb, string does)
    {
        var command = new Command(verb, does + " Not in this build.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction((_, _) =>
        {
            Console.Error.WriteLine($"'{verb}' needs the embedded engine, and these tools are built for Orleans. Build them without -p:Engine=Orleans.");
            return Task.FromResult(ExitCodes.BadInput);
        });
        return command;
    }
}
