using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using OrderActors.Broadcast;
using OrderActors.Couriers;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Tools.Replay;

/// <summary>How far a replay is.</summary>
/// <param name="Minute">Minutes from the day's start.</param>
/// <param name="Placed">Orders placed so far.</param>
/// <param name="Ended">Orders delivered, cancelled or rejected so far.</param>
/// <param name="Total">Orders of the day.</param>
internal readonly record struct ReplayProgress(decimal Minute, int Placed, int Ended, int Total);

/// <summary>
/// Lives a day on the platform: customers place, merchants accept and get ready, couriers come, carry and go, each at its
/// minute. Who carries what is the platform's to say. Runs on one single-threaded scheduler and knows no time but its clock.
/// </summary>
internal sealed class ReplayDriver
{
    /// <summary>The one zone that all merchants and couriers of a day belong to.</summary>
    public const string Zone = "city";

    /// <summary>How long after the last shift the day is given up: what was picked up in time is long delivered then.</summary>
    private const int GraceMinutes = 24 * 60;

    private readonly Instance _instance;
    private readonly IGrainFactory _grains;
    private readonly DayClock _clock;
    private readonly IProgress<ReplayProgress> _progress;
    private readonly Dictionary<string, OrderScript> _byCustomer;
    private readonly Dictionary<string, CourierScript> _couriers;
    private readonly Dictionary<OrderNumber, TaskCompletionSource<OrderScript>> _byNumber = [];
    private readonly List<CourierEvent> _assigned = [];
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ExceptionDispatchInfo? _failure;
    private int _placed;
    private int _ended;

    private ReplayDriver(Instance instance, IGrainFactory grains, DayClock clock, IProgress<ReplayProgress> progress)
    {
        _instance = instance;
        _grains = grains;
        _clock = clock;
        _progress = progress;
        var travel = new PlanarTravel(instance.Parameters);
        _byCustomer = instance.Orders.Select(o => new OrderScript(o, grains, clock)).ToDictionary(o => o.Customer, StringComparer.Ordinal);
        _couriers = instance.Couriers.ToDictionary(
            c => c.Id, c => new CourierScript(c, instance.Parameters, travel, grains, clock), StringComparer.Ordinal);
    }

    /// <summary>Lives the day and returns what the grains recorded of it.</summary>
    /// <param name="instance">The day.</param>
    /// <param name="grains">The platform; nothing of this instance may be known to it yet.</param>
    /// <param name="log">The platform's event log.</param>
    /// <param name="clock">The platform's clock. Virtual: it moves on when nobody has anything left to do.</param>
    /// <param name="dayStart">Minute 0; not before now, and early enough for merchants and couriers to be made.</param>
    /// <param name="progress">Told of every step, on the driver's scheduler: must be quick and must not block.</param>
    /// <exception cref="ReplayException">The platform refused a step of the day.</exception>
    public static async Task<DaySolution> RunAsync(
        Instance instance, IGrainFactory grains, ILogFollower log, TimeProvider clock, DateTimeOffset dayStart, IProgress<ReplayProgress> progress)
    {
        var driver = new ReplayDriver(instance, grains, new DayClock(clock, dayStart), progress);
        await using var following = await log.FollowAsync(driver.OnEvent);
        await driver.SetUpAsync();
        await driver.LiveAsync();
        return await driver.RecordAsync();
    }

    private async Task SetUpAsync()
    {
        // A consumer's first look is a timer's, and the day would start with some orders that dispatch hears of after others of their minute.
        for (var partition = 0; partition < Shard.Count; partition++)
        {
            await _grains.GetGrain<IFulfilmentGrain>(Shard.Key(partition)).Wake();
            await _grains.GetGrain<IDispatchFeedGrain>(Shard.Key(partition)).Wake();
        }

        foreach (var restaurant in _instance.Restaurants)
        {
            var merchant = _grains.GetGrain<IMerchantGrain>(restaurant.Id);
            Require(restaurant, await merchant.Execute(new CreateMerchant(
                "create", Actor.System, restaurant.Id, Zone, PlanarTravel.ToPoint(restaurant.Location), OrderScript.Currency,
                TimeSpan.FromMinutes(15), AutoAccept: false)));
            var self = new Actor(Role.Merchant, restaurant.Id);
            Require(restaurant, await merchant.Execute(new SetMenu(
                "menu", self, [new MenuItem(OrderScript.ItemId, "Meal", OrderScript.ItemPrice)])));
            Require(restaurant, await merchant.Execute(new SetMerchantStatus("open", self, MerchantStatus.Open)));
        }

        foreach (var courier in _couriers.Values) await courier.CreateAsync(Zone);
    }

