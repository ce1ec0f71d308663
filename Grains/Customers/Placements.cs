using OrderActors.Idempotency;
using OrderActors.Values;

namespace OrderActors.Customers;

/// <summary>How placements are remembered. Pure.</summary>
/// <remarks>
/// An id is remembered for 24 hours. A customer with more than 1,000 placements in that time (an account that orders for
/// many) has the newest 1,000 remembered, as long as each had 10 minutes: beyond that rate placements are refused for the
/// moment, because a retry must never make a second order.
/// </remarks>
internal static class Placements
{
    /// <summary>How long an id is remembered, if there is room.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>How long an id is remembered in any case.</summary>
    public static readonly TimeSpan MinWindow = TimeSpan.FromMinutes(10);

    /// <summary>How many ids are remembered: about 150 KB in the customer's record.</summary>
    public const int Max = 1_000;

    /// <summary>A known placement or a refusal.</summary>
    /// <param name="Placement">The placement.</param>
    /// <param name="Refusal">The refusal.</param>
    /// <param name="Known">Whether the command came before.</param>
    /// <param name="AtLimit">Whether it was refused because so many orders are believed to be open: it pays to ask them.</param>
    public readonly record struct Outcome(Placement? Placement, Refusal? Refusal, bool Known = false, bool AtLimit = false);

    /// <summary>What is known of a command id; null when it is new.</summary>
    public static Outcome? Recall(CustomerState state, string id, string fingerprint)
    {
        foreach (var placement in state.Placements)
        {
            if (placement.Id != id) continue;
            return placement.Fingerprint == fingerprint ? new(placement, placement.Refusal, true) : new(null, CommandMemory.Reused(id));
        }

        return null;
    }

    /// <summary>Remembers a placement and lists its order; one that is known already stays as it is.</summary>
    /// <param name="state">The state.</param>
    /// <param name="placement">The placement.</param>
    /// <param name="sealedPage">The page of orders that was sealed before, or null.</param>
    /// <param name="limit">How many orders may be open where the customer has no limit of its own.</param>
    public static Decision<CustomerState, Outcome> Remember(
        CustomerState state, Placement placement, int? sealedPage, int limit = Customers.OpenOrders.Max)
    {
        if (Recall(state, placement.Id, placement.Fingerprint) is { } known) return new(state, known);
        if (OpenOrders.Refuse(state, limit) is { } full) return new(state, new(null, full, AtLimit: true));
        var kept = state.Placements.RemoveAll(p => p.At + Window <= placement.At);
        if (kept.Length >= Max)
        {
            var over = kept[0].At + MinWindow - placement.At;
            if (over > TimeSpan.Zero)
            {
                return new(state, new(null, new(
                    RefusalCode.TooMany,
                    $"{Max} orders were placed within {MinWindow.TotalMinutes:0} minutes, the most for one customer; " +
                    $"try again in {Math.Ceiling(over.TotalSeconds):0} s.")));
            }

            kept = kept.RemoveAt(0);
        }

        return new(
            state with
            {
                Placements = kept.Add(placement),
                Orders = state.Orders.Add(placement.Number, sealedPage),
                OpenOrders = state.OpenOrders.Add(placement.Number),
            },
            new(placement, null));
    }

    /// <summary>The order was refused: its command's id keeps the refusal, and it is neither listed nor open.</summary>
    public static CustomerState Refuse(CustomerState state, OrderNumber order, Refusal refusal)
    {
        var known = state.Placements.FirstOrDefault(p => p.Number == order);
        if (known is null || known.Refusal is not null) return state;
        return state with
        {
            // What says to come again is no answer for good: the same id may try again, with another number.
            Placements = CommandMemory.SaysLater(refusal.Code)
                ? state.Placements.Remove(known)
                : state.Placements.Replace(known, known with { Refusal = refusal }),
            Orders = state.Orders.Remove(order),
            OpenOrders = state.OpenOrders.Remove(order),
        };
    }
}
