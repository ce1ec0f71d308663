using System.Collections.Immutable;

namespace OrderActors.Dispatch.Matching;

/// <summary>Plans all couriers' trips anew with every look and gives those that are due.</summary>
public sealed class OptimisedPolicy(OptimisedOptions options) : IDispatchPolicy
{
    /// <inheritdoc/>
    public DispatchPlan Decide(DispatchInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Waiting.Count == 0) return new DispatchPlan([], null);
        var problem = new RoutingProblem(input);
        if (problem.Couriers.Length == 0) return new DispatchPlan([], null);
        var price = Price(problem);
        var plan = new RoutePlan(problem, options, price, Away(problem, input), AwayDrop(problem, input));
        new RouteSearch(problem, plan, options).Run();

        var pairings = ImmutableArray.CreateBuilder<Pairing>();
        DateTimeOffset? look = null;
        for (var c = 0; c < problem.Couriers.Length; c++)
        {
            var route = plan.Routes[c];
            if (route.Length == 0 || !problem.IdleNow[c]) continue;
            var end = 1;
            while (end < route.Length && (route[end] & 1) != 0) end++;
            var ready = double.NegativeInfinity;
            for (var i = 0; i < end; i++) ready = Math.Max(ready, problem.Ready[route[i] >> 1]);
            var due = ready - problem.HalfPickup - problem.StartToSite(c, problem.Site[route[0] >> 1]);
            if (due <= 1e-6)
            {
                pairings.Add(new Pairing(problem.Couriers[c], [.. route[..end].Select(stop => problem.Orders[stop >> 1].Order)]));
            }
            else
            {
                var at = input.Now.AddMinutes(due);
                if (look is null || at < look) look = at;
            }
        }

        return new DispatchPlan(pairings.ToImmutable(), look);
    }

    private double Price(RoutingProblem problem)
    {
        // How busy the zone is: the work at hand by the time that the couriers have for it.
        var work = 0.0;
        for (var o = 0; o < problem.Orders.Length; o++) work += problem.SiteToDrop[o] * 2 + problem.HalfPickup * 2 + problem.HalfDropoff * 2;
        var capacity = 0.0;
        const double window = 40;
        for (var c = 0; c < problem.Couriers.Length; c++) capacity += Math.Max(0, Math.Min(window, problem.Until[c]) - problem.Free[c]);
        var load = capacity <= 0 ? 2 : work / capacity;
        return Math.Min(options.PriceHigh, options.PriceLow + (options.PriceHigh - options.PriceLow) * Math.Pow(Math.Min(2, load), options.PricePower));
    }

    private static double[] Away(RoutingProblem problem, DispatchInput input)
    {
        var away = new double[problem.Couriers.Length];
        for (var c = 0; c < away.Length; c++) away[c] = Mean(problem.StartOf(c), input);
        return away;
    }

    private static double[] AwayDrop(RoutingProblem problem, DispatchInput input)
    {
        var away = new double[problem.Orders.Length];
        for (var o = 0; o < away.Length; o++) away[o] = Mean(problem.DropOf(o), input);
        return away;
    }

    private static double Mean(Values.GeoPoint from, DispatchInput input)
    {
        if (input.Demand is not { Count: > 0 } demand) return 0;
        double sum = 0, weights = 0;
        foreach (var at in demand)
        {
            sum += at.Weight * input.Travel.Between(from, at.Place).TotalMinutes;
            weights += at.Weight;
        }

        return sum / weights;
    }
}
