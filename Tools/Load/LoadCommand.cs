using System.CommandLine;
using System.Globalization;
using OrderActors.Tools.Load.Arrivals;
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

    public static Command Create()
    {
        var options = new LoadOptions();
        var command = new Command("load", "Loads a gateway at a given rate, and says what became of it.");
        foreach (var option in options.All) command.Add(option);
        command.SetAction((parsed, cancellationToken) =>
        {
            SocketTuning.HandleInline();
            return RunAsync(options.Read(parsed), Console.Out, Console.Error, cancellationToken);
        });
        return command;
    }

    /// <summary>Loads, prints and writes the report; returns the exit code.</summary>
    internal static async Task<int> RunAsync(LoadRequest request, TextWriter output, TextWriter progress, CancellationToken cancellationToken)
    {
        request.Validate();
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
        ("connections", string.Create(
            CultureInfo.InvariantCulture, $"{load.Connections}; {load.Waiting} may wait; answers within {load.Timeout.TotalSeconds} s")),
        ("town", string.Create(CultureInfo.InvariantCulture, $"{request.Town.Merchants} merchants (skew {request.Skew}), {request.Town.Couriers} couriers")),
        ("API keys", string.Create(CultureInfo.InvariantCulture, $"{load.Keys.Count}")),
        ("at", TimeProvider.System.GetUtcNow().ToString("u", CultureInfo.InvariantCulture)),
    ];
}
