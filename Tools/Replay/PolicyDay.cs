using System.Collections.Immutable;
using System.Diagnostics;
using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using OrderActors.Values;

namespace OrderActors.Tools.Replay;

/// <summary>
/// Lives a day with the policy alone: no grains, no clock. It tells the policy what a zone would tell it, whenever something
/// happens that a zone would look at, and does at once what it says: the day comes out as on the real grains.
/// </summary>
internal sealed partial class PolicyDay
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
    private readonly ReplayVariants _variants;
    private readonly Prepositioning _prepositioning;
    private readonly Dictionary<decimal, List<Trip>> _arrivals = [];

    private PolicyDay(Instance instance, IDispatchPolicy policy, ReplayVariants variants)
    {
        _instance = instance;
        _policy = policy;
        _variants = variants;
        _travel = new PlanarTravel(instance.Parameters);
        _forecast = new ZoneForecast(_travel, Math.Max(1, instance.Couriers.Length));
        _couriers = instance.Couriers.Where(c => c.OffMinute > c.OnMinute).ToDictionary(c => c.Id, c => new Courier(c), StringComparer.Ordinal);
        _prepositioning = new Prepositioning(instance, _travel);
    }

    /// <summary>Lives the day.</summary>
    public static (DaySolution Day, IReadOnlyList<Decision> Decisions) Run(
        Instance instance, IDispatchPolicy policy, ReplayVariants variants = default)
    {
        var day = new PolicyDay(instance, policy, variants);
        day.Live();
        return (new DaySolution(day._assignments.ToImmutable(), day._outcomes.ToImmutable(), day._moves.ToImmutable()), day._decisions);
    }

    private void Live()
    {
        foreach (var courier in _couriers.Values) _news.UnionWith([courier.Day.OnMinute, courier.Day.OffMinute]);
        foreach (var order in _instance.Orders) _news.UnionWith([order.PlacementMinute, order.ReadyMinute]);
        var placements = _instance.Orders.GroupBy(order => order.PlacementMinute).ToDictionary(g => (decimal)g.Key, g => g.ToList());
        decimal? lookAt = null;
        while (_news.Count > 0 || lookAt is not null)
        {
            var now = _news.Count > 0 && !(lookAt < _news.Min) ? _news.Min : lookAt!.Value;
            _news.Remove(now);
            var placed = placements.GetValueOrDefault(now, []);
            foreach (var order in placed) Place(order);
            var changed = Arrive(now);
            if (placed.Count == 0 && now != lookAt && !changed && !IsNews(now)) continue;

            // What was given leaves a zone with another problem, which may have something due at once.
            while (Decide(now, out lookAt))
            {
            }

            if (_variants.Preposition) Preposition(now);
        }
    }

    /// <summary>
    /// Whether the board changes: an order that waits is ready; a courier comes on duty, goes while idle, or hands over before
    /// the shift is over.
    /// </summary>
    private bool IsNews(decimal now) =>
        _waiting.Keys.Any(order => _orders[order].ReadyMinute == now)
        || _couriers.Values.Any(courier =>
            courier.Day.OnMinute == now
            || (courier.Day.OffMinute == now && courier.HandedOver < now)
            || (courier.HandedOver == now && now < courier.Day.OffMinute));

    private void Place(DayOrder order)
    {
        var number = NumberOf(order);
        var waiting = new WaitingOrder(
            number, PlanarTravel.ToPoint(order.Restaurant.Location), PlanarTravel.ToPoint(order.Dropoff), At(order.PlacementMinute),
            At(order.ReadyMinute), 1, order.Restaurant.Id);
        _orders[number] = order;
        _waiting[number] = waiting;
        _forecast.Placed(waiting, At(order.PlacementMinute));
    }

    /// <summary>A number that sorts among the day's as the platform's would: by time and then by shards, a millisecond each per pair of shards.</summary>
    private OrderNumber NumberOf(DayOrder order)
    {
        var (customer, merchant) = (Shard.Of(OrderScript.CustomerOf(order.Id)), Shard.Of(order.Restaurant.Id));
        var tick = (At(order.PlacementMinute) - OrderNumber.Epoch).Ticks / TimeSpan.TicksPerMillisecond;
        while (_orders.ContainsKey(OrderNumber.Create(tick, 0, 0, customer, merchant))) tick++;
        return OrderNumber.Create(tick, 0, 0, customer, merchant);
    }

    /// <summary>Looks once; true when something was given.</summary>
    private bool Decide(decimal now, out decimal? lookAt)
    {
        lookAt = null;
        var idle = Idle(now);
        if (_waiting.Count == 0 || idle.Count == 0) return false;
        var busy = Busy(now);
        var input = new DispatchInput(At(now), [.. _waiting.Values], idle, _travel, busy, _forecast.Demand(At(now)));
        var started = Stopwatch.GetTimestamp();
        var plan = _policy.Decide(input);
        _decisions.Add(new Decision(now, _waiting.Count, idle.Count + busy.Count, Stopwatch.GetElapsedTime(started)));
        foreach (var pairing in plan.Pairings) Carry(now, pairing);
        if (plan.LookAgainAt is { } at) lookAt = (at - DayStart).Ticks / (decimal)TimeSpan.TicksPerMinute;
        return plan.Pairings.Length > 0;
    }

    private List<IdleCourier> Idle(decimal now)
    {
        var idle = new List<IdleCourier>();
        foreach (var courier in _couriers.Values)
        {
            if (!courier.IsIdle(now)) continue;
            _forecast.Returned(courier.Day.Id);
            idle.Add(ToIdle(courier));
        }

        return idle;
    }

    /// <summary>Those who carry something, and those who drive to where orders are expected.</summary>
    private List<IdleCourier> Busy(decimal now) =>
        [.. _forecast.Busy(At(now)), .. _couriers.Values.Where(courier => courier.PrepositionedAt > now).Select(ToIdle)];

    private void Carry(decimal now, Pairing pairing)
    {
        var courier = _couriers[pairing.Courier.Courier];
        var trip = new Trip(courier, now, courier.LastStop, courier.Place, [.. pairing.Orders.Select(number => _waiting[number])]);
        _forecast.Took(pairing.Courier, trip.Orders, At(now));
        foreach (var number in pairing.Orders) _waiting.Remove(number);
        courier.Delivered += trip.Orders.Length;
        Follow(trip);
        var arrival = Schedule(trip).Arrival;
        if (!_variants.Updates || arrival == now)
        {
            Record(trip);
            return;
        }

        if (!_arrivals.TryGetValue(arrival, out var others)) _arrivals[arrival] = others = [];
        others.Add(trip);
        _news.Add(arrival);
    }

    private Timetable Schedule(Trip trip)
    {
        var parameters = _instance.Parameters;
        var orders = trip.Orders.Select(order => _orders[order.Order]).ToList();
        var place = orders[0].Restaurant.Location;
        var arrival = trip.AssignedAt + TimetableCheck.DriveMinutes(trip.From, place, parameters.MetresPerMinute);
        var pickup = Math.Max(arrival + parameters.HalfPickup, orders.Max(o => o.ReadyMinute));
        var leave = pickup + parameters.HalfPickup;
        var stops = new List<Stop>();
        foreach (var order in orders)
        {
            var dropoff = leave + TimetableCheck.DriveMinutes(place, order.Dropoff, parameters.MetresPerMinute) + parameters.HalfDropoff;
            stops.Add(new Stop(order, leave, dropoff));
            leave = dropoff + parameters.HalfDropoff;
            place = order.Dropoff;
        }

        return new Timetable(arrival, pickup, stops);
    }

    /// <summary>The courier is busy until the trip is done.</summary>
    private void Follow(Trip trip)
    {
        var (order, _, dropoff) = Schedule(trip).Stops[^1];
        var courier = trip.Courier;
        (courier.LastStop, courier.Place) = (order.Id, order.Dropoff);
        (courier.HandedOver, courier.Free) = (dropoff, dropoff + _instance.Parameters.HalfDropoff);
        _news.Add(courier.HandedOver);
    }

    /// <summary>Writes a trip down that will not change any more.</summary>
    private void Record(Trip trip)
    {
        var (_, pickup, stops) = Schedule(trip);
        var (id, from) = (trip.Courier.Day.Id, stops[0].Order.Restaurant.Id);
        _moves.Add(new DayMove(id, trip.AssignedAt, trip.Origin, from));
        _assignments.Add(new DayAssignment(trip.AssignedAt, pickup, id, [.. stops.Select(stop => stop.Order.Id)]));
        foreach (var (order, leave, dropoff) in stops)
        {
            _moves.Add(new DayMove(id, leave, from, order.Id));
            _outcomes.Add(new DayOutcome(order.Id, order.PlacementMinute, order.ReadyMinute, pickup, dropoff, id));
            from = order.Id;
        }
    }

    private static IdleCourier ToIdle(Courier courier) => new(
        courier.Day.Id, PlanarTravel.ToPoint(courier.Place), At(courier.Free), At(courier.Day.OffMinute), 20, 1,
        Delivered: courier.Delivered, OnDutySince: At(courier.Day.OnMinute));

    private static DateTimeOffset At(decimal minute) => DayStart.AddTicks((long)(minute * TimeSpan.TicksPerMinute));

    private sealed class Courier(DayCourier day)
    {
        public DayCourier Day { get; } = day;

        public string LastStop { get; set; } = DayMove.OnLocation;

        public Place Place { get; set; } = day.Start;

        /// <summary>How many orders the courier was given so far.</summary>
        public int Delivered { get; set; }

        /// <summary>When the last order of the last trip was handed over, in minutes from the day's start.</summary>
        public decimal HandedOver { get; set; } = day.OnMinute;

        /// <summary>When the courier is idle, in minutes from the day's start.</summary>
        public decimal Free { get; set; } = day.OnMinute;

        /// <summary>When the courier is, or was, where it was last sent without an order, in minutes from the day's start.</summary>
        public decimal PrepositionedAt { get; set; }

        /// <summary>Whether the courier can take instructions, or can as soon as the last customer is left.</summary>
        public bool IsIdle(decimal now) => Day.OnMinute <= now && now < Day.OffMinute && HandedOver <= now;
    }

    private sealed record Trip(Courier Courier, decimal AssignedAt, string Origin, Place From, ImmutableArray<WaitingOrder> Orders);

    private sealed record Timetable(decimal Arrival, decimal Pickup, List<Stop> Stops);

    private readonly record struct Stop(DayOrder Order, decimal Leave, decimal Dropoff);
}
