using System.Collections.Immutable;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Orders;

/// <summary>One order's people, its commands, and every state that they can bring it to.</summary>
internal static class OrderWorld
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly OrderNumber Number = OrderNumber.Create(1_000, 0, 1, Shard.Of("c1"), Shard.Of("m1"));
    public static readonly OrderPolicy Policy = new();
    public static readonly Money Total = new(900, "EUR");
    public static readonly ImmutableArray<PricedLine> Lines = [new("i1", "Soup", 2, 450)];
    public static readonly Reservation Terms = new(Lines, Total, "z1", new(1, 1), TimeSpan.FromMinutes(20), AutoAccept: false, CommissionPermille: 100);

    public static Actor Owner(Role role) => role switch
    {
        Role.System => Actor.System,
        Role.Customer => new(role, "c1"),
        Role.Merchant => new(role, "m1"),
        Role.Courier => new(role, "k1"),
        _ => new(role, "op"),
    };

    /// <summary>What the platform gives by itself while it places an order.</summary>
    public static readonly string[] PlacingCommands = ["complete", "complete_auto", "complete_unpaid", "refuse", "forget"];

    /// <summary>The commands that callers and the platform send.</summary>
    public static readonly string[] Commands =
    [
        "place", "pay", "pay_declined", "accept", "reject", "ready", "collect", "cancel", "propose_modification", "approve_modification",
        "decline_modification", "offer", "assign", "assign_other", "unassign", "hand_over", "leave_for_pickup", "arrive_at_pickup", "pick_up",
        "leave_for_dropoff", "arrive_at_dropoff", "deliver", "fail_delivery", "return_goods", "freeze", "unfreeze", "override_canceled",
        "override_delivered", "override_returned", "authorized", "captured", "payment_failed", "refunded", "export",
        .. Enum.GetValues<DeadlineKind>().Select(kind => $"deadline_{kind}"),
    ];

    /// <summary>The orders that are placed: kind, payment, and whether for later.</summary>
    private static readonly (OrderKind Kind, PaymentMethod Payment, bool Later)[] Placements =
    [
        (OrderKind.Delivery, PaymentMethod.Cash, false), (OrderKind.Delivery, PaymentMethod.Card, false), (OrderKind.Delivery, PaymentMethod.Cash, true),
        (OrderKind.Pickup, PaymentMethod.Cash, false), (OrderKind.Pickup, PaymentMethod.Card, true), (OrderKind.Virtual, PaymentMethod.Card, false),
        (OrderKind.Virtual, PaymentMethod.Card, true),
    ];

    public static PlaceOrder PlaceCommand(
        Actor by, string id, OrderKind kind = OrderKind.Delivery, PaymentMethod payment = PaymentMethod.Cash, bool later = false) => new(
        id, by, "c1", "m1", [new("i1", 2)], Total, new(2, 2), Kind: kind, Payment: payment, PaymentSource: payment == PaymentMethod.Card ? "tok_ok" : null,
        ScheduledFor: later ? Start.AddHours(5) : null);

    /// <summary>The command of each name, with values that fit.</summary>
    public static OrderCommand Command(string name, Actor by, string id, OrderState state) => name switch
    {
        "place" => PlaceCommand(by, id),
        "complete" => new CompletePlacing(Terms, null, Held(state), null),
        "complete_auto" => new CompletePlacing(Terms with { AutoAccept = true }, null, Held(state), null),
        "complete_unpaid" => new CompletePlacing(Terms, null, null, null),
        "refuse" => new RefusePlacing(new(RefusalCode.SoldOut, "Nothing left.")),
        "forget" => new ForgetPlacing(),
        "pay" or "pay_declined" => new PayOrder(id, by, "tok_ok"),
        "accept" => new AcceptOrder(id, by),
        "reject" => new RejectOrder(id, by, CancelReason.MerchantBusy),
        "ready" => new MarkReady(id, by),
        "collect" => new CollectOrder(id, by),
        "cancel" => new CancelOrder(id, by, by.Role == Role.Merchant ? CancelReason.MerchantUnable : CancelReason.CustomerRequest),
        "propose_modification" => new ProposeModification(id, by, [new("i1", 1)]),
        "approve_modification" => new ResolveModification(id, by, Math.Max(1, state.Proposals.Length), Approve: true),
        "decline_modification" => new ResolveModification(id, by, Math.Max(1, state.Proposals.Length), Approve: false),
        "offer" => new OfferDelivery(id, by, "k1", Start.AddDays(1)),
        "assign" => new AssignCourier(id, by, "k1"),
        "assign_other" => new AssignCourier(id, by, "k9"),
        "unassign" => new UnassignCourier(id, by, "k1"),
        "hand_over" => new HandOver(id, by, state.Courier == "k1" ? "k2" : "k1"),
        "fail_delivery" => new FailDelivery(id, by, CancelReason.CustomerAbsent),
        "return_goods" => new ReturnGoods(id, by),
        "freeze" => new FreezeOrder(id, by, "looks odd"),
        "unfreeze" => new UnfreezeOrder(id, by, "was all right"),
        "override_canceled" => new OverrideOrder(id, by, OrderStatus.Canceled, "stuck"),
        "override_delivered" => new OverrideOrder(id, by, OrderStatus.Delivered, "stuck"),
        "override_returned" => new OverrideOrder(id, by, OrderStatus.Returned, "stuck"),
        "authorized" => new RecordPayment(id, by, Payment(state, PaymentStatus.Authorized)),
        "captured" => new RecordPayment(id, by, Payment(state, PaymentStatus.Paid)),
        "payment_failed" => new RecordPayment(id, by, Payment(state, PaymentStatus.Failed)),
        "refunded" => new RecordPayment(id, by, Payment(state, PaymentStatus.Refunded)),
        "export" => new RecordExport(id, by, "2026-01-02"),
        _ when name.StartsWith("deadline_", StringComparison.Ordinal) => new DeadlineReached(id, by, Wait(state, Enum.Parse<DeadlineKind>(name[9..]))),
        _ => new AdvanceDelivery(id, by, Enum.GetValues<CourierStep>().Single(s => Names.Of(s) == name)),
    };

    public static OrderFacts Facts(string command, OrderState state) => new(Number, new(), Answer(command, state), command switch
    {
        "pay" or "approve_modification" => new(Payment(state, Enough(state))),
        "pay_declined" => new(Payment(state, PaymentStatus.Failed)),
        _ => null,
    });

    public static Decision<OrderState, OrderReply> Give(OrderState state, string name, Actor by, string? id = null) => OrderLifecycle.Decide(
        state, Command(name, by, id ?? $"{name}-{state.Version}-{by.Role}", state), Facts(name, state), Policy, Start.AddMinutes(state.Version));

    /// <summary>Where a state stands, in short: the two axes that rows go by, then what else they ask for.</summary>
    public static string Key(OrderState s)
    {
        var key = s.Status switch
        {
            OrderStatus.None => "new",
            OrderStatus.Received => s.Placing!.Refusal is null ? "received" : "refused",
            OrderStatus.AwaitingPayment => "unpaid",
            OrderStatus.AwaitingMerchant => "A",
            OrderStatus.Preparing => "P",
            OrderStatus.Ready => "R",
            OrderStatus.InDelivery => "D",
            OrderStatus.Canceled when s.Delivery == DeliveryStatus.Failed => "lost",
            _ => Names.Of(s.Status),
        };
        if (key is "P" or "R" or "D" && s.Delivery != DeliveryStatus.NotNeeded)
        {
            key += s.Delivery switch
            {
                DeliveryStatus.Pending => "/none",
                DeliveryStatus.Offered => "/asked",
                DeliveryStatus.Assigned => "/taken",
                DeliveryStatus.EnRouteToPickup => "/to_shop",
                DeliveryStatus.ArrivedAtPickup => "/at_shop",
                DeliveryStatus.PickedUp => "/picked",
                DeliveryStatus.EnRouteToDropoff => "/to_door",
                _ => "/at_door",
            };
        }

        if (s.Deadlines.Any(d => d.Kind == DeadlineKind.Loss)) key += "/late";
        return key;
    }

    /// <summary>Everything that a row or an effect can depend on.</summary>
    public static string FullKey(OrderState s) =>
        $"{s.Kind} {s.PaymentMethod} {Key(s)} {s.Payment}{s.Settlement}{(s.Frozen ? " frozen" : "")}{(s.ScheduledFor is null ? "" : " later")} " +
        $"{s.OpenProposal?.By.Role} {s.Courier}";

    /// <summary>Every state that commands lead to, one of each kind, found breadth first.</summary>
    public static IReadOnlyDictionary<string, OrderState> Reachable { get; } = Explore();

    private static ReservationReply Answer(string command, OrderState state) => command == "approve_modification" && state.OpenProposal is { } open
        ? new(Terms with { Lines = open.Lines, Total = open.Total }, null)
        : new(Terms with { Lines = [new("i1", "Soup", 1, 450)], Total = new(450, "EUR") }, null);

    private static PaymentView? Held(OrderState state) => state.PaymentMethod == PaymentMethod.Cash ? null : Payment(state, Enough(state));

    private static PaymentStatus Enough(OrderState state) => state.Kind == OrderKind.Virtual ? PaymentStatus.Paid : PaymentStatus.Authorized;

    private static PaymentView Payment(OrderState state, PaymentStatus status) => new(
        Number, state.PaymentVersion + 1, status, PaymentMethod.Card, "EUR", status == PaymentStatus.Failed ? 0 : 900,
        status is PaymentStatus.Paid or PaymentStatus.Refunded ? 900 : 0, status == PaymentStatus.Refunded ? 900 : 0,
        status == PaymentStatus.Failed ? "no_money" : null);

    private static Deadline Wait(OrderState state, DeadlineKind kind) =>
        state.Deadlines.FirstOrDefault(d => d.Kind == kind, new Deadline(kind, Start.AddYears(-1)));

    private static Dictionary<string, OrderState> Explore()
    {
        var found = new Dictionary<string, OrderState> { [FullKey(new())] = new() };
        var queue = new Queue<OrderState>();
        foreach (var (kind, payment, later) in Placements)
        {
            var placed = OrderLifecycle.Decide(
                new(), PlaceCommand(Owner(Role.Customer), "place", kind, payment, later), new(Number, new()), Policy, Start).State;
            found.Add(FullKey(placed), placed);
            queue.Enqueue(placed);
        }

        while (queue.TryDequeue(out var state))
        {
            foreach (var name in PlacingCommands.Concat(Commands))
            {
                foreach (var role in Enum.GetValues<Role>())
                {
                    var next = Give(state, name, Owner(role)).State;
                    if (next.Status != OrderStatus.None && found.TryAdd(FullKey(next), next)) queue.Enqueue(next);
                }
            }
        }

        return found;
    }
}
