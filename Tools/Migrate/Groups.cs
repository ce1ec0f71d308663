using OrderActors.Storage;

namespace OrderActors.Tools.Migrate;

/// <summary>Gathers what is moved into groups that one write takes.</summary>
internal static class Groups
{
    /// <summary>How many rows a group has at most.</summary>
    public const int Rows = 20_000;

    /// <summary>After how many bytes a group is full.</summary>
    public const int Bytes = 8 * 1024 * 1024;

    /// <summary>Groups of states.</summary>
    public static IEnumerable<IReadOnlyList<StoredState>> Of(IEnumerable<StoredState> states, int rows = Rows) =>
        Of(states, rows, static state => state.Value.Length);

    /// <summary>Groups of events.</summary>
    public static IEnumerable<IReadOnlyList<StoredEvent>> Of(IEnumerable<StoredEvent> events, int rows = Rows) =>
        Of(events, rows, static stored => stored.Body.Length);

    private static IEnumerable<IReadOnlyList<T>> Of<T>(IEnumerable<T> all, int rows, Func<T, int> size)
    {
        var group = new List<T>();
        var bytes = 0;
        foreach (var one in all)
        {
            group.Add(one);
            bytes += size(one);
            if (group.Count < rows && bytes < Bytes) continue;
            yield return group;
            group = [];
            bytes = 0;
        }

        if (group.Count > 0) yield return group;
    }
}
