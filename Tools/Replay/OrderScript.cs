using OrderActors.Customers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Tools.Replay;

/// <summary>The platform did something that the day has no place for.</summary>
internal sealed class ReplayException(string message) : Exception(message);

/// <summary>One order of the day, as its customer and its merchant live it.</summary>
internal sealed class OrderScript(DayOrder order, IGrainFactory grains, DayClock clock)
{
    public const string ItemId = "meal";
    public const long ItemPrice = 1000;
    public const string Currency = "USD";

    private readonly TaskCompletionSource<bool> _assigned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IOrderGrain? _grain;

    /// <summary>The order of the instance.</summary>
    public DayOrder Order => order;

    /// <summary>The customer, of whom this is the only order: so an event's customer tells whose order it is.</summary>
    public string Customer { get; } = CustomerOf(order.Id);

    /// <summary>True when the order has its courier; false when it ended without.</summary>
    public Task<bool> Assigned => _assigned.Task;

    /// <summary>When the merchant has said that it is ready.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Whether the order is over.</summary>
    public bool Ended { get; private set; }

    public static string CustomerOf(string order) => "customer-" + order;

    /// <summary>Places the order, has it accepted and says that it is ready, each at its minute.</summary>
    public async Task RunAsync()
    {
        await clock.UntilAsync(order.PlacementMinute);
        var placed = await grains.GetGrain<ICustomerGrain>(Customer).Place(new PlaceOrder(
            "place", new Actor(Role.Customer, Customer), Customer, order.Restaurant.Id, [new OrderLine(ItemId, 1)],
            new Money(ItemPrice, Currency), PlanarTravel.ToPoint(order.Dropoff)));
        Require(placed, "placing");
        Number(placed.Order!.Number);

        var merchant = new Actor(Role.Merchant, order.Restaurant.Id);
        var preparation = TimeSpan.FromMinutes(order.ReadyMinute - order.PlacementMinute);
        Require(await _grain!.Execute(new AcceptOrder("accept", merchant, preparation)), "accepting");

        await clock.UntilAsync(order.ReadyMinute);
        var ready = await _grain.Execute(new MarkReady("ready", merchant));
        if (!Ended) Require(ready, "marking ready");
        _ready.TrySetResult();
    }

    /// <summary>The courier did a step.</summary>
    public async Task AdvanceAsync(string courier, CourierStep step)
    {
        var command = new AdvanceDelivery($"step-{step}", new Actor(Role.Courier, courier), step);
        Require(await _grain!.Execute(command), step.ToString());
    }

    /// <summary>The order's number is known: from the answer or from its first event, whichever is first.</summary>
    public void Number(OrderNumber number) => _grain ??= grains.GetGrain<IOrderGrain>(number.ToString());

    /// <summary>The order's grain knows its courier.</summary>
    public void HasCourier() => _assigned.TrySetResult(true);

    /// <summary>The order is over; true the first time.</summary>
    public bool End()
    {
        if (Ended) return false;
        _assigned.TrySetResult(false);
        return Ended = true;
    }

    /// <summary>The order as its grain has it; null when it was never placed.</summary>
    public async Task<OrderView?> ViewAsync() => _grain is null ? null : await _grain.Get();

    private void Require(OrderReply reply, string what)
    {
        if (reply.Refusal is { } refusal)
            throw new ReplayException($"minute {SolutionWriter.Minute(clock.Now)}: {what} {order.Id} was refused ({refusal.Code}): {refusal.Detail}");
    }
}
