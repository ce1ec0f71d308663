namespace OrderActors.Tools.Replay;

/// <summary>The rules that a day must obey.</summary>
internal enum Rule
{
    /// <summary>A file is there, has its header, and its lines have the right fields.</summary>
    Format,

    /// <summary>Couriers, orders and places are those of the instance.</summary>
    KnownIds,

    /// <summary>An order is in at most one assignment and on at most one line of the orders file.</summary>
    OrderOnce,

    /// <summary>All orders of an assignment are of one restaurant.</summary>
    OneRestaurant,

    /// <summary>The orders that were assigned and the orders with an outcome are the same.</summary>
    SameOrders,

    /// <summary>All moves of a courier stand together in the couriers file.</summary>
    CourierTogether,

    /// <summary>Two files that tell the same time or courier tell it alike; placement and ready times are the instance's.</summary>
    FilesAgree,

    /// <summary>Nothing is assigned before it is placed.</summary>
    AssignedAfterPlacement,

    /// <summary>Nobody is told anything outside of the shift.</summary>
    AssignedOnShift,

    /// <summary>Nobody is told anything before the last drop-off of the assignment before is over.</summary>
    AssignedWhenIdle,

    /// <summary>A courier's moves are those of the assignments: to the restaurant, then to each order in sequence.</summary>
    MovesFollowAssignments,

    /// <summary>A move begins where the one before ended; the first one at the on-location.</summary>
    MovesChain,

    /// <summary>Nobody leaves for a restaurant before being told to.</summary>
    LeavesAfterAssignment,

    /// <summary>No pickup before the last order of the bundle is ready.</summary>
    PickupAfterReady,

    /// <summary>No pickup before arrival and half the pickup service.</summary>
    PickupAfterArrival,

    /// <summary>No pickup after the courier's off-time.</summary>
    PickupBeforeOffTime,

    /// <summary>The courier leaves the restaurant half the pickup service after the pickup.</summary>
    LeavesAfterPickup,

    /// <summary>A drop-off is half the drop-off service after arrival.</summary>
    DropoffAfterArrival,

    /// <summary>The courier leaves for the next order of the bundle half the drop-off service after the drop-off.</summary>
    LeavesAfterDropoff,

    /// <summary>Drop-offs of an assignment come in its sequence, at least one drop-off service apart.</summary>
    DropoffsInSequence,
}

/// <summary>A rule that the files break.</summary>
/// <param name="Rule">Which one.</param>
/// <param name="File">The file at fault.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Detail">The values that break it.</param>
internal sealed record Breach(Rule Rule, string File, int Line, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File} line {Line}: {Rule}: {Detail}";
}
