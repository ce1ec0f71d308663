using System.Collections.Immutable;
using OrderActors.Dispatch.Matching;
using OrderActors.Values;

namespace OrderActors.Dispatch;

/// <summary>
/// What a zone expects: where and when couriers whom it sent will be free again, and where orders come from. Pure: no clock,
/// no I/O.
/// </summary>
/// <remarks>
/// In memory only. After a restart, and for couriers whom an operator sent, a zone plans with those who are free until it has
/// learnt anew: worse plans, never wrong ones.
/// </remarks>
internal sealed class ZoneForecast(ITravelModel travel, int maxBusy)
{
    // More pickups than anybody plans by; the rest has next to no weight.
    private const int MaxPickups = 1_024;

    // An hour old counts half: lunch should not be planned by breakfast.
    private static readonly TimeSpan HalfLife = TimeSpan.FromHours(1);

    // One order of six hours ago.
    private const double Forgotten = 1.0 / 64;

    // Who is late is expected soon, and after this no longer expected.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, IdleCourier> _busy = new(StringComparer.Ordinal);
    private readonly Dictionary<GeoPoint, (double Weight, DateTimeOffset At)> _pickups = [];

    /// <summary>An order came that was not known before.</summary>
    public void Placed(WaitingOrder order, DateTimeOffset now)
    {
        if (_pickups.Count >= MaxPickups && !_pickups.ContainsKey(order.Pickup))
            _pickups.Remove(_pickups.MinBy(pickup => (Weight(pickup.Value, now), pickup.Key.Latitude, pickup.Key.Longitude)).Key);
        _pickups[order.Pickup] = (Weight(_pickups.GetValueOrDefault(order.Pickup), now) + 1, now);
    }

    /// <summary>A courier took orders, in the sequence of their drop-offs; at least one.</summary>
    public void Took(IdleCourier courier, IReadOnlyList<WaitingOrder> orders, DateTimeOffset now)
    {
        if (_busy.Count >= maxBusy && !_busy.ContainsKey(courier.Courier)) return;
        var free = TripTimetable.Of(courier, orders, travel, now).FreeAt;
        _busy[courier.Courier] = courier with { Location = orders[^1].Dropoff, Since = free, Delivered = courier.Delivered + orders.Count };
    }

    /// <summary>A courier is free, or will be by what the board knows.</summary>
    public void Returned(string courier) => _busy.Remove(courier);

    /// <summary>Takes over what another zone expected.</summary>
    public void Adopt(ZoneShare share, DateTimeOffset now)
    {
        foreach (var courier in share.Busy.OrEmpty().Take(maxBusy)) _busy.TryAdd(courier.Courier, courier);
        foreach (var (place, weight) in share.Demand.OrEmpty().Take(MaxPickups)) _pickups.TryAdd(place, (weight, now));
    }

    /// <summary>The couriers who are expected to be free again.</summary>
    public IReadOnlyList<IdleCourier> Busy(DateTimeOffset now)
    {
        var busy = new List<IdleCourier>(_busy.Count);
        foreach (var (id, courier) in _busy)
        {
            if (courier.Since + Patience < now) _busy.Remove(id);
            else busy.Add(courier.Since > now + Soon ? courier : courier with { Since = now + Soon });
        }

        return busy;
    }

    /// <summary>Where orders came from.</summary>
    public IReadOnlyList<Demand> Demand(DateTimeOffset now) =>
        [.. _pickups.Select(pickup => new Demand(pickup.Key, Weight(pickup.Value, now)))];

    /// <summary>Whether somebody is expected, or an order came so lately that it says something about the next ones.</summary>
    public bool IsWorthKeeping(DateTimeOffset now) =>
        _busy.Values.Any(courier => courier.Since + Patience >= now) || _pickups.Values.Sum(pickup => Weight(pickup, now)) >= Forgotten;

    private static double Weight((double Weight, DateTimeOffset At) pickup, DateTimeOffset now) =>
        pickup.Weight == 0 ? 0 : pickup.Weight * Math.Pow(0.5, (now - pickup.At) / HalfLife);
}
