using System.Collections.Immutable;
using OrderActors.Client.Http;
using OrderActors.Promotions;

namespace OrderActors.Client.Promotions;

/// <summary>POST /v1/promotions.</summary>
/// <param name="Code">The coupon's code; case means nothing.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Budget">What it may cost.</param>
/// <param name="AmountOff">Minor units off; either this or <c>permille_off</c>.</param>
/// <param name="PermilleOff">Thousandths off.</param>
/// <param name="Cap">The most that thousandths may come to, in minor units.</param>
/// <param name="MerchantPermille">Which part the merchant pays, in thousandths; 0 when left out.</param>
/// <param name="PerCustomer">How many orders of one customer; no bound when left out.</param>
/// <param name="ValidFrom">From when on.</param>
/// <param name="ValidUntil">Until when, exclusive.</param>
/// <param name="MinimumSubtotal">What the lines must come to at least, in minor units.</param>
/// <param name="Merchants">Where it counts; everywhere when left out.</param>
/// <param name="Actor">Who creates it; an operator when left out.</param>
internal sealed record CreatePromotionRequest(
    [GrainKey] string Code,
    string Currency,
    BudgetBody Budget,
    long? AmountOff = null,
    int? PermilleOff = null,
    long? Cap = null,
    int? MerchantPermille = null,
    int? PerCustomer = null,
    DateTimeOffset? ValidFrom = null,
    DateTimeOffset? ValidUntil = null,
    long? MinimumSubtotal = null,
    [GrainKey] string[]? Merchants = null,
    ActorBody? Actor = null);

/// <summary>A promotion's budget.</summary>
/// <param name="Amount">What all discounts may come to, in minor units; no bound when left out.</param>
/// <param name="Uses">How many orders may have a discount; no bound when left out.</param>
internal sealed record BudgetBody(long? Amount = null, long? Uses = null);

/// <summary>POST /v1/promotions/{code}/pause and resume.</summary>
/// <param name="Actor">Who; an operator when left out.</param>
internal sealed record PromotionStatusRequest(ActorBody? Actor = null)
{
    public static readonly PromotionStatusRequest Empty = new();
}

/// <summary>PUT /v1/promotions/{code}/budget. What is left out stays as it is.</summary>
/// <param name="Amount">The new bound of all discounts, in minor units; not below what it was.</param>
/// <param name="Uses">The new bound of orders; not below what it was.</param>
/// <param name="Actor">Who; an operator when left out.</param>
internal sealed record RaiseBudgetRequest(long? Amount = null, long? Uses = null, ActorBody? Actor = null);

/// <summary>What was taken out of a budget.</summary>
/// <param name="Amount">Discounts, in minor units.</param>
/// <param name="Uses">Orders.</param>
internal sealed record SpentBody(long Amount, long Uses);

/// <summary>A promotion.</summary>
/// <param name="Code">The coupon's code, in capital letters.</param>
/// <param name="Version">Counts its changes; also the ETag.</param>
/// <param name="Status">active or paused.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Budget">What it may cost.</param>
/// <param name="Reserved">What orders hold that are not delivered yet.</param>
/// <param name="Redeemed">What delivered orders took.</param>
/// <param name="AmountOff">Minor units off; either this or <c>permille_off</c>.</param>
/// <param name="PermilleOff">Thousandths off.</param>
/// <param name="Cap">The most that thousandths may come to, in minor units.</param>
/// <param name="MerchantPermille">Which part the merchant pays, in thousandths.</param>
/// <param name="PerCustomer">How many orders of one customer; absent without a bound.</param>
/// <param name="ValidFrom">From when on.</param>
/// <param name="ValidUntil">Until when, exclusive.</param>
/// <param name="MinimumSubtotal">What the lines must come to at least, in minor units.</param>
/// <param name="Merchants">Where it counts; everywhere when empty.</param>
internal sealed record PromotionResponse(
    [GrainKey] string Code,
    long Version,
    PromotionStatus Status,
    string Currency,
    BudgetBody Budget,
    SpentBody Reserved,
    SpentBody Redeemed,
    long? AmountOff,
    long? PermilleOff,
    long? Cap,
    int MerchantPermille,
    int? PerCustomer,
    DateTimeOffset? ValidFrom,
    DateTimeOffset? ValidUntil,
    long MinimumSubtotal,
    [GrainKey] ImmutableArray<string> Merchants)
{
    public static PromotionResponse From(PromotionView promotion)
    {
        var terms = promotion.Terms;
        return new(
            promotion.Code,
            promotion.Version,
            promotion.Status,
            terms.Currency,
            new(terms.BudgetAmount, terms.BudgetUses),
            new(promotion.ReservedAmount, promotion.ReservedUses),
            new(promotion.RedeemedAmount, promotion.RedeemedUses),
            terms.Kind == DiscountKind.AmountOff ? terms.Value : null,
            terms.Kind == DiscountKind.PermilleOff ? terms.Value : null,
            terms.Cap,
            terms.MerchantPermille,
            terms.PerCustomer,
            terms.ValidFrom,
            terms.ValidUntil,
            terms.MinimumSubtotal,
            terms.Merchants.IsDefault ? [] : terms.Merchants);
    }
}
