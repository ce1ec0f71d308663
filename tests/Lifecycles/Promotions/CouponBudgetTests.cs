using System.Collections.Immutable;
using OrderActors.Promotions;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Promotions;

public class CouponBudgetTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Actor Operator = new(Role.Operator, "op");
    private static readonly PromotionTerms FiveOff = new("EUR", DiscountKind.AmountOff, 500, MerchantPermille: 300, BudgetUses: 3);

    private static OrderNumber Number(int i) => OrderNumber.Create(1_000 + i, 0, 1, 2, 3);

    private static PromotionState Created(PromotionTerms terms)
    {
        var (state, outcome) = PromotionLifecycle.Decide(new(), new CreatePromotion("create", Operator, terms), "LUNCH", Now);
        Assert.Null(outcome.Refusal);
        return state;
    }

    private static CouponRequest Request(int order, long subtotal = 2_000, string currency = "EUR", string merchant = "m1", DateTimeOffset? at = null) =>
        new(Number(order), "anna", merchant, new(subtotal, currency), at ?? Now);

    private static RefusalCode? Refused(PromotionState state, CouponRequest request)
    {
        var (after, reply) = CouponBudget.Reserve(state, "LUNCH", request);
        if (reply.Refusal is not null) Assert.Same(state, after);
        return reply.Refusal?.Code;
    }

    [Theory]
    [InlineData(DiscountKind.AmountOff, 500, null, 0, 2_000, 0, 500)]
    [InlineData(DiscountKind.AmountOff, 500, null, 1_000, 2_000, 500, 0)]
    [InlineData(DiscountKind.AmountOff, 500, null, 333, 2_000, 166, 334)]
    [InlineData(DiscountKind.AmountOff, 500, null, 500, 301, 150, 151)]
    [InlineData(DiscountKind.PermilleOff, 100, null, 500, 1_999, 99, 100)]
    [InlineData(DiscountKind.PermilleOff, 1_000, 700L, 0, 2_000, 0, 700)]
    [InlineData(DiscountKind.PermilleOff, 1_000, null, 0, PromotionRules.MaxBudget, 0, PromotionRules.MaxBudget)]
    public void A_discount_is_never_more_than_the_lines_and_its_parts_add_up(
        DiscountKind kind, long value, long? cap, int merchantPermille, long subtotal, long merchant, long platform) =>
        Assert.Equal(
            new Discount(merchant, platform),
            CouponBudget.DiscountOf(new("EUR", kind, value, cap, merchantPermille, BudgetUses: 1), subtotal));

    [Fact]
    public void An_order_takes_once_and_gives_back_once()
    {
        var (state, reply) = CouponBudget.Reserve(Created(FiveOff), "LUNCH", Request(1));
        Assert.Equal(new Discount(150, 350), reply.Discount);
        var again = CouponBudget.Reserve(state, "LUNCH", Request(1, subtotal: 100));
        Assert.Same(state, again.State);
        Assert.Equal(reply.Discount, again.Reply.Discount);
        Assert.Equal((500, 1), (state.ReservedAmount, state.Reserved.Count));
        Json.AssertRoundTrip(state);

        var redeemed = CouponBudget.Redeem(state, [Number(1), Number(1), Number(9)]);
        Assert.Equal((0, 500, 1), (redeemed.ReservedAmount, redeemed.RedeemedAmount, redeemed.RedeemedUses));
        Assert.Same(redeemed, CouponBudget.Release(redeemed, [Number(1)], []).State);
        var released = CouponBudget.Release(state, [Number(1), Number(1), Number(9)], []).State;
        Assert.Equal((0, 0, 0), (released.ReservedAmount, released.RedeemedUses, released.Reserved.Count));
    }

    [Fact]
    public void Refusals_come_in_the_order_of_their_codes()
    {
        var terms = FiveOff with
        {
            BudgetUses = 1,
            Merchants = ["m1"],
            MinimumSubtotal = 1_000,
            ValidFrom = Now,
            ValidUntil = Now.AddDays(1),
        };
        var open = Created(terms);
        var spent = CouponBudget.Reserve(open, "LUNCH", Request(1)).State;
        var late = Now.AddDays(1);
        Assert.Equal(RefusalCode.InvalidAmount, Refused(new(), Request(2, -1)));
        Assert.Equal(RefusalCode.UnknownCoupon, Refused(new(), Request(2)));
        Assert.Equal(RefusalCode.WrongCurrency, Refused(spent, Request(2, 999, "USD", "m2", late)));
        Assert.Equal(RefusalCode.UnknownCoupon, Refused(spent, Request(2, 2_000, "EUR", "m2", late)));
        Assert.Equal(RefusalCode.UnknownCoupon, Refused(spent, Request(2, 999, "EUR", "m1", late)));
        Assert.Equal(RefusalCode.CouponExpired, Refused(spent, Request(2, at: late)));
        Assert.Equal(RefusalCode.CouponExpired, Refused(spent, Request(2, at: Now.AddTicks(-1))));
        Assert.Equal(RefusalCode.CouponExpired, Refused(spent with { Status = PromotionStatus.Paused }, Request(2)));
        Assert.Equal(RefusalCode.CouponExhausted, Refused(spent, Request(2)));
        Assert.Null(Refused(open, Request(2)));
        Assert.Null(Refused(spent with { Status = PromotionStatus.Paused }, Request(1)));
        Assert.Equal(RefusalCode.UnknownCoupon, Refused(Created(new("EUR", DiscountKind.PermilleOff, 1, BudgetUses: 1)), Request(2, 999)));
    }

    [Fact]
    public void An_amount_is_never_overspent_and_orders_under_way_are_bounded()
    {
        var state = Created(new("EUR", DiscountKind.AmountOff, 500, BudgetAmount: 1_100));
        state = CouponBudget.Reserve(state, "LUNCH", Request(1)).State;
        state = CouponBudget.Redeem(CouponBudget.Reserve(state, "LUNCH", Request(2)).State, [Number(2)]);
        Assert.Equal(RefusalCode.CouponExhausted, Refused(state, Request(3)));
        Assert.Null(Refused(state, Request(3, subtotal: 100)));

        var hold = new CouponHold(0, 1);
        var full = Created(new("EUR", DiscountKind.AmountOff, 1, BudgetUses: PromotionRules.MaxUses)) with
        {
            Reserved = Enumerable.Range(0, PromotionRules.MaxReserved).ToImmutableSortedDictionary(i => Number(10 + i), _ => hold),
        };
        Assert.Equal(RefusalCode.TooMany, Refused(full, Request(1)));
    }

    [Fact]
    public void Commands_in_any_order_with_repeats_keep_the_budget()
    {
        foreach (var seed in Enumerable.Range(0, 300))
        {
            var random = new Random(seed);
            var uses = random.Next(1, 6);
            var state = Created(FiveOff with { BudgetUses = uses, BudgetAmount = random.Next(2) == 0 ? null : random.Next(1, 3_000) });
            var (reserved, redeemed) = (new HashSet<int>(), new HashSet<int>());
            for (var step = 0; step < 200; step++)
            {
                // Once an order is redeemed nobody asks for it again: the order sees to that.
                var order = random.Next(12);
                switch (random.Next(3))
                {
                    case 0 when !redeemed.Contains(order):
                        var (after, reply) = CouponBudget.Reserve(state, "LUNCH", Request(order, random.Next(1, 2_000)));
                        if (reply.Refusal is null) reserved.Add(order);
                        state = after;
                        break;
                    case 1:
                        if (reserved.Remove(order)) redeemed.Add(order);
                        state = CouponBudget.Redeem(state, [Number(order)]);
                        break;
                    case 2:
                        reserved.Remove(order);
                        state = CouponBudget.Release(state, [Number(order), Number(order)], []).State;
                        break;
                }

                var seen = $"seed {seed}, step {step}";
                Assert.True(state.Reserved.Count + state.RedeemedUses <= uses, seen);
                Assert.True(state.ReservedAmount + state.RedeemedAmount <= (state.Terms.BudgetAmount ?? long.MaxValue), seen);
                Assert.True(state.ReservedAmount == state.Reserved.Values.Sum(held => held.Amount), seen);
                Assert.True(reserved.Select(Number).ToHashSet().SetEquals(state.Reserved.Keys) && state.RedeemedUses == redeemed.Count, seen);
            }
        }
    }

    [Fact]
    public void A_use_of_a_customer_goes_back_before_the_order_is_forgotten()
    {
        var state = CouponBudget.Reserve(Created(FiveOff with { PerCustomer = 1 }), "LUNCH", Request(1)).State;
        var (waiting, uses) = CouponBudget.Release(state, [Number(1)], []);
        Assert.Same(state, waiting);
        Assert.Equal([new CustomerUse(Number(1), "anna")], uses.AsEnumerable());
        Assert.Empty(CouponBudget.Release(state, [Number(1)], [Number(1)]).State.Reserved);

        var taken = CouponUses.Take(new(), Number(1), 1).State;
        Assert.True(CouponUses.Take(taken, Number(1), 1).Reply);
        Assert.False(CouponUses.Take(taken, Number(2), 1).Reply);
        Assert.True(CouponUses.Take(CouponUses.Release(taken, Number(1)).State, Number(2), 1).Reply);
        Json.AssertRoundTrip(taken);
    }
}
