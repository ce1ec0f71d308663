namespace OrderActors.Dispatch.Matching;

/// <summary>Makes a plan and improves it, until nothing helps or the work allowed is used up.</summary>
internal sealed class RouteSearch
{
    private const double Gain = 1e-6;
    private const int LongestRoute = 60;

    private readonly RoutingProblem _problem;
    private readonly RoutePlan _plan;
    private readonly OptimisedOptions _options;
    private readonly int[][] _candidates;
    private readonly double[][] _reach;
    private readonly int[] _buffer = new int[LongestRoute + 4];
    private ulong _random = 0x9E3779B97F4A7C15;

    public RouteSearch(RoutingProblem problem, RoutePlan plan, OptimisedOptions options)
    {
        _problem = problem;
        _plan = plan;
        _options = options;
        _candidates = new int[problem.Sites][];
        _reach = new double[problem.Sites][];
        var couriers = problem.Couriers.Length;
        for (var s = 0; s < problem.Sites; s++)
        {
            var reach = new double[couriers];
            var index = new int[couriers];
            for (var c = 0; c < couriers; c++)
            {
                reach[c] = problem.Free[c] + problem.StartToSite(c, s);
                index[c] = c;
            }

            Array.Sort(reach, index);
            var keep = Math.Min(couriers, options.Candidates);
            _candidates[s] = index[..keep];
            _reach[s] = reach[..keep];
        }
    }

    private readonly record struct Place(int Courier, int At, bool Joins, double Cost, double Delta);

    public void Run()
    {
        var orders = Enumerable.Range(0, _problem.Orders.Length).OrderBy(o => _problem.Ready[o]).ToArray();
        foreach (var order in orders) Insert(order, BestPlace(order));
        Improve(orders);
        Perturb(orders);
    }

    private void Improve(int[] orders)
    {
        for (var again = true; again && _plan.Work < _options.WorkLimit;)
        {
            again = false;
            foreach (var order in orders) again |= Relocate(order);
            again |= SwapTails();
        }
    }

    private bool Relocate(int order)
    {
        var from = _plan.CourierOf[order];
        if (from < 0) return Insert(order, BestPlace(order));
        var route = _plan.Routes[from];
        var cost = _plan.Costs[from];
        Remove(order);
        var saved = cost - _plan.Costs[from];
        var best = BestPlace(order);
        if (best.Courier >= 0 && best.Delta < saved - Gain) return Insert(order, best);
        _plan.Set(from, route, cost);
        return false;
    }

    private void Remove(int order)
    {
        var courier = _plan.CourierOf[order];
        var route = _plan.Routes[courier];
        var shorter = new int[route.Length - 1];
        var length = 0;
        for (var i = 0; i < route.Length; i++)
        {
            if (route[i] >> 1 != order) shorter[length++] = route[i];
            else if ((route[i] & 1) == 0 && i + 1 < route.Length) route = [.. route[..(i + 1)], route[i + 1] & ~1, .. route[(i + 2)..]];
        }

        _plan.CourierOf[order] = -1;
        _plan.Set(courier, shorter, _plan.Evaluate(courier, shorter));
    }

    private bool Insert(int order, Place place)
    {
        if (place.Courier < 0) return false;
        var route = _plan.Routes[place.Courier];
        var longer = new int[route.Length + 1];
        Fill(longer, route, order, place.At, place.Joins);
        _plan.Set(place.Courier, longer, place.Cost);
        return true;
    }

    private Place BestPlace(int order)
    {
        var best = new Place(-1, 0, false, 0, _plan.Unplanned(order));
        var site = _problem.Site[order];
        var own = _problem.HalfPickup + _problem.SiteToDrop[order] + _problem.HalfDropoff - _problem.Placed[order];
        var candidates = _candidates[site];
        var reach = _reach[site];
        for (var k = 0; k < candidates.Length; k++)
        {
            // Nobody who gets there later can be better.
            if (Math.Max(reach[k] + _problem.HalfPickup, _problem.Ready[order]) + own >= best.Delta) break;
            Look(order, site, candidates[k], ref best);
        }

        return best;
    }

    private void Look(int order, int site, int courier, ref Place best)
    {
        var route = _plan.Routes[courier];
        if (route.Length >= LongestRoute || !_problem.MayAsk(courier, order)) return;
        var before = _plan.Costs[courier];
        var buffer = _buffer.AsSpan(0, route.Length + 1);
        var start = 0;
        for (var at = 0; at <= route.Length; at++)
        {
            if (at == route.Length || (route[at] & 1) == 0)
            {
                Try(at, false, buffer, ref best);
                start = at;
            }

            if (at == route.Length) break;

            // Before this stop in its trip, and after it.
            if (_problem.Site[route[at] >> 1] != site || TripLength(route, start) >= MaxBundle(courier)) continue;
            Try(at, true, buffer, ref best);
            if (at + 1 == route.Length || (route[at + 1] & 1) == 0) Try(at + 1, true, buffer, ref best, last: true);
        }

        void Try(int at, bool joins, Span<int> buffer, ref Place best, bool last = false)
        {
            Fill(buffer, route, order, at, joins, last);
            var cost = _plan.Evaluate(courier, buffer);
            if (cost - before < best.Delta - Gain) best = new Place(courier, last ? ~at : at, joins, cost, cost - before);
        }
    }

    private int MaxBundle(int courier) => Math.Min(_options.MaxBundle, _problem.Couriers[courier].Capacity);

