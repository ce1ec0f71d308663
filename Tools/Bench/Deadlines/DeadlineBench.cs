using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tools.Bench.Deadlines;

/// <summary>
/// <c>bench deadlines</c>: sets as many deadlines as are asked for, moves some, kills the platform, starts it again and lets
/// it fire them all. Real engine, journal on disk, real shards and orders.
/// </summary>
internal static class DeadlineBench
{
    private const double LateBar = 1_000;

    public static Command Create()
    {
        var folder = new Option<string>("--dir")
        {
            Description = "Where files are written and removed again: the disk that is measured, so not one in memory.",
            DefaultValueFactory = _ => Path.Combine("data", "bench"),
        };
        var orders = new Option<int>("--orders") { Description = "Orders with an open deadline each.", DefaultValueFactory = _ => 1_000_000 };
        var rate = new Option<double>("--rate")
        {
            Description = "Deadlines due per second. Each is a durable write of an order; beyond what the machine does they are late.",
            DefaultValueFactory = _ => 2_000,
        };
        var lead = new Option<double?>("--lead")
        {
            Description = "Seconds from the start until the first is due: for setting, learning, moving, and learning again. " +
                "When left out: 30, and 300 for every million.",
        };
        var host = new Option<string?>("--host") { Hidden = true };
        host.AcceptOnlyFromAmong("move", "fire");
        var command = new Command("deadlines", "Measures how late deadlines fire, many at once and after a kill.") { folder, orders, rate, lead, host };
        command.SetAction((parsed, _) => parsed.GetValue(host) is { } role
            ? DeadlineHost.RunAsync(parsed.GetRequiredValue(folder), role == "fire", Console.Out)
            : RunAsync(parsed.GetRequiredValue(folder), parsed.GetValue(orders), parsed.GetValue(rate), parsed.GetValue(lead), Console.Out, Console.Error));
        return command;
    }

    /// <summary>Measures and prints; returns the exit code.</summary>
    internal static async Task<int> RunAsync(string root, int orders, double rate, double? lead, TextWriter output, TextWriter progress)
    {
        if (orders is < 1 or > 10_000_000 || !(rate is >= 1 and <= 1e6)) throw new BadInputException("--orders is 1 to 10,000,000, --rate 1 to 1,000,000.");
        var before = lead ?? (30 + (300e-6 * orders));
        if (!(before is >= 1 and <= 86_400)) throw new BadInputException("--lead is 1 to 86,400 seconds.");
        var folder = Path.Combine(root, $"deadlines-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(folder);
            var plan = new DeadlinePlan(orders, TimeProvider.System.GetUtcNow().AddSeconds(before), TimeSpan.FromSeconds(orders / rate));
            return await MeasureAsync(folder, plan, output, progress);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> MeasureAsync(string folder, DeadlinePlan plan, TextWriter output, TextWriter progress)
    {
        plan.Save(folder);
        var journal = Path.Combine(folder, "journal");
        var clock = Stopwatch.StartNew();
        await progress.WriteLineAsync($"setting {plan.Orders:N0} deadlines …");
        await WaitingOrders.WriteAsync(journal, plan);
        var setSeconds = clock.Elapsed.TotalSeconds;

        double movedSeconds, firstSeconds;
        await progress.WriteLineAsync($"moving {plan.Moved:N0} of them, then a kill …");
        using (var host = new HostProcess(folder, fire: false))
        {
            firstSeconds = Known(await host.HearAsync("known"), plan);
            clock.Restart();
            var moved = int.Parse((await host.HearAsync("moved"))[1], CultureInfo.InvariantCulture);
            movedSeconds = clock.Elapsed.TotalSeconds;
            host.Kill();
            if (moved < plan.Moved)
                throw new BadInputException($"When the first deadline was due {moved:N0} of {plan.Moved:N0} had been moved. Give a longer --lead.");
        }

        double learnSeconds, peak, idle;
        using (var host = new HostProcess(folder, fire: true))
        {
            learnSeconds = Known(await host.HearAsync("known"), plan);
            idle = (plan.First - TimeProvider.System.GetUtcNow()).TotalSeconds;
            await progress.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"all known again; the first is due in {idle:0} s, the last at {plan.Last:HH:mm:ss} UTC …"));
            peak = double.Parse((await host.HearAsync("fired"))[1], CultureInfo.InvariantCulture) / 1e6;
            await host.EndAsync();
        }

        var count = await CountAsync(journal, plan);
        Print(output, plan, count, setSeconds, firstSeconds, movedSeconds, learnSeconds, peak);
        var figures = new DeadlineFigures(
            plan.Orders, count.Moved, count.Late.Length, plan.Orders - count.Late.Length, Late(count, 0.5), Late(count, 0.99), learnSeconds, peak);
        await output.WriteLineAsync(figures.ToJson());
        return figures.Lost == 0 && figures.Moved == plan.Moved && figures.LateP99Milliseconds <= LateBar ? ExitCodes.Ok : ExitCodes.Failed;
    }

