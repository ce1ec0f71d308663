using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrderActors.Orders.Kinds;
using OrderActors.Values;
using static OrderActors.Orders.OrderStatus;

namespace OrderActors.Orders;

/// <summary>
/// The transition table of orders: the rows that all kinds share. What a kind adds is in its own rows (<see cref="IOrderKind"/>),
/// what a row does in <see cref="OrderEffects"/>, <see cref="OrderEnds"/>, <see cref="OrderPayments"/> and
/// <see cref="OrderChanges"/>. What is allowed in a state is read off the same rows, so it cannot differ from them.
/// </summary>
internal static class OrderTable
{
    /// <summary>What a row does: changes the draft, or refuses a value that only this row can judge.</summary>
    public delegate Refusal? Effect(OrderDraft draft);

    /// <summary>The row of a state and a command from a role; null when there is none.</summary>
    public static Effect? Row(OrderState o, OrderCommand command, Role by) => Shared(o, command, by) ?? OrderKinds.Of(o.Kind).Row(o, command, by);

    private static Effect? Shared(OrderState o, OrderCommand command, Role by) => (o.Status, command) switch
    {
        // Placing. Whoever comes too late with its outcome changes nothing.
        (None, PlaceOrder c) => d => OrderEffects.Receive(d, c),
        (Received, CompletePlacing c) when o.Placing?.Refusal is null => d => OrderEffects.Place(d, c),
        (Received, RefusePlacing c) when o.Placing?.Refusal is null => d => OrderEffects.Refuse(d, c),
        (Received, ForgetPlacing) when o.Placing?.Refusal is not null => OrderEffects.Forget,
        (_, PlacingCommand) => static _ => null,

        // Paying. What became of the money is a fact in every state, and may be known before the order has all it needs.
        (not None, RecordPayment c) => d => OrderPayments.Record(d, c.Payment),
        (AwaitingPayment, PayOrder c) => d => OrderPayments.Pay(d, c),

        (Scheduled or AwaitingPayment or AwaitingMerchant, CancelOrder c) => d => OrderEnds.Cancel(d, c),

        // The merchant's word. A customer may cancel until the goods are ready; after that only the merchant or an operator.
        (AwaitingMerchant, AcceptOrder c) => d => OrderEffects.Accept(d, c),
        (AwaitingMerchant, RejectOrder c) => d => OrderEnds.Reject(d, c),
        (Preparing, CancelOrder c) => d => OrderEnds.Cancel(d, c),
        (Ready, CancelOrder c) when by is not Role.Customer => d => OrderEnds.Cancel(d, c),
        (Preparing, MarkReady) => OrderEffects.MarkReady,

        // Changes of the lines.
        (Scheduled or AwaitingMerchant or Preparing, ProposeModification c) when o.OpenProposal is null => d => OrderChanges.Propose(d, c),
        (Scheduled or AwaitingMerchant or Preparing, ResolveModification c) when o.OpenProposal is not null => d => OrderChanges.Resolve(d, c),

        // An operator's hand.
        (not None and not Received, FreezeOrder c) when !o.Frozen && !o.HasEnded => d => OrderEffects.Freeze(d, c),
        (not None and not Received, UnfreezeOrder c) when o.Frozen => d => OrderEffects.Unfreeze(d, c),
        (not None and not Received, OverrideOrder c) when !o.HasEnded && OrderEnds.CanOverride(o, c.To) => d => OrderEnds.Override(d, c),

        // The books. What was exported stays so, and is told again without harm.
        (Completed or Returned or Canceled or Expired, RecordExport c) => d => OrderEnds.Export(d, c),

        // A deadline acts only while the order waits for just this one; a stale one changes nothing, on purpose.
        (not None, DeadlineReached c) when o.Deadlines.Contains(c.Deadline) => d => OrderEffects.Reach(d, c.Deadline),
        (_, DeadlineReached) => static _ => null,

        _ => null,
    };

