using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Values;
using static OrderActors.Tests.Lifecycles.Orders.OrderWorld;

namespace OrderActors.Tests.Lifecycles.Orders;

public class OrderLifecycleTests
{
    /// <summary>
    /// What every command leads to where it is possible at all: written by hand. Elsewhere it is refused, or changes nothing when it
    /// is a deadline or a word of the payment. States in short: A awaiting the merchant, P preparing, R ready, D in delivery, then
    /// where the courier is; a star stands for the rest of a name, and in the outcome for what it stood for. "same" is the
    /// same state with something noted; "on" is where an order goes that has all it needs: to the merchant, to the shelf of scheduled
    /// ones, or, when it is virtual, to its end.
    /// </summary>
    private const string Rules = """
        place                      new                                          received
        pay                        unpaid                                       on
        accept                     A                                            P/none
        reject                     A                                            rejected
        ready                      P*                                           R*
        collect                    P,R                                          delivered
        cancel                     scheduled,unpaid,A,P*,R*                     canceled
        cancel                     D*                                           returning
        propose_modification       scheduled,A,P*                               same
        approve_modification       scheduled,A,P*                               same
        decline_modification       scheduled,A,P*                               same
        offer                      P/none                                       P/asked
        offer                      R/none                                       R/asked
        assign,assign_other        P/none,P/asked                               P/taken
        assign,assign_other        R/none,R/asked                               R/taken
        unassign                   P/asked,P/taken,P/to_shop,P/at_shop          P/none
        unassign                   R/asked,R/taken,R/to_shop,R/at_shop          R/none
        hand_over                  D*,returning*                                same
        leave_for_pickup           P/taken                                      P/to_shop
        leave_for_pickup           R/taken                                      R/to_shop
        arrive_at_pickup           P/taken,P/to_shop                            P/at_shop
        arrive_at_pickup           R/taken,R/to_shop                            R/at_shop
        pick_up                    P/taken,P/to_shop,P/at_shop,R/taken,R/to_shop,R/at_shop D/picked
        leave_for_dropoff          P/taken,P/to_shop,P/at_shop,R/taken,R/to_shop,R/at_shop D/to_door
        leave_for_dropoff          D/picked*                                    D/to_door*
        arrive_at_dropoff          P/taken,P/to_shop,P/at_shop,R/taken,R/to_shop,R/at_shop D/at_door
        arrive_at_dropoff          D/picked*                                    D/at_door*
        arrive_at_dropoff          D/to_door*                                   D/at_door*
        deliver                    P/taken,P/to_shop,P/at_shop,R/taken,R/to_shop,R/at_shop,D* delivered
        fail_delivery              D*                                           returning
        return_goods               returning*                                   returned
        freeze                     scheduled,unpaid,A,P*,R*,D*,delivered,returning*,returned same
        override_canceled          scheduled,unpaid,A,P*,R*,D*,returning*       canceled
        override_delivered         P*,R*,D*,returning*                          delivered
        override_returned          D*,returning*                                returned
        authorized,captured        unpaid                                       on
        refunded                   unpaid                                       on
        payment_failed             scheduled,A,P*,R*                            canceled
        export                     completed,returned,canceled,lost,expired     same
        deadline_Placement         received,refused                             same
        deadline_Payment           unpaid                                       expired
        deadline_Release           scheduled                                    on
        deadline_Acceptance        A                                            canceled
        deadline_CourierSearch     P/none,P/asked,R/none,R/asked                canceled
        deadline_Offer             P/asked                                      P/none
        deadline_Offer             R/asked                                      R/none
        deadline_Pickup            P/taken,P/to_shop,P/at_shop                  P/none
        deadline_Pickup            R/taken,R/to_shop,R/at_shop                  R/none
        deadline_Collection        P,R                                          canceled
        deadline_Delivery          D/picked                                     D/picked/late
        deadline_Delivery          D/to_door                                    D/to_door/late
        deadline_Delivery          D/at_door                                    D/at_door/late
        deadline_Return            returning                                    returning/late
        deadline_Loss              D/picked/late,D/to_door/late,D/at_door/late,returning/late lost
        deadline_Modification      scheduled,A,P*                               same
        deadline_Completion        delivered,returned                           completed
        """;

    private static readonly List<(string[] Commands, string[] From, string To)> Table =
    [
        .. Rules.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(cells => (cells[0].Split(','), cells[1].Split(','), cells[2])),
    ];

