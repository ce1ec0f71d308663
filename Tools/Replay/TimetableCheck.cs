namespace OrderActors.Tools.Replay;

/// <summary>
/// Follows one courier through the day, move by move. Where the files say when something happened, the next step is
/// judged from what they say and not from what it should have been, so that one wrong time is one breach or two and not
/// the rest of the day.
/// </summary>
internal sealed class TimetableCheck(Instance instance, List<Breach> breaches, ReplayVariants variants = default)
{
    private const string AssignmentsFile = SolutionWriter.AssignmentsFile;
    private const string OrdersFile = SolutionWriter.OrdersFile;
    private const string CouriersFile = SolutionWriter.CouriersFile;

    private readonly Dictionary<string, DayOrder> _orders = instance.Orders.ToDictionary(o => o.Id, StringComparer.Ordinal);
    private readonly Dictionary<string, DayRestaurant> _restaurants = instance.Restaurants.ToDictionary(r => r.Id, StringComparer.Ordinal);
    private readonly DayParameters _parameters = instance.Parameters;

    /// <summary>Checks one courier. All ids are known, and every order has an outcome.</summary>
    public void Check(
        DayCourier courier, List<At<DayAssignment>> assignments, List<At<DayMove>> moves, Dictionary<string, At<DayOutcome>> outcomes)
    {
        var idle = new Idle(courier.OnMinute, DayMove.OnLocation, courier.Start);
        var next = 0;
        foreach (var assignment in assignments)
        {
            idle = FollowPrepositioning(courier, moves, ref next, idle);
            CheckAssignment(courier, assignment, idle.Minute);
            var legs = assignment.Value.Orders.Length + 1;
            if (!MovesFit(assignment, moves, next, idle.At)) return;
            idle = Follow(assignment, moves.GetRange(next, legs), idle, outcomes);
            next += legs;
        }

        FollowPrepositioning(courier, moves, ref next, idle);
        if (next < moves.Count)
        {
            var (line, move) = moves[next];
            Report(Rule.MovesFollowAssignments, CouriersFile, line, $"{courier.Id} drives to {move.Destination} without an assignment.");
        }
    }

    /// <summary>Follows moves to restaurants that no drop-off comes after: those without an order.</summary>
    private Idle FollowPrepositioning(DayCourier courier, List<At<DayMove>> moves, ref int next, Idle idle)
    {
        if (!variants.Preposition) return idle;
        for (; next < moves.Count && _restaurants.TryGetValue(moves[next].Value.Destination, out var to); next++)
        {
            if (next + 1 < moves.Count && !_restaurants.ContainsKey(moves[next + 1].Value.Destination)) break;
            var (line, move) = moves[next];
            if (move.Origin != idle.At) Report(Rule.MovesChain, CouriersFile, line, $"{move.Courier} leaves {move.Origin}, but is at {idle.At}.");
            if (move.DepartureMinute < idle.Minute)
                Report(Rule.AssignedWhenIdle, CouriersFile, line,
                    $"sent to {to.Id} at {M(move.DepartureMinute)}, but {courier.Id} is not idle before {M(idle.Minute)}.");
            if (move.DepartureMinute < courier.OnMinute || move.DepartureMinute > courier.OffMinute)
                Report(Rule.AssignedOnShift, CouriersFile, line,
                    $"sent to {to.Id} at {M(move.DepartureMinute)}, but {courier.Id} is on shift from {courier.OnMinute} to {courier.OffMinute}.");
            idle = new Idle(move.DepartureMinute + Drive(idle.Location, to.Location), to.Id, to.Location);
        }

        return idle;
    }

    private void CheckAssignment(DayCourier courier, At<DayAssignment> at, decimal idleMinute)
    {
        var (line, a) = at;
        foreach (var order in a.Orders.Select(id => _orders[id]))
        {
            if (a.AssignmentMinute < order.PlacementMinute && !IsUpdate(a))
                Report(Rule.AssignedAfterPlacement, AssignmentsFile, line,
                    $"assigned at {M(a.AssignmentMinute)}, but {order.Id} is placed at {order.PlacementMinute}.");
            if (a.PickupMinute < order.ReadyMinute)
                Report(Rule.PickupAfterReady, AssignmentsFile, line, $"picked up at {M(a.PickupMinute)}, but {order.Id} is ready at {order.ReadyMinute}.");
        }

        if (a.AssignmentMinute < courier.OnMinute || a.AssignmentMinute > courier.OffMinute)
            Report(Rule.AssignedOnShift, AssignmentsFile, line,
                $"assigned at {M(a.AssignmentMinute)}, but {courier.Id} is on shift from {courier.OnMinute} to {courier.OffMinute}.");
        if (a.AssignmentMinute < idleMinute)
            Report(Rule.AssignedWhenIdle, AssignmentsFile, line, $"assigned at {M(a.AssignmentMinute)}, but {courier.Id} is not idle before {M(idleMinute)}.");
        if (a.PickupMinute > courier.OffMinute)
            Report(Rule.PickupBeforeOffTime, AssignmentsFile, line, $"picked up at {M(a.PickupMinute)}, but {courier.Id} is off at {courier.OffMinute}.");
    }

