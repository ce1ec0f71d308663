using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors.Dispatch.Matching;

/// <summary>Decides who carries what. Pure: the same input gives the same plan, in whatever order its lists come.</summary>
public interface IDispatchPolicy
{
    /// <summary>The assignments to give now, and when to look again if nothing changes before.</summary>
    DispatchPlan Decide(DispatchInput input);
}

/// <summary>A zone at one moment.</summary>
/// <param name="Now">The moment.</param>
/// <param name="Waiting">Orders that wait for a courier.</param>
/// <param name="Idle">Couriers who are free, or will be from <see cref="IdleCourier.Since"/>.</param>
/// <param name="Travel">How long things take.</param>
/// <param name="Busy">
/// Couriers who are carrying something: where and since when they are expected to be free. They can be planned with but are
/// given nothing; null when that is not known.
/// </param>
/// <param name="Demand">Where orders came from so far; null when that is not known.</param>
public sealed record DispatchInput(
    DateTimeOffset Now, IReadOnlyList<WaitingOrder> Waiting, IReadOnlyList<IdleCourier> Idle, ITravelModel Travel,
    IReadOnlyList<IdleCourier>? Busy = null, IReadOnlyList<Demand>? Demand = null);

/// <summary>A place that orders came from.</summary>
/// <param name="Place">A pickup.</param>
/// <param name="Weight">How many came from there, what is long ago counting less; above 0, in any unit.</param>
public readonly record struct Demand(GeoPoint Place, double Weight)
{
    /// <summary>The places that count, those with the largest weight: enough for the demand's shape.</summary>
    public const int MaxPlaces = 32;
}

/// <summary>One assignment.</summary>
/// <param name="Courier">Who.</param>
/// <param name="Orders">Orders of one merchant, in the sequence of their drop-offs.</param>
public sealed record Pairing(IdleCourier Courier, ImmutableArray<OrderNumber> Orders);

/// <summary>What to do.</summary>
/// <param name="Pairings">The assignments to give now. A courier who was sent is never diverted.</param>
/// <param name="LookAgainAt">When the next assignment may be due; null when only a change can bring one.</param>
public sealed record DispatchPlan(ImmutableArray<Pairing> Pairings, DateTimeOffset? LookAgainAt);

/// <summary>How long things take. A host may bring its own, with roads and traffic.</summary>
public interface ITravelModel
{
    /// <summary>The time at the merchant's: half of it before the goods are handed over, half after.</summary>
    TimeSpan PickupService { get; }

    /// <summary>The time at the customer's: half of it before the goods are handed over, half after.</summary>
    TimeSpan DropoffService { get; }

    /// <summary>
    /// No courier is ever faster, as the crow flies. It lets a policy leave out couriers who are too far away to be the nearest;
    /// infinite, the default, means that it has to look at all.
    /// </summary>
    double FastestMetresPerMinute => double.PositiveInfinity;

    /// <summary>The time from one place to another.</summary>
    TimeSpan Between(GeoPoint from, GeoPoint to);
}
