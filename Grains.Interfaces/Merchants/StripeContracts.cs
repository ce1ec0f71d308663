using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Merchants;

/// <summary>What is left of an item with a limit.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Left">How many.</param>
/// <param name="Epoch">Grows whenever the merchant says how many there are: counts of another epoch do not add up with these.</param>
[GenerateSerializer, Immutable, Alias("orderactors.stock-left")]
public readonly record struct StockLeft(string Item, int Left, long Epoch = 0);

/// <summary>One line of a reservation.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitPrice">Minor units for one, with its options.</param>
/// <param name="Options">The options, sorted.</param>
[GenerateSerializer, Immutable, Alias("orderactors.held-line")]
public readonly record struct HeldLine(string Item, int Quantity, long UnitPrice, ImmutableArray<string> Options = default);

/// <summary>
/// What is kept of a reservation: what cannot be known again from the merchant's profile. Names, places and deadlines can.
/// </summary>
/// <param name="Lines">What was taken.</param>
/// <param name="Total">What the order comes to.</param>
/// <param name="PreparationTime">The estimate it was given.</param>
/// <param name="AutoAccept">Whether it was accepted there and then.</param>
/// <param name="DeliveryFee">What the customer pays for the delivery.</param>
/// <param name="Discount">The merchant's own discount.</param>
/// <param name="CommissionPermille">What the platform keeps of the lines.</param>
/// <param name="TripFee">What the delivery costs before anything makes it free.</param>
/// <param name="Virtual">What virtual goods it gives.</param>
/// <param name="Revision">The newest change of its lines; 0 for as placed.</param>
[GenerateSerializer, Immutable, Alias("orderactors.held-terms")]
public sealed record HeldTerms(
    ImmutableArray<HeldLine> Lines,
    Money Total,
    TimeSpan PreparationTime,
    bool AutoAccept,
    long DeliveryFee = 0,
    long Discount = 0,
    int CommissionPermille = 0,
    long TripFee = 0,
    VirtualGoods? Virtual = null,
    long Revision = 0);

/// <summary>Asks a stripe to take stock for an order.</summary>
/// <param name="Order">The order.</param>
/// <param name="Terms">What is taken, and on what terms.</param>
/// <param name="Limits">Which of its items have a limit, and the present epoch of each; the counts mean nothing.</param>
[GenerateSerializer, Immutable, Alias("orderactors.stripe-take")]
public sealed record StripeTake(OrderNumber Order, HeldTerms Terms, ImmutableArray<StockLeft> Limits);

/// <summary>The answer to <see cref="StripeTake"/>.</summary>
/// <param name="Held">The reservation as it stands; null when there is none.</param>
/// <param name="Taken">Whether it is as was asked; if not, the stripe does not have enough stock.</param>
/// <param name="Open">How many reservations the stripe has.</param>
[GenerateSerializer, Immutable, Alias("orderactors.stripe-reply")]
public sealed record StripeReply(HeldTerms? Held, bool Taken, int Open);

/// <summary>The answer to orders that ended.</summary>
/// <param name="Open">How many reservations the stripe has left.</param>
/// <param name="Unknown">The orders among those that ended for which it had none.</param>
[GenerateSerializer, Immutable, Alias("orderactors.stripe-settled")]
public sealed record StripeSettled(int Open, ImmutableArray<OrderNumber> Unknown);

/// <summary>Stock on its way from the merchant to a stripe. Numbered, so that it arrives once.</summary>
/// <param name="Number">1, 2, 3 … per stripe.</param>
/// <param name="Stock">What it brings.</param>
[GenerateSerializer, Immutable, Alias("orderactors.stock-transfer")]
public sealed record StockTransfer(long Number, ImmutableArray<StockLeft> Stock);

/// <summary>A stripe as it stands.</summary>
/// <param name="Left">What it has.</param>
/// <param name="Open">How many reservations it has.</param>
/// <param name="Received">The newest transfer that it took in.</param>
/// <param name="Giving">Stock that left it and that the merchant may not have taken in, or null.</param>
[GenerateSerializer, Immutable, Alias("orderactors.stripe-view")]
public sealed record StripeView(ImmutableArray<StockLeft> Left, int Open, long Received, StockTransfer? Giving);

/// <summary>
/// A part of a hot merchant's stock and reservations. The key is the merchant, a slash, and the stripe's number. Only the
/// merchant's grain calls it: it decides what is sold and at what price, the stripe only counts.
/// </summary>
[Alias("orderactors.IMerchantStripeGrain")]
public interface IMerchantStripeGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes stock for an order, or makes its reservation what it should be now. The same again, or an older revision, changes
    /// nothing.
    /// </summary>
    [Alias("take"), AlwaysInterleave]
    Task<StripeReply> Take(StripeTake request);

    /// <summary>The order's reservation, or null.</summary>
    [Alias("find"), AlwaysInterleave]
    Task<HeldTerms?> Find(OrderNumber order);

    /// <summary>Ends reservations. Idempotent, and unknown orders change nothing.</summary>
    [Alias("settle"), AlwaysInterleave]
    Task<StripeSettled> Settle(ImmutableArray<EndedOrder> orders);

    /// <summary>Stock comes from the merchant. A transfer that came before changes nothing.</summary>
    [Alias("receive"), AlwaysInterleave]
    Task Receive(StockTransfer transfer);

    /// <summary>
    /// Gives all stock of some items back. What it gave is gone from it in the same write, and is given again until the
    /// merchant says that it has it.
    /// </summary>
    /// <param name="acknowledged">The newest transfer from this stripe that the merchant took in.</param>
    /// <param name="items">Which items; empty for all.</param>
    [Alias("give-back"), AlwaysInterleave]
    Task<StockTransfer?> GiveBack(long acknowledged, ImmutableArray<string> items);

    /// <summary>The stripe as it stands.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<StripeView> Get();
}

/// <summary>An order with its reservation.</summary>
/// <param name="Order">The order.</param>
/// <param name="Terms">What is held for it.</param>
[GenerateSerializer, Immutable, Alias("orderactors.held-order")]
public readonly record struct HeldOrder(OrderNumber Order, HeldTerms Terms);

/// <summary>
/// A page of reservations that left the record of a merchant or of one of its stripes. The key is that grain's key, <c>/holds/</c> and the
/// page's number. Only that grain calls it.
/// </summary>
[Alias("orderactors.IHoldPageGrain")]
public interface IHoldPageGrain : IGrainWithStringKey
{
    /// <summary>Writes the page; if it was written before, it stays as it is. Answers with what it has.</summary>
    [Alias("seal")]
    Task<ImmutableArray<HeldOrder>> Seal(ImmutableArray<HeldOrder> holds);

    /// <summary>What it has; nothing when it was never written, or is empty again.</summary>
    [Alias("get")]
    Task<ImmutableArray<HeldOrder>> Get();

    /// <summary>Empties the page: nothing on it counts any more.</summary>
    [Alias("clear")]
    Task Clear();
}
