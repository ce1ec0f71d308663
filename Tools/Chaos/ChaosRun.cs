using System.Diagnostics;
using System.Globalization;
using OrderActors.Tools.Chaos.Accounts;
using OrderActors.Tools.Chaos.Report;
using OrderActors.Tools.Chaos.Targets;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Report;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Chaos;

/// <summary>One run of <c>chaos</c>.</summary>
internal sealed class ChaosRun(ChaosRequest request, TextWriter output, TextWriter progress)
{
    private readonly Lock _progress = new();

    /// <summary>Starts or attaches, runs load and faults, checks, prints and writes the report; returns the exit code.</summary>
    /// <exception cref="BadInputException">What is asked cannot be done; nothing was done.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (request.Url is not null)
        {
            await using var attached = ChaosPlatform.Attach(request);
            return await RunAsync(attached, cancellationToken);
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"chaos-{Environment.ProcessId}-{Guid.NewGuid():N}");
        var folder = Path.GetFullPath(Path.Combine(request.Folder, name));
        try
        {
            Directory.CreateDirectory(folder);
            Say($"chaos: starting a platform in {folder} …");
            await using var platform = await ChaosPlatform.StartAsync(request, folder);
            return await RunAsync(platform, cancellationToken);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<int> RunAsync(ChaosPlatform platform, CancellationToken cancellationToken)
    {
        var (scenario, began) = (request.Scenario, TimeProvider.System.GetUtcNow());
        var load = new LoadPlan(platform.Url, scenario.Load.Stages)
        {
            Connections = scenario.Load.Connections,
            Timeout = scenario.Load.Timeout,
            Keys = platform.Key is { } key ? [key] : [],
        };
        var town = new Town { Merchants = scenario.Load.Merchants, Couriers = scenario.Load.Couriers };
        Say($"chaos: making {town.Merchants} merchants and {town.Couriers} couriers at {platform.Url.Authority} …");
        await town.PrepareAsync(platform.Url, platform.Key, cancellationToken);
        if (scenario.Touches("notifications")) await Contacts.SetAsync(town, platform.Url, platform.Key, cancellationToken);

        var ledger = new Ledger();
        var traffic = new LedgerTraffic(new MixTraffic(town, scenario.Load.Mix, scenario.Load.Skew), ledger);
        using var driver = new LoadDriver(load, traffic, sample => Say(ConsoleReport.Line(sample, load.Stages.Count)));
        var (result, faults) = await RunBothAsync(driver, new FaultRunner(scenario, platform, load, town, ledger, Say), platform, cancellationToken);

        Say($"chaos: settling {ledger.OpenCommands} commands and checking {ledger.Orders.Count} orders …");
        using var check = new LedgerCheck(ledger, platform.Url, platform.Key, platform.Providers, began);
        var verdict = await check.RunAsync(cancellationToken);
        var figures = ChaosFigures.Of(
            scenario, result, faults, verdict, platform.Providers is not null, [.. platform.Processes.SelectMany(process => process.Incidents)]);
        ChaosReport.Print(output, figures);
        if (request.Report is { } report)
        {
            await File.WriteAllTextAsync(report, ChaosReport.Page(scenario, Settings(platform, began), result, faults, figures), cancellationToken);
            await output.WriteLineAsync($"report: {Path.GetFullPath(report)}");
        }

        await output.WriteLineAsync(figures.ToJson());
        return figures.Met ? ExitCodes.Ok : ExitCodes.Failed;
    }

    /// <summary>Load and faults begin together; when the one breaks off, so does the other.</summary>
    private static async Task<(LoadResult Load, IReadOnlyList<FaultRecord> Faults)> RunBothAsync(
        LoadDriver driver, FaultRunner runner, ChaosPlatform platform, CancellationToken cancellationToken)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var start = Stopwatch.GetTimestamp();
        double Seconds() => Stopwatch.GetElapsedTime(start).TotalSeconds;
        platform.Seconds = Seconds;
        var loading = driver.RunAsync(broken.Token);
        var failing = runner.RunAsync(Seconds, broken.Token);
        if (await Task.WhenAny(loading, failing) is { IsCompletedSuccessfully: false }) await broken.CancelAsync();
        await Task.WhenAll(loading, failing);
        return (await loading, await failing);
    }

    private IReadOnlyList<(string Name, string Value)> Settings(ChaosPlatform platform, DateTimeOffset began) =>
    [
        ("scenario", request.Scenario.Name),
        ("platform", request.Url is not null ? $"{platform.Url}"
            : $"started for this run {string.Join(' ', [.. request.Scenario.PlatformOptions, .. request.SiloOptions])}"),
        ("stages", string.Join(", ", request.Scenario.Load.Stages)),
        ("town", string.Create(
            CultureInfo.InvariantCulture,
            $"{request.Scenario.Load.Merchants} merchants (skew {request.Scenario.Load.Skew}), {request.Scenario.Load.Couriers} couriers")),
        ("at", began.ToString("u", CultureInfo.InvariantCulture)),
    ];

    private void Say(string line)
    {
        lock (_progress) progress.WriteLine(line);
    }
}
