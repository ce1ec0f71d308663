using System.CommandLine;
using System.Globalization;
using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Http;
using OrderActors.Tools.Load.Report;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Load;

/// <summary>What <c>load</c> was asked.</summary>
/// <param name="Url">The gateway; null to start a silo.</param>
/// <param name="Load">Where and how; its target is set once that is known.</param>
/// <param name="Town">Whose orders.</param>
/// <param name="Mix">How much of what.</param>
internal sealed record LoadRequest(Uri? Url, LoadPlan Load, Town Town, Mix Mix)
{
    /// <summary>How unevenly orders go to merchants. 0 to 3.</summary>
    public double Skew { get; init; }

    /// <summary>Orders placed before the load begins, so that there is something to accept from its first moment on. 0 to 100,000.</summary>
    public int Backlog { get; init; }

    /// <summary>What has to be reached.</summary>
    public IReadOnlyList<Objective> Objectives { get; init; } = [];

    /// <summary>Where the HTML report goes; null for none.</summary>
    public string? Report { get; init; }

    /// <summary>Where a started silo's data are written and removed again.</summary>
    public string Folder { get; init; } = Path.Combine("data", "load");

    /// <summary>The started Silo's program; null for the one that was built with this command.</summary>
    public string? Silo { get; init; }

    /// <summary>More options for a started silo.</summary>
    public IReadOnlyList<string> SiloOptions { get; init; } = [];

    /// <summary>Refuses what is out of range.</summary>
    /// <exception cref="BadInputException">Something is.</exception>
    public void Validate()
    {
        Ranges.Require("--connections", Load.Connections, 1, 10_000);
        Ranges.Require("--waiting", Load.Waiting, 0, 1_000_000);
        Ranges.Require("--timeout", Load.Timeout.TotalSeconds, 0.01, 600);
        Ranges.Require("--merchants", Town.Merchants, 1, 10_000);
        Ranges.Require("--couriers", Town.Couriers, 0, 100_000);
        Ranges.Require("--skew", Skew, 0, 3);
        Ranges.Require("--backlog", Backlog, 0, 100_000);
    }
}

/// <summary><c>load</c>: requests at the rate that is asked for, whether or not the platform keeps up, and what became of them.</summary>
internal static class LoadCommand
{
    /// <summary>Where the operator's key is looked for when no option has one.</summary>
    public const string KeyVariable = "ORDERACTORS_KEY";

    private const string Start = "start";

