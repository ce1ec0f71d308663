using System.CommandLine;

namespace OrderActors.Tools.Bench.Cluster;

/// <summary><c>bench cluster</c>: whole orders over HTTP through running gateways, each acknowledgement held against the cluster afterwards.</summary>
internal static class ClusterBench
{
    /// <summary>How many findings are listed: after these, more of the same help nobody.</summary>
    private const int Listed = 20;

    public static Command Create()
    {
        var urls = new Option<string>("--urls")
        {
            Description = "The gateways, separated by commas: http://address:port each.",
            DefaultValueFactory = _ => "http://127.0.0.1:8080",
        };
        var key = ApiAccess.KeyOption();
        var seconds = new Option<double>("--seconds") { Description = "How long orders are placed, in seconds.", DefaultValueFactory = _ => 20 };
        var callers = new Option<int>("--callers") { Description = "Orders under way at the same time.", DefaultValueFactory = _ => 32 };
        var merchants = new Option<int>("--merchants") { Description = "Merchants, a zone for every eight.", DefaultValueFactory = _ => 100 };
        var couriers = new Option<int>("--couriers") { Description = "Couriers to begin with; 0 for four for each caller.", DefaultValueFactory = _ => 0 };
        var customers = new Option<int>("--customers") { Description = "Customers who order in turns.", DefaultValueFactory = _ => 1_000 };
        var patience = new Option<double>("--patience")
        {
            Description = "How long a command is tried again with the same key, in seconds.",
            DefaultValueFactory = _ => 30,
        };
        var remote = new Option<bool>("--allow-remote") { Description = "Allow gateways on other machines." };
        var command = new Command("cluster", "Drives whole orders through running gateways and checks that none was lost or done twice.")
        {
            urls, key, seconds, callers, merchants, couriers, customers, patience, remote,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new ClusterPlan(ClusterPlan.ParseUrls(parsed.GetRequiredValue(urls), parsed.GetValue(remote)))
            {
                Key = parsed.GetRequiredValue(key),
                Duration = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                Callers = parsed.GetValue(callers),
                Merchants = parsed.GetValue(merchants),
                Couriers = parsed.GetValue(couriers),
                Customers = parsed.GetValue(customers),
                Patience = TimeSpan.FromSeconds(parsed.GetValue(patience)),
            },
            Console.Out, Console.Error, cancellationToken));
        return command;
    }

    /// <summary>Prepares, drives, checks and prints; returns the exit code.</summary>
    internal static async Task<int> RunAsync(ClusterPlan plan, TextWriter output, TextWriter progress, CancellationToken cancellationToken)
    {
        using var driver = new ClusterDriver(plan);
        await progress.WriteLineAsync($"bench cluster: making {plan.Merchants} merchants and {plan.InitialCouriers} couriers in {plan.Zones} zones …");
        try
        {
            await driver.PrepareAsync(cancellationToken);
            await progress.WriteLineAsync($"bench cluster: driving orders with {plan.Callers} callers for {plan.Duration.TotalSeconds:0.#} s …");
            var measured = await ClusterRun.MeasureAsync(driver, plan.Duration, cancellationToken);
            await progress.WriteLineAsync($"bench cluster: checking {driver.Ledger.Orders.Count} orders …");
            var verdict = await LedgerCheck.RunAsync(driver, cancellationToken);
            Print(output, progress, driver, measured, verdict);
            return verdict.Holds ? ExitCodes.Ok : ExitCodes.Failed;
        }
        catch (UnsettledException e)
        {
            await progress.WriteLineAsync(e.Message);
            return ExitCodes.Failed;
        }
    }

    private static void Print(TextWriter output, TextWriter progress, ClusterDriver driver, ClusterRun run, LedgerVerdict verdict)
    {
        foreach (var finding in verdict.Lost.Take(Listed)) progress.WriteLine("lost: " + finding);
        foreach (var finding in verdict.AppliedTwice.Take(Listed)) progress.WriteLine("applied twice: " + finding);
        var figures = run.Figures(verdict);
        MeasureTable.Print(output,
        [
            new Measure("lifecycles", figures.LifecyclesPerSecond, "orders/s"),
            new Measure("requests", figures.RequestsPerSecond, "requests/s"),
            new Measure("command, median", figures.P50Milliseconds, "ms"),
            new Measure("command, 99 of 100", figures.P99Milliseconds, "ms"),
            new Measure("longest wait for a courier", driver.LongestWaitForCourier.TotalMilliseconds, "ms"),
            new Measure("longest gap of a command", figures.LongestGapMilliseconds, "ms"),
            new Measure("tries that settled nothing", figures.Errors, "requests"),
            new Measure("orders acknowledged", verdict.Orders, "orders"),
            new Measure("lost", figures.Lost, "", Bar: 0, LowerIsBetter: true),
            new Measure("applied twice", figures.AppliedTwice, "", Bar: 0, LowerIsBetter: true),
        ]);
        output.WriteLine(figures.ToJson());
    }
}