    private static int TripLength(int[] route, int start)
    {
        var end = start + 1;
        while (end < route.Length && (route[end] & 1) != 0) end++;
        return end - start;
    }

    // A joining order takes the place of the stop there: as the trip's first, or with the one before. After a trip's last
    // stop (at is given as its complement) it joins the trip before.
    private static void Fill(Span<int> longer, int[] route, int order, int at, bool joins, bool last = false)
    {
        if (at < 0) (at, last) = (~at, true);
        route.AsSpan(0, at).CopyTo(longer);
        route.AsSpan(at).CopyTo(longer[(at + 1)..]);
        var inside = joins && (last || (route[at] & 1) != 0);
        longer[at] = 2 * order + (inside ? 1 : 0);
        if (joins && !last) longer[at + 1] |= 1;
    }

    /// <summary>Couriers exchange all that they do after a trip: whole routes, last trips, or one gives and one takes.</summary>
    private bool SwapTails()
    {
        var found = false;
        for (var c = 0; c < _plan.Routes.Length; c++)
        {
            if (_plan.Routes[c].Length == 0) continue;
            var site = _problem.Site[_plan.Routes[c][0] >> 1];
            foreach (var d in _candidates[site])
            {
                if (d != c && (d > c || _plan.Routes[d].Length == 0)) found |= SwapTails(c, d);
            }

            if (_plan.Work > _options.WorkLimit) break;
        }

        return found;
    }

    private bool SwapTails(int c, int d)
    {
        int[] one = _plan.Routes[c], other = _plan.Routes[d];
        var before = _plan.Costs[c] + _plan.Costs[d] - Gain;
        for (var i = 0; i <= one.Length; i++)
        {
            if (i < one.Length && (one[i] & 1) != 0) continue;
            for (var j = 0; j <= other.Length; j++)
            {
                if ((j < other.Length && (other[j] & 1) != 0) || (i == one.Length && j == other.Length)) continue;
                if (i + other.Length - j > LongestRoute || j + one.Length - i > LongestRoute) continue;
                if (!MayTake(c, other.AsSpan(j)) || !MayTake(d, one.AsSpan(i))) continue;
                var costC = Joined(c, one.AsSpan(0, i), other.AsSpan(j));
                if (costC >= before) continue;
                var costD = Joined(d, other.AsSpan(0, j), one.AsSpan(i));
                if (costC + costD >= before) continue;
                _plan.Set(c, [.. one[..i], .. other[j..]], costC);
                _plan.Set(d, [.. other[..j], .. one[i..]], costD);
                return true;
            }
        }

        return false;
    }

    private double Joined(int courier, ReadOnlySpan<int> head, ReadOnlySpan<int> tail)
    {
        head.CopyTo(_buffer);
        tail.CopyTo(_buffer.AsSpan(head.Length));
        return _plan.Evaluate(courier, _buffer.AsSpan(0, head.Length + tail.Length));
    }

    private bool MayTake(int courier, ReadOnlySpan<int> stops)
    {
        var together = 0;
        foreach (var stop in stops)
        {
            together = (stop & 1) == 0 ? 1 : together + 1;
            if (together > MaxBundle(courier) || !_problem.MayAsk(courier, stop >> 1)) return false;
        }

        return true;
    }

    /// <summary>Takes a few orders of one neighbourhood out and puts them in again in another sequence; keeps what is better.</summary>
    private void Perturb(int[] orders)
    {
        if (orders.Length < 2) return;
        var undo = new Dictionary<int, (int[] Route, double Cost)>();
        for (var round = 0; round < _options.Rounds && _plan.Work < _options.WorkLimit; round++)
        {
            var seed = orders[Next(orders.Length)];
            var size = Math.Min(orders.Length, 2 + Next(6));
            var near = orders.Where(o => o != seed).OrderBy(o => Distance(seed, o)).Take(size * 2).ToArray();
            var removed = new List<int> { seed };
            foreach (var o in near)
            {
                if (removed.Count < size && Next(3) != 0) removed.Add(o);
            }

            undo.Clear();
            var before = 0.0;
            foreach (var order in removed)
            {
                var courier = _plan.CourierOf[order];
                if (courier < 0) before += _plan.Unplanned(order);
                else Note(courier);
                if (courier >= 0) Remove(order);
            }

            var lost = removed.ToArray();
            for (var i = lost.Length - 1; i > 0; i--)
            {
                var j = Next(i + 1);
                (lost[i], lost[j]) = (lost[j], lost[i]);
            }

            var after = 0.0;
            foreach (var order in lost)
            {
                var place = BestPlace(order);
                if (place.Courier < 0) after += _plan.Unplanned(order);
                else
                {
                    Note(place.Courier);
                    Insert(order, place);
                }
            }

            foreach (var (courier, (_, cost)) in undo)
            {
                before += cost;
                after += _plan.Costs[courier];
            }

            if (after <= before + 1e-9) continue;
            foreach (var order in lost) _plan.CourierOf[order] = -1;
            foreach (var (courier, (route, cost)) in undo) _plan.Set(courier, route, cost);
        }

        void Note(int courier) => undo.TryAdd(courier, (_plan.Routes[courier], _plan.Costs[courier]));
    }

    private double Distance(int a, int b) =>
        _problem.DropToSite(a, _problem.Site[b]) + _problem.DropToSite(b, _problem.Site[a]) + Math.Abs(_problem.Ready[a] - _problem.Ready[b]);

    private int Next(int below)
    {
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return (int)(_random % (ulong)below);
    }
}
