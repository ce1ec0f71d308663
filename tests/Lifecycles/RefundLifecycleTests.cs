using System.Collections.Immutable;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Refunds;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles;

public class RefundLifecycleTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly OrderNumber Number = OrderNumber.Create(1, 0, 0, 0, 0);
    private static readonly RefundOptions Options = new();

    /// <summary>Three soups at 9.00 and two breads at 2.50, with 3.33 off and 2.00 for the delivery: 30.67 in all.</summary>
    private static readonly RefundedOrder Order = new(
        OrderStatus.Delivered, false, "anna", "m1", new Money(3_067, "EUR"),
        [new PricedLine("soup", "Soup", 3, 900), new PricedLine("bread", "Bread", 2, 250)], 3_200 - 333, Now.AddHours(-1));

    private static readonly string[] Commands = ["request", "approve", "less", "decline", "withdraw", "paid", "unpaid", "decision", "told"];

    /// <summary>Written by hand: state × command by an operator. A dot is a refusal by the state, N one as not there, = a no-op.</summary>
    private const string Matrix = """
        state     request   approve  less     decline  withdraw  paid     unpaid decision told
        none      requested N        N        N        N         =        =      =        =
        requested more      approved approved declined withdrawn =        =      declined =
        approved  more      .        .        .        .         refunded failed =        handed
        handed    more      .        .        .        .         refunded failed =        =
        declined  more      .        .        .        .         =        =      =        =
        withdrawn more      .        .        .        .         =        =      =        =
        refunded  more      .        .        .        .         =        =      =        =
        failed    more      approved amount   declined .         refunded =      =        =
        """;

    private static readonly Actor Anna = new(Role.Customer, "anna");

    private static Actor Of(Role role, bool own = true) => new(role, own ? role switch { Role.Customer => "anna", Role.Merchant => "m1", _ => "x" } : "other");

    private static (RefundState State, Refusal? Refusal) Give(
        RefundState s, string name, Actor by, RefundReason reason = RefundReason.Late, RefundedOrder? order = null, DateTimeOffset? now = null)
    {
        var (at, id) = (now ?? Now, $"{name}-{by}-{s.Version}");
        RefundState Settle(bool succeeded) => RefundLifecycle.Settle(s, 1, succeeded, "insufficient", succeeded ? 6 : 5, at);
        RefundCommand? command = name switch
        {
            "request" => new RequestRefund(id, by, reason, new Money(500, "EUR")),
            "approve" => new ApproveRefund(id, by, 1),
            "less" => new ApproveRefund(id, by, 1, 100),
            "decline" => new DeclineRefund(id, by, 1, "no"),
            "withdraw" => new WithdrawRefund(id, by, 1),
            _ => null,
        };
        if (command is not null)
        {
            var decision = RefundLifecycle.Decide(s, command, new(Number, order ?? Order), Options, at);
            return (decision.State, decision.Reply.Refusal);
        }

        return (name switch
        {
            "paid" => Settle(true),
            "unpaid" => Settle(false),
            "told" => RefundLifecycle.HandedOver(s, 1),
            _ => s.Find(1)?.Deadline is { } deadline ? RefundLifecycle.Reach(s, deadline, Options, at) : s,
        }, null);
    }

    private static string Key(RefundState s) => s.Refunds switch
    {
        [] => "none",
        [{ Status: RefundStatus.Approved, Deadline: null }] => "handed",
        [var only] => only.Status.ToString().ToLowerInvariant(),
        _ => "more",
    };

    private static Dictionary<string, RefundState> Explore()
    {
        var found = new Dictionary<string, RefundState> { ["none"] = new() };
        var queue = new Queue<RefundState>(found.Values);
        while (queue.TryDequeue(out var state))
        {
            foreach (var name in Commands)
            {
                var next = Give(state, name, name is "request" or "withdraw" ? Anna : Of(Role.Operator)).State;
                if (Key(next) != "more" && found.TryAdd(Key(next), next)) queue.Enqueue(next);
            }
        }

        return found;
    }

    [Fact]
    public void Every_command_in_every_state_from_every_role_does_what_the_matrix_says()
    {
        var matrix = Matrix.Split('\n').Skip(1).Select(r => r.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToDictionary(r => r[0], r => r[1..]);
        var (states, wrong) = (Explore(), new List<string>());
        Assert.Equal(matrix.Keys.Order(), states.Keys.Order());
        foreach (var (key, state) in states)
        {
            for (var c = 0; c < Commands.Length; c++)
            {
                foreach (var by in Enum.GetValues<Role>().SelectMany(role => new[] { Of(role), Of(role, own: false) }))
                {
                    // The refund is for a delay, which the platform bears: its merchant has no say.
                    var (name, cell, own) = (Commands[c], matrix[key][c], by.Id != "other");
                    var may = name switch
                    {
                        "request" => by.Role == Role.Operator || own && by.Role is Role.Customer or Role.Merchant && own,
                        "approve" or "less" or "decline" => by.Role == Role.Operator,
                        "withdraw" => by == Anna,
                        _ => true,
                    };
                    var expected = cell switch
                    {
                        "N" => nameof(RefusalCode.NotFound),
                        _ when !may => nameof(RefusalCode.Forbidden),
                        "." => nameof(RefusalCode.InvalidTransition),
                        "amount" => nameof(RefusalCode.InvalidAmount),
                        "=" => key,
                        "requested" when by.Role != Role.Customer => "approved",
                        _ => cell,
                    };
                    var (after, refusal) = Give(state, name, by);
                    var actual = refusal?.Code.ToString() ?? Key(after);
                    if (actual != expected) wrong.Add($"{key} + {name} by {by}: {actual}, not {expected}");
                    if (cell == "=" && !ReferenceEquals(state, after)) wrong.Add($"{key} + {name} writes");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Every_state_survives_storage_and_says_what_it_waits_for()
    {
        foreach (var (key, s) in Explore())
        {
            Json.AssertRoundTrip(s);
            if (key == "none") continue;
            Assert.Equal(key is "requested" or "approved", s.Refunds[0].Deadline is not null);
            if (s.Raised.LastOrDefault() is RefundEvent e && key != "handed")
                Assert.Equal(s.Refunds.Select(r => r.Deadline).OfType<Deadline>(), e.Deadlines);
        }
    }

    [Fact]
    public void The_merchant_decides_about_what_it_bears_and_grants_what_it_asks_for()
    {
        var kitchen = Give(new(), "request", Anna, RefundReason.Quality).State;
        Assert.Equal("requested", Key(kitchen));
        Assert.Equal("approved", Key(Give(kitchen, "approve", Of(Role.Merchant)).State));
        Assert.Equal("declined", Key(Give(kitchen, "decline", Of(Role.Merchant)).State));
        Assert.Equal(RefusalCode.Forbidden, Give(kitchen, "approve", Of(Role.Merchant, own: false)).Refusal!.Code);
        Assert.Equal(100, ((RefundEvent)Give(kitchen, "less", Of(Role.Merchant)).State.Raised[^1]).MerchantShare);

        var own = Give(new(), "request", Of(Role.Merchant), RefundReason.Late).State;
        Assert.Equal(["refund.requested", "refund.approved"], own.Raised.Select(e => e.Type));
        Assert.Equal(500, ((RefundEvent)own.Raised[^1]).MerchantShare);
        Assert.Equal(0, ((RefundEvent)Give(new(), "request", Of(Role.Operator)).State.Raised[^1]).MerchantShare);
    }

    [Fact]
    public void A_rule_grants_a_small_claim_once_and_for_its_reasons()
    {
        var first = Give(new(), "request", Anna, RefundReason.MissingItem).State;
        Assert.Equal("approved", Key(first));
        Assert.True(first.Refunds[0].Automatic);
        Assert.Equal(Actor.System, first.Refunds[0].DecidedBy);
        Assert.Equal(RefundStatus.Requested, Give(first, "request", Anna, RefundReason.MissingItem).State.Refunds[1].Status);
        Assert.Equal("requested", Key(Give(new(), "request", Anna, RefundReason.Other).State));
        var large = new RequestRefund("r", Anna, RefundReason.MissingItem, new Money(1_501, "EUR"));
        Assert.Equal("requested", Key(RefundLifecycle.Decide(new(), large, new(Number, Order), Options, Now).State));
        var share = Order with { Paid = new Money(999, "EUR") };
        Assert.Equal("requested", Key(Give(new(), "request", Anna, RefundReason.MissingItem, share).State));
    }

    [Fact]
    public void What_nobody_decides_in_time_goes_by_the_option()
    {
        var s = Give(new(), "request", Anna).State;
        var deadline = s.Refunds[0].Deadline!.Value;
        Assert.Equal(new Deadline(DeadlineKind.RefundDecision, Now + Options.DecisionTime), deadline);
        Assert.Equal("declined", Key(RefundLifecycle.Reach(s, deadline, Options, deadline.Due)));
        Assert.Equal("approved", Key(RefundLifecycle.Reach(s, deadline, new() { OnTimeout = UndecidedRefund.Approve }, deadline.Due)));
        Assert.Same(s, RefundLifecycle.Reach(s, deadline with { Due = deadline.Due.AddTicks(1) }, Options, deadline.Due));
    }

    [Fact]
    public void Claims_are_taken_until_the_window_closes()
    {
        var last = Order.EndedAt + Options.ClaimWindow;
        Assert.Null(Give(new(), "request", Anna, now: last).Refusal);
        Assert.Equal(RefusalCode.ClaimWindowClosed, Give(new(), "request", Anna, now: last.AddTicks(1)).Refusal!.Code);
        Assert.Null(Give(new(), "request", Anna, order: Order with { Status = OrderStatus.Completed }).Refusal);
    }

    [Fact]
    public void Before_the_handover_nothing_can_be_claimed()
    {
        OrderStatus[] refundable = [OrderStatus.Delivered, OrderStatus.Completed, OrderStatus.Canceled, OrderStatus.Returned];
        foreach (var status in Enum.GetValues<OrderStatus>())
        {
            var refusal = Give(new(), "request", Anna, order: Order with { Status = status }).Refusal;
            Assert.Equal(refundable.Contains(status) ? null : RefusalCode.InvalidTransition, refusal?.Code);
        }
    }

    [Fact]
    public void A_frozen_order_has_no_new_claims_and_no_decisions()
    {
        var frozen = Order with { Frozen = true };
        Assert.Equal(RefusalCode.OrderFrozen, Give(new(), "request", Anna, order: frozen).Refusal!.Code);
        Assert.Equal(RefusalCode.OrderFrozen, Give(Explore()["requested"], "approve", Of(Role.Operator), order: frozen).Refusal!.Code);
    }

    public static TheoryData<string, RefusalCode> BadRequests => new()
    {
        { "amount 0 EUR", RefusalCode.InvalidAmount },
        { "amount -1 EUR", RefusalCode.InvalidAmount },
        { "amount 9223372036854775807 EUR", RefusalCode.InvalidAmount },
        { "amount 3068 EUR", RefusalCode.OverRefund },
        { "amount 100 USD", RefusalCode.WrongCurrency },
        { "lines 3x1", RefusalCode.UnknownLine },
        { "lines 0x1", RefusalCode.UnknownLine },
        { "lines 1x4", RefusalCode.UnknownLine },
        { "lines 1x0", RefusalCode.ValidationFailed },
        { "lines 1x1 1x1", RefusalCode.ValidationFailed },
        { "reason", RefusalCode.UnknownValue },
        { "note", RefusalCode.ValidationFailed },
        { "both", RefusalCode.ValidationFailed },
        { "unpaid", RefusalCode.OverRefund },
        { "absent", RefusalCode.NotFound },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public void A_bad_request_is_refused_with_its_own_code_and_nothing_changes(string what, RefusalCode code)
    {
        var words = what.Split(' ');
        var good = new RequestRefund("r", Anna, RefundReason.Late);
        ImmutableArray<RefundLine> Lines() => [.. words[1..].Select(w => w.Split('x')).Select(p => new RefundLine(int.Parse(p[0]), int.Parse(p[1])))];
        var command = words[0] switch
        {
            "amount" => good with { Amount = new Money(long.Parse(words[1]), words[2]) },
            "lines" => good with { Lines = Lines() },
            "reason" => good with { Reason = (RefundReason)99 },
            "note" => good with { Note = new string('x', 501) },
            "both" => good with { Amount = new Money(1, "EUR"), Lines = [new(1, 1)] },
            _ => good,
        };
        var order = words[0] switch { "unpaid" => Order with { Paid = new Money(0, "EUR") }, "absent" => null, _ => Order };
        var state = new RefundState();
        var decision = RefundLifecycle.Decide(state, command, new(Number, order), Options, Now);
        Assert.Equal(code, decision.Reply.Refusal!.Code);
        Assert.Same(state, decision.State);
    }

    [Fact]
    public void The_same_request_again_gives_the_first_refund()
    {
        var s = Give(new(), "request", Anna).State;
        var same = new RequestRefund($"request-{Anna}-0", Anna, RefundReason.Late, new Money(500, "EUR"));
        var again = RefundLifecycle.Decide(s, same, new(Number, Order), Options, Now);
        Assert.Same(s, again.State);
        Assert.Equal((1, true), (again.Reply.Refund, again.Reply.Replayed));
        var other = RefundLifecycle.Decide(s, same with { Amount = null }, new(Number, Order), Options, Now);
        Assert.Equal(RefusalCode.IdempotencyKeyReused, other.Reply.Refusal!.Code);
    }

    [Fact]
    public void Old_news_of_the_payment_does_not_undo_what_came_after()
    {
        var failed = Give(Explore()["approved"], "unpaid", Actor.System).State;
        Assert.Equal("insufficient", failed.Refunds[0].Failure);
        var again = Give(failed, "approve", Of(Role.Operator)).State;
        Assert.Same(again, RefundLifecycle.Settle(again, 1, succeeded: false, "insufficient", 5, Now));
        Assert.Equal("refunded", Key(RefundLifecycle.Settle(again, 1, succeeded: true, null, 7, Now)));
    }

    [Fact]
    public void Items_add_up_to_what_was_paid_for_the_goods_in_whatever_order_they_are_claimed()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            ImmutableArray<PricedLine> lines =
                [.. Enumerable.Range(1, random.Next(1, 6)).Select(i => new PricedLine($"i{i}", "", random.Next(1, 8), random.Next(0, 2_000)))];
            var subtotal = OrderBill.Subtotal(lines);
            var goods = random.NextInt64(0, subtotal + 1);
            var order = Order with { Lines = lines, GoodsPaid = goods, Paid = new Money(goods + 200, "EUR") };
            var (state, sum) = (new RefundState(), 0L);
            var left = lines.SelectMany((line, i) => Enumerable.Repeat(i + 1, line.Quantity)).ToList();
            while (left.Count > 0)
            {
                var line = left[random.Next(left.Count)];
                var quantity = random.Next(1, left.Count(l => l == line) + 1);
                var chosen = RefundRules.Choose(new(line, quantity), lines, state)!.Value;
                var gone = random.Next(3) == 0;
                state = state with
                {
                    Refunds = state.Refunds.Add(new Claim { Status = gone ? RefundStatus.Withdrawn : RefundStatus.Requested, Lines = [chosen] }),
                };
                if (gone) continue;
                sum += RefundRules.Price([chosen], order);
                for (var i = 0; i < quantity; i++) left.Remove(line);
            }

            Assert.True(sum == goods, $"seed {seed}: {sum} of {goods}");
            Assert.All(Enumerable.Range(1, lines.Length), line => Assert.Null(RefundRules.Choose(new(line, 1), lines, state)));
        }
    }

    [Fact]
    public void Whatever_is_asked_and_decided_never_more_goes_back_than_was_paid()
    {
        var options = new RefundOptions { MaxPerOrder = 100, AutoApprovePerOrder = 3 };
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var state = new RefundState();
            for (var step = 0; step < 60; step++)
            {
                var (number, role) = (random.Next(1, state.Refunds.Length + 2), Of((Role)random.Next(1, 5)));
                var reason = (RefundReason)random.Next(7);
                var id = $"{random.Next(50)}";
                var settle = random.Next(10);
                if (settle < 2)
                {
                    state = RefundLifecycle.Settle(state, number, settle == 0, null, step + 1, Now);
                }
                else
                {
                    RefundCommand command = random.Next(7) switch
                    {
                        0 => new ApproveRefund(id, Of(Role.Operator), number, random.Next(2) == 0 ? null : random.Next(1, 800)),
                        1 => new DeclineRefund(id, Of(Role.Operator), number),
                        2 => new WithdrawRefund(id, Anna, number),
                        3 => new RequestRefund(id, role, reason),
                        4 => new RequestRefund(id, role, reason, Lines: [new(random.Next(1, 3), random.Next(1, 3))]),
                        _ => new RequestRefund(id, role, reason, new Money(random.Next(1, 1_500), "EUR")),
                    };
                    state = RefundLifecycle.Decide(state, command, new(Number, Order), options, Now).State;
                }

                Assert.True(state.Claimed <= Order.Paid.Amount, $"seed {seed}, step {step}: {state.Claimed}");
                Assert.All(state.Refunds, refund => Assert.InRange(refund.Amount, 1, refund.Requested));
                var units = state.Refunds.Where(r => r.Counts).SelectMany(r => r.Lines).SelectMany(l => l.Units.Select(u => (l.Line, u))).ToList();
                Assert.Equal(units.Count, units.Distinct().Count());
            }
        }
    }

    [Fact]
    public void The_options_are_checked()
    {
        var validator = new RefundOptionsValidator();
        Assert.True(validator.Validate(null, new()).Succeeded);
        Assert.Contains("AutoApproveReasons is bad", validator.Validate(null, new() { AutoApproveReasons = "late,bad" }).FailureMessage!.Replace("late,", ""));
        Assert.True(validator.Validate(null, new() { MaxPerOrder = 0 }).Failed);
        Assert.True(validator.Validate(null, new() { AutoApproveReasons = "" }).Succeeded);
    }
}
