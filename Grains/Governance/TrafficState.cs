using System.Collections.Immutable;
using OrderActors.Values;

namespace OrderActors.Governance;

/// <summary>The traffic of two days.</summary>
[StoredAs("traffic", version: 1)]
internal sealed record TrafficState
{
    private readonly ImmutableArray<Traffic> _today;
    private readonly ImmutableArray<Traffic> _before;

    /// <summary>The day of <see cref="Today"/>, in UTC; default while nothing was counted.</summary>
    public DateOnly Day { get; init; }

    /// <summary>That day's busiest so far, most orders first within each kind.</summary>
    public ImmutableArray<Traffic> Today { get => _today.OrEmpty(); init => _today = value; }

    /// <summary>The busiest of the last day before that had any.</summary>
    public ImmutableArray<Traffic> Before { get => _before.OrEmpty(); init => _before = value; }
}
