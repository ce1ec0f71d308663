namespace OrderActors.Dispatch.Matching;

/// <summary>
/// Makes a plan: every order where it costs least, first ready first; then single orders to better places and couriers'
/// tails exchanged, until neither helps; then <see cref="RuinAndRecreate"/>. It ends early when the work allowed is used up,
/// and what stands then is a plan.
/// </summary>
internal sealed class RouteSearch
{
    private readonly RoutingProblem _problem;
    private readonly RoutePlan _plan;
    private readonly RoutingTerms _terms;
    private readonly Reach _reach;
    private readonly RouteInsertion _insertion;
    private readonly int[] _tails = new int[RouteInsertion.LongestRoute];

    public RouteSearch(RoutingProblem problem, RoutePlan plan, RoutingTerms terms)
    {
        _problem = problem;
        _plan = plan;
        _terms = terms;
        _reach = new Reach(problem, terms.Candidates);
        _insertion = new RouteInsertion(problem, plan, terms, _reach);
    }

    private bool IsSpent => _plan.IsSpent;

    /// <summary>Plans; returns how many orders, in the sequence of their ready times, were looked at at all.</summary>
    public int Run(int[] byReadyTime)
    {
        var tried = Insert(byReadyTime);
        Improve(byReadyTime.AsSpan(0, tried));
        return tried;
    }

    /// <summary>Puts orders into the plan, one after the other; returns how many were looked at at all.</summary>
    public int Insert(int[] byReadyTime)
    {
        // Half of the work for a first plan. It is far too much in all zones but those that no plan can help.
        var tried = 0;
        for (; tried < byReadyTime.Length && !_plan.IsHalfSpent; tried++) _insertion.Insert(byReadyTime[tried], double.PositiveInfinity);
        return tried;
    }

    /// <summary>Makes a plan better, as far as it concerns these orders.</summary>
    public void Improve(ReadOnlySpan<int> byReadyTime)
    {
        for (var better = true; better && !IsSpent;)
        {
            better = false;
            foreach (var order in byReadyTime)
            {
                if (IsSpent) break;
                better |= Relocate(order);
            }

            for (var c = 0; c < _plan.Routes.Length && !IsSpent; c++) better |= ExchangeTails(c);
        }

        new RuinAndRecreate(_problem, _plan, _terms, _insertion).Run(byReadyTime);
    }

    private bool Relocate(int order)
    {
        var courier = _plan.CourierOf[order];
        if (courier < 0) return _insertion.Insert(order, double.PositiveInfinity);
        var (route, cost) = (_plan.Routes[courier], _plan.Costs[courier]);
        _insertion.Remove(order);
        if (_insertion.Insert(order, cost - _plan.Costs[courier])) return true;
        _plan.Set(courier, route, cost);
        return false;
    }

    /// <summary>A courier exchanges what comes after a trip with another one: whole routes, last trips, or one gives and one takes.</summary>
    private bool ExchangeTails(int courier)
    {
        if (_plan.Routes[courier].Length == 0) return false;
        var better = false;
        foreach (var other in _reach.Of(_problem.Site[_plan.Routes[courier][0] >> 1]))
        {
            // Two who both have a route meet twice otherwise.
            if (other > courier || (other != courier && _plan.Routes[other].Length == 0)) better |= ExchangeTails(courier, other);
        }

        return better;
    }

    private bool ExchangeTails(int c, int d)
    {
        int[] one = _plan.Routes[c], other = _plan.Routes[d];
        var before = _plan.Costs[c] + _plan.Costs[d] - RouteInsertion.Gain;
        for (var i = 0; i <= one.Length; i++)
        {
            if (i < one.Length && (one[i] & 1) != 0) continue;
            for (var j = 0; j <= other.Length; j++)
            {
                if (j < other.Length && (other[j] & 1) != 0) continue;
                if (Exchanged(c, one.AsSpan(0, i), other.AsSpan(j)) is not { } costC || costC >= before) continue;
                if (Exchanged(d, other.AsSpan(0, j), one.AsSpan(i)) is not { } costD || costC + costD >= before) continue;
                _plan.Set(c, [.. one[..i], .. other[j..]], costC);
                _plan.Set(d, [.. other[..j], .. one[i..]], costD);
                return true;
            }
        }

        return false;
    }

    private double? Exchanged(int courier, ReadOnlySpan<int> head, ReadOnlySpan<int> tail)
    {
        var length = head.Length + tail.Length;
        if (length > _tails.Length || !MayTake(courier, tail)) return null;
        head.CopyTo(_tails);
        tail.CopyTo(_tails.AsSpan(head.Length));
        return _plan.Evaluate(courier, _tails.AsSpan(0, length));
    }

    private bool MayTake(int courier, ReadOnlySpan<int> stops)
    {
        var together = 0;
        foreach (var stop in stops)
        {
            together = (stop & 1) == 0 ? 1 : together + 1;
            if (together > _insertion.MaxTrip(courier) || !_problem.MayAsk(courier, stop >> 1)) return false;
        }

        return true;
    }
}