    /// <summary>Who may give which command at all.</summary>
    private static bool MayGive(string command, Role role) => command switch
    {
        "place" or "pay" or "pay_declined" => role is Role.Customer or Role.Operator,
        "accept" => role is Role.Merchant or Role.Operator or Role.System,
        "reject" or "ready" or "collect" => role is Role.Merchant or Role.Operator,
        "cancel" or "propose_modification" or "approve_modification" or "decline_modification" =>
            role is Role.Customer or Role.Merchant or Role.Operator,
        "offer" or "assign" or "assign_other" or "hand_over" => role is Role.System or Role.Operator,
        "unassign" => role is Role.System or Role.Courier or Role.Operator,
        "return_goods" => role is Role.Courier or Role.Merchant or Role.Operator,
        "freeze" or "unfreeze" or "override_canceled" or "override_delivered" or "override_returned" => role is Role.Operator,
        "authorized" or "captured" or "payment_failed" or "refunded" or "export" => role is Role.System,
        _ when command.StartsWith("deadline_", StringComparison.Ordinal) => role is Role.System,
        _ => role is Role.Courier or Role.Operator,
    };

    private static string Expected(OrderState s, string command, Role role)
    {
        var (key, word, deadline) = (
            Key(s), command is "authorized" or "captured" or "payment_failed" or "refunded", command.StartsWith("deadline_", StringComparison.Ordinal));
        if (key == "new" && command != "place") return nameof(RefusalCode.NotFound);
        if (key != "new" && command == "place") return nameof(RefusalCode.AlreadyExists);
        var carrier = s.Courier ?? s.OfferedTo;
        if (!MayGive(command, role) || (role == Role.Courier && carrier != "k1")) return nameof(RefusalCode.Forbidden);
        if (s.Frozen && !word && command != "export") return command == "unfreeze" ? "same" : nameof(RefusalCode.OrderFrozen);

        var outcome = Table.Where(rule => rule.Commands.Contains(command))
            .Select(rule => (rule.From.Where(pattern => Matches(pattern, key)).Select(pattern => key[(pattern.Length - 1)..]).FirstOrDefault(), rule.To))
            .Where(found => found.Item1 is not null)
            .Select(found => found.To.EndsWith('*') ? found.To[..^1] + found.Item1 : found.To)
            .FirstOrDefault();
        // What the rule cannot say in a pattern.
        if (command == "cancel" && (key[0] == 'R' && role == Role.Customer || key[0] == 'D' && role != Role.Operator)) outcome = null;
        if (command == "cancel" && key.StartsWith("re", StringComparison.Ordinal)) outcome = null;
        if (command == "propose_modification" && s.OpenProposal is not null) outcome = null;
        if (command is "approve_modification" or "decline_modification" or "deadline_Modification" && s.OpenProposal is null) outcome = null;
        if (command == "collect" && s.Kind != OrderKind.Pickup) outcome = null;
        if (command == "pay_declined" && key == "unpaid") return nameof(RefusalCode.PaymentDeclined);
        if (outcome is null) return word || deadline ? "same" : nameof(RefusalCode.InvalidTransition);

        if (command == "approve_modification" && role != Role.Operator && s.OpenProposal!.By.Role == role) return nameof(RefusalCode.Forbidden);
        if (command == "unassign" && carrier != "k1") return nameof(RefusalCode.ValidationFailed);
        if (command is "assign" or "assign_other" && s.OfferedTo is { } asked && asked != (command == "assign" ? "k1" : "k9"))
            return nameof(RefusalCode.ValidationFailed);
        if (outcome == "P/none" && s.Kind == OrderKind.Pickup) return "P";
        // Virtual goods go for money that is taken and stays so.
        if (outcome == "on" && s.Kind == OrderKind.Virtual && command is "authorized" or "refunded") return key;
        if (outcome != "on") return outcome == "same" ? key : outcome;
        if (s.Kind == OrderKind.Virtual && (key == "scheduled" || s.ScheduledFor is null)) return "delivered";
        return key == "unpaid" && s.ScheduledFor is not null ? "scheduled" : "A";
    }

    private static bool Matches(string pattern, string key) => pattern.EndsWith('*')
        ? key.StartsWith(pattern[..^1], StringComparison.Ordinal) && (pattern.Length > 2 || key.Length == 1 || key[1] == '/')
        : key == pattern;

