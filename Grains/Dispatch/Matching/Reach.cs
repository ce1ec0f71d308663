namespace OrderActors.Dispatch.Matching;

/// <summary>Per site the couriers who can be there first: the ones worth a look.</summary>
internal sealed class Reach
{
    private readonly int[][] _couriers;
    private readonly double[][] _arrivals;

    public Reach(RoutingProblem problem, int most)
    {
        _couriers = new int[problem.Places.Length][];
        _arrivals = new double[problem.Places.Length][];
        var estimates = new double[problem.Couriers.Length];
        for (var s = 0; s < _couriers.Length; s++)
        {
            // Estimated for all, asked of the travel model for twice as many as are kept.
            var ids = new int[estimates.Length];
            for (var c = 0; c < ids.Length; c++)
            {
                ids[c] = c;
                estimates[c] = problem.Free[c] + problem.Estimate(problem.Starts[c], problem.Places[s]);
            }

            if (ids.Length > 2 * most) ids = Smallest(estimates, ids, 2 * most);
            var site = s;
            var arrivals = Array.ConvertAll(ids, c => problem.Free[c] + problem.StartToSite(c, site));
            Array.Sort(arrivals, ids);
            var keep = Math.Min(ids.Length, most);
            (_couriers[s], _arrivals[s]) = (ids[..keep], arrivals[..keep]);
        }
    }

    /// <summary>The couriers, the one who is there first before the others.</summary>
    public ReadOnlySpan<int> Of(int site) => _couriers[site];

    /// <summary>When each of them can be there, in minutes from now.</summary>
    public ReadOnlySpan<double> Arrivals(int site) => _arrivals[site];

    private static int[] Smallest(double[] values, int[] ids, int count)
    {
        var queue = new PriorityQueue<int, (double, int)>(count + 1);
        var largest = double.PositiveInfinity;
        foreach (var id in ids)
        {
            if (queue.Count == count && values[id] >= largest) continue;
            queue.Enqueue(id, (-values[id], -id));
            if (queue.Count > count) queue.Dequeue();
            if (queue.Count == count) largest = values[queue.Peek()];
        }

        // In the order of the ids, as they came.
        int[] smallest = [.. queue.UnorderedItems.Select(item => item.Element)];
        Array.Sort(smallest);
        return smallest;
    }
}
