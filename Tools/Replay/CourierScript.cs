using OrderActors.Couriers;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Tools.Replay;

/// <summary>One courier of the day: comes, does what dispatch says, and goes. Never drops out of an assignment.</summary>
internal sealed class CourierScript(DayCourier courier, DayParameters parameters, PlanarTravel travel, IGrainFactory grains, DayClock clock)
{
    /// <summary>The most orders at once that the platform lets a courier have; the day itself sets no limit.</summary>
    private const int Capacity = 20;

    private readonly ICourierGrain _grain = grains.GetGrain<ICourierGrain>(courier.Id);
    private readonly Actor _self = new(Role.Courier, courier.Id);
    private GeoPoint _location = PlanarTravel.ToPoint(courier.Start);
    private int _commands;

    /// <summary>Makes the courier known, off duty.</summary>
    public Task CreateAsync(string zone) => DoAsync(id => new CreateCourier(id, Actor.System, courier.Id, zone, Capacity));

    /// <summary>The shift, from on-time to off-time. With orders on board it ends for the platform when they are delivered.</summary>
    public async Task RunAsync()
    {
        if (courier.OffMinute == courier.OnMinute) return;
        await clock.UntilAsync(courier.OnMinute);
        await DoAsync(id => new GoOnline(id, _self, _location, clock.ToInstant(courier.OffMinute)));
        await clock.UntilAsync(courier.OffMinute);
        await DoAsync(id => new GoOffline(id, _self));
    }

    /// <summary>Carries the orders of an assignment that was made just now, in this sequence.</summary>
    public async Task CarryAsync(IReadOnlyList<OrderScript> assigned)
    {
        var orders = new List<OrderScript>();
        foreach (var order in assigned)
        {
            // An order that ended in the moment of its assignment is not fetched.
            if (await order.Assigned) orders.Add(order);
        }

        if (orders.Count == 0) return;
        await PickUpAsync(orders);
        await DropOffAsync(orders);
    }

    private async Task PickUpAsync(List<OrderScript> orders)
    {
        foreach (var order in orders) await order.AdvanceAsync(courier.Id, CourierStep.LeaveForPickup);

        var restaurant = PlanarTravel.ToPoint(orders[0].Order.Restaurant.Location);
        await DriveAsync(restaurant);
        foreach (var order in orders) await order.AdvanceAsync(courier.Id, CourierStep.ArriveAtPickup);

        await clock.UntilAsync(clock.Now + parameters.HalfPickup);
        foreach (var order in orders) await order.Ready;
        foreach (var order in orders) await order.AdvanceAsync(courier.Id, CourierStep.PickUp);
        await clock.UntilAsync(clock.Now + parameters.HalfPickup);
    }

    private async Task DropOffAsync(List<OrderScript> orders)
    {
        foreach (var order in orders)
        {
            await order.AdvanceAsync(courier.Id, CourierStep.LeaveForDropoff);
            await DriveAsync(PlanarTravel.ToPoint(order.Order.Dropoff));
            await order.AdvanceAsync(courier.Id, CourierStep.ArriveAtDropoff);
            await clock.UntilAsync(clock.Now + parameters.HalfDropoff);
            await order.AdvanceAsync(courier.Id, CourierStep.Deliver);
            await clock.UntilAsync(clock.Now + parameters.HalfDropoff);
        }
    }

    private async Task DriveAsync(GeoPoint to)
    {
        await clock.UntilAsync(clock.Now + (decimal)travel.Between(_location, to).TotalMinutes);
        _location = to;
    }

    private async Task DoAsync(Func<string, CourierCommand> command)
    {
        var reply = await _grain.Execute(command($"day-{++_commands}"));
        if (reply.Refusal is { } refusal)
            throw new ReplayException($"minute {SolutionWriter.Minute(clock.Now)}: courier {courier.Id} was refused ({refusal.Code}): {refusal.Detail}");
    }
}
