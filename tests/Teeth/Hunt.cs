using System.Collections.Concurrent;
using OrderActors.Embedded.Simulation;
using OrderActors.Tools.Simulate;
using OrderActors.Tools.Simulate.Checks;

namespace OrderActors.Tests.Teeth;

/// <summary>The world in which a bug breaks its promise, and in which all promises hold without it.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Seeds">How many worlds were lived with the bug, this one included.</param>
/// <param name="Failure">The broken promise; null when all seeds were lived and none broke one.</param>
internal sealed record Catch(long Seed, int Seeds, SeedFailure? Failure);

/// <summary>Looks for the first seed in whose world a bug breaks its promise, for all bugs on all cores.</summary>
internal sealed class Hunt
{
    /// <summary>Within how many seeds a bug has to be caught.</summary>
    public const int MaxSeeds = 2_000;

    private readonly ConcurrentQueue<DeliberateBug> _bugs = new(DeliberateBug.All);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Catch>> _caught = new(StringComparer.Ordinal);
    private readonly bool _fromTheFirst;

    /// <summary>Begins looking.</summary>
    /// <param name="fromTheFirst">
    /// Whether to begin at seed 1, which takes long; else at the seed that is known to catch a bug, and at 1 only if it does not.
    /// </param>
    public Hunt(bool fromTheFirst)
    {
        _fromTheFirst = fromTheFirst;
        foreach (var bug in DeliberateBug.All) _caught[bug.Name] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        // Threads and not tasks: a world has one.
        for (var i = 0; i < Environment.ProcessorCount; i++) new Thread(Work, 16 << 20) { IsBackground = true, Name = "teeth" }.Start();
    }

    /// <summary>Where a bug was caught.</summary>
    public Task<Catch> Of(DeliberateBug bug) => _caught[bug.Name].Task;

    /// <summary>Lives one world with a bug, or with none.</summary>
    public static SeedOutcome Live(string? bug, long seed, int orders, double intensity)
    {
        Bug.On = bug;
        try
        {
            return SeedRun.Run(seed, orders, FaultPlan.Draw(seed, intensity), new Coverage());
        }
        finally
        {
            Bug.On = null;
        }
    }

    private void Work()
    {
        while (_bugs.TryDequeue(out var bug))
        {
            try
            {
                _caught[bug.Name].SetResult(Find(bug));
            }
            catch (Exception e)
            {
                _caught[bug.Name].SetException(e);
            }
        }
    }

    private Catch Find(DeliberateBug bug)
    {
        if (!_fromTheFirst && Break(bug, bug.Seed) is { } known) return new(bug.Seed, 1, known);
        for (var seed = 1; seed <= MaxSeeds; seed++)
        {
            if (Break(bug, seed) is { } broken) return new(seed, seed, broken);
        }

        return new(MaxSeeds, MaxSeeds, null);
    }

    /// <summary>How the bug breaks its promise in the world of a seed in which all promises hold without it; null when it does not.</summary>
    private static SeedFailure? Break(DeliberateBug bug, long seed) =>
        Live(bug.Name, seed, bug.Orders, bug.Intensity).Failure is { } broken && bug.IsBrokenBy(broken)
        && Live(null, seed, bug.Orders, bug.Intensity).Failure is null ? broken : null;
}
