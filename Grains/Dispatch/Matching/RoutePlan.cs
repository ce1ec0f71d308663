namespace OrderActors.Dispatch.Matching;

/// <summary>
/// What every courier is to do, trip after trip. A route is a row of stops; a stop is an order and whether it is carried
/// with the one before it. Only trips that are due are given; the others are decided anew with the next look.
/// </summary>
/// <remarks>
/// A plan costs the minutes that its customers wait, plus what it takes from the orders that are not known yet: couriers'
/// time, by a price that grows with the load, and the way back to where orders come from.
/// </remarks>
internal sealed class RoutePlan
{
    // A shift's last hour: the less of it is left, the less it matters where the courier ends.
    private const double LastMinutes = 60;

    // The time in which the work at hand should be done, in minutes.
    private const double LoadWindow = 40;

    private readonly RoutingProblem _problem;
    private readonly RoutingTerms _terms;
    private readonly double _minutePrice;
    private readonly double[] _startAway;
    private readonly double[] _dropAway;
    private readonly double[]? _orderPrices;

    public RoutePlan(RoutingProblem problem, RoutingTerms terms, DemandMap demand)
    {
        _problem = problem;
        _terms = terms;
        _orderPrices = FairShare.Prices(problem, terms);
        LowestPrice = _orderPrices is { Length: > 0 } prices ? Math.Min(0, prices.Min()) : 0;
        _minutePrice = terms.MinutePrice * Math.Min(1, Load(problem));
        _startAway = Array.ConvertAll(problem.Starts, demand.MinutesFrom);
        _dropAway = Array.ConvertAll(problem.Drops, demand.MinutesFrom);
        Routes = new int[problem.Couriers.Length][];
        Costs = new double[problem.Couriers.Length];
        CourierOf = new int[problem.Orders.Length];
        Array.Fill(CourierOf, -1);
        for (var c = 0; c < Routes.Length; c++) Set(c, [], Evaluate(c, []));
    }

    /// <summary>Per courier the stops: twice the order's index, plus one when it is carried with the stop before.</summary>
    public int[][] Routes { get; }

    /// <summary>Per courier what the route costs, in minutes.</summary>
    public double[] Costs { get; }

    /// <summary>Per order the courier, or -1.</summary>
    public int[] CourierOf { get; }

    /// <summary>Routes evaluated so far.</summary>
    public long Work { get; private set; }

    /// <summary>Whether the time for the decision was over before the work allowed was done.</summary>
    public bool IsOutOfTime { get; private set; }

    /// <summary>Whether the plan is to stay as it is.</summary>
    public bool IsSpent => IsOutOfTime || Work >= _terms.WorkLimit;

    /// <summary>Whether no more orders are to be looked at: half of the work, or the time, is used up.</summary>
    public bool IsHalfSpent => IsOutOfTime || Work >= _terms.WorkLimit / 2;

    /// <summary>The least that an order costs for whom it goes to; 0 or less.</summary>
    public double LowestPrice { get; }

    /// <summary>What it costs not to plan an order.</summary>
    public double Missed(int order) => _terms.MissedMinutes - _problem.Placed[order];

    /// <summary>Gives a courier another route. Orders that are in none any more are the caller's to mark.</summary>
    public void Set(int courier, int[] route, double cost)
    {
        Routes[courier] = route;
        Costs[courier] = cost;
        foreach (var stop in route) CourierOf[stop >> 1] = courier;
    }

