using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Customers;

/// <summary>How many orders of a customer are open. Pure.</summary>
/// <remarks>
/// The customer lists the orders it placed and is not told when they end: that would be a write per order. So the list is
/// never too short, and when it seems full the orders on it are asked. Only what they say is left out.
/// </remarks>
internal static class OpenOrders
{
    /// <summary>The largest limit.</summary>
    public const int Max = 1_000;

    /// <summary>
    /// How long an order that is not there yet counts as being placed: longer than any call lasts. Afterwards its placing
    /// broke off, and only its own command can bring it about.
    /// </summary>
    public static readonly TimeSpan PlacingTime = TimeSpan.FromMinutes(2);

    /// <summary>Why there can be no further order; null when there can.</summary>
    public static Refusal? Refuse(CustomerState state, int platformLimit)
    {
        var limit = state.MaxOpenOrders ?? platformLimit;
        return state.OpenOrders.Length < limit
            ? null
            : new(
                RefusalCode.OrderLimit,
                $"{state.OpenOrders.Length} orders of the customer are open; allowed are {limit} at once.",
                "/customer", Allowed: [limit.ToString(CultureInfo.InvariantCulture)]);
    }

    /// <summary>The order has its place on the list again: its placing broke off, and now it is taken up.</summary>
    public static Decision<CustomerState, Refusal?> Reopen(CustomerState state, OrderNumber order, int platformLimit)
    {
        if (state.OpenOrders.Contains(order)) return new(state, null);
        return Refuse(state, platformLimit) is { } full ? new(state, full) : new(state with { OpenOrders = state.OpenOrders.Add(order) }, null);
    }

    /// <summary>Takes orders off the list.</summary>
    public static CustomerState Close(CustomerState state, ImmutableArray<OrderNumber> ended)
    {
        var left = state.OpenOrders.RemoveAll(ended.Contains);
        return left.Length == state.OpenOrders.Length ? state : state with { OpenOrders = left };
    }

    /// <summary>Whether an order counts as open, by what it says itself.</summary>
    /// <param name="state">The customer.</param>
    /// <param name="number">The order's number.</param>
    /// <param name="order">The order; null while there is none.</param>
    /// <param name="now">The time.</param>
    public static bool IsOpen(CustomerState state, OrderNumber number, OrderView? order, DateTimeOffset now) => order switch
    {
        {
            Status: OrderStatus.Delivered or OrderStatus.Completed or OrderStatus.Rejected or OrderStatus.Canceled or OrderStatus.Returned
            or OrderStatus.Expired or OrderStatus.None
        } => false,
        not null => true,
        null => state.Placements.FirstOrDefault(p => p.Number == number) is { Refusal: null } placement && placement.At + PlacingTime > now,
    };
}
