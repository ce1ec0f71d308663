using System.Collections.Immutable;

namespace OrderActors.Dispatch.Matching;

/// <summary>
/// The plain policy: orders by ready time, each to the nearest free courier who can still pick it up within the shift, one
/// order at a time, sent just in time.
/// </summary>
/// <remarks>
/// A courier who was sent is never diverted, so sending early only loses freedom: the assignment is given when the courier
/// would be at the counter no earlier than the goods. Until then the order keeps the courier in the plan, so that an order
/// that comes after it does not take the courier away; the next look decides anew.
/// </remarks>
public sealed class NearestIdlePolicy : IDispatchPolicy
{
    // A degree of latitude, a little short, so that rounding never hides a courier who is as near.
    private const double MetresPerDegree = 111_195;

    /// <inheritdoc/>
    public DispatchPlan Decide(DispatchInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var couriers = new Couriers(input);
        var orders = input.Waiting.ToArray();
        Array.Sort(orders, ByReadyTime);

        var pairings = ImmutableArray.CreateBuilder<Pairing>();
        DateTimeOffset? lookAgain = null;
        var stops = input.Travel.PickupService / 2;
        foreach (var order in orders)
        {
            if (couriers.Left == 0) break;
            if (couriers.TakeNearest(order, out var travel) is not { } courier) continue;
            var due = order.ReadyAt - travel - stops;
            if (due <= input.Now) pairings.Add(new Pairing(courier, [order.Order]));
            else lookAgain = Earlier(lookAgain, due);
        }

        // Whoever still waits may be better off with a courier who is on the point of leaving a customer.
        if (pairings.Count < orders.Length && couriers.NextFree is { } free) lookAgain = Earlier(lookAgain, free);
        if (pairings.Count < orders.Length && couriers.NextAskable is { } askable) lookAgain = Earlier(lookAgain, askable);
        return new DispatchPlan(pairings.ToImmutable(), lookAgain);
    }

    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) => one < other ? one.Value : other;

    private static int ByReadyTime(WaitingOrder a, WaitingOrder b)
    {
        var order = a.ReadyAt.CompareTo(b.ReadyAt);
        if (order == 0) order = a.PlacedAt.CompareTo(b.PlacedAt);
        return order != 0 ? order : a.Order.CompareTo(b.Order);
    }

    /// <summary>
    /// The free couriers by place, from south to north: that is what makes the nearest one quick to find, also where hundreds
    /// wait at one depot.
    /// </summary>
    private sealed class Couriers
    {
        private readonly DispatchInput _input;
        private readonly IdleCourier[] _free;
        private readonly bool[] _taken;
        private readonly TimeSpan _stops;
        private readonly double _minutesPerDegree;

        // Per place: its latitude, its first courier who is not taken, and the end of its couriers.
        private readonly double[] _latitudes;
        private readonly int[] _next;
        private readonly int[] _end;

        public Couriers(DispatchInput input)
        {
            _input = input;
            _stops = input.Travel.PickupService / 2;
            _minutesPerDegree = MetresPerDegree / input.Travel.FastestMetresPerMinute;
            var free = new List<IdleCourier>(input.Idle.Count);
            foreach (var courier in input.Idle)
            {
                if (courier.Until < input.Now + _stops) continue;
                if (courier.Since > input.Now) NextFree = Earlier(NextFree, courier.Since);
                else free.Add(courier);
                foreach (var passed in courier.Passed.OrEmpty())
                {
                    if (passed.Until > input.Now) NextAskable = Earlier(NextAskable, passed.Until);
                }
            }

            _free = [.. free];
            Array.Sort(_free, ByPlace);
            _taken = new bool[_free.Length];
            Left = _free.Length;

            var starts = Enumerable.Range(0, _free.Length).Where(i => i == 0 || _free[i].Location != _free[i - 1].Location).ToArray();
            _latitudes = Array.ConvertAll(starts, start => _free[start].Location.Latitude);
            _next = starts;
            _end = [.. starts.Skip(1), _free.Length];
        }

        /// <summary>How many are not taken.</summary>
        public int Left { get; private set; }

        /// <summary>When the next courier becomes free.</summary>
        public DateTimeOffset? NextFree { get; }

        /// <summary>When a courier may next be asked for an order that the courier declined.</summary>
        public DateTimeOffset? NextAskable { get; }

        /// <summary>Takes the nearest courier who can pick the order up within the shift; the smaller id wins a tie.</summary>
        public IdleCourier? TakeNearest(WaitingOrder order, out TimeSpan travel)
        {
            var middle = Array.BinarySearch(_latitudes, order.Pickup.Latitude);
            if (middle < 0) middle = ~middle;

            // Outwards on both sides, until the latitude alone says that the rest is farther than the best.
            var best = -1;
            travel = TimeSpan.MaxValue;
            for (var up = middle; up < _latitudes.Length && !IsFarther(up, order, travel); up++) Look(up, order, ref best, ref travel);
            for (var down = middle - 1; down >= 0 && !IsFarther(down, order, travel); down--) Look(down, order, ref best, ref travel);
            if (best < 0) return null;
            _taken[best] = true;
            Left--;
            return _free[best];
        }

        private bool IsFarther(int place, WaitingOrder order, TimeSpan than) =>
            Math.Abs(_latitudes[place] - order.Pickup.Latitude) * _minutesPerDegree > than.TotalMinutes;

        private void Look(int place, WaitingOrder order, ref int best, ref TimeSpan bestTravel)
        {
            while (_next[place] < _end[place] && _taken[_next[place]]) _next[place]++;
            if (_next[place] == _end[place]) return;

            var travel = _input.Travel.Between(_free[_next[place]].Location, order.Pickup);
            if (travel > bestTravel) return;
            var atCounter = _input.Now + travel + _stops;
            var pickup = atCounter > order.ReadyAt ? atCounter : order.ReadyAt;
            for (var i = _next[place]; i < _end[place]; i++)
            {
                if (_taken[i] || pickup > _free[i].Until || HasPassed(_free[i], order)) continue;

                // Couriers of a place go by id: the first who can is the one to compare.
                if (travel < bestTravel || best < 0 || string.CompareOrdinal(_free[i].Courier, _free[best].Courier) < 0)
                {
                    best = i;
                    bestTravel = travel;
                }

                return;
            }
        }

        private bool HasPassed(IdleCourier courier, WaitingOrder order)
        {
            if (courier.Passed.IsDefaultOrEmpty) return false;
            foreach (var passed in courier.Passed)
            {
                if (passed.Order == order.Order && passed.Until > _input.Now) return true;
            }

            return false;
        }

        private static int ByPlace(IdleCourier a, IdleCourier b)
        {
            var order = a.Location.Latitude.CompareTo(b.Location.Latitude);
            if (order == 0) order = a.Location.Longitude.CompareTo(b.Location.Longitude);
            return order != 0 ? order : string.CompareOrdinal(a.Courier, b.Courier);
        }
    }
}
