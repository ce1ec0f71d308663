using System.Collections.Immutable;

namespace OrderActors.Tools.Replay;

/// <summary>A courier was given orders of one restaurant. Times are minutes from the day's start.</summary>
/// <param name="AssignmentMinute">When the courier was told.</param>
/// <param name="PickupMinute">When the goods changed hands, in the middle of the pickup service.</param>
/// <param name="Courier">The courier's id.</param>
/// <param name="Orders">The orders' ids in drop-off sequence.</param>
internal sealed record DayAssignment(decimal AssignmentMinute, decimal PickupMinute, string Courier, ImmutableArray<string> Orders);

/// <summary>What became of a delivered order. Times are minutes from the day's start.</summary>
internal sealed record DayOutcome(
    string Order, decimal PlacementMinute, decimal ReadyMinute, decimal PickupMinute, decimal DropoffMinute, string Courier);

/// <summary>A courier drove from one place to another.</summary>
/// <param name="Courier">The courier's id.</param>
/// <param name="DepartureMinute">When, in minutes from the day's start.</param>
/// <param name="Origin"><see cref="OnLocation"/>, or the id of a restaurant or an order.</param>
/// <param name="Destination">The id of a restaurant or an order.</param>
internal sealed record DayMove(string Courier, decimal DepartureMinute, string Origin, string Destination)
{
    /// <summary>How the files write the place where a courier's shift began.</summary>
    public const string OnLocation = "0";
}

/// <summary>
/// A day as it was done. An order that was not delivered is in none of the three lists: the published evaluator counts
/// the lines of the orders file as deliveries and takes the number placed from the instance.
/// </summary>
/// <param name="Assignments">What couriers were told.</param>
/// <param name="Outcomes">The delivered orders.</param>
/// <param name="Moves">Where couriers drove: each courier's in the sequence driven.</param>
internal sealed record DaySolution(
    ImmutableArray<DayAssignment> Assignments, ImmutableArray<DayOutcome> Outcomes, ImmutableArray<DayMove> Moves);
