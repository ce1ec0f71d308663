using System.CommandLine;
using System.Globalization;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Http;

namespace OrderActors.Tools.Fuzz;

/// <summary>How <c>fuzz</c> runs.</summary>
/// <param name="Requests">How many requests. 1 to 100,000,000.</param>
/// <param name="Seed">Which ones.</param>
internal sealed record FuzzPlan(int Requests, int Seed)
{
    /// <summary>The gateway; null to start a silo.</summary>
    public Uri? Url { get; init; }

    /// <summary>The API key; null for none, or for that which a started silo prints.</summary>
    public string? Key { get; init; }

    /// <summary>Requests under way at once. 1 to 1,000.</summary>
    public int Connections { get; init; } = 16;

    /// <summary>How long an answer may take. 0.1 to 600 seconds.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How much more memory the target may hold at the end than after a tenth of the requests, in megabytes. 1 to 100,000.</summary>
    public int Growth { get; init; } = 300;

    /// <summary>The target's process; null when it is not known.</summary>
    public int? Process { get; init; }

    /// <summary>Only the request of this index; null for all.</summary>
    public int? Only { get; init; }

    /// <summary>Where the data of a started silo are written and removed again, and where bad requests are kept.</summary>
    public string Folder { get; init; } = Path.Combine("data", "fuzz");

    /// <summary>The Silo's program; null for the one that was built with this command.</summary>
    public string? Silo { get; init; }

    /// <summary>More options for a started silo.</summary>
    public IReadOnlyList<string> SiloOptions { get; init; } = [];

    /// <summary>Refuses what is out of range.</summary>
    /// <exception cref="BadInputException">Something is.</exception>
    public void Validate()
    {
        Ranges.Require("--requests", Requests, 1, 100_000_000);
        Ranges.Require("--connections", Connections, 1, 1_000);
        Ranges.Require("--timeout", Patience.TotalSeconds, 0.1, 600);
        Ranges.Require("--growth", Growth, 1, 100_000);
        if (Only is { } only) Ranges.Require("--only", only, 0, Requests - 1);
    }
}

/// <summary><c>fuzz</c>: bad requests over every operation; none may be answered with a fault of the platform's, or not at all.</summary>
internal static class FuzzCommand
{
    private const string Start = "start";

    public static Command Create()
    {
        var defaults = new FuzzPlan(100_000, 1);
        var requests = new Option<int>("--requests") { Description = "How many requests.", DefaultValueFactory = _ => defaults.Requests };
        var seed = new Option<int>("--seed") { Description = "Which ones: the same seed makes the same requests.", DefaultValueFactory = _ => defaults.Seed };
        var only = new Option<int?>("--only") { Description = "Only the request of this index." };
        var url = new Option<string>("--url")
        {
            Description = $"The gateway, http://address:port, or '{Start}' to start a silo of its own on a free port.",
            DefaultValueFactory = _ => Start,
        };
        var remote = new Option<bool>("--allow-remote") { Description = "Allow a gateway on another machine." };
        var key = new Option<string?>("--key") { Description = $"The API key. Without it {LoadCommand.KeyVariable}." };
        var connections = new Option<int>("--connections") { Description = "Requests under way at once.", DefaultValueFactory = _ => defaults.Connections };
        var timeout = new Option<double>("--timeout")
        {
            Description = "How long an answer may take, in seconds.",
            DefaultValueFactory = _ => defaults.Patience.TotalSeconds,
        };
        var growth = new Option<int>("--growth")
        {
            Description = "How much more memory the target may hold at the end than after a tenth of the requests, in megabytes.",
            DefaultValueFactory = _ => defaults.Growth,
        };
        var process = new Option<int?>("--pid") { Description = "The target's process on this machine, whose memory is watched." };
        var folder = new Option<string>("--dir")
        {
            Description = "Where a started silo's data go, and requests that failed stay.",
            DefaultValueFactory = _ => defaults.Folder,
        };
        var silo = new Option<string?>("--silo") { Description = "The Silo's program to start; without it the one that was built with this command." };
        var siloOptions = new Option<string[]>("--silo-option") { Description = "One more option for a started silo. May be given several times." };
        var command = new Command("fuzz", "Sends bad requests over every operation: none may break anything.")
        {
            requests, seed, only, url, remote, key, connections, timeout, growth, process, folder, silo, siloOptions,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new FuzzPlan(parsed.GetValue(requests), parsed.GetValue(seed))
            {
                Url = parsed.GetRequiredValue(url) is var text && text == Start ? null : HttpTarget.Parse("--url", text, parsed.GetValue(remote)),
                Key = parsed.GetValue(key) ?? Environment.GetEnvironmentVariable(LoadCommand.KeyVariable),
                Connections = parsed.GetValue(connections),
                Patience = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                Growth = parsed.GetValue(growth),
                Process = parsed.GetValue(process),
                Only = parsed.GetValue(only),
                Folder = parsed.GetRequiredValue(folder),
                Silo = parsed.GetValue(silo),
                SiloOptions = parsed.GetValue(siloOptions) ?? [],
            },
            Console.Out, Console.Error, cancellationToken));
        return command;
    }

    /// <summary>Fuzzes and prints; returns the exit code.</summary>
    internal static async Task<int> RunAsync(FuzzPlan plan, TextWriter output, TextWriter progress, CancellationToken cancellationToken)
    {
        plan.Validate();
        Directory.CreateDirectory(plan.Folder);
        if (plan.Url is not null) return await new FuzzRun(plan, output, progress).RunAsync(cancellationToken);
        var data = Path.GetFullPath(Path.Combine(plan.Folder, string.Create(CultureInfo.InvariantCulture, $"fuzz-{Environment.ProcessId}")));
        try
        {
            await using var silo = await ServerProcess.StartSiloAsync(plan.Silo, data, plan.SiloOptions);
            var started = plan with { Url = silo.Url, Process = silo.Id, Key = silo.Key ?? plan.Key };
            return await new FuzzRun(started, output, progress).RunAsync(cancellationToken);
        }
        finally
        {
            if (Directory.Exists(data)) Directory.Delete(data, recursive: true);
        }
    }
}
