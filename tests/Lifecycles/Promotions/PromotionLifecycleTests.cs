using OrderActors.Promotions;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Promotions;

public class PromotionLifecycleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Actor Operator = new(Role.Operator, "op");

    private static readonly PromotionTerms Platforms = new("EUR", DiscountKind.AmountOff, 500, BudgetAmount: 1_000, BudgetUses: 10);
    private static readonly PromotionTerms Merchants = Platforms with { MerchantPermille = 1_000, Merchants = ["m1"] };

    private static Decision<PromotionState, PromotionLifecycle.Outcome> Give(PromotionState state, PromotionCommand command, string code = "LUNCH") =>
        PromotionLifecycle.Decide(state, command, code, Now);

    private static PromotionCommand Command(string name, Actor by, PromotionTerms terms) => name switch
    {
        "create" => new CreatePromotion("new", by, terms),
        "pause" => new SetPromotionStatus("new", by, PromotionStatus.Paused),
        "resume" => new SetPromotionStatus("new", by, PromotionStatus.Active),
        _ => new RaiseBudget("new", by, 2_000),
    };

    private static PromotionState State(string name, PromotionTerms terms)
    {
        if (name == "none") return new();
        var active = Give(new(), new CreatePromotion("c", Operator, terms)).State;
        return name == "active" ? active : Give(active, new SetPromotionStatus("p", Operator, PromotionStatus.Paused)).State;
    }

    [Fact]
    public void Every_command_in_every_state_from_every_role()
    {
        foreach (var terms in new[] { Platforms, Merchants })
        {
            foreach (var state in new[] { "none", "active", "paused" })
            {
                foreach (var name in new[] { "create", "pause", "resume", "budget" })
                {
                    foreach (var by in Enum.GetValues<Role>().Select(r => new Actor(r, "m1")).Append(new(Role.Merchant, "m2")))
                    {
                        var before = State(state, terms);
                        var (after, outcome) = Give(before, Command(name, by, terms));
                        RefusalCode? expected =
                            state == "none" && name != "create" ? RefusalCode.NotFound
                            : state != "none" && name == "create" ? RefusalCode.AlreadyExists
                            : by.Role is Role.System or Role.Operator || (terms == Merchants && by == new Actor(Role.Merchant, "m1")) ? null
                            : RefusalCode.Forbidden;
                        Assert.Equal((state, name, by, expected), (state, name, by, outcome.Refusal?.Code));
                        var changes = expected is null && (name, state) is not (("pause", "paused") or ("resume", "active"));
                        Assert.Equal(before.Version + (changes ? 1 : 0), after.Version);
                        Assert.Equal(changes, after.Raised.Length > before.Raised.Length);
                        Json.AssertRoundTrip(after);
                    }
                }
            }
        }
    }

    [Fact]
    public void The_same_id_is_the_same_command()
    {
        var state = State("active", Platforms);
        Assert.True(Give(state, new CreatePromotion("c", Operator, Platforms)).Reply.Replayed);
        Assert.Equal(RefusalCode.IdempotencyKeyReused, Give(state, new CreatePromotion("c", Operator, Merchants)).Reply.Refusal!.Code);
    }

    [Fact]
    public void A_budget_is_only_raised()
    {
        var state = State("active", Platforms);
        Assert.Equal((2_000, 10), Terms(Give(state, new RaiseBudget("r", Operator, 2_000)).State));
        Assert.Equal((1_000, 11), Terms(Give(state, new RaiseBudget("r", Operator, null, 11)).State));
        foreach (var bad in new RaiseBudget[]
        {
            new("r", Operator, 999), new("r", Operator, null, 9), new("r", Operator), new("r", Operator, PromotionRules.MaxBudget + 1),
        })
        {
            Assert.Equal(RefusalCode.ValidationFailed, Give(state, bad).Reply.Refusal!.Code);
        }

        var unbounded = State("active", Platforms with { BudgetUses = null });
        Assert.Equal(RefusalCode.ValidationFailed, Give(unbounded, new RaiseBudget("r", Operator, null, 5)).Reply.Refusal!.Code);

        static (long?, long?) Terms(PromotionState s) => (s.Terms.BudgetAmount, s.Terms.BudgetUses);
    }

    public static TheoryData<string> BadTerms => new(
        "currency", "value", "permille", "cap", "amount-cap", "kind", "share", "budget", "amount", "uses", "customer", "times", "minimum", "many",
        "merchant");

    [Theory]
    [MemberData(nameof(BadTerms))]
    public void Bad_terms_are_refused(string fault)
    {
        var terms = fault switch
        {
            "currency" => Platforms with { Currency = "euro" },
            "value" => Platforms with { Value = 0 },
            "permille" => Platforms with { Kind = DiscountKind.PermilleOff, Value = 1_001 },
            "cap" => Platforms with { Kind = DiscountKind.PermilleOff, Cap = 0 },
            "amount-cap" => Platforms with { Cap = 5 },
            "kind" => Platforms with { Kind = (DiscountKind)9 },
            "share" => Platforms with { MerchantPermille = 1_001 },
            "budget" => Platforms with { BudgetAmount = null, BudgetUses = null },
            "amount" => Platforms with { BudgetAmount = 0 },
            "uses" => Platforms with { BudgetUses = PromotionRules.MaxUses + 1 },
            "customer" => Platforms with { PerCustomer = 101 },
            "times" => Platforms with { ValidFrom = Now, ValidUntil = Now },
            "minimum" => Platforms with { MinimumSubtotal = -1 },
            "many" => Platforms with { Merchants = [.. Enumerable.Range(0, 101).Select(i => $"m{i}")] },
            _ => Platforms with { Merchants = ["a b"] },
        };
        var (after, outcome) = Give(new(), new CreatePromotion("c", Operator, terms));
        Assert.Equal(fault == "kind" ? RefusalCode.UnknownValue : RefusalCode.ValidationFailed, outcome.Refusal!.Code);
        Assert.False(after.Exists);
    }

    [Theory]
    [InlineData("")]
    [InlineData("lunch")]
    [InlineData("LUNCH TIME")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456")]
    public void A_bad_code_is_refused(string code) =>
        Assert.Equal(RefusalCode.ValidationFailed, Give(new(), new CreatePromotion("c", Operator, Platforms), code).Reply.Refusal!.Code);
}
