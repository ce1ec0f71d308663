using FsCheck;
using FsCheck.Fluent;
using OrderActors.Orders;
using OrderActors.Values;
using static OrderActors.Tests.Lifecycles.Orders.OrderWorld;

namespace OrderActors.Tests.Lifecycles.Orders;

/// <summary>
/// Any sequence of commands, with any of them given again at any later time. FsCheck prints the seed of a failing case and
/// shrinks it; <c>Replay</c> in <see cref="Check"/> takes it.
/// </summary>
public class OrderPropertyTests
{
    /// <summary>A step: a command by name, or an earlier one again, or with a choice one of those that get the order on.</summary>
    private sealed record Given(string Command, Role By, int RepeatOf, int Choice);

    private static readonly (string Command, Role By)[] Forward =
    [
        ("complete", Role.System), ("complete_auto", Role.System), ("authorized", Role.System), ("captured", Role.System), ("deadline_Release", Role.System),
        ("accept", Role.Merchant), ("ready", Role.Merchant), ("collect", Role.Merchant), ("propose_modification", Role.Customer),
        ("approve_modification", Role.Operator), ("offer", Role.System), ("assign", Role.System), ("unassign", Role.Operator), ("pick_up", Role.Operator),
        ("leave_for_dropoff", Role.Operator), ("hand_over", Role.System), ("deliver", Role.Operator), ("fail_delivery", Role.Operator),
        ("return_goods", Role.Merchant), ("deadline_Completion", Role.System), ("unfreeze", Role.Operator),
    ];

    private static Gen<Given> Step =>
        from command in Gen.Elements(PlacingCommands.Concat(Commands).ToArray())
        from role in Gen.Elements(Enum.GetValues<Role>())
            // One in four gives an earlier command again, counted from the last one.
        from repeat in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, 12)))
        from choice in Gen.Choose(-100, 100)
        select new Given(command, role, repeat, choice);

    private static Gen<(PlaceOrder Placed, Given[] Steps)> Life =>
        from kind in Gen.Elements(Enum.GetValues<OrderKind>())
        from payment in Gen.Elements(Enum.GetValues<PaymentMethod>())
        from later in Gen.Elements(true, false)
        from steps in Step.ArrayOf(60)
        select (PlaceCommand(Owner(Role.Customer), "place", kind, kind == OrderKind.Virtual ? PaymentMethod.Card : payment, later), steps);

    [Fact]
    public void Whatever_is_given_in_whatever_order_a_repeated_command_changes_nothing() => Check(holds: (before, _, given, after, reply) =>
        !reply.Replayed || (ReferenceEquals(before, after) && given is not PlacingCommand));

    [Fact]
    public void What_is_owed_is_never_negative_and_never_more_than_the_total() => Check(holds: (_, _, _, after, _) =>
        after.Costs.Due >= 0 && (after.Costs.Due <= after.Costs.Total || after.Status == OrderStatus.Received) &&
        after.Costs is { Subtotal: >= 0, DeliveryFee: >= 0, MerchantDiscount: >= 0, PlatformDiscount: >= 0 });

    [Fact]
    public void An_end_is_an_end() => Check(holds: (before, _, given, after, _) =>
        !before.HasEnded || (after.Status == before.Status && after.Delivery == before.Delivery && after.Costs == before.Costs));

    [Fact]
    public void A_refusal_changes_nothing_that_anybody_sees() => Check(holds: (before, _, _, after, reply) =>
        reply.Refusal is null || (after.Version == before.Version && after.Timeline == before.Timeline && after.Raised == before.Raised));

    [Fact]
    public void Every_change_has_its_event_and_every_event_its_change() => Check(holds: (before, _, _, after, _) =>
        (after.Raised.Length > before.Raised.Length) ==
        (after.Version == before.Version + 1 || (after.Status == OrderStatus.None && before.Status != OrderStatus.None)));

    [Fact]
    public void A_frozen_order_stands_still() => Check(holds: (before, _, given, after, _) =>
        !before.Frozen || !after.Frozen || (after.Status, after.Delivery, after.Courier) == (before.Status, before.Delivery, before.Courier) ||
        given is RecordPayment);

    [Fact]
    public void The_sequences_are_worth_their_while()
    {
        var (replayed, ended, returned) = (0, 0, 0);

        // Always the same ones: how often something rare comes up is a matter of luck.
        foreach (var life in Gen.Sample(Life, 400, new Rnd(1), 100))
        {
            Walk(life, (_, _, _, after, reply) =>
            {
                replayed += reply.Replayed ? 1 : 0;
                ended += after.HasEnded ? 1 : 0;
                returned += after.Status == OrderStatus.Returned ? 1 : 0;
                return true;
            });
        }

        Assert.True(replayed > 1_000 && ended > 5_000 && returned > 50, $"{replayed} replays, {ended} steps after an end, {returned} after a return");
    }

    private static void Check(Func<OrderState, int, OrderCommand, OrderState, OrderReply, bool> holds) =>
        Prop.ForAll(Life.ToArbitrary(), life => Walk(life, holds) is { } breach ? false.Label(breach) : true.ToProperty())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    /// <summary>Gives the commands one after the other; what does not hold after one of them, or null.</summary>
    private static string? Walk((PlaceOrder Placed, Given[] Steps) life, Func<OrderState, int, OrderCommand, OrderState, OrderReply, bool> holds)
    {
        var state = OrderLifecycle.Decide(new(), life.Placed, new(Number, new()), Policy, Start).State;
        var given = new List<(OrderCommand Command, OrderFacts Facts)>();
        for (var i = 0; i < life.Steps.Length; i++)
        {
            var (name, role, repeat, choice) = life.Steps[i];
            if (choice > 0 && Forward.Where(f => Give(state, f.Command, Owner(f.By), $"{i}").State.Version > state.Version).ToArray() is { Length: > 0 } open)
                (name, role) = open[choice % open.Length];
            var (command, facts) = repeat > 0 && repeat <= given.Count
                ? given[^repeat]
                : (Command(name, Owner(role), $"{i}", state), Facts(name, state));
            given.Add((command, facts));
            var (after, reply) = OrderLifecycle.Decide(state, command, facts, Policy, Start.AddMinutes(i));
            if (!holds(state, i, command, after, reply)) return $"step {i}: {command} in {FullKey(state)} gave {FullKey(after)}, {reply.Refusal}";
            state = after;
        }

        return null;
    }
}
