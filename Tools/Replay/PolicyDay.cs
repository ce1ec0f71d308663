using System.Collections.Immutable;
using System.Diagnostics;
using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using OrderActors.Values;

namespace OrderActors.Tools.Replay;

/// <summary>
/// Lives a day with the policy alone: no grains, no clock. It tells the policy what a zone would tell it, minute by minute,
/// and does at once what it says.
/// </summary>
internal sealed class PolicyDay
{

    /// <summary>What an order of a minute ago counts, by one of now: half of it is forgotten in an hour.</summary>
    private static readonly double DemandKept = Math.Pow(0.5, 1.0 / 60);

    private static readonly DateTimeOffset DayStart = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    private readonly Instance _instance;
    private readonly IDispatchPolicy _policy;
    private readonly PlanarTravel _travel;
    private readonly List<Courier> _couriers;
    private readonly Dictionary<OrderNumber, DayOrder> _orders = [];
    private readonly Dictionary<OrderNumber, WaitingOrder> _waiting = [];
    private readonly Dictionary<string, (GeoPoint Place, double Weight)> _demand = new(StringComparer.Ordinal);
    private readonly ImmutableArray<DayAssignment>.Builder _assignments = ImmutableArray.CreateBuilder<DayAssignment>();
    private readonly ImmutableArray<DayOutcome>.Builder _outcomes = ImmutableArray.CreateBuilder<DayOutcome>();
    private readonly ImmutableArray<DayMove>.Builder _moves = ImmutableArray.CreateBuilder<DayMove>();
    private readonly List<Decision> _decisions = [];

    private PolicyDay(Instance instance, IDispatchPolicy policy)
    {
        _instance = instance;
        _policy = policy;
        _travel = new PlanarTravel(instance.Parameters);
        _couriers = [.. instance.Couriers.Where(c => c.OffMinute > c.OnMinute).Select(c => new Courier(c))];
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
        var placements = _instance.Orders.Select((order, i) => (order, i)).GroupBy(p => p.order.PlacementMinute).ToDictionary(g => g.Key, g => g.ToList());
        var last = _couriers.Select(c => c.Day.OffMinute).DefaultIfEmpty(0).Max();
        decimal? lookAt = null;
        for (var minute = 0; minute <= last; minute++)
        {
            var news = false;
            foreach (var known in _demand.Keys) _demand[known] = (_demand[known].Place, _demand[known].Weight * DemandKept);
            foreach (var (order, i) in placements.GetValueOrDefault(minute, []))
            {
                Place(order, i);
                news = true;
            }

            // Half minutes happen when a service is odd: whoever became free since the last look is news.
            news |= _couriers.Any(c => (c.Day.OnMinute == minute || (c.Free > minute - 1 && c.Free <= minute)) && c.Day.OffMinute >= minute);
            if (_waiting.Count == 0 || (!news && !(lookAt <= minute))) continue;
            lookAt = Decide(minute);
        }
    }

    private void Place(DayOrder order, int index)
    {
        var number = OrderNumber.Create(1_000_000 + index, 1, 1, 0, 0);
        var place = PlanarTravel.ToPoint(order.Restaurant.Location);
        _orders[number] = order;
        _waiting[number] = new WaitingOrder(
            number, place, PlanarTravel.ToPoint(order.Dropoff), At(order.PlacementMinute), At(order.ReadyMinute), 1, order.Restaurant.Id);
        _demand[order.Restaurant.Id] = (place, _demand.GetValueOrDefault(order.Restaurant.Id).Weight + 1);
    }

    private decimal? Decide(int minute)
    {
        var onShift = _couriers.Where(c => c.Day.OnMinute <= minute && c.Day.OffMinute >= minute && c.Free <= c.Day.OffMinute).ToList();
        var idle = onShift.Where(c => c.Free <= minute).Select(ToIdle).ToList();
        if (idle.Count == 0) return null;
        var busy = onShift.Where(c => c.Free > minute).Select(ToIdle).ToList();
        var demand = _demand.OrderByDescending(d => d.Value.Weight).ThenBy(d => d.Key, StringComparer.Ordinal).Take(Demand.MaxPlaces)
            .Select(d => new Demand(d.Value.Place, d.Value.Weight)).ToList();
        var input = new DispatchInput(At(minute), [.. _waiting.Values], idle, _travel, busy, demand);
        var started = Stopwatch.GetTimestamp();
        var plan = _policy.Decide(input);
        _decisions.Add(new Decision(minute, _waiting.Count, onShift.Count, Stopwatch.GetElapsedTime(started)));
        foreach (var pairing in plan.Pairings) Carry(minute, pairing);
        return plan.LookAgainAt is { } at ? (at - DayStart).Ticks / (decimal)TimeSpan.TicksPerMinute : null;
    }

    private void Carry(int minute, Pairing pairing)
    {
        var courier = _couriers.Single(c => c.Day.Id == pairing.Courier.Courier);
        var orders = pairing.Orders.Select(number => _orders[number]).ToList();
        foreach (var number in pairing.Orders) _waiting.Remove(number);

        var restaurant = orders[0].Restaurant;
        _moves.Add(new DayMove(courier.Day.Id, minute, courier.LastStop, restaurant.Id));
        var arrival = minute + TimetableCheck.DriveMinutes(courier.Place, restaurant.Location, _instance.Parameters.MetresPerMinute);
        var pickup = Math.Max(arrival + _instance.Parameters.HalfPickup, orders.Max(o => o.ReadyMinute));
        _assignments.Add(new DayAssignment(minute, pickup, courier.Day.Id, [.. orders.Select(o => o.Id)]));
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

        (courier.LastStop, courier.Place, courier.Free) = (from, place, leave);
    }

    private static IdleCourier ToIdle(Courier courier) => new(
        courier.Day.Id, PlanarTravel.ToPoint(courier.Place), At(courier.Free), At(courier.Day.OffMinute), 20, 1);

    private static DateTimeOffset At(decimal minute) => DayStart.AddTicks((long)(minute * TimeSpan.TicksPerMinute));

    private sealed class Courier(DayCourier day)
    {
        public DayCourier Day { get; } = day;

        public string LastStop { get; set; } = DayMove.OnLocation;

        public Place Place { get; set; } = day.Start;

        /// <summary>When the courier is idle, in minutes from the day's start.</summary>
        public decimal Free { get; set; } = day.OnMinute;
    }
}
