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
    public ImmutableArray<WaitingOrder> Waiting { get; set; } = [];

    /// <summary>Couriers who are free.</summary>
    [Id(1)]
    public ImmutableArray<IdleCourier> Idle { get; set; } = [];

    /// <summary>The newest sequence taken in, per partition; empty or one entry for each.</summary>
    [Id(2)]
    public ImmutableArray<long> Seen { get; set; } = [];
}
