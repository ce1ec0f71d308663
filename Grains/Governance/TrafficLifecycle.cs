using System.Collections.Immutable;

namespace OrderActors.Governance;

/// <summary>What becomes of the traffic that was seen. Pure.</summary>
internal static class TrafficLifecycle
{
    /// <summary>How many of each kind and day are kept. One that is not among them begins at 0 again, which a hint can bear.</summary>
    public const int Kept = 1_000;

    /// <summary>Adds what was seen on a day; a day that is over stays as the one before.</summary>
    public static TrafficState Count(TrafficState state, ImmutableArray<Traffic> seen, DateOnly day)
    {
        if (seen.IsDefaultOrEmpty) return state;
        var rolled = day > state.Day ? new TrafficState { Day = day, Before = state.Today.IsEmpty ? state.Before : state.Today } : state;
        return rolled with { Today = Busiest(Summed(rolled.Today.Concat(seen)), Kept) };
    }

    /// <summary>The busiest of a kind over both days.</summary>
    public static ImmutableArray<Traffic> Busiest(TrafficState state, TrafficKind kind, int most) =>
        Busiest(Summed(state.Today.Concat(state.Before).Where(t => t.Kind == kind)), Math.Clamp(most, 0, Kept));

    private static IEnumerable<Traffic> Summed(IEnumerable<Traffic> all) =>
        all.GroupBy(t => (t.Kind, t.Id)).Select(same => new Traffic(same.Key.Kind, same.Key.Id, same.Sum(t => t.Orders)));

    private static ImmutableArray<Traffic> Busiest(IEnumerable<Traffic> all, int most) =>
    [
        .. all.GroupBy(t => t.Kind).OrderBy(kind => kind.Key)
            .SelectMany(kind => kind.OrderByDescending(t => t.Orders).ThenBy(t => t.Id, StringComparer.Ordinal).Take(most)),
    ];
}
