using OrderActors.Values;

namespace OrderActors.Promotions;

/// <summary>A customer's uses of a promotion. Pure.</summary>
internal static class CouponUses
{
    /// <summary>Takes a use for an order; true when the order has one.</summary>
    public static Decision<PromotionUsesState, bool> Take(PromotionUsesState state, OrderNumber order, int limit)
    {
        if (state.Orders.Contains(order)) return new(state, true);
        if (state.Released.Contains(order)) return new(state, false);
        return state.Orders.Length >= limit ? new(state, false) : new(state with { Orders = state.Orders.Add(order) }, true);
    }

    /// <summary>Gives the order's use back, also one that is still to come.</summary>
    public static Decision<PromotionUsesState, bool> Release(PromotionUsesState state, OrderNumber order) => state.Released.Contains(order)
        ? new(state, true)
        : new(state with { Orders = state.Orders.Remove(order), Released = LastReleased.With(state.Released, order) }, true);
}
