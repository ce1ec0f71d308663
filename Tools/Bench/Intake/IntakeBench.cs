using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace OrderActors.Tools.Bench.Intake;

/// <summary>
/// <c>bench intake</c>: pushes orders into the intake as fast as it takes them, kills the platform in the middle, sets a rate,
/// kills it again in the middle of the drain, and counts at the end: every order once, and how many in any five seconds.
/// </summary>
internal static class IntakeBench
{
    private const double Deviation = 0.02;

    public static Command Create()
    {
        var folder = new Option<string>("--dir")
        {
            Description = "Where files are written and removed again: the disk that is measured, so not one in memory.",
            DefaultValueFactory = _ => Path.Combine("data", "bench"),
        };
        var orders = new Option<int>("--orders") { Description = "Orders to push, in requests of 1,000.", DefaultValueFactory = _ => 500_000 };
        var rate = new Option<int>("--rate")
        {
            Description = "Orders a second to drain at. Beyond what the machine places, the rate cannot be kept.",
            DefaultValueFactory = _ => 1_000,
        };
        var command = new Command("intake", "Measures the intake: pushed at once, drained at a rate, killed twice.") { folder, orders, rate };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(folder), parsed.GetValue(orders), parsed.GetValue(rate), Console.Out, Console.Error));
        return command;
    }

    /// <summary>Measures and prints; returns the exit code.</summary>
    internal static async Task<int> RunAsync(string root, int orders, int rate, TextWriter output, TextWriter progress)
    {
        if (orders is < 1 or > 10_000_000 || rate is < 1 or > 100_000) throw new BadInputException("--orders is 1 to 10,000,000, --rate 1 to 100,000.");
        var folder = Path.Combine(root, $"intake-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(folder);
            // Nobody accepts these orders: their merchants are waited for longer than the bench lasts.
            using var silo = new KillableSilo(folder, "--Orders:Acceptance", "1.00:00:00", "--Intake:Rate", "0");
            using var caller = new IntakeCaller(silo);
            return await MeasureAsync(new IntakeRun(silo, caller, orders, progress), rate, output);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> MeasureAsync(IntakeRun run, int rate, TextWriter output)
    {
        await run.OpenTownAsync();
        var clock = Stopwatch.StartNew();
        var receipts = await run.PushAsync();
        var pushed = clock.Elapsed.TotalSeconds;

        var (set, killed, back) = await run.DrainAsync(rate);
        var drained = clock.Elapsed.TotalSeconds - pushed;
        var (lost, doubled, placed) = await run.CountAsync(receipts);

        // Where nothing was killed: from a second after the rate was set to the kill, and from two seconds after the restart to the end.
        var end = placed.Count > 0 ? placed[^1] : set;
        var shares = DrainWindows.Shares(placed, rate, set.AddSeconds(1), killed);
        shares.AddRange(DrainWindows.Shares(placed, rate, back.AddSeconds(2), end));
        run.Silo.Kill();
        var figures = new IntakeFigures(
            run.Orders, Math.Round(run.AcceptedPerSecond), rate, shares.Count == 0 ? 0 : Math.Round(shares.Average() * rate, 1),
            shares.Count == 0 ? 0 : Math.Round(shares.Min(), 4), shares.Count == 0 ? 0 : Math.Round(shares.Max(), 4), shares.Count,
            lost, doubled, run.Kills, Math.Round(run.Silo.PeakMegabytes));
        Print(output, figures, pushed, drained, run.SentAgain);
        await output.WriteLineAsync(figures.ToJson());
        var steady = figures.LowestWindow >= 1 - Deviation && figures.HighestWindow <= 1 + Deviation;
        return lost == 0 && doubled == 0 && (steady || shares.Count == 0) ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static void Print(TextWriter output, IntakeFigures figures, double pushed, double drained, int sentAgain) => MeasureTable.Print(output,
    [
        new Measure("orders taken in", figures.AcceptedPerSecond, "orders/s"),
        new Measure("  in, a kill between", pushed, "s"),
        new Measure("  requests sent again", sentAgain, "requests"),
        new Measure(string.Create(CultureInfo.InvariantCulture, $"drained at {figures.Rate}"), figures.DrainedPerSecond, "orders/s"),
        new Measure("  in, a kill between", drained, "s"),
        new Measure("  fewest in five seconds", figures.LowestWindow, "of the rate", Bar: 1 - Deviation),
        new Measure("  most in five seconds", figures.HighestWindow, "of the rate", Bar: 1 + Deviation, LowerIsBetter: true),
        new Measure("orders lost", figures.Lost, "orders", Bar: 0, LowerIsBetter: true),
        new Measure("orders doubled", figures.Doubled, "orders", Bar: 0, LowerIsBetter: true),
        new Measure("peak memory", figures.PeakMegabytes, "MB"),
    ]);
}
