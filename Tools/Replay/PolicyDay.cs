using System.Collections.Immutable;
using System.Diagnostics;
using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using OrderActors.Values;

namespace OrderActors.Tools.Replay;

/// <summary>
/// Lives a day with the policy alone: no grains, no clock. It tells the policy what a zone would tell it, whenever something
/// happens, and does at once what it says. A zone looks every minute besides, so the two do not decide quite alike.
/// </summary>
internal sealed class PolicyDay
{
    private static readonly DateTimeOffset DayStart = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    private readonly Instance _instance;
    private readonly IDispatchPolicy _policy;
    private readonly PlanarTravel _travel;
    private readonly ZoneForecast _forecast;
    private readonly SortedSet<decimal> _news = [];
    private readonly Dictionary<string, Courier> _couriers;
    private readonly Dictionary<OrderNumber, DayOrder> _orders = [];
    private readonly Dictionary<OrderNumber, WaitingOrder> _waiting = [];
    private readonly ImmutableArray<DayAssignment>.Builder _assignments = ImmutableArray.CreateBuilder<DayAssignment>();
    private readonly ImmutableArray<DayOutcome>.Builder _outcomes = ImmutableArray.CreateBuilder<DayOutcome>();
    private readonly ImmutableArray<DayMove>.Builder _moves = ImmutableArray.CreateBuilder<DayMove>();
    private readonly List<Decision> _decisions = [];

    private PolicyDay(Instance instance, IDispatchPolicy policy)
    {
        _instance = instance;
        _policy = policy;
        _travel = new PlanarTravel(instance.Parameters);
        _forecast = new ZoneForecast(_travel, Math.Max(1, instance.Couriers.Length));
        _couriers = instance.Couriers.Where(c => c.OffMinute > c.OnMinute).ToDictionary(c => c.Id, c => new Courier(c), StringComparer.Ordinal);
    }

    /// <summary>Lives the day.</summary>
    public static (DaySolution Day, IReadOnlyList<Decision> Decisions) Run(Instance instance, IDispatchPolicy policy)
    {
        var day = new PolicyDay(instance, policy);
        day.Live();
        return (new DaySolution(day._assignments.ToImmutable(), day._outcomes.ToImmutable(), day._moves.ToImmutable()), day._decisions);
    }

    private void Live()
    {
        // A zone looks when an order is placed or ready, and when a courier comes, goes, hands over or is free.
        foreach (var courier in _couriers.Values) _news.UnionWith([courier.Day.OnMinute, courier.Day.OffMinute]);
        foreach (var order in _instance.Orders) _news.UnionWith([order.PlacementMinute, order.ReadyMinute]);
        var placements = _instance.Orders.GroupBy(order => order.PlacementMinute).ToDictionary(g => (decimal)g.Key, g => g.ToList());
        decimal? lookAt = null;
        while (_news.Count > 0 || lookAt is not null)
        {
            var now = _news.Count > 0 && !(lookAt < _news.Min) ? _news.Min : lookAt!.Value;
            _news.Remove(now);
            foreach (var order in placements.GetValueOrDefault(now, [])) Place(order);

            // What was given leaves a zone with another problem, which may have something due at once.
            while (Decide(now, out lookAt))
            {
            }
        }
    }

    private void Place(DayOrder order)
    {
        // Numbers grow with time, as the platform's do.
        var number = OrderNumber.Create(1_000_000 + _orders.Count, 1, 1, 0, 0);
        var waiting = new WaitingOrder(
            number, PlanarTravel.ToPoint(order.Restaurant.Location), PlanarTravel.ToPoint(order.Dropoff), At(order.PlacementMinute),
            At(order.ReadyMinute), 1, order.Restaurant.Id);
        _orders[number] = order;
        _waiting[number] = waiting;
        _forecast.Placed(waiting, At(order.PlacementMinute));
    }

