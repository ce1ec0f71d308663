using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using OrderActors.Dispatch.Matching;

namespace OrderActors.Tools.Replay;

/// <summary>Runs a day on a fresh platform in virtual time; the same policy and seed give the same day.</summary>
internal delegate Task<DaySolution> DayRunner(Instance instance, IDispatchPolicy policy, int seed, IProgress<ReplayProgress> progress);

/// <summary>
/// <c>replay FOLDER --out DIR</c>: a published day through the real grains, or through the dispatch policy alone; with
/// <c>--all</c> every day of a folder. What happened is written and checked.
/// </summary>
internal static class ReplayCommand
{
    /// <summary>How many breaches are listed: after these, more of the same help nobody.</summary>
    public const int ListedBreaches = 20;

    public static Command Create(DayRunner run)
    {
        var folder = new Argument<string>("folder")
        {
            Description = "The instance: orders.txt, couriers.txt, restaurants.txt and instance_parameters.txt. With --all a folder of instances.",
        };
        var output = new Option<string>("--out")
        {
            Description = "Where the solution files go; made if it is not there. With --all each day has a folder of its own in it.",
            Required = true,
        };
        var check = new Option<bool>("--check")
        {
            Description = "Check the written files against every rule of the problem and fail if one is broken.",
            DefaultValueFactory = _ => true,
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Draws the order of what happens at one instant; the same seed gives the same files. Means nothing to --pure and --all.",
            DefaultValueFactory = _ => 1,
        };
        var policy = new Option<string>("--policy")
        {
            Description = "Who decides: nearest, the plain policy, or optimised, the one that plans.",
            DefaultValueFactory = _ => ReplayPolicy.Optimised,
        };
        policy.AcceptOnlyFromAmong(ReplayPolicy.Nearest, ReplayPolicy.Optimised);
        var fairness = new Option<double>("--fairness")
        {
            Description = "How much it counts that couriers earn alike: 0, for nothing, to 1. Means nothing to the plain policy.",
            DefaultValueFactory = _ => 0,
        };
        var pure = new Option<bool>("--pure") { Description = "The policy alone, without grains: the same rules, far faster." };
        var all = new Option<bool>("--all")
        {
            Description = "Every instance of the folder, by the policy alone, with a table beside the peers of peers.csv.",
            Arity = ArgumentArity.Zero,
        };
        var threads = new Option<int>("--threads")
        {
            Description = "Days at once with --all, 1 to 64. One for each core when left out; times of decisions are true with one only.",
            DefaultValueFactory = _ => Math.Min(64, Environment.ProcessorCount),
        };
        var updates = new Option<bool>("--updates")
        {
            Description = "A variant: a courier who arrives at a restaurant may leave it with other orders of it. With --pure or --all, and optimised.",
        };
        var preposition = new Option<bool>("--preposition")
        {
            Description = "A variant: idle couriers go where orders are expected. With --pure or --all.",
        };
        var command = new Command("replay", "Replays published days of orders in virtual time: through the real grains, or through the dispatch policy alone.")
        {
            folder, output, check, seed, policy, fairness, pure, all, threads, updates, preposition,
        };
        command.SetAction((parsed, _) =>
        {
            var (from, to, name) = (parsed.GetRequiredValue(folder), parsed.GetRequiredValue(output), parsed.GetRequiredValue(policy));
            if (parsed.GetValue(threads) is < 1 or > 64) throw new BadInputException($"--threads is {parsed.GetValue(threads)}; 1 to 64 are possible.");
            var fair = parsed.GetValue(fairness);
            if (!(fair is >= 0 and <= 1))
                throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"--fairness is {fair}; 0 to 1 are possible."));
            var isPure = parsed.GetValue(pure) || parsed.GetValue(all);
            var variants = ReplayVariants.Of(parsed.GetValue(updates), parsed.GetValue(preposition), isPure, name, fair);
            if (parsed.GetValue(all))
            {
                return Task.FromResult(
                    ReplaySet.Run(from, to, () => ReplayPolicy.Of(name, fair), parsed.GetValue(threads), Console.Out, Console.Error, variants));
            }

            if (parsed.GetValue(pure))
                return Task.FromResult(RunPure(from, to, parsed.GetValue(check), ReplayPolicy.Of(name, fair), Console.Out, Console.Error, variants));
            return RunAsync(
                from, to, parsed.GetValue(check), (instance, progress) => run(instance, ReplayPolicy.Of(name, fair), parsed.GetValue(seed), progress),
                Console.Out, Console.Error);
        });
        return command;
    }

    /// <summary>Replays a day through a policy alone, writes, checks and prints; returns the exit code.</summary>
    internal static int RunPure(
        string folder, string output, bool check, IDispatchPolicy policy, TextWriter stdout, TextWriter stderr, ReplayVariants variants = default)
    {
        var instance = InstanceReader.Read(folder);
        var wall = Stopwatch.StartNew();
        var report = ReplaySet.RunDay(instance, output, policy, out _, variants);
        return Report(instance, report, check, wall.Elapsed, stdout, stderr);
    }

    /// <summary>Replays, writes, checks and prints; returns the exit code.</summary>
    internal static async Task<int> RunAsync(
        string folder, string output, bool check, Func<Instance, IProgress<ReplayProgress>, Task<DaySolution>> run, TextWriter stdout, TextWriter stderr)
    {
        try
        {
            var instance = InstanceReader.Read(folder);
            var wall = Stopwatch.StartNew();
            var progress = new ConsoleProgress(stderr, terminal: !Console.IsErrorRedirected);
            DaySolution day;
            try
            {
                day = await run(instance, progress);
            }
            finally
            {
                progress.End();
            }

            SolutionWriter.Write(output, instance, day);
            DayPicture.Write(output, instance, day);
            wall.Stop();
            return Report(instance, SolutionChecker.Check(instance, output), check, wall.Elapsed, stdout, stderr);
        }
        catch (BadInputException e)
        {
            await stderr.WriteLineAsync(e.Message);
            return ExitCodes.BadInput;
        }
        catch (Exception e) when (e is ReplayException or IOException or UnauthorizedAccessException)
        {
            await stderr.WriteLineAsync(e.Message);
            return ExitCodes.Failed;
        }
    }

    private static int Report(Instance instance, CheckReport report, bool check, TimeSpan wall, TextWriter stdout, TextWriter stderr)
    {
        // Figures of a day that broke the rules would be taken for a result: they are printed only when nobody asked.
        if (report.Measures is null || (check && !report.Breaches.IsEmpty))
        {
            foreach (var breach in report.Breaches.Take(ListedBreaches)) stderr.WriteLine(breach);
            stderr.WriteLine($"The day breaks the rules in {report.Breaches.Length} places.");
            return ExitCodes.Failed;
        }

        stdout.WriteLine(ReplaySummary.Of(instance.Name, report.Measures, wall).ToJson());
        return ExitCodes.Ok;
    }
}
