using System.Collections.Immutable;

namespace OrderActors.Dispatch.Matching;

/// <summary>
/// The policy that plans: with every look it makes a plan of all trips of all couriers, also of those who are still busy, and
/// gives the trips that are due.
/// </summary>
/// <remarks>
/// A trip is due when waiting longer would keep the goods waiting: a courier who was sent is never diverted, and one who was
/// not sent can still be told something better. Where a zone is too large to plan within the work allowed, the orders
/// that were not looked at go by <see cref="NearestIdlePolicy"/> to couriers who have no route.
/// </remarks>
public sealed class OptimisedPolicy(RoutingTerms terms) : IDispatchPolicy
{
    // Ready times and rides are sums of fractions of a minute: what is due in less than a millisecond is due.
    private const double Soon = 1e-5;

    private readonly NearestIdlePolicy _plain = new();

    /// <summary>With the terms that docs/dispatch.md reports on.</summary>
    public OptimisedPolicy()
        : this(new RoutingTerms())
    {
    }

    /// <inheritdoc/>
    public DispatchPlan Decide(DispatchInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Waiting.Count == 0 || input.Idle.Count == 0) return new DispatchPlan([], null);
        var problem = new RoutingProblem(input);
        var plan = new RoutePlan(problem, terms, new DemandMap(input));
        int[] orders = [.. Enumerable.Range(0, problem.Orders.Length).OrderBy(o => problem.Ready[o])];
        var planned = new RouteSearch(problem, plan, terms).Run(orders);

        var pairings = ImmutableArray.CreateBuilder<Pairing>();
        var look = NextChange(input);
        for (var c = 0; c < plan.Routes.Length; c++)
        {
            if (plan.Routes[c].Length == 0 || !problem.IdleNow[c]) continue;
            var trip = FirstTrip(plan.Routes[c]);
            var due = Due(problem, c, trip);
            if (due <= Soon)
                pairings.Add(new Pairing(problem.Couriers[c], [.. trip.Select(order => problem.Orders[order].Order)], ChoiceBasis.Plan));
            else look = Earlier(look, input.Now.AddMinutes(due));
        }

        if (planned == orders.Length) return new DispatchPlan(pairings.ToImmutable(), look);
        var rest = _plain.Decide(input with
        {
            Waiting = [.. orders[planned..].Select(order => problem.Orders[order])],
            Idle = [.. Enumerable.Range(0, plan.Routes.Length).Where(c => problem.IdleNow[c] && plan.Routes[c].Length == 0).Select(c => problem.Couriers[c])],
        });
        var why = plan.IsOutOfTime ? ChoiceBasis.OutOfTime : ChoiceBasis.OutOfWork;
        pairings.AddRange(rest.Pairings.Select(pairing => pairing with { Basis = why }));
        return new DispatchPlan(pairings.ToImmutable(), rest.LookAgainAt is { } at ? Earlier(look, at) : look);
    }

    /// <summary>When a courier has to set out so that no goods that are ready wait for another moment, in minutes from now.</summary>
    private static double Due(RoutingProblem problem, int courier, int[] trip)
    {
        var site = problem.Site[trip[0]];
        var atCounter = problem.StartToSite(courier, site) + problem.HalfPickup;
        var due = double.NegativeInfinity;
        for (var k = 0; k < trip.Length; k++)
        {
            var next = problem.Site[trip[k]];
            if (trip.AsSpan(0, k).ToArray().Any(order => problem.Site[order] == next)) continue;
            if (next != site) atCounter += problem.HalfPickup + problem.SiteToSite(site, next) + problem.HalfPickup;
            site = next;
            due = Math.Max(due, trip.Where(order => problem.Site[order] == next).Max(order => problem.Ready[order]) - atCounter);
        }

        return due;
    }

    private static int[] FirstTrip(int[] route)
    {
        var end = 1;
        while (end < route.Length && (route[end] & 1) != 0) end++;
        return Array.ConvertAll(route[..end], stop => stop >> 1);
    }

    /// <summary>When somebody on the board becomes free, or may be asked again for an order.</summary>
    private static DateTimeOffset? NextChange(DispatchInput input)
    {
        DateTimeOffset? next = null;
        foreach (var courier in input.Idle)
        {
            if (courier.Since > input.Now) next = Earlier(next, courier.Since);
            foreach (var passed in courier.Passed.OrEmpty())
            {
                if (passed.Until > input.Now) next = Earlier(next, passed.Until);
            }
        }

        return next;
    }

    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) => one < other ? one.Value : other;
}
