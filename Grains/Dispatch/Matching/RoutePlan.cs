namespace OrderActors.Dispatch.Matching;

/// <summary>
/// What every courier is to do, trip after trip. A route is a row of stops; a stop is an order and whether it is carried with
/// the one before it. All of a route's trips after the first are intentions: they are decided anew before they are given.
/// </summary>
internal sealed class RoutePlan
{
    private readonly RoutingProblem _problem;
    private readonly OptimisedOptions _options;
    private readonly double[] _awayFromStart;
    private readonly double[] _awayFromDrop;
    private readonly double _price;

    public RoutePlan(RoutingProblem problem, OptimisedOptions options, double price, double[] awayFromStart, double[] awayFromDrop)
    {
        _problem = problem;
        _options = options;
        _price = price;
        _awayFromStart = awayFromStart;
        _awayFromDrop = awayFromDrop;
        var couriers = problem.Couriers.Length;
        Routes = new int[couriers][];
        Costs = new double[couriers];
        CourierOf = new int[problem.Orders.Length];
        Array.Fill(CourierOf, -1);
        for (var c = 0; c < couriers; c++)
        {
            Routes[c] = [];
            Costs[c] = Evaluate(c, []);
        }
    }

    /// <summary>Per courier the stops: twice the order's index, plus one when it is carried with the stop before.</summary>
    public int[][] Routes { get; }

    /// <summary>Per courier what the route costs.</summary>
    public double[] Costs { get; }

    /// <summary>Per order the courier, or -1.</summary>
    public int[] CourierOf { get; }

    /// <summary>Routes that were evaluated: the unit in which a decision's work is bounded.</summary>
    public long Work { get; private set; }

    /// <summary>What it costs not to plan an order at all: more than any delivery in time.</summary>
    public double Unplanned(int order) => _options.UnplannedMinutes - _problem.Placed[order];

    public double Total()
    {
        var total = 0.0;
        foreach (var cost in Costs) total += cost;
        for (var o = 0; o < CourierOf.Length; o++)
        {
            if (CourierOf[o] < 0) total += Unplanned(o);
        }

        return total;
    }

    public void Set(int courier, int[] route, double cost)
    {
        Routes[courier] = route;
        Costs[courier] = cost;
        foreach (var stop in route) CourierOf[stop >> 1] = courier;
    }

    /// <summary>What a route costs; infinite when a pickup would come after the shift.</summary>
    public double Evaluate(int courier, ReadOnlySpan<int> route)
    {
        Work++;
        var problem = _problem;
        var until = problem.Until[courier];
        var time = problem.Free[courier];
        var cost = 0.0;
        var at = -1;
        for (var i = 0; i < route.Length;)
        {
            var order = route[i] >> 1;
            var site = problem.Site[order];
            var ready = problem.Ready[order];
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
                cost += Lateness(time - problem.Placed[next]);
                time += problem.HalfDropoff;
                at = next;
            }
        }

        var horizon = Math.Min(until, _options.HorizonMinutes);
        var away = at < 0 ? _awayFromStart[courier] : _awayFromDrop[at];
        // Time left is worth its price; a place away from where orders come from costs, as long as there is a shift left to use it in.
        var left = Math.Max(0, horizon - time);
        return cost - _price * left + _options.PullPrice * away * Math.Min(1, left / 60);
    }

    private double Lateness(double clickToDoor) =>
        clickToDoor + Math.Max(0, clickToDoor - _options.UrgentMinutes) * _options.UrgentPrice;
}