    /// <summary>What a route costs, in minutes; infinite when a pickup would come after the shift.</summary>
    public double Evaluate(int courier, ReadOnlySpan<int> route)
    {
        // The clock is asked so seldom that it costs nothing, and often enough: some hundred microseconds.
        if ((++Work & 1023) == 0 && _problem.IsOutOfTime is { } isOver && isOver()) IsOutOfTime = true;
        if (_problem.MaxSites > 1) return EvaluateMixed(courier, route);
        var problem = _problem;
        var until = problem.Until[courier];
        var time = problem.Free[courier];
        var cost = 0.0;
        var at = -1;
        for (var i = 0; i < route.Length;)
        {
            var first = route[i] >> 1;
            var site = problem.Site[first];
            var ready = problem.Ready[first];
            var end = i + 1;
            for (; end < route.Length && (route[end] & 1) != 0; end++) ready = Math.Max(ready, problem.Ready[route[end] >> 1]);

            var arrival = time + (at < 0 ? problem.StartToSite(courier, site) : problem.DropToSite(at, site));
            var pickup = Math.Max(arrival + problem.HalfPickup, ready);
            if (pickup > until) return double.PositiveInfinity;
            time = pickup + problem.HalfPickup;
            for (; i < end; i++)
            {
                var next = route[i] >> 1;
                time += ((route[i] & 1) == 0 ? problem.SiteToDrop[next] : problem.DropToDrop(at, next)) + problem.HalfDropoff;
                var clickToDoor = time - problem.Placed[next];
                cost += clickToDoor + Math.Max(0, clickToDoor - _terms.UrgentMinutes);
                time += problem.HalfDropoff;
                at = next;
            }
        }

        return Total(cost, courier, route.Length, at, time);
    }

    /// <summary>Adds that the courier ends there and then: time that is left is worth something, near demand more than far away.</summary>
    private double Total(double cost, int courier, int orders, int at, double time)
    {
        var left = Math.Max(0, Math.Min(_problem.Until[courier], _terms.HorizonMinutes) - time);
        var away = at < 0 ? _startAway[courier] : _dropAway[at];
        cost = cost - _minutePrice * left + _terms.DistancePrice * away * Math.Min(1, left / LastMinutes);
        return _orderPrices is null ? cost : cost + orders * _orderPrices[courier];
    }

    /// <summary>The same where a trip may have several merchants: all are visited before the first drop-off.</summary>
    private double EvaluateMixed(int courier, ReadOnlySpan<int> route)
    {
        var problem = _problem;
        var time = problem.Free[courier];
        var cost = 0.0;
        var at = -1;
        for (var i = 0; i < route.Length;)
        {
            var end = i + 1;
            while (end < route.Length && (route[end] & 1) != 0) end++;
            var trip = route[i..end];
            var site = -1;
            for (var k = 0; k < trip.Length; k++)
            {
                var next = problem.Site[trip[k] >> 1];
                if (Visits(trip[..k], next)) continue;
                time += (site >= 0, at >= 0) switch
                {
                    (true, _) => problem.SiteToSite(site, next),
                    (_, true) => problem.DropToSite(at, next),
                    _ => problem.StartToSite(courier, next),
                };
                time += problem.HalfPickup;
                foreach (var stop in trip[k..])
                {
                    if (problem.Site[stop >> 1] == next) time = Math.Max(time, problem.Ready[stop >> 1]);
                }

                if (time > problem.Until[courier]) return double.PositiveInfinity;
                time += problem.HalfPickup;
                site = next;
            }

            for (at = -1; i < end; i++)
            {
                var next = route[i] >> 1;
                time += (at < 0 ? problem.DropFromSite(next, site) : problem.DropToDrop(at, next)) + problem.HalfDropoff;
                var clickToDoor = time - problem.Placed[next];
                cost += clickToDoor + Math.Max(0, clickToDoor - _terms.UrgentMinutes);
                time += problem.HalfDropoff;
                at = next;
            }
        }

        return Total(cost, courier, route.Length, at, time);
    }

    /// <summary>Whether the stops have an order of a site.</summary>
    public bool Visits(ReadOnlySpan<int> stops, int site)
    {
        foreach (var stop in stops)
        {
            if (_problem.Site[stop >> 1] == site) return true;
        }

        return false;
    }

    /// <summary>The work at hand by the time that couriers have for it: 0 when there is none, 1 when all time is needed.</summary>
    private static double Load(RoutingProblem problem)
    {
        double work = 0, time = 0;
        for (var o = 0; o < problem.Orders.Length; o++) work += 2 * (problem.HalfPickup + problem.SiteToDrop[o] + problem.HalfDropoff);
        for (var c = 0; c < problem.Couriers.Length; c++) time += Math.Max(0, Math.Min(LoadWindow, problem.Until[c]) - problem.Free[c]);
        return time > 0 ? work / time : 1;
    }
}
