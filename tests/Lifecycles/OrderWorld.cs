using System.Collections.Immutable;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles;

/// <summary>One order's people, its commands, and every state that they can bring it to.</summary>
internal static class OrderWorld
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly OrderNumber Number = OrderNumber.Create(1_000, 0, 1, Shard.Of("c1"), Shard.Of("m1"));
    public static readonly OrderPolicy Policy = new();
    public static readonly Money Total = new(900, "EUR");

    public static Actor Owner(Role role) => role switch
    {
        Role.System => Actor.System,
        Role.Customer => new(role, "c1"),
        Role.Merchant => new(role, "m1"),
        Role.Courier => new(role, "k1"),
        _ => new(role, "op"),
    };

    public static OrderFacts Facts(bool autoAccept = false, Refusal? refusal = null) => new(Number, refusal is not null
        ? new(null, refusal)
        : new(new([new("i1", "Soup", 2, 450)], Total, "z1", new(1, 1), TimeSpan.FromMinutes(20), autoAccept), null));

    /// <summary>The command of each name, with values that fit.</summary>
    public static OrderCommand Command(string name, Actor by, string id, OrderState? state = null) => name switch
    {
        "place" => new PlaceOrder(id, by, "c1", "m1", [new("i1", 2)], Total, new(2, 2)),
        "accept" => new AcceptOrder(id, by),
        "reject" => new RejectOrder(id, by, CancelReason.MerchantBusy),
        "ready" => new MarkReady(id, by),
        "cancel" => new CancelOrder(id, by, by.Role == Role.Merchant ? CancelReason.MerchantUnable : CancelReason.CustomerRequest),
        "assign" => new AssignCourier(id, by, "k1"),
        "unassign" => new UnassignCourier(id, by, "k1"),
        "deadline" => new DeadlineReached(id, by, state is { Deadlines: [var first, ..] } ? first : new(DeadlineKind.Acceptance, Start.AddYears(-1))),
        _ => new AdvanceDelivery(id, by, Enum.GetValues<CourierStep>().Single(s => Names.Of(s) == name)),
    };

    public static readonly string[] Commands =
    [
        "place", "accept", "reject", "ready", "cancel", "assign", "unassign", "leave_for_pickup", "arrive_at_pickup", "pick_up",
        "leave_for_dropoff", "arrive_at_dropoff", "deliver", "deadline",
    ];

    public static Decision<OrderState, OrderReply> Give(OrderState state, string name, Actor by, string? id = null, bool auto = false) =>
        OrderLifecycle.Decide(state, Command(name, by, id ?? $"{name}-{state.Version}-{by}", state), Facts(auto), Policy, Start.AddMinutes(state.Version));

    /// <summary>Where a state stands: the axes, and whether the delivery's deadline has been breached.</summary>
    public static string Key(OrderState s) => s.Status == OrderStatus.InDelivery && s.Deadlines.IsEmpty
        ? $"{s.Status}/{s.Delivery}/late"
        : $"{s.Status}/{s.Delivery}";

    /// <summary>Every state that commands lead to, one of each kind, found breadth first.</summary>
    public static IReadOnlyDictionary<string, OrderState> Reachable { get; } = Explore();

    private static Dictionary<string, OrderState> Explore()
    {
        var found = new Dictionary<string, OrderState> { [Key(new())] = new() };
        var queue = new Queue<OrderState>(found.Values);
        while (queue.TryDequeue(out var state))
        {
            foreach (var name in Commands)
            {
                foreach (var role in Enum.GetValues<Role>())
                {
                    foreach (var auto in new[] { false, true })
                    {
                        var next = Give(state, name, Owner(role), auto: auto).State;
                        if (!found.TryAdd(Key(next), next)) continue;
                        queue.Enqueue(next);
                    }
                }
            }
        }

        return found;
    }
}
