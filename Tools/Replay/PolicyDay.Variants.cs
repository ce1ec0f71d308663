using System.Collections.Immutable;
using System.Diagnostics;
using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using OrderActors.Values;

namespace OrderActors.Tools.Replay;

/// <content>What a day does only when a variant is asked for.</content>
internal sealed partial class PolicyDay
{
    /// <summary>Couriers arrive at their restaurants; true when one of them leaves with other orders than it was sent for.</summary>
    private bool Arrive(decimal now)
    {
        if (!_arrivals.Remove(now, out var trips)) return false;
        var changed = false;
        foreach (var trip in trips.OrderBy(trip => trip.Courier.Day.Id, StringComparer.Ordinal)) changed |= Update(now, trip);
        return changed;
    }

    private bool Update(decimal now, Trip trip)
    {
        var after = trip;
        if (trip.Orders.Length > 1 || _waiting.Values.Any(order => order.Merchant == trip.Orders[0].Merchant)) after = Better(now, trip);
        Record(after);
        if (after == trip) return false;

        foreach (var order in trip.Orders) _waiting[order.Order] = order;
        foreach (var order in after.Orders) _waiting.Remove(order.Order);
        trip.Courier.Delivered += after.Orders.Length - trip.Orders.Length;
        Follow(after);
        _forecast.Took(Arrived(now, trip), after.Orders, At(now));
        return true;
    }

    private Trip Better(decimal now, Trip trip)
    {
        var arrived = Arrived(now, trip);
        var busy = Busy(now).Where(courier => courier.Courier != arrived.Courier).ToList();
        var input = new DispatchInput(
            At(now), [.. _waiting.Values, .. trip.Orders], [.. Idle(now), arrived], _travel, busy, _forecast.Demand(At(now)));
        ImmutableArray<OrderNumber> sentFor = [.. trip.Orders.Select(order => order.Order)];
        var started = Stopwatch.GetTimestamp();
        var orders = AssignmentUpdate.Decide(input, arrived.Courier, sentFor);
        _decisions.Add(new Decision(now, input.Waiting.Count, input.Idle.Count + busy.Count, Stopwatch.GetElapsedTime(started)));
        if (orders.SequenceEqual(sentFor)) return trip;
        var known = input.Waiting.ToDictionary(order => order.Order);
        return trip with { Orders = [.. orders.Select(order => known[order])] };
    }

    /// <summary>A courier as if it were idle at the restaurant that it has come to, and nothing had been given to it.</summary>
    private static IdleCourier Arrived(decimal now, Trip trip) => ToIdle(trip.Courier) with
    {
        Location = trip.Orders[0].Pickup,
        Since = At(now),
        Delivered = trip.Courier.Delivered - trip.Orders.Length,
    };

    private void Preposition(decimal now)
    {
        // As many couriers as orders wait are kept, those nearest to them: the plan may mean them for these.
        var idle = _couriers.Values.Where(courier => courier.IsIdle(now) && courier.Free <= now)
            .OrderBy(courier => courier.Day.Id, StringComparer.Ordinal).ToList();
        foreach (var order in _waiting.Values.OrderBy(order => order.Order))
        {
            if (idle.Count == 0) return;
            idle.Remove(idle.MinBy(courier => _travel.Between(PlanarTravel.ToPoint(courier.Place), order.Pickup))!);
        }

        var couriers = _couriers.Values.Where(courier => courier.Day.OnMinute <= now && courier.Free <= now + Prepositioning.AheadMinutes)
            .Where(courier => courier.Free < courier.Day.OffMinute && now < courier.Day.OffMinute)
            .Select(courier => new Standing(courier.Day.Id, courier.Place, courier.Day.OffMinute - now, idle.Contains(courier)));
        foreach (var (id, to, minutes) in _prepositioning.Choose(couriers, _forecast.Demand(At(now))))
        {
            var courier = _couriers[id];
            _moves.Add(new DayMove(id, now, courier.LastStop, to.Id));
            (courier.LastStop, courier.Place) = (to.Id, to.Location);
            courier.HandedOver = courier.Free = courier.PrepositionedAt = now + minutes;
            _news.Add(courier.Free);
        }
    }
}
