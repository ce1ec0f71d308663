using System.Globalization;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Embedded.Simulation;
using OrderActors.Merchants;
using OrderActors.Notifications;
using OrderActors.Orders;
using OrderActors.Promotions;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.World;

/// <content>How the town is founded, and what is watched while it lives.</content>
internal sealed partial class Town
{
    /// <summary>How many breads each merchant has at the beginning.</summary>
    public const int Bread = 260;

    /// <summary>How many uses the coupon SAVE has.</summary>
    public const int SaveUses = 15;

    /// <summary>How many uses of SAVE a customer has.</summary>
    public const int SavePerCustomer = 2;

    // Few, because every partition has its consumers.
    private const int Partitions = 4;

    private readonly Dictionary<string, Dice> _courierDice = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<OrderNumber>> _carried = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CourierStatus> _courierStatus = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _openOf = new(StringComparer.Ordinal);

    /// <summary>The customers.</summary>
    public List<string> Customers { get; } = [];

    /// <summary>The merchants.</summary>
    public List<string> Merchants { get; } = [];

    /// <summary>The couriers.</summary>
    public List<string> Couriers { get; } = [];

    /// <summary>Merchants who counted their bread again.</summary>
    public HashSet<int> Recounted { get; } = [];

    /// <summary>What all discounts of TEN may come to.</summary>
    public long TenBudget { get; private set; } = 2_000;

    /// <summary>The partitions that this world touches.</summary>
    public SortedSet<int> Touched { get; } = [];

    /// <summary>Merchants open, couriers come, coupons are printed.</summary>
    public async Task Found()
    {
        Name(Customers, "c", Plan.Customers);
        Name(Merchants, "m", Plan.Merchants);
        Name(Couriers, "k", Plan.Couriers);
        await Api.Found(Persist);
        for (var m = 0; m < Merchants.Count; m++) await FoundMerchant(m);
        foreach (var courier in Couriers) await FoundCourier(courier);
        var save = new PromotionTerms("EUR", DiscountKind.AmountOff, 200, null, 300, null, SaveUses, SavePerCustomer);
        var ten = new PromotionTerms("EUR", DiscountKind.PermilleOff, 100, 300, 0, TenBudget);
        var (first, second) = (new CreatePromotion(NextId("coupon", Operator), Operator, save), new CreatePromotion(NextId("coupon", Operator), Operator, ten));
        await Surely(() => Grains.GetGrain<IPromotionGrain>("SAVE").Execute(first));
        await Surely(() => Grains.GetGrain<IPromotionGrain>("TEN").Execute(second));
        foreach (var customer in Customers)
        {
            if (!Has(Habit.Unreachable, _dice)) continue;
            var by = new Actor(Role.Customer, customer);
            var contact = new Contact("+4915112345678", "token", Sms: true, Push: _dice.Happens(0.5));
            var set = new SetContact(NextId("contact", by), by, contact);
            await Surely(() => Grains.GetGrain<INotificationGrain>("customer/" + customer).SetContact(set));
        }

        foreach (var courier in Couriers) Later(TimeSpan.Zero, () => Work(courier));
        Later(TimeSpan.Zero, Steer);
    }

    private void Name(List<string> names, string prefix, int count)
    {
        var first = _platform.Dice("partitions").Next(Shard.Count);
        for (var n = 0; names.Count < count; n++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{prefix}{n}");
            if ((Shard.Of(id) - first + Shard.Count) % Shard.Count >= Partitions) continue;
            names.Add(id);
            Touched.Add(Shard.Of(id));
        }
    }

    private async Task Persist(Func<Task> call) => await Surely(async () =>
    {
        await call();
        return call;
    });

