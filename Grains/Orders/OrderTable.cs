using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrderActors.Values;
using static OrderActors.Orders.DeliveryStatus;
using static OrderActors.Orders.OrderStatus;

namespace OrderActors.Orders;

/// <summary>
/// The transition table of orders. What a row does is in <see cref="OrderEffects"/>; what is allowed in a state is read off
/// the same rows, so it cannot differ from them.
/// </summary>
internal static class OrderTable
{
    /// <summary>What a row does: changes the draft, or refuses a value that only this row can judge.</summary>
    public delegate Refusal? Effect(OrderDraft draft);

    /// <summary>The row of a state and a command from a role; null when there is none.</summary>
    /// <remarks>
    /// A customer may cancel until the goods are ready; after that only the merchant or an operator. After the pickup nobody
    /// may: the goods are under way. A pickup closes the preparation, whatever the merchant said: the courier holding the
    /// goods is a fact.
    /// </remarks>
    public static Effect? Row(OrderState o, OrderCommand command, Role by) => (o.Status, o.Delivery, command) switch
    {
        (None, _, PlaceOrder c) => d => OrderEffects.Place(d, c),

        (AwaitingMerchant, _, AcceptOrder c) => d => OrderEffects.Accept(d, c),
        (AwaitingMerchant, _, RejectOrder c) => d => OrderEffects.Reject(d, c),
        (AwaitingMerchant or Preparing, _, CancelOrder c) => d => OrderEffects.Cancel(d, c.Reason),
        (Ready, _, CancelOrder c) when by is not Role.Customer => d => OrderEffects.Cancel(d, c.Reason),

        (Preparing, _, MarkReady) => OrderEffects.MarkReady,

        (Preparing or Ready, Pending, AssignCourier c) => d => OrderEffects.Assign(d, c.Courier),
        (Preparing or Ready, Assigned or EnRouteToPickup or ArrivedAtPickup, UnassignCourier c) => d => OrderEffects.Unassign(d, c.Courier),

        (Preparing or Ready, Assigned, AdvanceDelivery { Step: CourierStep.LeaveForPickup } c) => d => OrderEffects.Advance(d, c.Step),
        (Preparing or Ready, Assigned or EnRouteToPickup, AdvanceDelivery { Step: CourierStep.ArriveAtPickup } c) => d => OrderEffects.Advance(d, c.Step),
        (Preparing or Ready, Assigned or EnRouteToPickup or ArrivedAtPickup, AdvanceDelivery { Step: >= CourierStep.PickUp } c)
            => d => OrderEffects.Advance(d, c.Step),
        (InDelivery, PickedUp, AdvanceDelivery { Step: > CourierStep.PickUp } c) => d => OrderEffects.Advance(d, c.Step),
        (InDelivery, EnRouteToDropoff, AdvanceDelivery { Step: > CourierStep.LeaveForDropoff } c) => d => OrderEffects.Advance(d, c.Step),
        (InDelivery, ArrivedAtDropoff, AdvanceDelivery { Step: CourierStep.Deliver } c) => d => OrderEffects.Advance(d, c.Step),

        // A deadline acts only while the order waits for just this one; a stale one changes nothing, on purpose.
        (not None, _, DeadlineReached c) when o.Deadlines.Contains(c.Deadline) => d => OrderEffects.Reach(d, c.Deadline),
        (not None, _, DeadlineReached) => static _ => null,

        _ => null,
    };

    /// <summary>Who may give a command at all, whatever the state.</summary>
    public static Roles Givers(OrderCommand command) => command switch
    {
        PlaceOrder => Roles.Customer | Roles.Operator,
        AcceptOrder or RejectOrder or MarkReady => Roles.Merchant | Roles.Operator,
        CancelOrder => Roles.Customer | Roles.Merchant | Roles.Operator,
        AssignCourier => Roles.System | Roles.Operator,
        UnassignCourier => Roles.System | Roles.Courier | Roles.Operator,
        AdvanceDelivery => Roles.Courier | Roles.Operator,
        DeadlineReached => Roles.System,
        _ => Roles.None,
    };

    /// <summary>A command's name, as in <see cref="OrderView.Allowed"/>.</summary>
    public static string Name(OrderCommand command) => command switch
    {
        PlaceOrder => "place",
        AcceptOrder => "accept",
        RejectOrder => "reject",
        MarkReady => "ready",
        CancelOrder => "cancel",
        AssignCourier => "assign",
        UnassignCourier => "unassign",
        AdvanceDelivery c => Names.Of(c.Step),
        DeadlineReached => "deadline",
        _ => command.GetType().Name,
    };

    /// <summary>One command of each name, to ask the table with. Deadlines are not for callers to give.</summary>
    private static readonly ImmutableArray<OrderCommand> Probes =
    [
        new PlaceOrder("", Actor.System, "", "", [], default, default),
        new AcceptOrder("", Actor.System),
        new RejectOrder("", Actor.System, default),
        new MarkReady("", Actor.System),
        new CancelOrder("", Actor.System, default),
        new AssignCourier("", Actor.System, ""),
        new UnassignCourier("", Actor.System, ""),
        .. Enum.GetValues<CourierStep>().Select(step => new AdvanceDelivery("", Actor.System, step)),
    ];

    // The rows of callers' commands ask for nothing but the two statuses, so what they allow is worked out once for each pair.
    private static readonly ConcurrentDictionary<(OrderStatus, DeliveryStatus, Role?), ImmutableArray<string>> Known = new();

    /// <summary>The names of the commands that a role, or with null anybody, may give in a state.</summary>
    public static ImmutableArray<string> Allowed(OrderState state, Role? by) =>
        Known.GetOrAdd((state.Status, state.Delivery, by), static (key, state) => Probe(state, key.Item3), state);

    private static ImmutableArray<string> Probe(OrderState state, Role? by)
    {
        var names = ImmutableArray.CreateBuilder<string>(8);
        foreach (var probe in Probes)
        {
            // The operator may give every command of a caller that any other role may give.
            var role = by ?? Role.Operator;
            if (Givers(probe).Has(role) && Row(state, probe, role) is not null) names.Add(Name(probe));
        }

        return names.DrainToImmutable();
    }
}
