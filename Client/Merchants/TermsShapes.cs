using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderActors.Client.Http;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Client.Merchants;

/// <summary>PUT /v1/merchants/{id}/terms. Amounts are minor units in the merchant's currency; what is left out is 0 or none.</summary>
/// <param name="DeliveryFee">What a delivery costs the customer at least.</param>
/// <param name="DeliveryFeePerKm">What each kilometre adds.</param>
/// <param name="FreeDeliveryFrom">From which subtotal on the delivery is free.</param>
/// <param name="RadiusMetres">How far it delivers.</param>
/// <param name="CommissionPermille">What the platform keeps of the lines, in thousandths.</param>
/// <param name="MinimumOrder">What the lines must come to at least.</param>
/// <param name="Discount">A discount on every order.</param>
/// <param name="Waits">Where its deadlines differ from the platform's.</param>
/// <param name="Kinds">Which orders it takes: delivery, pickup; both when left out.</param>
internal sealed record TermsBody(
    long? DeliveryFee = null,
    long? DeliveryFeePerKm = null,
    long? FreeDeliveryFrom = null,
    int? RadiusMetres = null,
    int? CommissionPermille = null,
    long? MinimumOrder = null,
    MerchantDiscountBody? Discount = null,
    WaitsBody? Waits = null,
    OrderKind[]? Kinds = null)
{
    public static TermsBody From(MerchantTerms t) => new(
        t.DeliveryFee, t.DeliveryFeePerKilometre, t.FreeDeliveryFrom, t.RadiusMetres, t.CommissionPermille, t.MinimumOrder,
        t.Discount is { } d ? new(d.Permille, d.FromSubtotal, d.From, d.Until) : null, t.Waits is { } waits ? WaitsBody.From(waits) : null,
        t.Kinds.IsDefaultOrEmpty ? null : [.. t.Kinds]);

    public MerchantTerms ToTerms() => new(
        DeliveryFee ?? 0, DeliveryFeePerKm ?? 0, FreeDeliveryFrom, RadiusMetres, CommissionPermille ?? 0, MinimumOrder ?? 0,
        Discount is { } d ? new(d.Permille, d.FromSubtotal ?? 0, d.From, d.Until) : null, Waits?.ToWaits(), Kinds is null ? default : [.. Kinds]);
}

/// <summary>A discount that the merchant gives on every order.</summary>
/// <param name="Permille">Thousandths of the lines.</param>
/// <param name="FromSubtotal">What the lines must come to at least.</param>
/// <param name="From">From when.</param>
/// <param name="Until">Until when.</param>
internal sealed record MerchantDiscountBody(int Permille, long? FromSubtotal = null, DateTimeOffset? From = null, DateTimeOffset? Until = null);

/// <summary>How long its orders wait, in seconds, where that differs from the platform's policy.</summary>
/// <param name="PaymentSeconds">For the customer's payment.</param>
/// <param name="AcceptanceSeconds">For the merchant's answer.</param>
/// <param name="CourierSearchSeconds">For a courier.</param>
/// <param name="PickupSeconds">For the courier's pickup.</param>
/// <param name="DeliverySeconds">For the handover.</param>
/// <param name="CollectionSeconds">For the customer, to come for the goods.</param>
/// <param name="CompletionSeconds">For claims, after the handover.</param>
internal sealed record WaitsBody(
    long? PaymentSeconds = null,
    long? AcceptanceSeconds = null,
    long? CourierSearchSeconds = null,
    long? PickupSeconds = null,
    long? DeliverySeconds = null,
    long? CollectionSeconds = null,
    long? CompletionSeconds = null)
{
    // Far above every limit, and far below what a duration can hold.
    private const long Most = int.MaxValue;

    public static WaitsBody From(OrderWaits w) => new(
        Seconds(w.Payment), Seconds(w.Acceptance), Seconds(w.CourierSearch), Seconds(w.Pickup), Seconds(w.Delivery), Seconds(w.Collection),
        Seconds(w.Completion));

    public OrderWaits ToWaits() => new(
        Time(PaymentSeconds), Time(AcceptanceSeconds), Time(CourierSearchSeconds), Time(PickupSeconds), Time(DeliverySeconds), Time(CollectionSeconds),
        Time(CompletionSeconds));

    private static long? Seconds(TimeSpan? time) => (long?)time?.TotalSeconds;

    private static TimeSpan? Time(long? seconds) => seconds is { } s ? TimeSpan.FromSeconds(Math.Clamp(s, -Most, Most)) : null;
}

/// <summary>POST /v1/merchants/{id}/price: what an order would come to.</summary>
/// <param name="Lines">What is wanted.</param>
/// <param name="Kind">delivery, pickup or virtual; delivery when left out.</param>
/// <param name="Dropoff">Where to; needed for a delivery.</param>
/// <param name="ScheduledFor">When it is wanted; absent for now.</param>
/// <param name="FreeDelivery">Whether a membership pays for the delivery.</param>
internal sealed record PriceRequest(
    PriceLineBody[] Lines, OrderKind? Kind = null, PointBody? Dropoff = null, DateTimeOffset? ScheduledFor = null, bool? FreeDelivery = null)
{
    /// <summary>The request; without an address it is refused like one with a wrong one.</summary>
    public HoldRequest ToRequest() => new(
        default,
        [.. Lines.Select(line => new OrderLine(line.Item, line.Quantity, line.Options is null ? default : [.. line.Options]))],
        default,
        Kind ?? OrderKind.Delivery,
        Dropoff?.ToPoint() ?? ((Kind ?? OrderKind.Delivery) == OrderKind.Delivery
            ? throw IntervalBody.Wrong("/dropoff", "", "where a delivery goes")
            : default),
        ScheduledFor,
        FreeDelivery ?? false);
}

/// <summary>One line.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Quantity">1 to 99.</param>
/// <param name="Options">The options' ids.</param>
[method: JsonConstructor]
internal readonly record struct PriceLineBody(string Item, int Quantity, string[]? Options = null);

/// <summary>What an order would come to.</summary>
/// <param name="Lines">The lines, priced.</param>
/// <param name="DeliveryFee">What the delivery costs.</param>
/// <param name="Discount">The merchant's discount.</param>
/// <param name="Total">What the order has to say as its total.</param>
/// <param name="PreparationSeconds">The estimate.</param>
/// <param name="AutoAccept">Whether it would be accepted there and then.</param>
internal sealed record PriceResponse(
    PriceResponseLine[] Lines, long DeliveryFee, long Discount, MoneyBody Total, long PreparationSeconds, bool AutoAccept)
{
    public static PriceResponse From(Reservation r) => new(
        [.. r.Lines.Select(l => new PriceResponseLine(l.Item, l.Name, l.Quantity, l.UnitPrice, l.Options.IsDefaultOrEmpty ? null : [.. l.Options]))],
        r.DeliveryFee, r.Discount, MoneyBody.From(r.Total), (long)r.PreparationTime.TotalSeconds, r.AutoAccept);
}

/// <summary>One line, priced.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitPrice">Minor units for one, with its options.</param>
/// <param name="Options">The options.</param>
internal readonly record struct PriceResponseLine(string Item, string Name, int Quantity, long UnitPrice, string[]? Options);
