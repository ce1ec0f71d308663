using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Values;

namespace OrderActors.Promotions;

/// <summary>A use of a customer, for an order.</summary>
internal readonly record struct CustomerUse(OrderNumber Order, string Customer);

/// <summary>What orders take out of a promotion's budget and put back. Pure.</summary>
/// <remarks>
/// What is reserved and what is redeemed together never exceed the budget: the one record that holds both is the only one
/// that takes. The number of uses per customer is counted elsewhere, see <see cref="PromotionGrain"/>.
/// </remarks>
internal static class CouponBudget
{
    /// <summary>Takes the discount for an order. The same order again gets the same answer.</summary>
    public static Decision<PromotionState, CouponReply> Reserve(PromotionState state, string code, CouponRequest request)
    {
        if (state.Reserved.TryGetValue(request.Order, out var held)) return new(state, new(new(held.Merchant, held.Platform)));
        if (Refuse(state, code, request) is { } refusal) return new(state, new(null, refusal));
        var discount = DiscountOf(state.Terms, request.Subtotal.Amount);
        if (Exhausted(state, discount.Merchant + discount.Platform) is { } spent) return new(state, new(null, spent));
        var hold = new CouponHold(discount.Merchant, discount.Platform, state.Terms.PerCustomer is null ? null : request.Customer);
        return new(
            state with { Reserved = state.Reserved.Add(request.Order, hold), ReservedAmount = checked(state.ReservedAmount + hold.Amount) },
            new(discount));
    }

    /// <summary>The orders were paid: from now on they are only counted.</summary>
    public static PromotionState Redeem(PromotionState state, ImmutableArray<OrderNumber> orders)
    {
        foreach (var order in orders.OrEmpty())
        {
            if (!state.Reserved.TryGetValue(order, out var held)) continue;
            state = Drop(state, order, held) with
            {
                RedeemedAmount = checked(state.RedeemedAmount + held.Amount),
                RedeemedUses = state.RedeemedUses + 1,
            };
        }

        return state;
    }

    /// <summary>
    /// The orders ended unserved: what they took is there again. An order with a use of a customer stays until the use has
    /// gone back, because only here it says whose it is; those that wait for that are the answer.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <param name="orders">The orders.</param>
    /// <param name="usesBack">Orders whose use has gone back.</param>
    public static Decision<PromotionState, ImmutableArray<CustomerUse>> Release(
        PromotionState state, ImmutableArray<OrderNumber> orders, ImmutableHashSet<OrderNumber> usesBack)
    {
        var waiting = ImmutableArray.CreateBuilder<CustomerUse>();
        foreach (var order in orders.OrEmpty())
        {
            if (!state.Reserved.TryGetValue(order, out var held)) continue;
            if (held.Customer is null || usesBack.Contains(order)) state = Drop(state, order, held);
            else waiting.Add(new(order, held.Customer));
        }

        return new(state, waiting.DrainToImmutable());
    }

    /// <summary>The discount on lines that come to this, and who pays for it. Fractions of the merchant's part are the platform's.</summary>
    public static Discount DiscountOf(PromotionTerms terms, long subtotal)
    {
        var off = terms.Kind == DiscountKind.AmountOff ? terms.Value : Part(subtotal, terms.Value);
        if (terms.Cap is { } cap) off = Math.Min(off, cap);
        off = Math.Clamp(off, 0, subtotal);
        var merchant = Part(off, terms.MerchantPermille);
        return new(merchant, off - merchant);
    }

    private static long Part(long amount, long permille) => (long)((Int128)amount * permille / PromotionRules.Whole);

    private static PromotionState Drop(PromotionState state, OrderNumber order, CouponHold held) =>
        state with { Reserved = state.Reserved.Remove(order), ReservedAmount = state.ReservedAmount - held.Amount };

    /// <summary>In the order of <see cref="RefusalCode"/>; whether the budget lasts is asked once the discount is known.</summary>
    private static Refusal? Refuse(PromotionState state, string code, CouponRequest request)
    {
        var terms = state.Terms;
        if (request.Subtotal.Amount is < 0 or > PromotionRules.MaxBudget)
            return new(RefusalCode.InvalidAmount, $"{request.Subtotal} is no sum of an order's lines.", Value: Text(request.Subtotal.Amount));
        if (!state.Exists) return Unknown(code, $"There is no coupon {code}.");
        if (request.Subtotal.Currency != terms.Currency)
        {
            return new(
                RefusalCode.WrongCurrency, $"Coupon {code} counts for orders in {terms.Currency}.", "/coupon", request.Subtotal.Currency, [terms.Currency]);
        }

        if (!terms.Merchants.IsDefaultOrEmpty && !terms.Merchants.Contains(request.Merchant))
            return Unknown(code, $"Coupon {code} does not count at merchant {request.Merchant}.");
        if (request.Subtotal.Amount < terms.MinimumSubtotal)
            return Unknown(code, $"Coupon {code} counts for orders of {terms.MinimumSubtotal} and more; this one comes to {request.Subtotal.Amount}.");
        if (DiscountOf(terms, request.Subtotal.Amount) is { Merchant: 0, Platform: 0 })
            return Unknown(code, $"Coupon {code} comes to nothing on an order of {request.Subtotal.Amount}.");
        if (state.Status != PromotionStatus.Active) return Expired(code, $"Coupon {code} was stopped.");
        if (request.At < terms.ValidFrom) return Expired(code, $"Coupon {code} counts from {terms.ValidFrom:u} on.");
        return request.At >= terms.ValidUntil ? Expired(code, $"Coupon {code} counted until {terms.ValidUntil:u}.") : null;
    }

    private static Refusal? Exhausted(PromotionState state, long discount)
    {
        var amountLeft = state.Terms.BudgetAmount - state.ReservedAmount - state.RedeemedAmount;
        var usesLeft = state.Terms.BudgetUses - state.Reserved.Count - state.RedeemedUses;
        if (amountLeft < discount || usesLeft < 1)
            return new(RefusalCode.CouponExhausted, $"The budget of coupon {state.Code} is spent.", "/coupon", state.Code);
        return state.Reserved.Count >= PromotionRules.MaxReserved
            ? new(RefusalCode.TooMany, $"{PromotionRules.MaxReserved} orders with coupon {state.Code} are under way, the most at once; try again later.")
            : null;
    }

    private static Refusal Unknown(string code, string detail) => new(RefusalCode.UnknownCoupon, detail, "/coupon", code);

    private static Refusal Expired(string code, string detail) => new(RefusalCode.CouponExpired, detail, "/coupon", code);

    private static string Text(long amount) => amount.ToString(CultureInfo.InvariantCulture);
}
