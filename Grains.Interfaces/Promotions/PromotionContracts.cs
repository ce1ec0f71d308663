using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Promotions;

/// <summary>Asks for a coupon's discount on an order.</summary>
/// <param name="Order">The order: the same one again gets the same answer.</param>
/// <param name="Customer">The customer, for the limit per customer.</param>
/// <param name="Merchant">The merchant, for coupons that count at some merchants only.</param>
/// <param name="Subtotal">What the lines come to.</param>
/// <param name="At">When the order was placed, for the coupon's validity.</param>
[GenerateSerializer, Immutable, Alias("orderactors.coupon-request")]
public sealed record CouponRequest(OrderNumber Order, string Customer, string Merchant, Money Subtotal, DateTimeOffset At);

/// <summary>A discount, and who pays for it; minor units.</summary>
/// <param name="Merchant">The merchant's part.</param>
/// <param name="Platform">The platform's part.</param>
[GenerateSerializer, Immutable, Alias("orderactors.discount")]
public sealed record Discount(long Merchant, long Platform);

/// <summary>The answer to a coupon's reservation.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.coupon-reply")]
public sealed record CouponReply(Discount? Discount, Refusal? Refusal = null);

/// <summary>One promotion. The key is its code.</summary>
[Alias("orderactors.IPromotionGrain")]
public interface IPromotionGrain : IGrainWithStringKey
{
    /// <summary>Takes the discount out of the budget for an order; the same order again gets the same answer and takes nothing more.</summary>
    [Alias("reserve"), AlwaysInterleave]
    Task<CouponReply> Reserve(CouponRequest request);

    /// <summary>The orders were paid: their discounts are spent for good. Idempotent; unknown orders change nothing.</summary>
    [Alias("redeem"), AlwaysInterleave]
    Task Redeem(ImmutableArray<OrderNumber> orders);

    /// <summary>The orders ended without being served: their discounts go back into the budget. Idempotent.</summary>
    [Alias("release"), AlwaysInterleave]
    Task Release(ImmutableArray<OrderNumber> orders);
}
