using System.Collections.Immutable;
using System.Globalization;
using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.TestKit;

/// <summary>Merchants, couriers and customers for tests, with the verbs of a day. Every command has an id of its own.</summary>
/// <param name="grains">Makes references to grains; asked every time, for a cluster may restart.</param>
/// <param name="eventually">Waits until something holds, or fails with the description.</param>
/// <param name="zone">Where everybody is.</param>
public sealed class Town(Func<IGrainFactory> grains, Func<Func<Task<bool>>, string, Task> eventually, string zone)
{
    private int _command;

    /// <summary>A town on a cluster.</summary>
    public Town(TestCluster cluster, string zone = "town")
        : this(() => cluster.Grains, cluster.Eventually, zone)
    {
    }

    /// <summary>Where the town's merchants are.</summary>
    public static readonly GeoPoint Market = new(52.5200, 13.4050);

    /// <summary>Where its customers live: a kilometre away.</summary>
    public static readonly GeoPoint Home = new(52.5290, 13.4050);

    /// <summary>A new command id.</summary>
    public string NextId() => "c" + Interlocked.Increment(ref _command).ToString(CultureInfo.InvariantCulture);

    /// <summary>Opens a merchant that sells soup at 900 and bread at 250, of which there are so many.</summary>
    public async Task<IMerchantGrain> Merchant(string id, int? bread = null, bool autoAccept = false, GeoPoint? at = null)
    {
        var merchant = grains().GetGrain<IMerchantGrain>(id);
        var by = new Actor(Role.Merchant, id);
        Done(await merchant.Execute(new CreateMerchant(NextId(), by, "Market kitchen", zone, at ?? Market, "EUR", TimeSpan.FromMinutes(12), autoAccept)));
        Done(await merchant.Execute(new SetMenu(NextId(), by, [new MenuItem("soup", "Soup", 900), new MenuItem("bread", "Bread", 250, bread)])));
        Done(await merchant.Execute(new SetMerchantStatus(NextId(), by, MerchantStatus.Open)));
        return merchant;
    }

    /// <summary>Brings a courier online, near the market if nothing else is said.</summary>
    public async Task<ICourierGrain> Courier(string id, GeoPoint? at = null, int capacity = 1, bool byHand = false)
    {
        var courier = grains().GetGrain<ICourierGrain>(id);
        var by = new Actor(Role.Courier, id);
        Done(await courier.Execute(new CreateCourier(NextId(), by, "Kim", zone, capacity, AcceptsOffersByHand: byHand)));
        Done(await courier.Execute(new GoOnline(NextId(), by, at ?? Market)));
        return courier;
    }

    /// <summary>A command to order one soup, and so many breads.</summary>
    public PlaceOrder Order(string customer, string merchant, int bread = 0, string? id = null) => new(
        id ?? NextId(), new Actor(Role.Customer, customer), customer, merchant,
        bread == 0 ? [new OrderLine("soup", 1)] : [new OrderLine("soup", 1), new OrderLine("bread", bread)],
        new Money(900 + 250 * bread, "EUR"), Home);

    /// <summary>Gives a command to place an order.</summary>
    public Task<OrderReply> Place(PlaceOrder command) => grains().GetGrain<ICustomerGrain>(command.Customer).Place(command);

    /// <summary>Places an order that must succeed.</summary>
    public async Task<OrderView> Placed(string customer, string merchant, int bread = 0) => Done(await Place(Order(customer, merchant, bread)));

    /// <summary>The order's grain.</summary>
    public IOrderGrain OrderGrain(OrderView order) => grains().GetGrain<IOrderGrain>(order.Number.ToString());

    /// <summary>The order as it stands.</summary>
    public async Task<OrderView> Now(OrderView order) => (await OrderGrain(order).Get())!;

    /// <summary>The merchant accepts.</summary>
    public async Task<OrderView> Accept(OrderView order) =>
        Done(await OrderGrain(order).Execute(new AcceptOrder(NextId(), new Actor(Role.Merchant, order.Merchant))));

    /// <summary>The merchant is ready.</summary>
    public async Task<OrderView> Ready(OrderView order) =>
        Done(await OrderGrain(order).Execute(new MarkReady(NextId(), new Actor(Role.Merchant, order.Merchant))));

    /// <summary>The courier does a step.</summary>
    public async Task<OrderView> Step(OrderView order, string courier, CourierStep step) =>
        Done(await OrderGrain(order).Execute(new AdvanceDelivery(NextId(), new Actor(Role.Courier, courier), step)));

    /// <summary>Waits until the order has a courier, and says which.</summary>
    public async Task<string> AssignedCourier(OrderView order)
    {
        await eventually(async () => (await Now(order)).Courier is not null, $"{order.Number} has a courier");
        return (await Now(order)).Courier!;
    }

    /// <summary>Places an order that is accepted and ready.</summary>
    public async Task<OrderView> ReadyOrder(string customer, string merchant)
    {
        var order = await Placed(customer, merchant);
        await Accept(order);
        return await Ready(order);
    }

    /// <summary>Takes an order from placing to the door.</summary>
    public async Task<OrderView> Delivered(string customer, string merchant, int bread = 0)
    {
        var order = await Placed(customer, merchant, bread);
        if (order.Status == OrderStatus.AwaitingMerchant) await Accept(order);
        await Ready(order);
        var courier = await AssignedCourier(order);
        await Step(order, courier, CourierStep.PickUp);
        return await Step(order, courier, CourierStep.Deliver);
    }

    private static OrderView Done(OrderReply reply) => reply.Refusal is null ? reply.Order! : throw new InvalidOperationException(reply.Refusal.Detail);

    private static void Done(MerchantReply reply) => Refuse(reply.Refusal);

    private static void Done(CourierReply reply) => Refuse(reply.Refusal);

    private static void Refuse(Refusal? refusal)
    {
        if (refusal is not null) throw new InvalidOperationException(refusal.Detail);
    }
}
