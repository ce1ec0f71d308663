using System.Diagnostics;
using System.Globalization;
using OrderActors.Embedded.Simulation;
using OrderActors.Tools.Simulate.Checks;

namespace OrderActors.Tools.Simulate;

/// <summary>What somebody needs to find out why a seed failed.</summary>
internal static class FailureReport
{
    private const int MaxFaultsShown = 30;

    /// <summary>The promise, the last steps, the command that repeats it, and the fewest faults with which it fails.</summary>
    public static void Write(SeedOutcome failed, SimulateOptions options, TextWriter stdout, CancellationToken cancellation)
    {
        var failure = failed.Failure!;
        stdout.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Seed {failed.Seed}: {failure.Kind}: {failure.Invariant}"));
        stdout.WriteLine(failure.Kind == FailureKind.Crash ? failure.Details : failure.Message);
        stdout.WriteLine();
        stdout.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The last {failed.LastSteps.Count} steps:"));
        foreach (var step in failed.LastSteps) stdout.WriteLine("  " + step);
        stdout.WriteLine();
        stdout.WriteLine("Again:");
        stdout.WriteLine("  " + Command(failed.Seed, options));
        if (options.ShrinkFor > TimeSpan.Zero && failed.Faults.Count > 0) Shrink(failed, options, stdout, cancellation);
        stdout.WriteLine();
    }

    private static void Shrink(SeedOutcome failed, SimulateOptions options, TextWriter stdout, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        SeedOutcome last = failed;
        var shrinker = new FaultShrinker(
            faults =>
            {
                var outcome = SeedRun.Run(failed.Seed, options.Orders, FaultPlan.Only(failed.Seed, faults), new Coverage(), options.Storage);
                if (outcome.Failure?.Invariant != failed.Failure!.Invariant) return false;
                last = outcome;
                return true;
            },
            () => Stopwatch.GetElapsedTime(began) < options.ShrinkFor && !cancellation.IsCancellationRequested);
        var smallest = shrinker.Shrink([.. failed.Faults.Select(f => f.Id)]);
        stdout.WriteLine();
        if (smallest is null)
        {
            stdout.WriteLine("It did not fail again with the very same faults: something in it is not drawn from the seed.");
            return;
        }

        stdout.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"It fails with {smallest.Count} of its {failed.Faults.Count} faults (found in {shrinker.Runs} runs):"));
        foreach (var fault in last.Faults.Take(MaxFaultsShown)) stdout.WriteLine("  " + fault);
        if (last.Faults.Count > MaxFaultsShown)
            stdout.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  and {last.Faults.Count - MaxFaultsShown} more"));
        stdout.WriteLine("  " + last.Failure!.Message.Split('\n', 2)[0]);
        stdout.WriteLine("  " + Command(failed.Seed, options with { Only = smallest, Without = [], Intensity = 1 }));
    }

    private static string Command(long seed, SimulateOptions options)
    {
        var command = string.Create(CultureInfo.InvariantCulture, $"dotnet run --project Tools -c Release -- simulate --seed {seed} --orders {options.Orders}");
        if (options.Storage is { } storage) command += $" --storage {storage}";
        if (options.Only is { } only) command += $" --faults {(only.Count == 0 ? "none" : string.Join(',', only))}";
        if (options.Without.Count > 0) command += $" --without {string.Join(',', options.Without)}";
        if (options.Intensity != 1) command += string.Create(CultureInfo.InvariantCulture, $" --intensity {options.Intensity}");
        return command;
    }
}
