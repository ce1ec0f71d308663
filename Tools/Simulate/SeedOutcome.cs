using OrderActors.Embedded.Simulation;

namespace OrderActors.Tools.Simulate;

/// <summary>What kind of promise a run broke.</summary>
internal enum FailureKind
{
    /// <summary>Something was wrong: lost, doubled, not conserved, not as the orders say.</summary>
    Correctness,

    /// <summary>Something did not come to its end although the faults had stopped.</summary>
    Liveness,

    /// <summary>The platform or the simulator threw what nobody expected.</summary>
    Crash,
}

/// <summary>Why a run failed.</summary>
/// <param name="Kind">The kind of promise.</param>
/// <param name="Invariant">The promise; the type of the exception when the run crashed.</param>
/// <param name="Message">What was expected and what there was.</param>
/// <param name="Details">The exception in full.</param>
internal sealed record SeedFailure(FailureKind Kind, string Invariant, string Message, string Details);

/// <summary>What became of one run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Hash">The hash of all its steps.</param>
/// <param name="Orders">Order lifecycles in it.</param>
/// <param name="Failure">Why it failed, or null.</param>
/// <param name="Faults">The faults that struck, in order.</param>
/// <param name="LastSteps">The last steps, the oldest first; empty when it did not fail.</param>
internal sealed record SeedOutcome(
    long Seed, ulong Hash, int Orders, SeedFailure? Failure, IReadOnlyList<InjectedFault> Faults, IReadOnlyList<string> LastSteps);
