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
/// <param name="Rules">What the zone allows and wants; null for <see cref="ZoneRules.Default"/>.</param>
/// <param name="IsOutOfTime">
/// Whether the answer is due: asked now and then by a policy that may take long, which then leaves what it has not looked at to the
/// plain policy. Null for never; what it says must depend on nothing but the clock.
/// </param>
public sealed record DispatchInput(
    DateTimeOffset Now, IReadOnlyList<WaitingOrder> Waiting, IReadOnlyList<IdleCourier> Idle, ITravelModel Travel,
    IReadOnlyList<IdleCourier>? Busy = null, IReadOnlyList<Demand>? Demand = null, ZoneRules? Rules = null, Func<bool>? IsOutOfTime = null);

/// <summary>What a zone allows and wants.</summary>
/// <param name="MaxMerchantsPerTrip">How many merchants a courier may visit before the first drop-off; 1 or more.</param>
/// <param name="Fairness">How much it counts that couriers earn alike: 0 for nothing, 1 for as much as can be.</param>
public sealed record ZoneRules(int MaxMerchantsPerTrip = 1, double Fairness = 0)
{
    /// <summary>One merchant a trip, and nothing but the customers' waiting counts.</summary>
    public static readonly ZoneRules Default = new();
}

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
/// <param name="Orders">
/// The orders, in the sequence of their drop-offs: of one merchant, or of as many as <see cref="ZoneRules"/> allows, which are visited in
/// the sequence in which their first orders come.
/// </param>
/// <param name="Basis">What it rests on.</param>
public sealed record Pairing(IdleCourier Courier, ImmutableArray<OrderNumber> Orders, ChoiceBasis Basis = ChoiceBasis.Nearest);

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
