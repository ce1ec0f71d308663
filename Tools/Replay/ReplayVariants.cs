namespace OrderActors.Tools.Replay;

/// <summary>What a day may do that the plain rules of the problem forbid; nothing of it unless asked for.</summary>
/// <param name="Updates">
/// A courier who arrives at a restaurant may leave it with other orders of it than it was sent for, of which at least one stays.
/// </param>
/// <param name="Preposition">Couriers who are idle may drive to restaurants without an order, and are told nothing on their way.</param>
internal readonly record struct ReplayVariants(bool Updates = false, bool Preposition = false)
{
    /// <summary>The variants that were asked for.</summary>
    /// <exception cref="BadInputException">They are not possible with what else was asked for.</exception>
    public static ReplayVariants Of(bool updates, bool preposition, bool isPure, string policy, double fairness)
    {
        if ((updates || preposition) && !isPure)
            throw new BadInputException("--updates and --preposition are possible with --pure or --all only.");
        if (updates && (policy != ReplayPolicy.Optimised || fairness > 0))
            throw new BadInputException($"--updates is possible with --policy {ReplayPolicy.Optimised} and without --fairness only.");
        return new ReplayVariants(updates, preposition);
    }
}