    /// <summary>Whether an assignment may have orders placed after it: where it may change on arrival, and one was there before.</summary>
    private bool IsUpdate(DayAssignment a) => variants.Updates && a.Orders.Any(id => _orders[id].PlacementMinute <= a.AssignmentMinute);

    private void CheckArrival(At<DayAssignment> at, decimal arrival)
    {
        foreach (var order in at.Value.Orders.Select(id => _orders[id]).Where(order => order.PlacementMinute > arrival))
            Report(Rule.AssignedAfterPlacement, AssignmentsFile, at.Line,
                $"{at.Value.Courier} is at {order.Restaurant.Id} at {M(arrival)}, but {order.Id} is placed at {order.PlacementMinute}.");
    }

    private bool MovesFit(At<DayAssignment> assignment, List<At<DayMove>> moves, int next, string from)
    {
        var fit = true;
        string[] stops = [_orders[assignment.Value.Orders[0]].Restaurant.Id, .. assignment.Value.Orders];
        foreach (var stop in stops)
        {
            if (next == moves.Count)
            {
                Report(Rule.MovesFollowAssignments, AssignmentsFile, assignment.Line, $"{assignment.Value.Courier} has no move to {stop} in {CouriersFile}.");
                return false;
            }

            var (line, move) = moves[next++];
            if (move.Destination != stop)
            {
                Report(Rule.MovesFollowAssignments, CouriersFile, line, $"{move.Courier} drives to {move.Destination}, but the assignments say {stop}.");
                return false;
            }

            if (move.Origin != from)
            {
                Report(Rule.MovesChain, CouriersFile, line, $"{move.Courier} leaves {move.Origin}, but is at {from}.");
                fit = false;
            }

            from = stop;
        }

        return fit;
    }

    private Idle Follow(At<DayAssignment> at, List<At<DayMove>> legs, Idle idle, Dictionary<string, At<DayOutcome>> outcomes)
    {
        var a = at.Value;
        var (line, first) = legs[0];
        var told = Math.Max(a.AssignmentMinute, idle.Minute);
        if (first.DepartureMinute < told)
            Report(Rule.LeavesAfterAssignment, CouriersFile, line,
                $"{first.Courier} leaves at {M(first.DepartureMinute)}, but is told and idle only at {M(told)}.");

        var here = _orders[a.Orders[0]].Restaurant.Location;
        var arrival = first.DepartureMinute + Drive(idle.Location, here);
        if (IsUpdate(a)) CheckArrival(at, arrival);
        var earliest = arrival + _parameters.HalfPickup;
        if (a.PickupMinute < earliest)
            Report(Rule.PickupAfterArrival, AssignmentsFile, at.Line, $"picked up at {M(a.PickupMinute)}, but {a.Courier} cannot before {M(earliest)}.");

        var rule = Rule.LeavesAfterPickup;
        var leave = a.PickupMinute + _parameters.HalfPickup;
        decimal? dropped = null;
        for (var i = 0; i < a.Orders.Length; i++)
        {
            var order = _orders[a.Orders[i]];
            var (moveLine, move) = legs[i + 1];
            if (move.DepartureMinute != leave)
                Report(rule, CouriersFile, moveLine, $"{move.Courier} leaves for {order.Id} at {M(move.DepartureMinute)}, not at {M(leave)}.");

            var (orderLine, outcome) = outcomes[order.Id];
            var due = move.DepartureMinute + Drive(here, order.Dropoff) + _parameters.HalfDropoff;
            if (outcome.DropoffMinute != due)
                Report(Rule.DropoffAfterArrival, OrdersFile, orderLine, $"{order.Id} is dropped off at {M(outcome.DropoffMinute)}, not at {M(due)}.");
            if (dropped is { } before && outcome.DropoffMinute < before + _parameters.DropoffServiceMinutes)
                Report(Rule.DropoffsInSequence, OrdersFile, orderLine,
                    $"{order.Id} is dropped off at {M(outcome.DropoffMinute)}, less than a service after {a.Orders[i - 1]} at {M(before)}.");

            dropped = outcome.DropoffMinute;
            leave = outcome.DropoffMinute + _parameters.HalfDropoff;
            rule = Rule.LeavesAfterDropoff;
            here = order.Dropoff;
        }

        return new Idle(leave, a.Orders[^1], here);
    }

    private int Drive(Place from, Place to) => DriveMinutes(from, to, _parameters.MetresPerMinute);

    /// <summary>
    /// Whole minutes from place to place, rounded up: the least n with (n · speed)² ≥ dx² + dy². In whole numbers, and on
    /// purpose not <see cref="PlanarTravel"/>: what judges the driver must not share its arithmetic.
    /// </summary>
    internal static int DriveMinutes(Place from, Place to, int metresPerMinute)
    {
        var dx = (Int128)to.X - from.X;
        var dy = (Int128)to.Y - from.Y;
        var square = dx * dx + dy * dy;
        int low = 0, high = int.MaxValue;
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            var reach = (Int128)middle * metresPerMinute;
            if (reach * reach >= square) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    private static string M(decimal minute) => SolutionWriter.Minute(minute);

    private void Report(Rule rule, string file, int line, string detail) => breaches.Add(new Breach(rule, file, line, detail));

    private readonly record struct Idle(decimal Minute, string At, Place Location);
}