    /// <summary>The seconds that a host needed to know all deadlines.</summary>
    private static double Known(string[] words, DeadlinePlan plan)
    {
        var known = int.Parse(words[1], CultureInfo.InvariantCulture);
        if (known == plan.Orders) return double.Parse(words[2], CultureInfo.InvariantCulture);
        throw new BadInputException(
            $"When the first deadline was due the shards knew {known:N0} of {plan.Orders:N0}. If --lead is long enough for this machine, deadlines are lost.");
    }

    /// <summary>What the orders say in the end: how late each was that its last deadline ended, in milliseconds, in order.</summary>
    private sealed record Count(double[] Late, int Moved, int Early);

    private static async Task<Count> CountAsync(string journal, DeadlinePlan plan)
    {
        var late = new double[plan.Orders];
        Array.Fill(late, double.NaN);
        var (moved, early) = (0, 0);
        await WaitingOrders.ReadAsync(journal, plan.Orders, (n, order) =>
        {
            var (reason, due) = DeadlinePlan.IsMoved(n)
                ? (CancelReason.NotCollected, order.ReadyAt + WaitingOrders.Policy.Collection)
                : (CancelReason.AcceptanceTimeout, plan.Due(n));
            if (DeadlinePlan.IsMoved(n) && order.ReadyAt is not null) Interlocked.Increment(ref moved);
            if (order.Status != OrderStatus.Canceled || order.Reason != reason || due is null) return;
            var after = (order.Timeline[^1].At - due.Value).TotalMilliseconds;
            if (after < 0) Interlocked.Increment(ref early);
            else late[n] = after;
        });
        return new([.. late.Where(value => !double.IsNaN(value)).Order()], moved, early);
    }

    private static double Late(Count count, double part) => count.Late.Length == 0 ? 0 : count.Late[(int)Math.Ceiling(part * count.Late.Length) - 1];

    private static void Print(
        TextWriter output, DeadlinePlan plan, Count count, double setSeconds, double firstSeconds, double movedSeconds, double learnSeconds, double peak) =>
        MeasureTable.Print(output,
        [
            new Measure("deadlines set, with their orders", plan.Orders / setSeconds, "orders/s"),
            new Measure("known to the shards, first start", firstSeconds, "s"),
            new Measure("deadlines moved", count.Moved / movedSeconds, "orders/s"),
            new Measure("known to the shards, after a kill", learnSeconds, "s"),
            new Measure("due", plan.Orders / plan.Window.TotalSeconds, "orders/s"),
            new Measure("fired", count.Late.Length, "orders", Bar: plan.Orders),
            new Measure("  too early", count.Early, "orders", Bar: 0, LowerIsBetter: true),
            new Measure("  late, p50", Late(count, 0.5), "ms"),
            new Measure("  late, p99", Late(count, 0.99), "ms", Bar: LateBar, LowerIsBetter: true),
            new Measure("  late, most", Late(count, 1), "ms"),
            new Measure("  peak memory", peak, "MB"),
        ]);
}