    /// <summary>Looks once; true when something was given.</summary>
    private bool Decide(decimal now, out decimal? lookAt)
    {
        lookAt = null;
        var idle = new List<IdleCourier>();
        foreach (var courier in _couriers.Values)
        {
            if (courier.Day.OnMinute > now || courier.Day.OffMinute <= now || courier.HandedOver > now) continue;
            _forecast.Returned(courier.Day.Id);
            idle.Add(ToIdle(courier));
        }

        if (_waiting.Count == 0 || idle.Count == 0) return false;
        var busy = _forecast.Busy(At(now));
        var input = new DispatchInput(At(now), [.. _waiting.Values], idle, _travel, busy, _forecast.Demand(At(now)));
        var started = Stopwatch.GetTimestamp();
        var plan = _policy.Decide(input);
        _decisions.Add(new Decision(now, _waiting.Count, idle.Count + busy.Count, Stopwatch.GetElapsedTime(started)));
        foreach (var pairing in plan.Pairings) Carry(now, pairing);
        if (plan.LookAgainAt is { } at) lookAt = (at - DayStart).Ticks / (decimal)TimeSpan.TicksPerMinute;
        return plan.Pairings.Length > 0;
    }

    private void Carry(decimal now, Pairing pairing)
    {
        var courier = _couriers[pairing.Courier.Courier];
        var orders = pairing.Orders.Select(number => _orders[number]).ToList();
        _forecast.Took(pairing.Courier, [.. pairing.Orders.Select(number => _waiting[number])], At(now));
        foreach (var number in pairing.Orders) _waiting.Remove(number);

        var restaurant = orders[0].Restaurant;
        _moves.Add(new DayMove(courier.Day.Id, now, courier.LastStop, restaurant.Id));
        var arrival = now + TimetableCheck.DriveMinutes(courier.Place, restaurant.Location, _instance.Parameters.MetresPerMinute);
        var pickup = Math.Max(arrival + _instance.Parameters.HalfPickup, orders.Max(o => o.ReadyMinute));
        _assignments.Add(new DayAssignment(now, pickup, courier.Day.Id, [.. orders.Select(o => o.Id)]));
        var leave = pickup + _instance.Parameters.HalfPickup;
        var (from, place) = (restaurant.Id, restaurant.Location);
        foreach (var order in orders)
        {
            _moves.Add(new DayMove(courier.Day.Id, leave, from, order.Id));
            var dropoff = leave + TimetableCheck.DriveMinutes(place, order.Dropoff, _instance.Parameters.MetresPerMinute) + _instance.Parameters.HalfDropoff;
            _outcomes.Add(new DayOutcome(order.Id, order.PlacementMinute, order.ReadyMinute, pickup, dropoff, courier.Day.Id));
            leave = dropoff + _instance.Parameters.HalfDropoff;
            (from, place) = (order.Id, order.Dropoff);
        }

        (courier.LastStop, courier.Place, courier.HandedOver, courier.Free) = (from, place, leave - _instance.Parameters.HalfDropoff, leave);
        _news.UnionWith([courier.HandedOver, courier.Free]);
    }

    private static IdleCourier ToIdle(Courier courier) => new(
        courier.Day.Id, PlanarTravel.ToPoint(courier.Place), At(courier.Free), At(courier.Day.OffMinute), 20, 1);

    private static DateTimeOffset At(decimal minute) => DayStart.AddTicks((long)(minute * TimeSpan.TicksPerMinute));

    private sealed class Courier(DayCourier day)
    {
        public DayCourier Day { get; } = day;

        public string LastStop { get; set; } = DayMove.OnLocation;

        public Place Place { get; set; } = day.Start;

        /// <summary>When the last order of the last trip was handed over, in minutes from the day's start.</summary>
        public decimal HandedOver { get; set; } = day.OnMinute;

        /// <summary>When the courier is idle, in minutes from the day's start.</summary>
        public decimal Free { get; set; } = day.OnMinute;
    }
}