    /// <summary>Who may give a command at all, whatever the state.</summary>
    public static Roles Givers(OrderCommand command) => command switch
    {
        PlaceOrder => Roles.Customer | Roles.Operator,
        PayOrder => Roles.Customer | Roles.Operator,
        AcceptOrder => Roles.Merchant | Roles.Operator | Roles.System,
        RejectOrder or MarkReady or CollectOrder => Roles.Merchant | Roles.Operator,
        CancelOrder => Roles.Customer | Roles.Merchant | Roles.Operator,
        ProposeModification or ResolveModification => Roles.Customer | Roles.Merchant | Roles.Operator,
        OfferDelivery or AssignCourier or HandOver => Roles.System | Roles.Operator,
        UnassignCourier => Roles.System | Roles.Courier | Roles.Operator,
        AdvanceDelivery or FailDelivery => Roles.Courier | Roles.Operator,
        ReturnGoods => Roles.Courier | Roles.Merchant | Roles.Operator,
        FreezeOrder or UnfreezeOrder or OverrideOrder => Roles.Operator,
        DeadlineReached or RecordPayment or RecordExport => Roles.System,
        _ => Roles.None,
    };

    /// <summary>A command's name, as in <see cref="OrderView.Allowed"/>.</summary>
    public static string Name(OrderCommand command) => command switch
    {
        PlaceOrder => "place",
        PayOrder => "pay",
        AcceptOrder => "accept",
        RejectOrder => "reject",
        MarkReady => "ready",
        CollectOrder => "collect",
        CancelOrder => "cancel",
        ProposeModification => "propose_modification",
        ResolveModification { Approve: true } => "approve_modification",
        ResolveModification => "decline_modification",
        OfferDelivery => "offer",
        AssignCourier => "assign",
        UnassignCourier => "unassign",
        HandOver => "hand_over",
        AdvanceDelivery c => Names.Of(c.Step),
        FailDelivery => "fail_delivery",
        ReturnGoods => "return_goods",
        FreezeOrder => "freeze",
        UnfreezeOrder => "unfreeze",
        OverrideOrder => "override",
        DeadlineReached => "deadline",
        RecordPayment => "record_payment",
        RecordExport => "record_export",
        _ => command.GetType().Name,
    };

    /// <summary>One command of each name, to ask the table with. What is not for callers to give is left out.</summary>
    private static readonly ImmutableArray<OrderCommand> Probes =
    [
        new PlaceOrder("", Actor.System, "", "", [], default, default),
        new PayOrder("", Actor.System, ""),
        new AcceptOrder("", Actor.System),
        new RejectOrder("", Actor.System, default),
        new MarkReady("", Actor.System),
        new CollectOrder("", Actor.System),
        new CancelOrder("", Actor.System, default),
        new ProposeModification("", Actor.System, []),
        new ResolveModification("", Actor.System, 1, Approve: true),
        new ResolveModification("", Actor.System, 1, Approve: false),
        new OfferDelivery("", Actor.System, "", default),
        new AssignCourier("", Actor.System, ""),
        new UnassignCourier("", Actor.System, ""),
        new HandOver("", Actor.System, ""),
        .. Enum.GetValues<CourierStep>().Select(step => new AdvanceDelivery("", Actor.System, step)),
        new FailDelivery("", Actor.System, default),
        new ReturnGoods("", Actor.System),
        new FreezeOrder("", Actor.System, ""),
        new UnfreezeOrder("", Actor.System, ""),
        .. OrderEnds.Overrides.Select(to => new OverrideOrder("", Actor.System, to, "")),
    ];

    // The rows of callers' commands ask for nothing but this, so what they allow is worked out once for each.
    private static readonly ConcurrentDictionary<Standing, ImmutableArray<string>> Known = new();

    private readonly record struct Standing(OrderKind Kind, OrderStatus Status, DeliveryStatus Delivery, bool Frozen, Role? Proposer, Role? By);

    /// <summary>The names of the commands that a role, or with null anybody, may give in a state.</summary>
    public static ImmutableArray<string> Allowed(OrderState state, Role? by) => Known.GetOrAdd(
        new(state.Kind, state.Status, state.Delivery, state.Frozen, state.OpenProposal?.By.Role, by), static (key, state) => Probe(state, key.By), state);

    private static ImmutableArray<string> Probe(OrderState state, Role? by)
    {
        if (state.Frozen) return by is null or Role.Operator ? ["unfreeze"] : [];
        var names = ImmutableArray.CreateBuilder<string>(8);
        foreach (var probe in Probes)
        {
            // The operator may give every command of a caller that any other role may give.
            var role = by ?? Role.Operator;
            if (!Givers(probe).Has(role) || Row(state, probe, role) is null || OrderChanges.IsOwn(state, probe, role)) continue;
            if (!names.Contains(Name(probe))) names.Add(Name(probe));
        }

        return names.DrainToImmutable();
    }
}
