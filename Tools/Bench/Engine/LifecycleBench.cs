using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Dispatch.Matching;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Promotions;
using OrderActors.Tools.Replay;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Tools.Bench.Engine;

/// <summary>What a round of lifecycles reached.</summary>
/// <param name="PerSecond">Orders from placing to the door, a second.</param>
/// <param name="Orders">How many there were.</param>
/// <param name="AllocatedBytes">Bytes allocated by the whole process meanwhile.</param>
internal readonly record struct LifecycleFigures(double PerSecond, long Orders, long AllocatedBytes);

/// <summary>Couriers who are everywhere at once: what remains of a lifecycle is the platform.</summary>
internal sealed class InstantTravel : ITravelModel
{
    public TimeSpan PickupService => TimeSpan.Zero;

    public TimeSpan DropoffService => TimeSpan.Zero;

    public TimeSpan Between(GeoPoint from, GeoPoint to) => TimeSpan.Zero;
}

/// <summary>
/// Whole orders through all grains: placed, accepted, ready, given a courier by dispatch, picked up, delivered. Every step
/// is acknowledged durably before the next.
/// </summary>
internal sealed class LifecycleBench : IAsyncDisposable
{
    private const string Coupon = "BENCH";

    /// <summary>More than any run sells.</summary>
    private const int Stock = 1_000_000;

    private const int Zones = 16;
    private const int MerchantsPerZone = 16;
    private const int CouriersPerZone = 64;
    private const int Customers = 500_000;

    /// <summary>Every how many orders the hot merchant has some, and how many: three of ten.</summary>
    private const int HotOf = 10;
    private const int HotOrders = 3;

    private const string HotMerchant = "merchant-hot";
    private const string HotZone = "zone-hot";

    /// <summary>Orders under way at the same time.</summary>
    private const int Concurrency = 400;

    private static readonly GeoPoint Place = new(52.52, 13.405);

    private readonly IGrainFactory _grains;
    private readonly ConcurrentDictionary<OrderNumber, TaskCompletionSource<string>> _assigned = new();
    private IAsyncDisposable? _following;
    private long _next;
    private volatile bool _hot;

    private LifecycleBench(IGrainFactory grains) => _grains = grains;

    /// <summary>Makes merchants, menus and couriers, and follows the event log.</summary>
    public static async Task<LifecycleBench> CreateAsync(IClusterClient client, IEventLog log)
    {
        var bench = new LifecycleBench(client);
        bench._following = await new StreamLogFollower(client, log).FollowAsync(bench.OnEvent);
        await Task.WhenAll(Enumerable.Range(0, Zones * MerchantsPerZone).Select(bench.CreateMerchantAsync));
        await Task.WhenAll(Enumerable.Range(0, Zones * CouriersPerZone).Select(bench.CreateCourierAsync));
        return bench;
    }

    public ValueTask DisposeAsync() => _following?.DisposeAsync() ?? default;

