using System.Collections.Immutable;

namespace OrderActors.Dispatch.Matching;

/// <summary>
/// Takes a few orders of one neighbourhood out of the plan and puts them in again in another sequence; what is not worse
/// stays. It finds what no single move does: two who change places, a bundle that forms or dissolves.
/// </summary>
/// <remarks>After Schrimpf et al., "Record Breaking Optimization Results Using the Ruin and Recreate Principle" (2000).</remarks>
internal sealed class RuinAndRecreate(RoutingProblem problem, RoutePlan plan, RoutingTerms terms, RouteInsertion insertion)
{
    private const int Neighbours = 14;

    private readonly ImmutableArray<int>[] _neighbours = new ImmutableArray<int>[problem.Orders.Length];
    private readonly Dictionary<int, (int[] Route, double Cost)> _undo = [];
    private readonly List<int> _out = [];

    // Draws are part of the method, not chance: every plan draws the same. Marsaglia's xorshift, shifts 13, 7, 17.
    private ulong _draws = 0x9E3779B97F4A7C15;

    /// <summary>Improves the plan of some orders, sorted by their ready times.</summary>
    public void Run(ReadOnlySpan<int> orders)
    {
        if (orders.Length < 2) return;
        for (long round = 0; round < (long)terms.RoundsPerOrder * orders.Length && !plan.IsSpent; round++)
        {
            // What is due soon is looked at most: the rest is planned again before it is due.
            Choose(orders[Draw(Draw(orders.Length) + 1)]);
            Round();
        }
    }

    private void Choose(int seed)
    {
        var size = 2 + Draw(terms.RoundSize - 1);
        _out.Clear();
        _out.Add(seed);
        foreach (var order in Near(seed))
        {
            if (_out.Count < size && Draw(3) != 0) _out.Add(order);
        }

        for (var i = _out.Count - 1; i > 0; i--)
        {
            var j = Draw(i + 1);
            (_out[i], _out[j]) = (_out[j], _out[i]);
        }
    }

    private void Round()
    {
        _undo.Clear();
        double before = 0, after = 0;
        foreach (var order in _out)
        {
            var courier = plan.CourierOf[order];
            if (courier < 0)
            {
                before += plan.Missed(order);
                continue;
            }

            _undo.TryAdd(courier, (plan.Routes[courier], plan.Costs[courier]));
            insertion.Remove(order);
        }

        foreach (var order in _out)
        {
            var target = insertion.Find(order, double.PositiveInfinity);
            if (target is { } place)
            {
                _undo.TryAdd(place.Courier, (plan.Routes[place.Courier], plan.Costs[place.Courier]));
                insertion.Put(order, place);
            }
            else
            {
                after += plan.Missed(order);
            }
        }

        foreach (var (courier, (_, cost)) in _undo)
        {
            before += cost;
            after += plan.Costs[courier];
        }

        if (after <= before) return;
        foreach (var order in _out) plan.CourierOf[order] = -1;
        foreach (var (courier, (route, cost)) in _undo) plan.Set(courier, route, cost);
    }

    /// <summary>The orders whose trips could follow one another or be one: near, and ready at about the same time.</summary>
    private ImmutableArray<int> Near(int order)
    {
        if (!_neighbours[order].IsDefault) return _neighbours[order];
        Span<double> distances = stackalloc double[Neighbours];
        Span<int> nearest = stackalloc int[Neighbours];
        var count = 0;
        for (var o = 0; o < _neighbours.Length; o++)
        {
            if (o == order) continue;
            var distance = Distance(order, o);
            if (count == Neighbours && distance >= distances[count - 1]) continue;
            if (count < Neighbours) count++;
            var i = count - 1;
            for (; i > 0 && distances[i - 1] > distance; i--) (distances[i], nearest[i]) = (distances[i - 1], nearest[i - 1]);
            (distances[i], nearest[i]) = (distance, o);
        }

        return _neighbours[order] = [.. nearest[..count]];
    }

    private double Distance(int a, int b) =>
        problem.Estimate(problem.Drops[a], problem.Places[problem.Site[b]]) + problem.Estimate(problem.Drops[b], problem.Places[problem.Site[a]])
        + Math.Abs(problem.Ready[a] - problem.Ready[b]);

    private int Draw(int below)
    {
        _draws ^= _draws << 13;
        _draws ^= _draws >> 7;
        _draws ^= _draws << 17;
        return (int)(_draws % (ulong)below);
    }
}
