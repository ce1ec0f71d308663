using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Values;
using static OrderActors.Tests.Lifecycles.OrderWorld;

namespace OrderActors.Tests.Lifecycles;

public class OrderLifecycleTests
{
    /// <summary>
    /// What every command leads to in every state when its rightful owner gives it: written by hand. A dot is a refusal, an equals
    /// sign a no-op. Short names: A awaiting the merchant, P preparing, R ready, D in delivery; then where the courier is; L late.
    /// </summary>
    private const string Matrix = """
        state          place  accept reject   ready     cancel   assign  unas.  lv_shop   at_shop   pick_up  lv_door        at_door        deliver   deadline
        new            A/none .      .        .         .        .       .      .         .         .        .              .              .         .
        A/none         .      P/none rejected .         canceled .       .      .         .         .        .              .              .         canceled
        P/none         .      .      .        R/none    canceled P/taken .      .         .         .        .              .              .         canceled
        P/taken        .      .      .        R/taken   canceled .       P/none P/to_shop P/at_shop D/picked D/to_door      D/at_door      delivered P/none
        P/to_shop      .      .      .        R/to_shop canceled .       P/none .         P/at_shop D/picked D/to_door      D/at_door      delivered P/none
        P/at_shop      .      .      .        R/at_shop canceled .       P/none .         .         D/picked D/to_door      D/at_door      delivered P/none
        R/none         .      .      .        .         canceled R/taken .      .         .         .        .              .              .         canceled
        R/taken        .      .      .        .         canceled .       R/none R/to_shop R/at_shop D/picked D/to_door      D/at_door      delivered R/none
        R/to_shop      .      .      .        .         canceled .       R/none .         R/at_shop D/picked D/to_door      D/at_door      delivered R/none
        R/at_shop      .      .      .        .         canceled .       R/none .         .         D/picked D/to_door      D/at_door      delivered R/none
        D/picked       .      .      .        .         .        .       .      .         .         .        D/to_door      D/at_door      delivered D/picked/L
        D/to_door      .      .      .        .         .        .       .      .         .         .        .              D/at_door      delivered D/to_door/L
        D/at_door      .      .      .        .         .        .       .      .         .         .        .              .              delivered D/at_door/L
        D/picked/L     .      .      .        .         .        .       .      .         .         .        D/to_door/L    D/at_door/L    delivered =
        D/to_door/L    .      .      .        .         .        .       .      .         .         .        .              D/at_door/L    delivered =
        D/at_door/L    .      .      .        .         .        .       .      .         .         .        .              .              delivered =
        delivered      .      .      .        .         .        .       .      .         .         .        .              .              .         completed
        completed      .      .      .        .         .        .       .      .         .         .        .              .              .         =
        rejected       .      .      .        .         .        .       .      .         .         .        .              .              .         =
        canceled       .      .      .        .         .        .       .      .         .         .        .              .              .         =
        """;

    /// <summary>Who may give which command at all.</summary>
    private static bool MayGive(string command, Role role) => command switch
    {
        "place" => role is Role.Customer or Role.Operator,
        "accept" or "reject" or "ready" => role is Role.Merchant or Role.Operator,
        "cancel" => role is Role.Customer or Role.Merchant or Role.Operator,
        "assign" => role is Role.System or Role.Operator,
        "unassign" => role is Role.System or Role.Courier or Role.Operator,
        "deadline" => role is Role.System,
        _ => role is Role.Courier or Role.Operator,
    };

    private static Dictionary<string, string[]> Expected() => Matrix.Split('\n').Skip(1)
        .Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .ToDictionary(row => Long(row[0]), row => row[1..].Select(Long).ToArray());

    private static string Long(string cell) => cell switch
    {
        "." or "=" => cell,
        "new" => "None/Pending",
        "rejected" => "Rejected/Canceled",
        "canceled" => "Canceled/Canceled",
        "delivered" => "Delivered/Delivered",
        "completed" => "Completed/Delivered",
        _ => string.Join('/', cell.Split('/').Select(part => part switch
        {
            "A" => "AwaitingMerchant",
            "P" => "Preparing",
            "R" => "Ready",
            "D" => "InDelivery",
            "none" => "Pending",
            "taken" => "Assigned",
            "to_shop" => "EnRouteToPickup",
            "at_shop" => "ArrivedAtPickup",
            "picked" => "PickedUp",
            "to_door" => "EnRouteToDropoff",
            "at_door" => "ArrivedAtDropoff",
            "L" => "late",
            _ => part,
        })),
    };