    /// <summary>
    /// Makes a merchant for three of ten orders, in a zone with a courier for every order under way: what it costs that they are
    /// all at one merchant is measured, not what it costs to wait for couriers.
    /// </summary>
    public async Task CreateHotMerchantAsync()
    {
        await CreateMerchantAsync(HotMerchant, HotZone);
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(n =>
            CreateCourierAsync(string.Create(CultureInfo.InvariantCulture, $"courier-hot-{n}"), HotZone)));
    }

    /// <summary>One round.</summary>
    /// <param name="round">How long it is.</param>
    /// <param name="hot">Whether three of ten orders are at the hot merchant; otherwise all merchants have as many.</param>
    public async Task<LifecycleFigures> RoundAsync(TimeSpan round, bool hot = false)
    {
        _hot = hot;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        var until = start + (long)(round.TotalSeconds * Stopwatch.Frequency);
        var drivers = Enumerable.Range(0, Concurrency).Select(_ => Task.Run(() => DriveAsync(until))).ToArray();
        var orders = (await Task.WhenAll(drivers)).Sum();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new LifecycleFigures(orders / seconds, orders, GC.GetTotalAllocatedBytes(precise: true) - allocated);
    }

    /// <summary>Places one order of everything: goods of which there are so many, a coupon, a card.</summary>
    public async Task PlaceOfEverythingAsync()
    {
        var by = new Actor(Role.Operator, "bench");
        await _grains.GetGrain<IPromotionGrain>(Coupon).Execute(
            new CreatePromotion("create", by, new PromotionTerms("EUR", DiscountKind.AmountOff, 100, BudgetUses: 1_000_000)));
        var placed = await PlaceAsync(Coupon);
        if (placed is not { Status: OrderStatus.AwaitingMerchant, Payment: PaymentStatus.Authorized })
            throw new InvalidOperationException($"The order is {placed.Status} and {placed.Payment}.");
    }

    /// <summary>Places one order and nothing more.</summary>
    public async Task<OrderView> PlaceAsync(string? coupon = null)
    {
        var n = Interlocked.Increment(ref _next);
        var customer = string.Create(CultureInfo.InvariantCulture, $"customer-{n % Customers}");
        var merchant = _hot && n % HotOf < HotOrders ? HotMerchant : Merchant((int)(n % (Zones * MerchantsPerZone)));
        var reply = await _grains.GetGrain<ICustomerGrain>(customer).Place(new PlaceOrder(
            Id("place", n), new Actor(Role.Customer, customer), customer, merchant, [new OrderLine("meal", 1), new OrderLine("drink", 2)],
            new Money(coupon is null ? 1_500 : 1_400, "EUR"), Place, Coupon: coupon,
            Payment: coupon is null ? PaymentMethod.Cash : PaymentMethod.Card, PaymentSource: coupon is null ? null : "tok_ok"));
        return Done(reply);
    }

    /// <summary>Waits until the consumers of the events have written what they had to.</summary>
    public static async Task QuietAsync(EngineUnderTest engine)
    {
        long before;
        do
        {
            before = engine.Journal.Statistics.Records;
            await Task.Delay(500);
        }
        while (engine.Journal.Statistics.Records != before);
    }

    private static string Merchant(int n) => string.Create(CultureInfo.InvariantCulture, $"merchant-{n}");

    private static string Zone(int n) => string.Create(CultureInfo.InvariantCulture, $"zone-{n % Zones}");

    private static string Id(string step, long n) => string.Create(CultureInfo.InvariantCulture, $"{step}-{n}");

    private static OrderView Done(OrderReply reply) =>
        reply.Refusal is null ? reply.Order! : throw new InvalidOperationException($"The bench was refused: {reply.Refusal.Detail}");

    private async Task<long> DriveAsync(long until)
    {
        long orders = 0;
        do
        {
            var placed = await PlaceAsync();
            var order = _grains.GetGrain<IOrderGrain>(placed.Number.ToString());
            var assigned = _assigned.GetOrAdd(placed.Number, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
            var merchant = new Actor(Role.Merchant, placed.Merchant);
            Done(await order.Execute(new AcceptOrder("accept", merchant, TimeSpan.Zero)));
            Done(await order.Execute(new MarkReady("ready", merchant)));
            var courier = new Actor(Role.Courier, await assigned.Task);
            Done(await order.Execute(new AdvanceDelivery("pickup", courier, CourierStep.PickUp)));
            Done(await order.Execute(new AdvanceDelivery("deliver", courier, CourierStep.Deliver)));
            _assigned.TryRemove(placed.Number, out _);
            orders++;
        }
        while (Stopwatch.GetTimestamp() < until);
        return orders;
    }

    private void OnEvent(LoggedEvent logged)
    {
        if (logged.Event is OrderEvent { Type: EventTypes.DeliveryAssigned, Courier: { } courier } e)
        {
            _assigned.GetOrAdd(e.Order, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(courier);
        }
    }

    private Task CreateMerchantAsync(int n) => CreateMerchantAsync(Merchant(n), Zone(n));

    private async Task CreateMerchantAsync(string id, string zone)
    {
        var by = new Actor(Role.Merchant, id);
        var merchant = _grains.GetGrain<IMerchantGrain>(id);
        await merchant.Execute(new CreateMerchant("create", by, id, zone, Place, "EUR", TimeSpan.Zero, AutoAccept: false));
        await merchant.Execute(new SetMenu("menu", by, [new MenuItem("meal", "Meal", 900, Stock), new MenuItem("drink", "Drink", 300)]));
        await merchant.Execute(new SetMerchantStatus("open", by, MerchantStatus.Open));
    }

    private Task CreateCourierAsync(int n) => CreateCourierAsync(string.Create(CultureInfo.InvariantCulture, $"courier-{n}"), Zone(n));

    private async Task CreateCourierAsync(string id, string zone)
    {
        var by = new Actor(Role.Courier, id);
        var courier = _grains.GetGrain<ICourierGrain>(id);
        await courier.Execute(new CreateCourier("create", by, id, zone, 1));
        await courier.Execute(new GoOnline("online", by, Place));
    }
}
