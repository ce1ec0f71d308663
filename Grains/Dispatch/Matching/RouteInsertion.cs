namespace OrderActors.Dispatch.Matching;

/// <summary>Puts an order into the plan where it costs least, and takes it out.</summary>
internal sealed class RouteInsertion(RoutingProblem problem, RoutePlan plan, RoutingTerms terms, Reach reach)
{
    /// <summary>The longest route that is planned: what lies farther ahead is decided anew before it comes to it.</summary>
    public const int LongestRoute = 24;

    /// <summary>What is less than this is no gain but rounding.</summary>
    public const double Gain = 1e-6;

    private readonly int[] _route = new int[LongestRoute];

    /// <summary>The most orders that a courier may fetch at once.</summary>
    public int MaxTrip(int courier) => Math.Min(terms.MaxOrdersPerTrip, problem.Couriers[courier].Capacity);

    /// <summary>Puts an order where it costs least, if that is less than a limit; says whether it did.</summary>
    public bool Insert(int order, double limit)
    {
        if (Find(order, limit) is not { } place) return false;
        Put(order, place);
        return true;
    }

    /// <summary>Where an order costs least; null when that is not less than a limit, or than not to plan it at all.</summary>
    public Place? Find(int order, double limit)
    {
        var best = new Place(-1, 0, false, false, 0, Math.Min(limit, plan.Missed(order)));
        var site = problem.Site[order];
        var atDoor = problem.HalfPickup + problem.SiteToDrop[order] + problem.HalfDropoff - problem.Placed[order];
        var couriers = reach.Of(site);
        var arrivals = reach.Arrivals(site);
        for (var k = 0; k < couriers.Length; k++)
        {
            // Whoever is there too late for this one's own waiting is too late with any route, and so are all after.
            if (Math.Max(arrivals[k] + problem.HalfPickup, problem.Ready[order]) + atDoor + plan.LowestPrice >= best.Delta) break;
            Look(order, couriers[k], ref best);
        }

        return best.Courier < 0 ? null : best;
    }

    /// <summary>Puts an order where it was found to cost least.</summary>
    public void Put(int order, Place place)
    {
        var route = plan.Routes[place.Courier];
        var longer = new int[route.Length + 1];
        Fill(longer, route, order, place);
        plan.Set(place.Courier, longer, place.Cost);
    }

    /// <summary>Takes an order out of its route.</summary>
    public void Remove(int order)
    {
        var courier = plan.CourierOf[order];
        var route = plan.Routes[courier];
        var at = 0;
        while (route[at] >> 1 != order) at++;
        int[] shorter = [.. route.AsSpan(0, at), .. route.AsSpan(at + 1)];

        // The next one of the trip leads it now.
        if ((route[at] & 1) == 0 && at < shorter.Length) shorter[at] &= ~1;
        plan.CourierOf[order] = -1;
        plan.Set(courier, shorter, plan.Evaluate(courier, shorter));
    }

    private void Look(int order, int courier, ref Place best)
    {
        var route = plan.Routes[courier];
        if (route.Length >= LongestRoute || !problem.MayAsk(courier, order)) return;
        var site = problem.Site[order];
        for (var start = 0; start < route.Length;)
        {
            Try(order, new Place(courier, start, false, false, 0, 0), ref best);
            var end = start + 1;
            while (end < route.Length && (route[end] & 1) != 0) end++;
            if (end - start < MaxTrip(courier) && MayVisit(route.AsSpan(start, end - start), site))
            {
                for (var at = start; at <= end; at++) Try(order, new Place(courier, at, at > start, at < end, 0, 0), ref best);
            }

            start = end;
        }

        Try(order, new Place(courier, route.Length, false, false, 0, 0), ref best);
    }

    private bool MayVisit(ReadOnlySpan<int> trip, int site)
    {
        if (problem.MaxSites == 1) return problem.Site[trip[0] >> 1] == site;
        if (plan.Visits(trip, site)) return true;
        var sites = 1;
        for (var k = 1; k < trip.Length; k++) sites += plan.Visits(trip[..k], problem.Site[trip[k] >> 1]) ? 0 : 1;
        return sites < problem.MaxSites;
    }

    private void Try(int order, Place place, ref Place best)
    {
        var route = plan.Routes[place.Courier];
        var longer = _route.AsSpan(0, route.Length + 1);
        Fill(longer, route, order, place);
        var cost = plan.Evaluate(place.Courier, longer);
        var delta = cost - plan.Costs[place.Courier];
        if (delta < best.Delta - Gain) best = place with { Cost = cost, Delta = delta };
    }

    private static void Fill(Span<int> longer, int[] route, int order, Place place)
    {
        route.AsSpan(0, place.At).CopyTo(longer);
        longer[place.At] = 2 * order + (place.WithBefore ? 1 : 0);
        route.AsSpan(place.At).CopyTo(longer[(place.At + 1)..]);
        if (place.WithNext) longer[place.At + 1] |= 1;
    }

    /// <summary>Where an order can go: before which stop, and whether it is carried with the one before and the next one.</summary>
    public readonly record struct Place(int Courier, int At, bool WithBefore, bool WithNext, double Cost, double Delta);
}
