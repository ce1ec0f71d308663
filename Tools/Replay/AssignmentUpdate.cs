using System.Collections.Immutable;
using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using OrderActors.Values;

namespace OrderActors.Tools.Replay;

/// <summary>
/// With what a courier leaves the restaurant where it has just arrived. Pure: plans as <see cref="OptimisedPolicy"/> does, from what was
/// given on, with the courier's orders among those that wait.
/// </summary>
internal static class AssignmentUpdate
{
    private static readonly RoutingTerms Terms = new();

    /// <summary>Decides; the orders that the courier was sent for, unless the plan is better with others of the same restaurant.</summary>
    /// <param name="input">The zone, in which the courier is idle at the restaurant, and its orders wait.</param>
    /// <param name="courier">Who arrived.</param>
    /// <param name="sentFor">The courier's orders in the sequence of their drop-offs; at least one.</param>
    /// <returns>Orders of the restaurant in the sequence of their drop-offs, one of those sent for at least.</returns>
    public static ImmutableArray<OrderNumber> Decide(DispatchInput input, string courier, ImmutableArray<OrderNumber> sentFor)
    {
        var problem = new RoutingProblem(input);
        var arrived = Array.FindIndex(problem.Couriers, c => c.Courier == courier);
        if (arrived < 0) return sentFor;
        var own = sentFor.Select(number => Array.FindIndex(problem.Orders, order => order.Order == number)).ToArray();
        var plan = new RoutePlan(problem, Terms, new DemandMap(input));
        int[] given = [.. own.Select((order, k) => 2 * order + (k > 0 ? 1 : 0))];
        if (plan.Evaluate(arrived, given) is var cost && double.IsInfinity(cost)) return sentFor;
        plan.Set(arrived, given, cost);

        int[] byReadyTime = [.. Enumerable.Range(0, problem.Orders.Length).OrderBy(order => problem.Ready[order])];
        var search = new RouteSearch(problem, plan, Terms);
        search.Insert([.. byReadyTime.Except(own)]);
        search.Improve(byReadyTime);

        var trip = FirstTrip(plan.Routes[arrived]);
        var isOfHere = trip.Length > 0 && problem.Site[trip[0]] == problem.Site[own[0]];
        return isOfHere && trip.Intersect(own).Any() ? [.. trip.Select(order => problem.Orders[order].Order)] : sentFor;
    }

    private static int[] FirstTrip(int[] route) =>
        [.. route.Take(1).Concat(route.Skip(1).TakeWhile(stop => (stop & 1) != 0)).Select(stop => stop >> 1)];
}
