using System.CommandLine;

namespace OrderActors.Tools.Bench.Engine;

/// <summary><c>bench engine</c> and <c>bench soak</c>: what the engine reaches, beside what a bare channel and a bare file reach in the same run.</summary>
internal static class EngineBenchCommands
{
    public static IEnumerable<Command> Create()
    {
        var folder = new Option<string>("--dir")
        {
            Description = "Where files are written and removed again: the disk that is measured, so not one in memory.",
            DefaultValueFactory = _ => Path.Combine("data", "bench"),
        };
        var seconds = new Option<double>("--seconds") { Description = "How long a round is, in seconds.", DefaultValueFactory = _ => 2 };
        var rounds = new Option<int>("--rounds") { Description = "How many rounds count; the median is shown.", DefaultValueFactory = _ => 5 };
        var orders = new Option<int>("--orders")
        {
            Description = "Completed orders in the journal of the restart; 0 leaves the restart out.",
            DefaultValueFactory = _ => 1_000_000,
        };
        var only = new Option<string[]>("--only")
        {
            Description = "Leaves the other measures out: calls, writes, lifecycles, hot, restart.",
            AllowMultipleArgumentsPerToken = true,
        };
        only.AcceptOnlyFromAmong(BenchPlan.Measures);
        var engine = new Command("engine", "Measures the engine against its limits on this machine.") { folder, seconds, rounds, orders, only };
        engine.SetAction((parsed, _) => RunAsync(
            new BenchPlan(
                parsed.GetRequiredValue(folder), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(orders),
                parsed.GetValue(only) is { Length: > 0 } chosen ? chosen : BenchPlan.Measures),
            Console.Out, Console.Error));

        var minutes = new Option<double>("--minutes") { Description = "How long the load lasts, in minutes.", DefaultValueFactory = _ => 5 };
        var soak = new Command("soak", "Loads the platform with whole orders and shows whether its memory stays where it is.") { folder, minutes };
        soak.SetAction((parsed, _) => SoakBench.RunAsync(
            parsed.GetRequiredValue(folder), TimeSpan.FromMinutes(parsed.GetValue(minutes)), Console.Out));
        return [engine, soak];
    }

    private static async Task<int> RunAsync(BenchPlan plan, TextWriter output, TextWriter progress)
    {
        plan.Validate();
        var (table, figures) = await EngineBench.RunAsync(plan, progress);
        MeasureTable.Print(output, table);
        await output.WriteLineAsync(figures.ToJson());
        return table.Any(m => m.Ok == false) ? ExitCodes.Failed : ExitCodes.Ok;
    }
}

/// <summary>How a bench runs.</summary>
/// <param name="Folder">Where its files are.</param>
/// <param name="Round">How long a round is.</param>
/// <param name="Rounds">How many rounds count.</param>
/// <param name="RestartOrders">Completed orders in the journal of the restart.</param>
/// <param name="Only">Which measures are taken.</param>
internal sealed record BenchPlan(string Folder, TimeSpan Round, int Rounds, int RestartOrders, string[] Only)
{
    /// <summary>All measures, in their order.</summary>
    public static readonly string[] Measures = ["calls", "writes", "lifecycles", "hot", "restart"];

    public void Validate()
    {
        if (Round <= TimeSpan.Zero || Rounds < 1 || RestartOrders < 0)
            throw new BadInputException("--seconds and --rounds must be above 0, and --orders must not be below 0.");
    }
}