    private async Task LiveAsync()
    {
        // In the order of the instance's files, so that what happens in one minute always starts in the same sequence.
        var shifts = _couriers.Values.Select(c => Watch(c.RunAsync())).ToList();
        foreach (var order in _byCustomer.Values) _ = Watch(order.RunAsync());
        if (_byCustomer.Count == 0) _over.TrySetResult();

        var lastMinute = _instance.Couriers.Select(c => c.OffMinute).Concat(_instance.Orders.Select(o => o.ReadyMinute)).DefaultIfEmpty(0).Max();

        // A timer and not a cancelled delay: cancelling runs its callbacks on a thread of the pool, outside of the day's scheduler.
        var patience = _clock.ToInstant(lastMinute + GraceMinutes);
        await using var givenUp = _clock.At(patience, () => _over.TrySetResult());
        await _over.Task;
        await Task.WhenAll(shifts);
        if (_failure is { } failure) failure.Throw();
    }

    private void OnEvent(LoggedEvent logged)
    {
        switch (logged.Event)
        {
            case OrderEvent e when _byCustomer.TryGetValue(e.Customer, out var order):
                OnOrderEvent(e, order);
                break;
            case CourierEvent { Type: EventTypes.CourierAssigned } e when _couriers.TryGetValue(e.Courier, out var courier):
                _assigned.Add(e);
                _ = Watch(CarryAsync(courier, e.Orders));
                break;
        }
    }

    private void OnOrderEvent(OrderEvent e, OrderScript order)
    {
        order.Number(e.Order);
        ByNumber(e.Order).TrySetResult(order);
        switch (e.Type)
        {
            case EventTypes.OrderCreated:
                _placed++;
                break;
            case EventTypes.DeliveryAssigned:
                order.HasCourier();
                return;
            case EventTypes.OrderDelivered or EventTypes.OrderCanceled or EventTypes.OrderRejected:
                if (order.End() && ++_ended == _byCustomer.Count) _over.TrySetResult();
                break;
            default:
                return;
        }

        _progress.Report(new ReplayProgress(_clock.Now, _placed, _ended, _byCustomer.Count));
    }

    private async Task CarryAsync(CourierScript courier, ImmutableArray<OrderNumber> numbers)
    {
        // A courier's events and an order's are in different partitions: the assignment may be heard of first.
        var orders = new List<OrderScript>();
        foreach (var number in numbers) orders.Add(await ByNumber(number).Task);
        await courier.CarryAsync(orders);
    }

    private TaskCompletionSource<OrderScript> ByNumber(OrderNumber number)
    {
        if (!_byNumber.TryGetValue(number, out var order))
            _byNumber[number] = order = new TaskCompletionSource<OrderScript>(TaskCreationOptions.RunContinuationsAsynchronously);
        return order;
    }

    /// <summary>The first script that fails fails the day; the others are left where they are.</summary>
    private async Task Watch(Task script)
    {
        try
        {
            await script;
        }
        catch (Exception e)
        {
            _failure ??= ExceptionDispatchInfo.Capture(e);
            _over.TrySetException(e);
        }
    }

    private async Task<DaySolution> RecordAsync()
    {
        var views = new Dictionary<string, OrderView>(StringComparer.Ordinal);
        foreach (var order in _byCustomer.Values)
        {
            if (await order.ViewAsync() is { } view) views[order.Order.Id] = view;
        }

        return DayRecord.Of(_instance, _assigned, views, _clock);
    }

    private void Require(DayRestaurant restaurant, MerchantReply reply)
    {
        if (reply.Refusal is { } refusal)
            throw new ReplayException($"minute {SolutionWriter.Minute(_clock.Now)}: merchant {restaurant.Id} was refused ({refusal.Code}): {refusal.Detail}");
    }
}
