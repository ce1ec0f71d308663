using System.Collections.Immutable;
using OrderActors.Idempotency;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Customers;

/// <summary>A command to place an order, with the number the order got.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="Fingerprint">Of its content.</param>
/// <param name="Number">The order's number.</param>
/// <param name="At">When it came.</param>
/// <param name="Refusal">Why there is no such order; null while it is placed or being placed.</param>
internal sealed record Placement(string Id, string Fingerprint, OrderNumber Number, DateTimeOffset At, Refusal? Refusal = null);

/// <summary>What is stored of a customer.</summary>
[StoredAs("customer", version: 1)]
internal sealed record CustomerState
{
    private readonly ImmutableArray<Placement> _placements;

    /// <summary>Placements whose id is remembered, oldest first.</summary>
    public ImmutableArray<Placement> Placements { get => _placements.OrEmpty(); init => _placements = value; }

    public OrderIndex Orders { get; init; } = OrderIndex.Empty;
}

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
    public readonly record struct Outcome(Placement? Placement, Refusal? Refusal, bool Known = false);

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
    public static Decision<CustomerState, Outcome> Remember(CustomerState state, Placement placement, int? sealedPage)
    {
        if (Recall(state, placement.Id, placement.Fingerprint) is { } known) return new(state, known);
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
            state with { Placements = kept.Add(placement), Orders = state.Orders.Add(placement.Number, sealedPage) },
            new(placement, null));
    }

    /// <summary>The order was refused: its id keeps the refusal, and it is not listed.</summary>
    public static CustomerState Refuse(CustomerState state, string id, Refusal refusal)
    {
        var at = state.Placements.IndexOf(state.Placements.FirstOrDefault(p => p.Id == id)!);
        if (at < 0 || state.Placements[at].Refusal is not null) return state;
        var placement = state.Placements[at];
        return state with
        {
            Placements = state.Placements.SetItem(at, placement with { Refusal = refusal }),
            Orders = state.Orders.Remove(placement.Number),
        };
    }
}
