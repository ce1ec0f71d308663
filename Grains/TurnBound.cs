namespace OrderActors;

/// <summary>Several awaits at once from one grain, without leaving its turn.</summary>
internal static class TurnBound
{
    /// <summary>
    /// Does something with every item, at most <paramref name="limit"/> at once. All are tried; the first failure is thrown
    /// at the end. The workers share one enumerator without a lock, which only a grain's single-threaded turn allows.
    /// </summary>
    public static async Task ForEachAsync<T>(IEnumerable<T> items, int limit, Func<T, Task> act)
    {
        using var rest = items.GetEnumerator();
        var first = rest.MoveNext();
        if (!first) return;
        var failures = new List<Exception>();
        var workers = new List<Task>();
        for (var i = 0; i < limit; i++)
        {
            var worker = Work();
            workers.Add(worker);
            if (worker.IsCompleted) break;
        }

        await Task.WhenAll(workers);
        if (failures.Count > 0) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures[0]);

        async Task Work()
        {
            while (first || rest.MoveNext())
            {
                first = false;
                try
                {
                    await act(rest.Current);
                }
                catch (Exception e)
                {
                    failures.Add(e);
                }
            }
        }
    }
}
