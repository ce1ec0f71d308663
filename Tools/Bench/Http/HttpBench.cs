using System.CommandLine;
using System.Globalization;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Measuring;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Bench.Http;

/// <summary>How <c>bench http</c> runs.</summary>
/// <param name="Folder">Where the silo's data are written and removed again.</param>
internal sealed record HttpBenchPlan(string Folder)
{
    /// <summary>How long a round is. 0.2 seconds to 10 minutes.</summary>
    public TimeSpan Round { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many rounds count; the median is shown. 1 to 100.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>Connections, each of which sends again as soon as it has its answer. 1 to 10,000.</summary>
    public int Connections { get; init; } = 32;

    /// <summary>Merchants who get the orders. 1 to 10,000.</summary>
    public int Merchants { get; init; } = 2_000;

    /// <summary>Whether HttpClient sends the requests, and not the generator's own client.</summary>
    public bool ByHttpClient { get; init; }

    /// <summary>The Silo's program; null for the one that was built with this command.</summary>
    public string? Silo { get; init; }

    /// <summary>More options for the silo.</summary>
    public IReadOnlyList<string> SiloOptions { get; init; } = [];

    /// <summary>Refuses what is out of range.</summary>
    /// <exception cref="BadInputException">Something is.</exception>
    public void Validate()
    {
        Ranges.Require("--seconds", Round.TotalSeconds, 0.2, 600);
        Ranges.Require("--rounds", Rounds, 1, 100);
        Ranges.Require("--connections", Connections, 1, 10_000);
        Ranges.Require("--merchants", Merchants, 1, 10_000);
    }
}

/// <summary>
/// <c>bench http</c>: what placing and reading orders over HTTP costs beyond HTTP. A silo and an empty server, each a process of its own,
/// get the same requests from the same generator in turns, on the same processors.
/// </summary>
internal static class HttpBench
{
    public static Command Create()
    {
        var defaults = new HttpBenchPlan("");
        var folder = new Option<string>("--dir")
        {
            Description = "Where the silo's data are written and removed again: the disk that is measured, so not one in memory.",
            DefaultValueFactory = _ => Path.Combine("data", "bench"),
        };
        var seconds = new Option<double>("--seconds")
        {
            Description = "How long a round is, in seconds.",
            DefaultValueFactory = _ => defaults.Round.TotalSeconds,
        };
        var rounds = new Option<int>("--rounds") { Description = "How many rounds count; the median is shown.", DefaultValueFactory = _ => defaults.Rounds };
        var connections = new Option<int>("--connections") { Description = "Requests under way at once.", DefaultValueFactory = _ => defaults.Connections };
        var merchants = new Option<int>("--merchants") { Description = "Merchants who get the orders.", DefaultValueFactory = _ => defaults.Merchants };
        var client = new Option<string>("--client")
        {
            Description = "What sends the requests: the generator's own client over sockets, or .NET's HttpClient, which costs about twice as much.",
            DefaultValueFactory = _ => "sockets",
        };
        client.AcceptOnlyFromAmong("sockets", "http-client");
        var silo = new Option<string?>("--silo") { Description = "The Silo's program; without it the one that was built with this command." };
        var options = new Option<string[]>("--silo-option")
        {
            Description = "One more option for the silo, such as --silo-option=--Engine:MaxActivations=200000. May be given several times.",
        };
        var command = new Command("http", "Measures placing and reading orders over HTTP, beside an empty server.")
        {
            folder, seconds, rounds, connections, merchants, client, silo, options,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            SocketTuning.HandleInline();
            return RunAsync(Plan(parsed), Console.Out, Console.Error, cancellationToken);
        });
        return command;

        HttpBenchPlan Plan(ParseResult parsed) => new(parsed.GetRequiredValue(folder))
        {
            Round = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
            Rounds = parsed.GetValue(rounds),
            Connections = parsed.GetValue(connections),
            Merchants = parsed.GetValue(merchants),
            ByHttpClient = parsed.GetValue(client) == "http-client",
            Silo = parsed.GetValue(silo),
            SiloOptions = parsed.GetValue(options) ?? [],
        };
    }

    /// <summary>The peer's own verb.</summary>
    public static Command CreatePeer()
    {
        var command = new Command("http-peer", "The empty server of 'bench http'.") { Hidden = true };
        command.SetAction((_, cancellationToken) => HttpPeer.RunAsync(Console.Out, cancellationToken));
        return command;
    }

    /// <summary>Measures and prints; returns the exit code.</summary>
    internal static async Task<int> RunAsync(HttpBenchPlan plan, TextWriter output, TextWriter progress, CancellationToken cancellationToken)
    {
        plan.Validate();
        var folder = Path.GetFullPath(Path.Combine(plan.Folder, string.Create(CultureInfo.InvariantCulture, $"http-{Environment.ProcessId}")));
        try
        {
            await using var rounds = new HttpRounds(plan, folder, progress);
            await rounds.StartAsync(cancellationToken);
            await rounds.MeasureAsync(cancellationToken);
            var lost = await rounds.LostAfterKillAsync(cancellationToken);
            MeasureTable.Print(output, rounds.Table(lost));
            await output.WriteLineAsync(rounds.Figures().ToJson());
            return rounds.Table(lost).Any(measure => measure.Ok == false) ? ExitCodes.Failed : ExitCodes.Ok;
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
