using System.Collections.Immutable;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Quotes;

/// <summary>Where a quote stands.</summary>
public enum QuoteStatus
{
    /// <summary>It can be accepted.</summary>
    Active,

    /// <summary>An order was placed on it.</summary>
    Accepted,

    /// <summary>Its time is over.</summary>
    Expired,
}

/// <summary>Asks for a price that holds for a while.</summary>
/// <param name="Id">The command's id: the same id again returns the same quote.</param>
/// <param name="By">Who asks.</param>
/// <param name="Customer">The customer's id.</param>
/// <param name="Merchant">The merchant's id.</param>
/// <param name="Lines">What is wanted.</param>
/// <param name="Kind">Delivery or pickup; virtual goods have no way and no stock, and so nothing to hold.</param>
/// <param name="Dropoff">Where to, for a delivery.</param>
/// <param name="ScheduledFor">When the goods are wanted; null for as soon as possible.</param>
/// <param name="Coupon">The coupon's code, or null.</param>
[GenerateSerializer, Immutable, Alias("orderactors.create-quote")]
public sealed record CreateQuote(
    string Id,
    Actor By,
    string Customer,
    string Merchant,
    ImmutableArray<OrderLine> Lines,
    OrderKind Kind = OrderKind.Delivery,
    GeoPoint Dropoff = default,
    DateTimeOffset? ScheduledFor = null,
    string? Coupon = null);

/// <summary>A quote as it stands.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Counts its changes; that its time is over is none.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Customer">The customer's id.</param>
/// <param name="Merchant">The merchant's id.</param>
/// <param name="Kind">Delivery or pickup.</param>
/// <param name="Lines">What is wanted, priced.</param>
/// <param name="Bill">What it comes to, and who pays for what.</param>
/// <param name="Dropoff">Where to, for a delivery.</param>
/// <param name="ScheduledFor">When the goods are wanted; null for as soon as possible.</param>
/// <param name="Coupon">The coupon's code, or null.</param>
/// <param name="PickupAt">When the goods would be ready, had it been accepted at once.</param>
/// <param name="DropoffAt">When they would be with the customer; null for a pickup.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when it can be accepted, exclusive.</param>
/// <param name="Order">The order that was placed on it, or null.</param>
[GenerateSerializer, Immutable, Alias("orderactors.quote-view")]
public sealed record QuoteView(
    string Id,
    long Version,
    QuoteStatus Status,
    string Customer,
    string Merchant,
    OrderKind Kind,
    ImmutableArray<PricedLine> Lines,
    Bill Bill,
    GeoPoint Dropoff,
    DateTimeOffset? ScheduledFor,
    string? Coupon,
    DateTimeOffset PickupAt,
    DateTimeOffset? DropoffAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    OrderNumber? Order);

/// <summary>The answer to asking for a quote: the quote, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.quote-reply")]
public sealed record QuoteReply(QuoteView? Quote, Refusal? Refusal, bool Replayed = false);

/// <summary>The answer to an order that is placed on a quote.</summary>
/// <param name="Price">The price that was quoted; null when the order may not have it.</param>
/// <param name="QuotedAt">When: a coupon counts if it did then.</param>
/// <param name="Refusal">Why not.</param>
[GenerateSerializer, Immutable, Alias("orderactors.quote-claim")]
public sealed record QuoteClaim(AgreedPrice? Price, DateTimeOffset QuotedAt = default, Refusal? Refusal = null);

/// <summary>One quote. The key is its id.</summary>
[Alias("orderactors.IQuoteGrain")]
public interface IQuoteGrain : IGrainWithStringKey
{
    /// <summary>Makes the quote, once: the same command again answers with it.</summary>
    [Alias("create")]
    Task<QuoteReply> Create(CreateQuote command);

    /// <summary>The quote as it stands, or null.</summary>
    [Alias("get"), Orleans.Concurrency.ReadOnly]
    Task<QuoteView?> Get();

    /// <summary>An order takes the price. One order has it at most, and asking again gets the same answer.</summary>
    [Alias("claim")]
    Task<QuoteClaim> Claim(OrderNumber order, PlaceOrder placement);

    /// <summary>The order could not be placed: the quote can be accepted again, while its time lasts. Idempotent.</summary>
    [Alias("release")]
    Task Release(OrderNumber order);

    /// <summary>A deadline of the quote fired; answers whether it still waits for just this.</summary>
    [Alias("reach")]
    Task<bool> Reach(Deadline deadline);
}
