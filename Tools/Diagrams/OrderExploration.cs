using System.Collections.Immutable;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Values;

namespace OrderActors.Tools.Diagrams;

/// <summary>
/// Everything that can become of an order, found breadth first by giving every command to every state through
/// <see cref="OrderLifecycle"/> itself: what is drawn from it is what the rows do.
/// </summary>
internal sealed class OrderExploration
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly OrderNumber Number = OrderNumber.Create(1_000, 0, 1, Shard.Of("c1"), Shard.Of("m1"));
    private static readonly Money Total = new(1_000, "EUR");
    private static readonly ImmutableArray<PricedLine> Lines = [new("i1", "Soup", 2, 500)];
    private static readonly Reservation Terms = new(Lines, Total, "z1", new(1, 1), TimeSpan.FromMinutes(20), AutoAccept: false);

    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Late = TimeSpan.FromDays(60);
    private static readonly ImmutableArray<DateTimeOffset?> Times = [null, Start.AddHours(5)];

    private readonly HashSet<Standing> _seen = [];
    private readonly Queue<OrderState> _open = new();
    private readonly List<OrderState> _states = [];
    private readonly List<Move> _moves = [];

    private OrderExploration()
    {
        Meet(new OrderState());
        while (_open.TryDequeue(out var state))
        {
            foreach (var role in Enum.GetValues<Role>())
            {
                foreach (var command in Commands(state, Giver(role, state))) Give(state, command);
            }
        }
    }

    /// <summary>The times and fees that are explored: the defaults.</summary>
    public static OrderPolicy Policy { get; } = new();

    /// <summary>Every state that commands lead to, one of each kind.</summary>
    public IReadOnlyList<OrderState> States => _states;

    /// <summary>Every accepted command that changed something.</summary>
    public IReadOnlyList<Move> Moves => _moves;

    /// <summary>Explores.</summary>
    public static OrderExploration Run() => new();

    /// <summary>Everything that a row or an effect can depend on.</summary>
    private readonly record struct Standing(
        OrderKind Kind, PaymentMethod Method, OrderStatus Status, DeliveryStatus Delivery, PaymentStatus Payment, bool Refused, bool Covered,
        bool Frozen, bool Scheduled, Role? Proposer, bool HasCourier, string Waits);

    /// <summary>Gives a command soon, and much later: a few effects go by how long something has gone on.</summary>
    private void Give(OrderState state, OrderCommand command)
    {
        var last = state.Timeline.IsEmpty ? Start : state.Timeline[^1].At;
        foreach (var now in new[] { last + Soon, last + Late })
        {
            var (after, reply) = OrderLifecycle.Decide(state, command, Facts(state, command), Policy, now);
            if (reply.Refusal is not null || after.Version == state.Version) continue;
            _moves.Add(new(state, command, after));
            Meet(after);
        }
    }

    private void Meet(OrderState state)
    {
        var standing = new Standing(
            state.Kind, state.PaymentMethod, state.Status, state.Delivery, state.Payment, state.Placing?.Refusal is not null,
            OrderPayments.IsCovered(state), state.Frozen, state.ScheduledFor is not null, state.OpenProposal?.By.Role, state.Courier is not null,
            string.Join(' ', state.Deadlines.Select(wait => wait.Kind).Order()));
        if (!_seen.Add(standing)) return;
        _states.Add(state);
        _open.Enqueue(state);
    }

    private static Actor Giver(Role role, OrderState state) => role switch
    {
        Role.System => Actor.System,
        Role.Customer => new(role, "c1"),
        Role.Merchant => new(role, "m1"),
        Role.Courier => new(role, state.Courier ?? state.OfferedTo ?? "k1"),
        _ => new(role, "op"),
    };

    private static OrderFacts Facts(OrderState state, OrderCommand command) => new(
        Number, new(),
        new(state.OpenProposal is { } open ? Terms with { Lines = open.Lines, Total = open.Total } : Terms, null),
        command is PayOrder or ResolveModification ? new(Word(state, Enough(state))) : null);

    private static IEnumerable<OrderCommand> Commands(OrderState s, Actor giver)
    {
        var id = $"v{s.Version}";
        if (s.Status == OrderStatus.None) return Placements(id, giver);
        var given = PlatformCommands(s, id, giver).Concat(CallerCommands(s, id, giver)).Concat(DeliveryCommands(s, id, giver));
        return given.Where(command => command is PlacingCommand || OrderTable.Givers(command).Has(giver.Role));
    }

    private static IEnumerable<OrderCommand> Placements(string id, Actor giver) =>
        from kind in Vocabulary.All<OrderKind>()
        from payment in Vocabulary.All<PaymentMethod>()
        from wanted in Times
        select new PlaceOrder(
            id, giver, "c1", "m1", [new("i1", 2)], Total, new(2, 2), Kind: kind, Payment: payment,
            PaymentSource: payment == PaymentMethod.Card ? "card" : null, ScheduledFor: wanted);

    /// <summary>What the platform gives by itself: the outcome of placing, deadlines, words of the payment.</summary>
    private static IEnumerable<OrderCommand> PlatformCommands(OrderState s, string id, Actor giver)
    {
        if (giver.Role != Role.System) yield break;
        foreach (var wait in s.Deadlines) yield return new DeadlineReached(id, giver, wait);
        if (s.PaymentMethod == PaymentMethod.Card && s.Status != OrderStatus.Received)
        {
            foreach (var status in Next(s.Payment)) yield return new RecordPayment(id, giver, Word(s, status));
        }

        yield return new RecordExport(id, giver, "2026-01-02");
        if (s.Status != OrderStatus.Received) yield break;
        var held = s.PaymentMethod == PaymentMethod.Card ? Word(s, Enough(s)) : null;
        yield return new CompletePlacing(Terms, null, held, null);
        yield return new CompletePlacing(Terms with { AutoAccept = true }, null, held, null);
        if (held is not null) yield return new CompletePlacing(Terms, null, null, null);
        yield return new RefusePlacing(new(RefusalCode.SoldOut, "Nothing left."));
        yield return new ForgetPlacing();
    }

    private static IEnumerable<OrderCommand> CallerCommands(OrderState s, string id, Actor giver)
    {
        yield return new PayOrder(id, giver, "card");
        yield return new AcceptOrder(id, giver);
        foreach (var reason in OrderEnds.Reasons(new RejectOrder(id, giver, default), giver.Role)) yield return new RejectOrder(id, giver, reason);
        yield return new MarkReady(id, giver);
        yield return new CollectOrder(id, giver);
        foreach (var reason in OrderEnds.Reasons(new CancelOrder(id, giver, default), giver.Role)) yield return new CancelOrder(id, giver, reason);
        yield return new ProposeModification(id, giver, [new("i1", 2)]);
        yield return new ResolveModification(id, giver, s.Proposals.Length, Approve: true);
        yield return new ResolveModification(id, giver, s.Proposals.Length, Approve: false);
        yield return new FreezeOrder(id, giver, "looks odd");
        yield return new UnfreezeOrder(id, giver, "was all right");
        foreach (var to in OrderEnds.Overrides) yield return new OverrideOrder(id, giver, to, "stuck");
    }

    private static IEnumerable<OrderCommand> DeliveryCommands(OrderState s, string id, Actor giver)
    {
        var carrier = s.Courier ?? s.OfferedTo ?? "k1";
        yield return new OfferDelivery(id, giver, carrier, Start.AddDays(1));
        yield return new AssignCourier(id, giver, carrier);
        yield return new UnassignCourier(id, giver, carrier);
        foreach (var step in Vocabulary.All<CourierStep>()) yield return new AdvanceDelivery(id, giver, step);
        yield return new HandOver(id, giver, carrier == "k1" ? "k2" : "k1");
        foreach (var reason in OrderEnds.Reasons(new FailDelivery(id, giver, default), giver.Role)) yield return new FailDelivery(id, giver, reason);
        yield return new ReturnGoods(id, giver);
    }

    /// <summary>What a payment can say next. The order takes note of anything; this is its own grain's way.</summary>
    private static PaymentStatus[] Next(PaymentStatus status) => status switch
    {
        PaymentStatus.None => [PaymentStatus.Authorized, PaymentStatus.Paid, PaymentStatus.Failed],
        PaymentStatus.Failed => [PaymentStatus.Authorized, PaymentStatus.Paid],
        PaymentStatus.Authorized => [PaymentStatus.Paid, PaymentStatus.Failed, PaymentStatus.Voided],
        PaymentStatus.Paid => [PaymentStatus.PartiallyRefunded, PaymentStatus.Refunded],
        PaymentStatus.PartiallyRefunded => [PaymentStatus.Refunded],
        _ => [],
    };

    private static PaymentStatus Enough(OrderState s) => s.Kind == OrderKind.Virtual ? PaymentStatus.Paid : PaymentStatus.Authorized;

    private static PaymentView Word(OrderState s, PaymentStatus status)
    {
        var total = Total.Amount;
        return new(
            Number, s.PaymentVersion + 1, status, PaymentMethod.Card, Total.Currency, status == PaymentStatus.Failed ? 0 : total,
            status is PaymentStatus.Paid or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded ? total : 0,
            status switch { PaymentStatus.PartiallyRefunded => total / 2, PaymentStatus.Refunded => total, _ => 0 });
    }
}
