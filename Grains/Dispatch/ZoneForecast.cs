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

    /// <summary>A courier took orders of one merchant, in the sequence of their drop-offs; at least one.</summary>
    public void Took(IdleCourier courier, IReadOnlyList<WaitingOrder> orders, DateTimeOffset now)
    {
        if (_busy.Count >= maxBusy && !_busy.ContainsKey(courier.Courier)) return;
        var start = courier.Since > now ? courier.Since : now;
        var time = start + travel.Between(courier.Location, orders[0].Pickup) + travel.PickupService / 2;
        var ready = orders.Max(order => order.ReadyAt);
        if (ready > time) time = ready;
        time += travel.PickupService / 2;
        var at = orders[0].Pickup;
        foreach (var order in orders)
        {
            time += travel.Between(at, order.Dropoff) + travel.DropoffService;
            at = order.Dropoff;
        }

        _busy[courier.Courier] = courier with { Location = at, Since = time };
    }

    /// <summary>A courier is free, or will be by what the board knows.</summary>
    public void Returned(string courier) => _busy.Remove(courier);

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

    private static double Weight((double Weight, DateTimeOffset At) pickup, DateTimeOffset now) =>
        pickup.Weight == 0 ? 0 : pickup.Weight * Math.Pow(0.5, (now - pickup.At) / HalfLife);
}
