using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Promotions;

/// <summary>How a discount is counted.</summary>
public enum DiscountKind
{
    /// <summary>A fixed amount off the lines, at most what they come to.</summary>
    AmountOff,

    /// <summary>A part of the lines in thousandths, up to a cap.</summary>
    PermilleOff,
}

/// <summary>Whether a promotion counts.</summary>
public enum PromotionStatus
{
    /// <summary>It counts, within its time and its budget.</summary>
    Active,

    /// <summary>It was stopped and can be resumed. What is reserved stays so.</summary>
    Paused,
}

/// <summary>What a promotion gives, to whom, and who pays for it. Only the budget can be raised later.</summary>
/// <param name="Currency">ISO 4217; the coupon counts for orders in it.</param>
/// <param name="Kind">How the discount is counted.</param>
/// <param name="Value">Minor units off, or thousandths off (1 to 1,000).</param>
/// <param name="Cap">The most that thousandths may come to, in minor units; null for no cap.</param>
/// <param name="MerchantPermille">Which part of a discount the merchant pays, in thousandths; the platform pays the rest.</param>
/// <param name="BudgetAmount">What all discounts together may come to, in minor units; null for no such bound.</param>
/// <param name="BudgetUses">How many orders may have a discount; null for no such bound. One of the two bounds is there.</param>
/// <param name="PerCustomer">How many orders of one customer may have a discount, 1 to 100; null for no such bound.</param>
/// <param name="ValidFrom">From when on; null for at once.</param>
/// <param name="ValidUntil">Until when, exclusive; null for no end.</param>
/// <param name="MinimumSubtotal">What the lines must come to at least, in minor units.</param>
/// <param name="Merchants">Where it counts, at most 100; empty for everywhere.</param>
[GenerateSerializer, Immutable, Alias("orderactors.promotion-terms")]
public sealed record PromotionTerms(
    string Currency,
    DiscountKind Kind,
    long Value,
    long? Cap = null,
    int MerchantPermille = 0,
    long? BudgetAmount = null,
    long? BudgetUses = null,
    int? PerCustomer = null,
    DateTimeOffset? ValidFrom = null,
    DateTimeOffset? ValidUntil = null,
    long MinimumSubtotal = 0,
    ImmutableArray<string> Merchants = default);

/// <summary>A command to a promotion.</summary>
/// <param name="Id">The command's id: the same id again returns the first outcome and changes nothing.</param>
/// <param name="By">An operator; for a promotion that one merchant alone pays and that counts there alone, this merchant too.</param>
/// <param name="ExpectedVersion">
/// The version that the caller knows: refused when there is another one. Null for any. It is no part of the command's content.
/// </param>
[GenerateSerializer, Immutable, Alias("orderactors.promotion-command")]
public abstract record PromotionCommand(string Id, Actor By, [property: JsonIgnore] long? ExpectedVersion = null);

/// <summary>Creates the promotion; it is active.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.create-promotion")]
public sealed record CreatePromotion(string Id, Actor By, PromotionTerms Terms) : PromotionCommand(Id, By);

/// <summary>Stops or resumes the promotion.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.set-promotion-status")]
public sealed record SetPromotionStatus(string Id, Actor By, PromotionStatus Status) : PromotionCommand(Id, By);

/// <summary>Raises the budget. It never shrinks: what was promised stays promised.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Amount">The new bound of all discounts together; null to leave it as it is.</param>
/// <param name="Uses">The new bound of orders; null to leave it as it is.</param>
[GenerateSerializer, Immutable, Alias("orderactors.raise-budget")]
public sealed record RaiseBudget(string Id, Actor By, long? Amount = null, long? Uses = null) : PromotionCommand(Id, By);

/// <summary>A promotion as it stands.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Version">Counts the changes by commands.</param>
/// <param name="Status">Whether it counts.</param>
/// <param name="Terms">What it gives, with the budget as it was raised.</param>
/// <param name="ReservedAmount">Discounts of orders that have not ended, in minor units.</param>
/// <param name="ReservedUses">How many orders these are.</param>
/// <param name="RedeemedAmount">Discounts spent for good, in minor units.</param>
/// <param name="RedeemedUses">How many orders these were.</param>
[GenerateSerializer, Immutable, Alias("orderactors.promotion-view")]
public sealed record PromotionView(
    string Code,
    long Version,
    PromotionStatus Status,
    PromotionTerms Terms,
    long ReservedAmount,
    long ReservedUses,
    long RedeemedAmount,
    long RedeemedUses);

/// <summary>The answer to a command: the promotion, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.promotion-reply")]
public sealed record PromotionReply(PromotionView? Promotion, Refusal? Refusal, bool Replayed = false);

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

    /// <summary>Does a command or refuses it.</summary>
    [Alias("execute"), AlwaysInterleave]
    Task<PromotionReply> Execute(PromotionCommand command);

    /// <summary>The promotion as it stands, or null.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<PromotionView?> Get();

    /// <summary>What <see cref="Reserve"/> would answer. Nothing is taken.</summary>
    [Alias("quote"), AlwaysInterleave]
    Task<CouponReply> Quote(CouponRequest request);
}

/// <summary>
/// Which orders of one customer have a discount of one promotion. Only promotions with a limit per customer have these. The
/// key is the promotion's code, a slash, and the customer.
/// </summary>
[Alias("orderactors.IPromotionUsesGrain")]
public interface IPromotionUsesGrain : IGrainWithStringKey
{
    /// <summary>Whether the order has a use, or could have one within the limit. Nothing changes.</summary>
    [Alias("has-room"), AlwaysInterleave]
    Task<bool> HasRoom(OrderNumber order, int limit);

    /// <summary>Takes a use for the order, unless the limit is reached; the same order again takes nothing more.</summary>
    [Alias("take"), AlwaysInterleave]
    Task<bool> Take(OrderNumber order, int limit);

    /// <summary>Gives the order's use back. Idempotent.</summary>
    [Alias("release"), AlwaysInterleave]
    Task Release(OrderNumber order);
}
