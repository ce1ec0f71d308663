namespace OrderActors.Dispatch.Matching;

/// <summary>
/// What <see cref="OptimisedPolicy"/> weighs against what, and how long it may look. How the values were found is in
/// docs/dispatch.md.
/// </summary>
public sealed record RoutingTerms
{
    /// <summary>The most orders that a courier fetches at once, whatever the courier's own capacity; 1 or more.</summary>
    public int MaxOrdersPerTrip { get; init; } = 4;

    /// <summary>
    /// What a courier's minute costs when the zone is so busy that all time is needed, in minutes of customers' waiting. In a
    /// zone with nothing to do it costs nothing, in between it grows with the load.
    /// </summary>
    public double MinutePrice { get; init; } = 0.4;

    /// <summary>What it costs to leave a courier a minute's ride farther away from where orders come from, in minutes.</summary>
    public double DistancePrice { get; init; } = 0.1;

    /// <summary>How far ahead a courier's time is counted, in minutes.</summary>
    public double HorizonMinutes { get; init; } = 120;

    /// <summary>From how many minutes after placement on a customer's waiting counts double.</summary>
    public double UrgentMinutes { get; init; } = 75;

    /// <summary>What an order without a courier costs, in minutes after its placement: more than any delivery in time.</summary>
    public double MissedMinutes { get; init; } = 300;

    /// <summary>
    /// What it costs at most to give an order to a courier whose shift has brought twice the mean per hour, or saves with one whom it
    /// has brought nothing, in minutes of a customer's waiting; where a zone's fairness is 1.
    /// </summary>
    public double FairnessMinutes { get; init; } = 10;

    /// <summary>How many couriers are considered for a merchant's orders: those who can be there first.</summary>
    public int Candidates { get; init; } = 40;

    /// <summary>How often, per waiting order, a few orders are taken out of the plan and put in again.</summary>
    public int RoundsPerOrder { get; init; } = 5;

    /// <summary>The most orders that are taken out at once; 2 or more.</summary>
    public int RoundSize { get; init; } = 10;

    /// <summary>
    /// Routes that one decision may evaluate, each some 0.1 µs. It bounds the time of a decision, and unlike a clock it gives
    /// the same plan on every machine.
    /// </summary>
    public long WorkLimit { get; init; } = 1_000_000;
}
