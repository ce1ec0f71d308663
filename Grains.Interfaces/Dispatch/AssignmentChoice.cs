using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Dispatch;

/// <summary>What an assignment rests on.</summary>
public enum ChoiceBasis
{
    /// <summary>It is part of a plan of all trips of all couriers.</summary>
    Plan,

    /// <summary>The nearest courier who was free, by the plain policy.</summary>
    Nearest,

    /// <summary>The nearest courier who was free: the work allowed for a plan was used up before the order's turn came.</summary>
    OutOfWork,

    /// <summary>The nearest courier who was free: the time for a decision was over before the order's turn came.</summary>
    OutOfTime,
}

/// <summary>Why this courier: what dispatch knew when it made an assignment.</summary>
/// <param name="Basis">What the assignment rests on.</param>
/// <param name="Zone">The zone, or the part of one, whose courier it is: another one than the order's when it was served from beside.</param>
/// <param name="Drive">The way to the first merchant.</param>
/// <param name="Wait">How long the courier was expected to wait for goods, at all merchants of the trip.</param>
/// <param name="PickupAt">When the last pickup of the trip was expected.</param>
/// <param name="Considered">How many free couriers could have taken it, this one included.</param>
/// <param name="NextDrive">The way of the nearest other courier who was free; null when there was none.</param>
/// <param name="Orders">The orders of the trip, in the sequence of their drop-offs.</param>
[GenerateSerializer, Immutable, Alias("orderactors.assignment-choice")]
public sealed record AssignmentChoice(
    ChoiceBasis Basis, string Zone, TimeSpan Drive, TimeSpan Wait, DateTimeOffset PickupAt, int Considered, TimeSpan? NextDrive,
    ImmutableArray<OrderNumber> Orders);
