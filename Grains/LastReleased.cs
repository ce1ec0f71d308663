using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors;

/// <summary>
/// The orders that last gave back what one record keeps for one order at a time, or for a few. Stored with it: what takes something for an
/// order too late, however late, finds out here.
/// </summary>
internal static class LastReleased
{
    /// <summary>More than ever try for the same thing at a time.</summary>
    private const int Most = 16;

    /// <summary>These and one more.</summary>
    public static ImmutableArray<OrderNumber> With(ImmutableArray<OrderNumber> released, OrderNumber order) =>
        released.Contains(order) ? released : released.Length < Most ? released.Add(order) : released.RemoveAt(0).Add(order);
}
