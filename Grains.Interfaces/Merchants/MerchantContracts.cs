using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Merchants;

/// <summary>A merchant as it stands.</summary>
/// <remarks>
/// <c>Status</c> is what holds now: a pause or a busy spell whose time is over is open. <c>Menu</c> has the stock that is left.
/// <c>OpenNow</c> is whether an order for now would find it open, by status and hours; if not, <c>OpensAt</c> is when one will.
/// <c>Estimate</c> is the preparation time that an order would get now. <c>InPreparation</c> and <c>Queued</c> count while there
/// is a capacity. <c>Stripes</c> is over how many sub-grains a hot merchant is spread; 0 when it is not.
/// </remarks>
[GenerateSerializer, Immutable, Alias("orderactors.merchant-view")]
public sealed record MerchantView(
    string Id,
    long Version,
    MerchantStatus Status,
    string Name,
    string Zone,
    GeoPoint Location,
    string Currency,
    TimeSpan PreparationTime,
    bool AutoAccept,
    ImmutableArray<MenuItem> Menu,
    int OpenOrders,
    OpeningHours? Hours = null,
    DateTimeOffset? StatusUntil = null,
    TimeSpan BusyPreparation = default,
    bool OpenNow = false,
    DateTimeOffset? OpensAt = null,
    TimeSpan Estimate = default,
    bool Learn = false,
    MerchantCapacity? Capacity = null,
    int InPreparation = 0,
    int Queued = 0,
    MerchantTerms? Terms = null,
    int Stripes = 0);

/// <summary>The answer to a command: the merchant, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.merchant-reply")]
public sealed record MerchantReply(MerchantView? Merchant, Refusal? Refusal, bool Replayed = false);

/// <summary>How long orders wait for what, where it differs from the platform's policy; null for no difference.</summary>
/// <param name="Payment">For the customer's payment.</param>
/// <param name="Acceptance">For the merchant's answer.</param>
/// <param name="CourierSearch">For a courier.</param>
/// <param name="Pickup">For the pickup by the courier.</param>
/// <param name="Delivery">For the handover to the customer.</param>
/// <param name="Collection">For the customer to come for the goods.</param>
/// <param name="Completion">For claims.</param>
[GenerateSerializer, Immutable, Alias("orderactors.order-waits")]
public sealed record OrderWaits(
    TimeSpan? Payment = null,
    TimeSpan? Acceptance = null,
    TimeSpan? CourierSearch = null,
    TimeSpan? Pickup = null,
    TimeSpan? Delivery = null,
    TimeSpan? Collection = null,
    TimeSpan? Completion = null);

/// <summary>Stock taken for an order, with the prices and the merchant's terms.</summary>
/// <param name="Lines">What was taken, priced.</param>
/// <param name="Total">What the lines and the delivery come to, less the merchant's own discount.</param>
/// <param name="Zone">The zone whose couriers serve the merchant.</param>
/// <param name="Pickup">Where the goods are.</param>
/// <param name="PreparationTime">The merchant's estimate for this order.</param>
/// <param name="AutoAccept">Whether the merchant accepts it here and now.</param>
/// <param name="DeliveryFee">What the customer pays for the delivery, in minor units.</param>
/// <param name="Discount">The merchant's own discount, in minor units.</param>
/// <param name="CommissionPermille">What the platform keeps of the lines, in thousandths.</param>
/// <param name="Waits">Where the merchant's deadlines differ.</param>
/// <param name="Virtual">What the lines give the customer when they are virtual goods.</param>
[GenerateSerializer, Immutable, Alias("orderactors.reservation")]
public sealed record Reservation(
    ImmutableArray<PricedLine> Lines,
    Money Total,
    string Zone,
    GeoPoint Pickup,
    TimeSpan PreparationTime,
    bool AutoAccept,
    long DeliveryFee = 0,
    long Discount = 0,
    int CommissionPermille = 0,
    OrderWaits? Waits = null,
    VirtualGoods? Virtual = null);

/// <summary>Asks for the goods of an order.</summary>
/// <param name="Order">The order: the same one again gets the same answer and takes nothing more.</param>
/// <param name="Lines">What is wanted.</param>
/// <param name="Total">What the customer was shown.</param>
/// <param name="Kind">What kind of order it is.</param>
/// <param name="Dropoff">Where to, for a delivery.</param>
/// <param name="ScheduledFor">When the goods are wanted; null for as soon as possible.</param>
/// <param name="FreeDelivery">Whether a membership pays for the delivery.</param>
/// <param name="HasCoupon">Whether a coupon changes the total, so that only the order can check it.</param>
/// <param name="Agreed">A price that was agreed on before: it holds whatever the menu says now. Null for the menu's.</param>
[GenerateSerializer, Immutable, Alias("orderactors.hold-request")]
public sealed record HoldRequest(
    OrderNumber Order,
    ImmutableArray<OrderLine> Lines,
    Money Total,
    OrderKind Kind = OrderKind.Delivery,
    GeoPoint Dropoff = default,
    DateTimeOffset? ScheduledFor = null,
    bool FreeDelivery = false,
    bool HasCoupon = false,
    AgreedPrice? Agreed = null);