    private async Task FoundMerchant(int number)
    {
        var id = Merchants[number];
        var by = new Actor(Role.Merchant, id);
        var grain = () => Grains.GetGrain<IMerchantGrain>(id);
        async Task Do(MerchantCommand command)
        {
            var reply = await Surely(() => grain().Execute(command));
            if (reply!.Refusal is { } refusal) throw new BrokenPromiseException("founding", id, "done", refusal.Detail);
        }

        await Do(new CreateMerchant(NextId("merchant", by), by, "Kitchen", Zone, Market, "EUR", TimeSpan.FromMinutes(5), AutoAccept: number == 1));
        await Do(new SetMenu(NextId("menu", by), by,
        [
            new("soup", "Soup", 900), new("bread", "Bread", 250, Bread), new("voucher", "Voucher", 1_000, Virtual: new(0, 2)),
            new("membership", "Membership", 500, Virtual: new(30, 0)),
        ]));
        if (number > 0)
        {
            await Do(new SetMerchantTerms(NextId("terms", by), by, new(
                DeliveryFee: 250, CommissionPermille: 200, Discount: number == 2 ? new(100) : null)));
        }

        if (Has(Habit.FullKitchen, _dice))
            await Do(new SetMerchantCapacity(NextId("capacity", by), by, new(3 + _dice.Next(5), _dice.Happens(0.5) ? WhenFull.Queue : WhenFull.Refuse)));
        await Do(new SetMerchantStatus(NextId("status", by), by, MerchantStatus.Open));
    }

    private async Task FoundCourier(string id)
    {
        var (dice, by) = (CourierDice(id), new Actor(Role.Courier, id));
        var create = new CreateCourier(NextId("courier", by), by, "Kim", Zone, 1 + dice.Next(3), AcceptsOffersByHand: dice.Happens(0.4));
        await Surely(() => Grains.GetGrain<ICourierGrain>(id).Execute(create));
        var online = Online(id);
        await Surely(() => Grains.GetGrain<ICourierGrain>(id).Execute(online));
    }

    /// <summary>What an order comes to at a merchant, without membership and coupon.</summary>
    private static long TotalOf(int merchant, System.Collections.Immutable.ImmutableArray<OrderLine> lines, OrderKind kind)
    {
        var subtotal = 0L;
        foreach (var line in lines)
        {
            subtotal += line.Quantity * line.Item switch { "soup" => 900, "bread" => 250, "voucher" => 1_000, _ => 500 };
        }

        var fee = merchant > 0 && kind == OrderKind.Delivery ? 250 : 0;
        return subtotal + fee - (merchant == 2 && kind != OrderKind.Virtual ? subtotal / 10 : 0);
    }

    private Dice CourierDice(string courier)
    {
        if (!_courierDice.TryGetValue(courier, out var dice)) _courierDice.Add(courier, dice = new Dice(Plan.Seed, courier));
        return dice;
    }

    private CourierStatus CourierStatusOf(string courier) => _courierStatus.GetValueOrDefault(courier);

    private void Watch(CourierEvent e)
    {
        _courierStatus[e.Courier] = e.Status;
        CheckOffer(e);
        if (!_carried.TryGetValue(e.Courier, out var carried)) _carried.Add(e.Courier, carried = []);
        switch (e.Type)
        {
            case EventTypes.CourierAssigned or EventTypes.CourierTookOver:
                foreach (var order in e.Orders)
                {
                    if (!carried.Add(order)) Break("couriers", $"{order}", $"with {e.Courier} once", "taken again");
                }

                if (carried.Count > e.Capacity) Break("capacity", e.Courier, $"at most {e.Capacity} orders", $"{carried.Count}");
                break;
            case EventTypes.CourierReleased:
                foreach (var order in e.Orders)
                {
                    if (!carried.Remove(order)) Break("couriers", $"{order}", $"with {e.Courier}", "released without having been carried");
                }

                break;
        }
    }

    /// <summary>Whoever has the goods by the order's word has the order by the courier's own.</summary>
    private void CheckCarrier(OrderTrack order, OrderEvent e)
    {
        if (e.Type != EventTypes.DeliveryPickedUp || e.Courier is not { } courier) return;
        if (!_carried.TryGetValue(courier, out var carried) || !carried.Contains(e.Order))
            Break("couriers", order.Key, $"picked up by {courier}, who carries it", "that courier does not carry it");
    }

    /// <summary>An order that is new takes one of its customer's places; no more than there are.</summary>
    private void CountOpen(OrderTrack order, OrderEvent e)
    {
        var isOpen = !order.HasEnded && e.Status is not (OrderStatus.Delivered or OrderStatus.Returned or OrderStatus.None);
        if (isOpen == order.IsOpen) return;
        order.IsOpen = isOpen;
        var open = _openOf[e.Customer] = _openOf.GetValueOrDefault(e.Customer) + (isOpen ? 1 : -1);
        if (isOpen && open > Plan.OpenOrders && e.Type == EventTypes.OrderReceived)
            Break("limits", $"{e.Customer} {order.Key}", $"at most {Plan.OpenOrders} open orders", $"{open}");
    }
}
