using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Dispatch;

/// <summary>A zone as it is stored: who waits, who is free, and how far each log partition was taken in.</summary>
[GenerateSerializer, Alias("orderactors.dispatch-state"), StoredAs("zone", version: 2)]
public sealed class DispatchState
{
    /// <summary>Orders that wait for a courier.</summary>
    [Id(0)]
    public ImmutableArray<WaitingOrder> Waiting { get; init; } = [];

    /// <summary>Couriers who are free.</summary>
    [Id(1)]
    public ImmutableArray<IdleCourier> Idle { get; init; } = [];

    /// <summary>The newest sequence taken in, per partition; empty or one entry for each.</summary>
    [Id(2)]
    public ImmutableArray<long> Seen { get; init; } = [];

    /// <summary>The line along which the zone is split; null when it is not.</summary>
    [Id(3)]
    public ZoneSplit? Split { get; init; }

    /// <summary>Whether it is a part that has taken over what was its own.</summary>
    [Id(4)]
    public bool Adopted { get; init; }
}