    public static Command Create()
    {
        var url = new Option<string>("--url")
        {
            Description = $"The gateway, http://address:port, or '{Start}' to start a silo of its own on a free port.",
            DefaultValueFactory = _ => "http://127.0.0.1:8080",
        };
        var remote = new Option<bool>("--allow-remote") { Description = "Allow a gateway on another machine." };
        var stages = new Option<string>("--stages")
        {
            Description = "The load: 30s@500, 1m@ramp:2000, 60s@step:2000/4, 10s@burst:5000, 10s@max, and 60s@5x for five times what max reached; separated by commas.",
            DefaultValueFactory = _ => "30s@200",
        };
        var mix = new Option<string>("--mix")
        {
            Description = $"What is asked, by weight: {string.Join(", ", Mix.Operations.Select(operation => operation.Name))}.",
            DefaultValueFactory = _ => Mix.Default,
        };
        var keys = new Option<string[]>("--key")
        {
            Description = $"An API key; may be given several times, all are used in turns, the first one makes the town. Without it {KeyVariable}.",
        };
        var keyFile = new Option<string?>("--key-file") { Description = "A file with an API key on each line." };
        var objectives = new Option<string[]>("--objective")
        {
            Description = "What has to be reached, else the exit code is 1: p99<50ms,errors<0.1%,success.critical>=99.9%,p99@3<=3*p99@2,recovery<5s.",
        };
        var report = new Option<string?>("--report") { Description = "Where the HTML report goes." };
        var arrivals = new Option<string>("--arrivals") { Description = "Whether arrivals come at random or at even times.", DefaultValueFactory = _ => "random" };
        arrivals.AcceptOnlyFromAmong("random", "even");
        var connections = Number("--connections", "The most requests that are sent at once.", 256);
        var waiting = Number("--waiting", "Arrivals that may wait for a connection; one more is dropped, and counted.", 10_000);
        var timeout = new Option<double>("--timeout") { Description = "How long an answer may take, in seconds.", DefaultValueFactory = _ => 10 };
        var merchants = Number("--merchants", "Merchants of the run's own, with deep stock.", 300);
        var autoAccept = new Option<bool>("--auto-accept") { Description = "Merchants accept by themselves." };
        var couriers = Number("--couriers", "Couriers of the run's own; with none, orders are fetched by their customers.", 0);
        var skew = new Option<double>("--skew") { Description = "How unevenly orders go to merchants: the exponent of Zipf's law, 0 for evenly.", DefaultValueFactory = _ => 0 };
        var backlog = Number("--backlog", "Orders placed before the load, to be accepted within it.", 0);
        var process = new Option<int?>("--pid") { Description = "The target's process on this machine, whose memory is watched." };
        var folder = new Option<string>("--dir") { Description = "Where a started silo's data go, and are removed again.", DefaultValueFactory = _ => Path.Combine("data", "load") };
        var silo = new Option<string?>("--silo") { Description = "The Silo's program to start; without it the one that was built with this command." };
        var siloOptions = new Option<string[]>("--silo-option") { Description = "One more option for a started silo. May be given several times." };
        var command = new Command("load", "Loads a gateway at a given rate, and says what became of it.")
        {
            url, remote, stages, mix, keys, keyFile, objectives, report, arrivals, connections, waiting, timeout, merchants, autoAccept, couriers, skew, backlog,
            process, folder, silo, siloOptions,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var target = parsed.GetRequiredValue(url) is var text && text == Start ? null : HttpTarget.Parse("--url", text, parsed.GetValue(remote));
            var load = new LoadPlan(target ?? new("http://127.0.0.1"), Stage.ParseAll(parsed.GetRequiredValue(stages)))
            {
                Connections = parsed.GetValue(connections),
                Waiting = parsed.GetValue(waiting),
                Timeout = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                AtRandom = parsed.GetValue(arrivals) == "random",
                TargetProcess = parsed.GetValue(process),
                Keys = Keys(parsed.GetValue(keys) ?? [], parsed.GetValue(keyFile)),
            };
            var town = new Town { Merchants = parsed.GetValue(merchants), Couriers = parsed.GetValue(couriers), AutoAccept = parsed.GetValue(autoAccept) };
            var request = new LoadRequest(target, load, town, Mix.Parse(parsed.GetRequiredValue(mix)))
            {
                Skew = parsed.GetValue(skew),
                Backlog = parsed.GetValue(backlog),
                Objectives = [.. (parsed.GetValue(objectives) ?? []).SelectMany(one => Objective.ParseAll(one, load.Stages.Count, Mix.Operations))],
                Report = parsed.GetValue(report),
                Folder = parsed.GetRequiredValue(folder),
                Silo = parsed.GetValue(silo),
                SiloOptions = parsed.GetValue(siloOptions) ?? [],
            };
            return RunAsync(request, Console.Out, Console.Error, cancellationToken);
        });
        return command;
    }

    /// <summary>Loads, prints and writes the report; returns the exit code.</summary>
    internal static async Task<int> RunAsync(LoadRequest request, TextWriter output, TextWriter progress, CancellationToken cancellationToken)
    {
        request.Validate();
        SocketTuning.HandleInline();
        if (request.Url is { } url) return await LoadAsync(request, request.Load with { Target = url }, output, progress, cancellationToken);
        var folder = Path.GetFullPath(Path.Combine(request.Folder, string.Create(CultureInfo.InvariantCulture, $"load-{Environment.ProcessId}")));
        try
        {
            Directory.CreateDirectory(folder);
            await using var silo = await ServerProcess.StartSiloAsync(request.Silo, folder, request.SiloOptions);
            var load = request.Load with { Target = silo.Url, TargetProcess = silo.Id };
            if (load.Keys.Count == 0 && silo.Key is { } key) load = load with { Keys = [key] };
            return await LoadAsync(request, load, output, progress, cancellationToken);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> LoadAsync(LoadRequest request, LoadPlan load, TextWriter output, TextWriter progress, CancellationToken cancellationToken)
    {
        var town = request.Town;
        await progress.WriteLineAsync($"load: making {town.Merchants} merchants and {town.Couriers} couriers at {load.Target} …");
        await town.PrepareAsync(load.Target, load.Keys.Count == 0 ? null : load.Keys[0], cancellationToken);
        var traffic = new MixTraffic(town, request.Mix, request.Skew);
        if (request.Backlog > 0)
        {
            await progress.WriteLineAsync($"load: placing {request.Backlog} orders ahead …");
            await traffic.FillAsync(load, request.Backlog, cancellationToken);
        }

        using var driver = new LoadDriver(load, traffic, sample => progress.WriteLine(ConsoleReport.Line(sample, load.Stages.Count)));
        var result = await driver.RunAsync(cancellationToken);
        var figures = LoadFigures.Of(result, request.Objectives);
        ConsoleReport.Print(output, figures);
        if (request.Report is { } report)
        {
            await File.WriteAllTextAsync(report, Html.Page($"Load on {load.Target.Authority}", Settings(request, load), result, figures), cancellationToken);
            await output.WriteLineAsync($"report: {Path.GetFullPath(report)}");
        }

        await output.WriteLineAsync(figures.ToJson());
        return figures.Met ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static IReadOnlyList<(string Name, string Value)> Settings(LoadRequest request, LoadPlan load) =>
    [
        ("stages", string.Join(", ", load.Stages)),
        ("mix", string.Join(", ", Mix.Operations.Index().Where(one => request.Mix.Weights[one.Index] > 0)
            .Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Item.Name}={request.Mix.Weights[one.Index]}")))),
        ("arrivals", load.AtRandom ? "at random times (Poisson)" : "at even times"),
        ("connections", string.Create(CultureInfo.InvariantCulture, $"{load.Connections}; {load.Waiting} may wait; answers within {load.Timeout.TotalSeconds} s")),
        ("town", string.Create(CultureInfo.InvariantCulture, $"{request.Town.Merchants} merchants (skew {request.Skew}), {request.Town.Couriers} couriers")),
        ("API keys", string.Create(CultureInfo.InvariantCulture, $"{load.Keys.Count}")),
        ("at", TimeProvider.System.GetUtcNow().ToString("u", CultureInfo.InvariantCulture)),
    ];

    private static string[] Keys(string[] given, string? file)
    {
        if (file is not null && !File.Exists(file)) throw new BadInputException($"--key-file: there is no {file}.");
        string[] keys = [.. given, .. file is null ? [] : File.ReadAllLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)];
        if (keys.FirstOrDefault(key => !key.All(c => c is > ' ' and <= '~')) is not null) throw new BadInputException("An API key has characters that no key has.");
        return keys.Length > 0 ? keys : Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key ? [key] : [];
    }

    private static Option<int> Number(string name, string description, int value) => new(name) { Description = description, DefaultValueFactory = _ => value };
}
