using System.Globalization;
using System.Text;
using System.Text.Json;
using OrderActors.Embedded.Simulation;
using OrderActors.Tools.Simulate.Checks;

namespace OrderActors.Tools.Simulate;

/// <summary>A whole run of the command: many seeds, what they reached, and what the first failure comes down to.</summary>
internal static class Simulation
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Runs the seeds and says what became of them; returns the exit code.</summary>
    public static int Run(SimulateOptions options, TextWriter stdout, TextWriter stderr, CancellationToken cancellation)
    {
        var coverage = new Coverage();
        var campaign = new Campaign(options, (seed, faults) => RunCovered(seed, options, faults, coverage));
        using (new ProgressLine(stderr, () => Progress(campaign, options, coverage)))
        {
            campaign.Run(failed => stderr.WriteLine(Line(failed)), cancellation);
        }

        if (options.Hashes is { } file) WriteHashes(file, campaign);
        Report(campaign, options, coverage, stdout, cancellation);
        stdout.WriteLine(JsonSerializer.Serialize(
            new
            {
                Seeds = campaign.Done,
                Failures = campaign.Failures.Count,
                campaign.Orders,
                TransitionsCovered = coverage.Covered,
                TransitionsTotal = coverage.Total,
                LifecyclesPerSecondPerCore = (long)campaign.LifecyclesPerSecondPerCore,
                Faults = campaign.Injected,
                TraceHash = campaign.Hash.ToString("x16", CultureInfo.InvariantCulture),
            }, Json));
        return ExitCode(campaign.Failures);
    }

    private static SeedOutcome RunCovered(long seed, SimulateOptions options, FaultPlan faults, Coverage all)
    {
        // Its own, and then merged: worlds on other threads would wait for one another at every step.
        var coverage = new Coverage();
        var outcome = SeedRun.Run(seed, options.Orders, faults, coverage, options.Storage);
        lock (all) all.Merge(coverage);
        return outcome;
    }

    private static void Report(Campaign campaign, SimulateOptions options, Coverage coverage, TextWriter stdout, CancellationToken cancellation)
    {
        if (campaign.Failures.Count > 0) FailureReport.Write(campaign.Failures[0], options, stdout, cancellation);
        if (campaign.Failures.Count > 1)
        {
            stdout.WriteLine("All that failed:");
            foreach (var failed in campaign.Failures) stdout.WriteLine("  " + Line(failed));
        }

        // One world reaches a part of everything at most, and what it does not says nothing.
        if (options.Seeds == 1) return;
        lock (coverage)
        {
            if (coverage.Missing().ToList() is { Count: > 0 } missing) stdout.WriteLine($"Never reached: {string.Join(", ", missing)}");
        }
    }

    private static string Progress(Campaign campaign, SimulateOptions options, Coverage coverage)
    {
        lock (coverage)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{campaign.Done:N0} of {options.Seeds:N0} seeds, {campaign.Failures.Count} failed, {campaign.Orders:N0} orders at " +
                $"{campaign.LifecyclesPerSecondPerCore:N0}/s and core, {campaign.Injected:N0} faults, {coverage.Covered} of {coverage.Total} reached");
        }
    }

    private static string Line(SeedOutcome failed) => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {failed.Seed} failed: {failed.Failure!.Kind}, {failed.Failure.Invariant}: {FirstLine(failed.Failure.Message)}");

    private static string FirstLine(string text) => text.Split('\n', 2)[0];

    private static int ExitCode(IReadOnlyList<SeedOutcome> failures) =>
        failures.Count == 0 ? ExitCodes.Ok
        : failures.Any(f => f.Failure!.Kind == FailureKind.Correctness) ? ExitCodes.SimulationIncorrect
        : failures.Any(f => f.Failure!.Kind == FailureKind.Liveness) ? ExitCodes.SimulationStuck
        : ExitCodes.SimulationCrashed;

    private static void WriteHashes(string file, Campaign campaign)
    {
        var text = new StringBuilder();
        foreach (var (seed, hash) in campaign.Hashes) text.Append(CultureInfo.InvariantCulture, $"{seed} {hash:x16}\n");
        File.WriteAllText(file, text.ToString());
    }
}

/// <summary>A line that is written again every second, until it is disposed.</summary>
internal sealed class ProgressLine : IDisposable
{
    private readonly TextWriter _stderr;
    private readonly Func<string> _text;
    private readonly Timer _timer;

    public ProgressLine(TextWriter stderr, Func<string> text)
    {
        (_stderr, _text) = (stderr, text);
        _timer = new Timer(_ => _stderr.WriteLine(_text()), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
    }

    public void Dispose()
    {
        _timer.Dispose();
        _stderr.WriteLine(_text());
    }
}