    [Fact]
    public void The_reachable_states_are_those_of_the_matrix() =>
        Assert.Equal(Expected().Keys.Order(), Reachable.Keys.Order());

    [Fact]
    public void Every_command_in_every_state_from_every_role_does_what_the_matrix_says()
    {
        var (matrix, wrong) = (Expected(), new List<string>());
        foreach (var (key, state) in Reachable)
        {
            for (var c = 0; c < Commands.Length; c++)
            {
                foreach (var role in Enum.GetValues<Role>())
                {
                    var (after, reply) = Give(state, Commands[c], Owner(role));
                    var cell = matrix[key][c];
                    // Made goods are the merchant's to call off.
                    if (Commands[c] == "cancel" && role == Role.Customer && state.Status == OrderStatus.Ready) cell = ".";
                    // Nobody carries it: no courier has it to act on.
                    var stranger = role == Role.Courier && state.Courier is null;
                    var expected =
                        state.Status == OrderStatus.None && Commands[c] != "place" ? RefusalCode.NotFound.ToString()
                        : state.Status != OrderStatus.None && Commands[c] == "place" ? RefusalCode.AlreadyExists.ToString()
                        : !MayGive(Commands[c], role) || stranger ? RefusalCode.Forbidden.ToString()
                        : cell == "." ? RefusalCode.InvalidTransition.ToString()
                        : cell == "=" ? key : cell;
                    var actual = reply.Refusal?.Code.ToString() ?? Key(after);
                    if (actual != expected) wrong.Add($"{key} + {Commands[c]} by {role}: {actual}, not {expected}");
                    if (reply.Refusal is not null || cell == "=") Assert.True(after.Version == state.Version && after.Raised.SequenceEqual(state.Raised));
                    else Assert.Equal(state.Version + 1, after.Version);
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Allowed_is_exactly_what_is_accepted()
    {
        foreach (var (key, state) in Reachable)
        {
            foreach (var role in Enum.GetValues<Role>())
            {
                if (role == Role.Courier && state.Courier is null) continue;
                var accepted = Commands.Where(c => c != "deadline" && Give(state, c, Owner(role)).Reply.Refusal is null);
                Assert.Equal((key, string.Join(' ', accepted)), (key, string.Join(' ', OrderTable.Allowed(state, role))));
            }

            var anyone = Commands.Where(c => c != "deadline" && Enum.GetValues<Role>().Any(r => Give(state, c, Owner(r)).Reply.Refusal is null));
            Assert.Equal(anyone, state.ToView().Allowed);
        }
    }

    [Fact]
    public void A_refusal_names_the_state_and_what_is_allowed_in_it()
    {
        var refusal = Give(Reachable["InDelivery/PickedUp"], "cancel", Owner(Role.Operator)).Reply.Refusal!;
        Assert.Equal(RefusalCode.InvalidTransition, refusal.Code);
        Assert.Equal("in_delivery/picked_up", refusal.Value);
        Assert.Equal("leave_for_dropoff arrive_at_dropoff deliver", string.Join(' ', refusal.Allowed));
        Assert.DoesNotContain("cancel", Give(Reachable["Ready/Pending"], "cancel", Owner(Role.Customer)).Reply.Refusal!.Allowed);
    }

    [Fact]
    public void The_axes_of_every_state_fit_each_other()
    {
        foreach (var (key, s) in Reachable)
        {
            var carried = s.Delivery is DeliveryStatus.PickedUp or DeliveryStatus.EnRouteToDropoff or DeliveryStatus.ArrivedAtDropoff;
            var assigned = s.Delivery is DeliveryStatus.Assigned or DeliveryStatus.EnRouteToPickup or DeliveryStatus.ArrivedAtPickup;
            var dead = s.Status is OrderStatus.Canceled or OrderStatus.Rejected;
            Assert.True(carried == (s.Status == OrderStatus.InDelivery), key);
            Assert.True((s.Courier is not null) == (assigned || carried || s.Delivery == DeliveryStatus.Delivered), key);
            Assert.True(dead == (s.Payment == PaymentStatus.Voided) && dead == (s.Reason != CancelReason.None), key);
            Assert.True((s.Payment == PaymentStatus.Paid) == (s.Status is OrderStatus.Delivered or OrderStatus.Completed), key);
            Assert.True((s.Settlement == SettlementStatus.Eligible) == (s.Status == OrderStatus.Completed), key);
            DeadlineKind[] waits = (s.Status, s.Delivery) switch
            {
                (OrderStatus.AwaitingMerchant, _) => [DeadlineKind.Acceptance],
                (OrderStatus.Preparing or OrderStatus.Ready, DeliveryStatus.Pending) => [DeadlineKind.CourierSearch],
                (OrderStatus.Preparing or OrderStatus.Ready, _) => [DeadlineKind.Pickup],
                (OrderStatus.InDelivery, _) when !key.EndsWith("late", StringComparison.Ordinal) => [DeadlineKind.Delivery],
                (OrderStatus.Delivered, _) => [DeadlineKind.Completion],
                _ => [],
            };
            Assert.True(waits.SequenceEqual(s.Deadlines.Select(d => d.Kind)), key);
            Assert.Equal(s.Raised.Length, s.Timeline.Length);
        }
    }

    [Fact]
    public void Every_event_shows_the_state_after_its_command()
    {
        foreach (var state in Reachable.Values)
        {
            foreach (var name in Commands)
            {
                foreach (var role in Enum.GetValues<Role>())
                {
                    var after = Give(state, name, Owner(role)).State;
                    foreach (var e in after.Raised.Skip(state.Raised.Length).Cast<OrderEvent>())
                    {
                        Assert.Equal((after.Version, after.Status, after.Delivery, after.Payment), (e.Version, e.Status, e.Delivery, e.Payment));
                        Assert.Equal(after.Deadlines, e.Deadlines);
                        Assert.Equal(after.Courier ?? state.Courier, e.Courier);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("Preparing/Assigned", "deliver", "order.ready delivery.picked_up order.delivered delivery.delivered order.paid")]
    [InlineData("Ready/ArrivedAtPickup", "pick_up", "delivery.picked_up")]
    [InlineData("Preparing/Assigned", "cancel", "order.canceled delivery.canceled")]
    [InlineData("AwaitingMerchant/Pending", "reject", "order.rejected delivery.canceled")]
    [InlineData("InDelivery/PickedUp", "deadline", "order.sla_breached")]
    [InlineData("Delivered/Delivered", "deadline", "order.completed")]
    [InlineData("Ready/Assigned", "deadline", "delivery.unassigned")]
    public void A_command_announces_its_events_in_order(string from, string command, string events)
    {
        var after = Give(Reachable[from], command, Owner(command == "deadline" ? Role.System : Role.Operator)).State;
        Assert.Equal(events.Split(' '), after.Raised.Skip(Reachable[from].Raised.Length).Select(e => e.Type));
    }

    [Fact]
    public void A_merchant_that_accepts_by_itself_starts_preparing_with_both_events()
    {
        var after = Give(new(), "place", Owner(Role.Customer), auto: true).State;
        Assert.Equal(["order.created", "order.accepted"], after.Raised.Select(e => e.Type));
        Assert.Equal((OrderStatus.Preparing, Start.AddMinutes(20)), (after.Status, after.ReadyAt));
    }

    [Fact]
    public void Strangers_are_refused_in_every_state()
    {
        foreach (var state in Reachable.Values.Where(s => s.Status != OrderStatus.None))
        {
            foreach (var by in new[] { new Actor(Role.Customer, "c2"), new Actor(Role.Merchant, "m2"), new Actor(Role.Courier, "k2") })
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
            foreach (var name in Commands.Where(c => c != "deadline"))
            {
                var first = Give(state, name, Owner(Role.Operator), "x");
                if (first.Reply.Refusal is { Code: not RefusalCode.InvalidTransition }) continue;
                var again = OrderLifecycle.Decide(first.State, Command(name, Owner(Role.Operator), "x", state), Facts(), Policy, Start.AddDays(1));
                Assert.True(again.Reply.Replayed);
                Assert.Same(first.State, again.State);
                Assert.Equal(first.Reply.Refusal, again.Reply.Refusal);
                var other = OrderLifecycle.Decide(first.State, new AcceptOrder("x", Owner(Role.Operator), TimeSpan.FromMinutes(1)), Facts(), Policy, Start);
                Assert.Equal(RefusalCode.IdempotencyKeyReused, other.Reply.Refusal!.Code);
            }
        }
    }

    [Fact]
    public void Every_state_survives_storage()
    {
        foreach (var state in Reachable.Values) Json.AssertRoundTrip(state);
    }

    [Fact]
    public void What_the_merchant_refuses_leaves_no_order()
    {
        var refusal = new Refusal(RefusalCode.StoreClosed, "closed");
        var (after, reply) = OrderLifecycle.Decide(new(), Command("place", Owner(Role.Customer), "p"), Facts(refusal: refusal), Policy, Start);
        Assert.Equal((OrderStatus.None, null, refusal), (after.Status, reply.Order, reply.Refusal));
    }
}