    [Fact]
    public void Every_command_in_every_state_from_every_role_does_what_the_rules_say()
    {
        var wrong = new List<string>();
        foreach (var (full, state) in Reachable)
        {
            foreach (var command in Commands)
            {
                foreach (var role in Enum.GetValues<Role>())
                {
                    var (after, reply) = Give(state, command, Owner(role));
                    var (expected, actual) = (Expected(state, command, role), reply.Refusal?.Code.ToString() ?? Key(after));
                    if (expected == "same") expected = Key(state);
                    if (actual != expected) wrong.Add($"{full} + {command} by {role}: {actual}, not {expected}");
                    if (reply.Refusal is not null) Assert.True(after.Version == state.Version && after.Raised.SequenceEqual(state.Raised));
                    else Assert.Equal(after.Raised.Length > state.Raised.Length ? state.Version + 1 : state.Version, after.Version);
                }
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {Reachable.Count} states × {Commands.Length} × 5:\n" + string.Join('\n', wrong.Take(60)));
    }

    [Fact]
    public void Every_status_is_reached_and_every_rule_is_used()
    {
        Assert.Empty(Enum.GetValues<OrderStatus>().Except(Reachable.Values.Select(s => s.Status)));
        Assert.Empty(Enum.GetValues<DeliveryStatus>().Except(Reachable.Values.Select(s => s.Delivery)));
        var keys = Reachable.Values.Select(Key).Distinct().ToArray();
        Assert.All(Table, rule => Assert.All(rule.From, pattern => Assert.Contains(keys, key => Matches(pattern, key))));
    }

    [Fact]
    public void Allowed_is_exactly_what_is_accepted()
    {
        // A command of each name is asked for with values that fit; what else refuses it is not the state's doing.
        var names = Commands.Where(c => c is not ("pay_declined" or "assign_other" or "authorized" or "captured" or "payment_failed" or "refunded" or "export")
            && !c.StartsWith("deadline_", StringComparison.Ordinal)).ToArray();
        foreach (var (key, state) in Reachable)
        {
            foreach (var role in Enum.GetValues<Role>())
            {
                var carrier = state.Courier ?? state.OfferedTo;
                if ((role == Role.Courier || carrier is not null) && carrier != "k1") continue;
                var accepted = names.Where(c => Give(state, c, Owner(role)).Reply.Refusal is null)
                    .Select(c => c.StartsWith("override_", StringComparison.Ordinal) ? "override" : c).Distinct();
                Assert.Equal((key, string.Join(' ', accepted)), (key, string.Join(' ', OrderTable.Allowed(state, role))));
            }
        }
    }

    [Fact]
    public void A_refusal_names_the_state_and_what_is_allowed_in_it()
    {
        var carried = Reachable.Values.First(s => Key(s) == "D/picked" && s is { Frozen: false, Courier: "k1" });
        var refusal = Give(carried, "cancel", Owner(Role.Customer)).Reply.Refusal!;
        Assert.Equal((RefusalCode.InvalidTransition, "in_delivery/picked_up"), (refusal.Code, refusal.Value));
        Assert.Empty(refusal.Allowed);
        refusal = Give(carried, "ready", Owner(Role.Operator)).Reply.Refusal!;
        Assert.Equal(
            "cancel hand_over leave_for_dropoff arrive_at_dropoff deliver fail_delivery freeze override", string.Join(' ', refusal.Allowed));
    }

    [Fact]
    public void The_axes_of_every_state_fit_each_other()
    {
        foreach (var (key, s) in Reachable.Where(entry => entry.Value.Status != OrderStatus.None))
        {
            var carried = s.Delivery is DeliveryStatus.PickedUp or DeliveryStatus.EnRouteToDropoff or DeliveryStatus.ArrivedAtDropoff;
            var assigned = s.Delivery is DeliveryStatus.Assigned or DeliveryStatus.EnRouteToPickup or DeliveryStatus.ArrivedAtPickup;
            var dead = s.Status is OrderStatus.Canceled or OrderStatus.Rejected or OrderStatus.Expired;
            Assert.True(carried == (s.Status == OrderStatus.InDelivery), key);
            Assert.True((s.Delivery == DeliveryStatus.NotNeeded) == (s.Kind != OrderKind.Delivery), key);
            Assert.True((s.OfferedTo is not null) == (s.Delivery == DeliveryStatus.Offered), key);
            if (assigned || carried) Assert.NotNull(s.Courier);
            if (dead || s.Delivery is DeliveryStatus.Pending or DeliveryStatus.Offered) Assert.True(s.Courier is null, key);
            Assert.True(!dead || s.Reason != CancelReason.None, key);
            Assert.True(s.Settlement != SettlementStatus.Eligible || s.Status == OrderStatus.Completed, key);
            Assert.True(s.Settlement != SettlementStatus.Open || s.Status != OrderStatus.Completed, key);
            Assert.True((s.Placing is not null) == (s.Status == OrderStatus.Received), key);
            if (s.Status != OrderStatus.Received) Assert.Equal(s.Total.Amount, s.Costs.Total);
            Assert.InRange(s.Costs.Due, 0, s.Costs.Total);
            if (s.HasEnded) Assert.True(s.Deadlines.IsEmpty && s.OpenProposal is null, key);
            else Assert.Contains(s.Deadlines, d => d.Kind != DeadlineKind.Modification);
            Assert.True((s.OpenProposal is not null) == s.Deadlines.Any(d => d.Kind == DeadlineKind.Modification), key);
            Assert.Equal(s.Deadlines.Length, s.Deadlines.Select(d => d.Kind).Distinct().Count());
            Assert.Equal(s.Raised.Length, s.Timeline.Length);
        }
    }

    [Fact]
    public void From_every_state_time_alone_leads_to_an_end()
    {
        foreach (var (key, start) in Reachable.Where(entry => entry.Value is { Frozen: false, Status: not (OrderStatus.None or OrderStatus.Received) }))
        {
            var state = start;
            for (var i = 0; !state.HasEnded; i++)
            {
                Assert.True(i < 10, $"{key} is still {Key(state)} after {i} deadlines");
                // The one that is due first.
                var due = state.Deadlines.OrderBy(d => d.Due).First();
                state = OrderLifecycle.Decide(state, new DeadlineReached($"d{i}", Actor.System, due), new(Number), Policy, due.Due).State;
            }
        }
    }

    [Fact]
    public void Every_event_shows_the_state_after_its_command()
    {
        foreach (var state in Reachable.Values)
        {
            foreach (var name in PlacingCommands.Concat(Commands))
            {
                foreach (var role in Enum.GetValues<Role>())
                {
                    var after = Give(state, name, Owner(role)).State;
                    foreach (var e in after.Raised.Skip(state.Raised.Length).Cast<OrderEvent>())
                    {
                        Assert.Equal((after.Version, after.Status, after.Delivery, after.Payment), (e.Version, e.Status, e.Delivery, e.Payment));
                        Assert.Equal(after.Deadlines, e.Deadlines);
                        Assert.Equal(after.Courier ?? state.Courier ?? after.OfferedTo ?? state.OfferedTo, e.Courier);
                        if (e.Bill is { } bill) Assert.Equal(after.Costs, bill);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("P/taken", "deliver", "order.ready delivery.picked_up order.delivered delivery.delivered order.paid")]
    [InlineData("R/at_shop", "pick_up", "delivery.picked_up")]
    [InlineData("P/taken", "cancel", "order.canceled delivery.canceled")]
    [InlineData("A", "reject", "order.rejected delivery.canceled")]
    [InlineData("P/none", "offer", "delivery.offered")]
    [InlineData("P/asked", "deadline_Offer", "delivery.offer_expired")]
    [InlineData("D/picked", "deadline_Delivery", "order.sla_breached")]
    [InlineData("D/picked/late", "deadline_Loss", "order.canceled delivery.failed")]
    [InlineData("D/picked", "fail_delivery", "delivery.return_started")]
    [InlineData("returning", "return_goods", "order.returned delivery.returned")]
    [InlineData("delivered", "deadline_Completion", "order.completed")]
    [InlineData("R/taken", "deadline_Pickup", "delivery.unassigned")]
    [InlineData("D/at_door", "override_returned", "order.overridden delivery.return_started order.returned delivery.returned")]
    public void A_command_announces_its_events_in_order(string from, string command, string events)
    {
        var state = Reachable.Values.First(s => Key(s) == from
            && s is { Frozen: false, OpenProposal: null, PaymentMethod: PaymentMethod.Cash, Kind: OrderKind.Delivery });
        var after = Give(state, command, Owner(command.StartsWith("deadline", StringComparison.Ordinal) ? Role.System : Role.Operator)).State;
        Assert.Equal(events.Split(' '), after.Raised.Skip(state.Raised.Length).Select(e => e.Type));
    }

    [Fact]
    public void Paying_succeeds_also_when_the_payments_event_is_faster_than_its_answer()
    {
        var unpaid = Reachable.Values.First(s => Key(s) == "unpaid" && s is { Frozen: false, Kind: OrderKind.Delivery });
        var (by, facts) = (Owner(Role.Customer), Facts("pay", unpaid));
        var paid = Give(unpaid, "authorized", Owner(Role.System)).State;
        Assert.Equal(OrderStatus.AwaitingMerchant, paid.Status);
        var (after, reply) = OrderLifecycle.Decide(paid, Command("pay", by, "pay", unpaid), facts, Policy, Start.AddMinutes(1));
        Assert.Null(reply.Refusal);
        Assert.Equal((OrderStatus.AwaitingMerchant, PaymentStatus.Authorized), (after.Status, after.Payment));
        Assert.True(Give(after, "pay", by, "pay").Reply.Replayed);

        // What was paid for an order that ended meanwhile is not paid.
        var gone = Give(paid, "cancel", by).State;
        var late = OrderLifecycle.Decide(gone, Command("pay", by, "pay", unpaid), facts, Policy, Start.AddMinutes(1)).Reply;
        Assert.Equal(RefusalCode.InvalidTransition, late.Refusal!.Code);
    }

    [Fact]
    public void A_payment_without_an_answer_is_asked_for_again_with_the_same_key()
    {
        var unpaid = Reachable.Values.First(s => Key(s) == "unpaid" && s is { Frozen: false, Kind: OrderKind.Delivery });
        var pay = Command("pay", Owner(Role.Customer), "pay", unpaid);
        var (waiting, reply) = OrderLifecycle.Decide(unpaid, pay, new OrderFacts(Number), Policy, Start.AddMinutes(1));
        Assert.Equal(RefusalCode.Unavailable, reply.Refusal!.Code);

        // The API says to send the same key again, so that must not be told for ever that nobody has answered.
        var (after, again) = OrderLifecycle.Decide(waiting, pay, Facts("pay", waiting), Policy, Start.AddMinutes(2));
        Assert.Equal((null, false, OrderStatus.AwaitingMerchant), (again.Refusal, again.Replayed, after.Status));
    }

    [Fact]
    public void A_courier_whom_the_order_refused_is_refused_again()
    {
        // Found by the simulator (seed 600804 of 10 orders): the courier was released for it, and the word came again when the order had nobody.
        var system = Owner(Role.System);
        var offered = Reachable.Values.First(s => s is { Frozen: false, Kind: OrderKind.Delivery, Delivery: DeliveryStatus.Offered, Courier: not "k9" });
        var (refused, reply) = Give(offered, "assign_other", system, "assign:k9:4");
        Assert.Equal(RefusalCode.ValidationFailed, reply.Refusal!.Code);
        var free = Give(refused, "deadline_Offer", system).State;
        Assert.Null(free.Courier);
        Assert.Equal(reply.Refusal, Give(free, "assign_other", system, "assign:k9:4").Reply.Refusal);
        Assert.Equal("k9", Give(free, "assign_other", system, "assign:k9:7").State.Courier);

        // Nobody is released for an operator's or a stranger's word, so it costs no write.
        Assert.Same(offered, Give(offered, "assign_other", Owner(Role.Operator)).State);
        Assert.Same(offered, Give(offered, "assign_other", new Actor(Role.Courier, "k3")).State);
    }

    [Fact]
    public void Strangers_are_refused_in_every_state()
    {
        foreach (var state in Reachable.Values.Where(s => s.Status != OrderStatus.None))
        {
            foreach (var by in new[] { new Actor(Role.Customer, "c2"), new Actor(Role.Merchant, "m2"), new Actor(Role.Courier, "k3") })
            {
                Assert.All(Commands.Where(c => c != "place"), c => Assert.Equal(RefusalCode.Forbidden, Give(state, c, by).Reply.Refusal!.Code));
            }
        }
    }

    [Fact]
    public void The_same_command_again_changes_nothing_in_any_state()
    {
        foreach (var state in Reachable.Values)
        {
            foreach (var name in Commands.Where(c => !c.StartsWith("deadline", StringComparison.Ordinal)))
            {
                var first = Give(state, name, Owner(Role.Operator), "x");
                if (first.Reply.Refusal is { Code: not RefusalCode.InvalidTransition }) continue;
                var again = OrderLifecycle.Decide(first.State, Command(name, Owner(Role.Operator), "x", state), Facts(name, state), Policy, Start.AddDays(1));
                Assert.True(again.Reply.Replayed);
                Assert.Same(first.State, again.State);
                Assert.Equal(first.Reply.Refusal, again.Reply.Refusal);
                var other = OrderLifecycle.Decide(first.State, new AcceptOrder("x", Owner(Role.Operator), TimeSpan.FromMinutes(1)), new(Number), Policy, Start);
                Assert.Equal(RefusalCode.IdempotencyKeyReused, other.Reply.Refusal!.Code);
            }
        }
    }

    [Fact]
    public void Every_state_survives_storage()
    {
        foreach (var state in Reachable.Values) Json.AssertRoundTrip(state);
    }
}
