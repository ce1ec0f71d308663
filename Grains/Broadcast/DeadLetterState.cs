using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Broadcast;

/// <summary>The events that one consumer of one partition gave up.</summary>
[GenerateSerializer, Alias("orderactors.dead-letter-state"), StoredAs("dead-letters", version: 1)]
public sealed class DeadLetterState
{
    /// <summary>The dead letters, by sequence.</summary>
    [Id(0)]
    public ImmutableSortedDictionary<long, DeadLetter> Letters { get; set; } = ImmutableSortedDictionary<long, DeadLetter>.Empty;
}
