using System.CommandLine;
using System.Diagnostics;

namespace OrderActors.Tools.Replay;

/// <summary>Runs a day on a fresh platform in virtual time; the same seed gives the same day.</summary>
internal delegate Task<DaySolution> DayRunner(Instance instance, int seed, IProgress<ReplayProgress> progress);

/// <summary><c>replay FOLDER --out DIR</c>: a published day through the real grains, its record written and checked.</summary>
internal static class ReplayCommand
{
    /// <summary>How many breaches are listed: after these, more of the same help nobody.</summary>
    private const int ListedBreaches = 20;

    public static Command Create(DayRunner run)
    {
        var folder = new Argument<string>("folder")
        {
            Description = "The instance: orders.txt, couriers.txt, restaurants.txt and instance_parameters.txt.",
        };
        var output = new Option<string>("--out")
        {
            Description = "Where the three solution files go; made if it is not there.",
            Required = true,
        };
        var check = new Option<bool>("--check")
        {
            Description = "Check the written files against every rule of the problem and fail if one is broken.",
            DefaultValueFactory = _ => true,
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Draws the order of what happens at one instant; the same seed gives the same files.",
            DefaultValueFactory = _ => 1,
        };
        var command = new Command("replay", "Replays a published day of orders through the real grains in virtual time.") { folder, output, check, seed };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(folder), parsed.GetRequiredValue(output), parsed.GetValue(check),
            (instance, progress) => run(instance, parsed.GetValue(seed), progress), Console.Out, Console.Error));
        return command;
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
