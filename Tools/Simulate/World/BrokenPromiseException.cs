namespace OrderActors.Tools.Simulate.World;

/// <summary>A promise of the platform was broken: which, about what, and both values.</summary>
/// <param name="invariant">The promise's name, such as <c>money</c>; <see cref="Liveness"/> when something never came to an end.</param>
/// <param name="subject">The order, courier, merchant or consumer it is about.</param>
/// <param name="expected">What should be.</param>
/// <param name="actual">What is.</param>
internal sealed class BrokenPromiseException(string invariant, string subject, string expected, string actual)
    : Exception($"{invariant}: {subject}: expected {expected}, found {actual}.")
{
    /// <summary>The invariant of everything that does not come to its end.</summary>
    public const string Liveness = "liveness";

    /// <summary>The promise's name.</summary>
    public string Invariant { get; } = invariant;

    /// <summary>What it is about.</summary>
    public string Subject { get; } = subject;

    /// <summary>What happened to the order it is about, where it is one; empty otherwise.</summary>
    public string Story { get; set; } = "";

    /// <inheritdoc/>
    public override string Message => Story.Length == 0 ? base.Message : $"{base.Message}{Environment.NewLine}{Story}";
}
