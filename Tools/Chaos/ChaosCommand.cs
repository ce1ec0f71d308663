using System.CommandLine;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Http;

namespace OrderActors.Tools.Chaos;

/// <summary>What <c>chaos</c> was asked.</summary>
/// <param name="Scenario">What happens.</param>
internal sealed record ChaosRequest(Scenario Scenario)
{
    /// <summary>The gateway of a platform that runs; null to start one.</summary>
    public Uri? Url { get; init; }

    /// <summary>An operator's key of it; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>Its processes, such as silo=1234.</summary>
    public IReadOnlyList<string> Processes { get; init; } = [];

    /// <summary>The file that it was given as Chaos:Disk; null for none.</summary>
    public string? DiskControl { get; init; }

    /// <summary>Where the HTML report goes; null for none.</summary>
    public string? Report { get; init; }

    /// <summary>Where a started platform's data are written and removed again.</summary>
    public string Folder { get; init; } = Path.Combine("data", "chaos");

    /// <summary>The started Silo's program; null for the one that was built with this command.</summary>
    public string? Silo { get; init; }

    /// <summary>More options for it.</summary>
    public IReadOnlyList<string> SiloOptions { get; init; } = [];
}

/// <summary><c>chaos</c>: faults at their times beside a load, and afterwards everything that was acknowledged is looked for.</summary>
internal static class ChaosCommand
{
    public static Command Create()
    {
        var scenario = new Argument<string?>("scenario")
        {
            Description = $"A scenario file, or one of {string.Join(", ", ScenarioReader.Names)}.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var list = new Option<bool>("--list") { Description = "Say which scenarios come along, and what each is about." };
        var plan = new Option<bool>("--plan") { Description = "Say what would happen when, and do nothing." };
        var url = new Option<string?>("--url") { Description = "A gateway that runs, http://address:port; without it a platform is started." };
        var remote = new Option<bool>("--allow-remote") { Description = "Allow a gateway on another machine." };
        var key = ApiAccess.KeyOption();
        var processes = new Option<string[]>("--process")
        {
            Description = "A process of that platform, NAME=PID, such as silo=1234. May be given several times; faults name it.",
        };
        var disk = new Option<string?>("--disk-control") { Description = "The file that its silo was given as --Chaos:Disk." };
        var report = new Option<string?>("--report") { Description = "Where the HTML report goes." };
        var folder = new Option<string>("--dir")
        {
            Description = "Where a started platform's data go, and are removed again.",
            DefaultValueFactory = _ => Path.Combine("data", "chaos"),
        };
        var silo = new Option<string?>("--silo") { Description = "The Silo's program to start; without it the one that was built with this command." };
        var siloOptions = new Option<string[]>("--silo-option") { Description = "One more option for a started silo. May be given several times." };
        var command = new Command("chaos", "Does to a platform under load what a scenario says, and checks that nothing acknowledged was lost.")
        {
            scenario, list, plan, url, remote, key, processes, disk, report, folder, silo, siloOptions,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(list)) return ListAsync(Console.Out);
            var asked = ScenarioReader.Open(parsed.GetValue(scenario) ?? throw new BadInputException("Name a scenario; --list says which come along."));
            if (parsed.GetValue(plan)) return PlanAsync(asked, Console.Out);
            SocketTuning.HandleInline();
            var request = new ChaosRequest(asked)
            {
                Url = parsed.GetValue(url) is { } text ? HttpTarget.Parse("--url", text, parsed.GetValue(remote)) : null,
                Key = parsed.GetValue(key) is { Length: > 0 } given ? given : null,
                Processes = parsed.GetValue(processes) ?? [],
                DiskControl = parsed.GetValue(disk),
                Report = parsed.GetValue(report),
                Folder = parsed.GetRequiredValue(folder),
                Silo = parsed.GetValue(silo),
                SiloOptions = parsed.GetValue(siloOptions) ?? [],
            };
            return new ChaosRun(request, Console.Out, Console.Error).RunAsync(cancellationToken);
        });
        return command;
    }

    private static async Task<int> ListAsync(TextWriter output)
    {
        foreach (var scenario in ScenarioReader.Names.Select(ScenarioReader.Open))
            await output.WriteLineAsync($"{scenario.Name,-18} {scenario.Duration.TotalSeconds,3:0} s  {scenario.About}");
        return ExitCodes.Ok;
    }

    private static async Task<int> PlanAsync(Scenario scenario, TextWriter output)
    {
        foreach (var line in TimeLine.Of(scenario)) await output.WriteLineAsync(line);
        return ExitCodes.Ok;
    }
}
