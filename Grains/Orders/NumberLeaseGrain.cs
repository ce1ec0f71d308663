using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Orders;

/// <summary>Up to which millisecond each node id was ever leased. Pure.</summary>
[StoredAs("number-leases", version: 1)]
internal sealed record NumberLeases
{
    /// <summary>The usual length of a lease, in milliseconds.</summary>
    public const long WindowTicks = 10 * 60 * 1000;

    /// <summary>How far beyond the clock a lease may reach: numbers that run ahead of time by more than a day help nobody.</summary>
    public const long MaxAheadTicks = 24 * 60 * 60 * 1000;

    private readonly ImmutableArray<long> _horizons;

    /// <summary>For each node id, the end (exclusive) of its newest lease.</summary>
    public ImmutableArray<long> Horizons
    {
        get => _horizons.IsDefaultOrEmpty ? [.. new long[OrderNumber.Nodes]] : _horizons;
        init => _horizons = value;
    }

    /// <summary>Makes a lease; see <see cref="INumberLeaseGrain.Lease"/>.</summary>
    public Decision<NumberLeases, NumberLease> Lease(NumberLease? held, long atLeastUntilTick, long nowTick)
    {
        var horizons = Horizons;
        var node = held is { } own && own.Node is >= 0 and < OrderNumber.Nodes && horizons[own.Node] == own.ToTick
            ? own.Node
            : horizons.IndexOf(horizons.Min());
        var from = Math.Max(nowTick, horizons[node]);
        var to = Math.Max(from, atLeastUntilTick) + WindowTicks;
        if (to > nowTick + MaxAheadTicks)
        {
            throw new InvalidOperationException(
                $"A lease until millisecond {to} was asked for, and it is {nowTick} now: " +
                $"order numbers may run ahead by {MaxAheadTicks} ms at most. A clock is wrong.");
        }

        return new(this with { Horizons = horizons.SetItem(node, to) }, new(node, from, to));
    }
}

/// <summary>Leases node ids to the processes that make order numbers.</summary>
[GrainType("numberlease")]
internal sealed class NumberLeaseGrain : Grain, INumberLeaseGrain
{
    private readonly Durable<NumberLeases> _leases;
    private readonly TimeProvider _clock;

    public NumberLeaseGrain([PersistentState("state")] IPersistentState<NumberLeases> state, TimeProvider clock)
    {
        _leases = new(this, state);
        _clock = clock;
    }

    public Task<NumberLease> Lease(NumberLease? held, long atLeastUntilTick)
    {
        var now = OrderNumbers.TickOf(_clock.GetUtcNow());
        return _leases.Decide(leases => leases.Lease(held, atLeastUntilTick, now));
    }
}