/// <summary>A price that a merchant agreed on; minor units.</summary>
/// <param name="Lines">What is sold, with the price of each.</param>
/// <param name="Total">What the lines and the delivery come to, less the merchant's own discount.</param>
/// <param name="DeliveryFee">What the customer pays for the delivery.</param>
/// <param name="Discount">The merchant's own discount.</param>
/// <param name="CommissionPermille">What the platform keeps of the lines, in thousandths.</param>
[GenerateSerializer, Immutable, Alias("orderactors.agreed-price")]
public sealed record AgreedPrice(ImmutableArray<PricedLine> Lines, Money Total, long DeliveryFee, long Discount, int CommissionPermille);

/// <summary>How an order got on, as far as its merchant is concerned.</summary>
public enum OrderProgressStep
{
    /// <summary>A scheduled order, or one that had to be paid first, is for the merchant to answer now.</summary>
    Released,

    /// <summary>The merchant accepted it: its goods are taken for good.</summary>
    Accepted,

    /// <summary>It is ready: the kitchen is done with it.</summary>
    Ready,

    /// <summary>It ended and its goods were used up: with the customer, spoilt or lost.</summary>
    Consumed,

    /// <summary>It ended and its goods are still there, or come back.</summary>
    Returned,
}

/// <summary>One step of an order.</summary>
/// <param name="Order">The order.</param>
/// <param name="Step">What happened.</param>
/// <param name="At">When.</param>
[GenerateSerializer, Immutable, Alias("orderactors.order-progress")]
public readonly record struct OrderProgress(OrderNumber Order, OrderProgressStep Step, DateTimeOffset At);

/// <summary>The answer to a reservation.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.reservation-reply")]
public sealed record ReservationReply(Reservation? Reservation, Refusal? Refusal);

/// <summary>One merchant. The key is its id.</summary>
[Alias("orderactors.IMerchantGrain")]
public interface IMerchantGrain : IGrainWithStringKey
{
    /// <summary>Does a command or refuses it.</summary>
    [Alias("execute")]
    Task<MerchantReply> Execute(MerchantCommand command);

    /// <summary>The merchant as it stands, or null.</summary>
    [Alias("get"), Orleans.Concurrency.AlwaysInterleave]
    Task<MerchantView?> Get();

    /// <summary>Takes stock for an order and prices it; the same order again gets the same answer and takes nothing more.</summary>
    [Alias("reserve"), Orleans.Concurrency.AlwaysInterleave]
    Task<ReservationReply> Reserve(OrderNumber order, ImmutableArray<OrderLine> lines, Money total);

    /// <summary>
    /// Takes stock for an order, prices it and says on what terms; the same order again gets the same answer and takes
    /// nothing more.
    /// </summary>
    [Alias("hold"), Orleans.Concurrency.AlwaysInterleave]
    Task<ReservationReply> Hold(HoldRequest request);

    /// <summary>What <see cref="Hold"/> would answer. Nothing is taken.</summary>
    [Alias("quote"), Orleans.Concurrency.AlwaysInterleave]
    Task<ReservationReply> Quote(HoldRequest request);

    /// <summary>
    /// Makes an order's reservation these lines. Refused when there is not enough; then it stays as it was. An older revision
    /// than the last one changes nothing and gets the present terms.
    /// </summary>
    /// <param name="order">The order, which must have a reservation.</param>
    /// <param name="revision">Grows with every change of the order.</param>
    /// <param name="lines">All lines as they shall be.</param>
    [Alias("amend"), Orleans.Concurrency.AlwaysInterleave]
    Task<ReservationReply> Amend(OrderNumber order, long revision, ImmutableArray<OrderLine> lines);

    /// <summary>
    /// Orders got on. Idempotent. Answers with the orders that the merchant accepts now, because it accepts by itself and has
    /// room: the caller gives each the command, and asks again if that fails.
    /// </summary>
    [Alias("progress"), Orleans.Concurrency.AlwaysInterleave]
    Task<ImmutableArray<OrderNumber>> Progress(ImmutableArray<OrderProgress> steps);

    /// <summary>An order ended: its reservation goes, and its stock comes back unless it was delivered. Idempotent.</summary>
    [Alias("settle"), Orleans.Concurrency.AlwaysInterleave]
    Task Settle(ImmutableArray<EndedOrder> orders);

    /// <summary>Orders of this merchant, newest first.</summary>
    [Alias("orders"), Orleans.Concurrency.ReadOnly]
    Task<OrderPage> Orders(string? cursor, int limit);

    /// <summary>Orders of this merchant within a time, newest first.</summary>
    [Alias("find-orders"), Orleans.Concurrency.ReadOnly]
    Task<OrderPage> FindOrders(OrderQuery query);
}

/// <summary>An order that ended for its merchant.</summary>
/// <param name="Order">The order.</param>
/// <param name="Consumed">Whether the goods left the merchant.</param>
[GenerateSerializer, Immutable, Alias("orderactors.ended-order")]
public readonly record struct EndedOrder(OrderNumber Order, bool Consumed);
