using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Orders;

/// <summary>Which order has an external id.</summary>
[StoredAs("external-id", version: 1)]
internal sealed record ExternalIdState
{
    private readonly ImmutableArray<OrderNumber> _released;

    /// <summary>The order, or null while nobody has it.</summary>
    public OrderNumber? Order { get; init; }

    /// <summary>Orders that gave it back last, the oldest first: none of them takes it again.</summary>
    public ImmutableArray<OrderNumber> Released { get => _released.OrEmpty(); init => _released = value; }
}

/// <summary>Keeps one external id unique.</summary>
[GrainType("external-id")]
internal sealed class ExternalIdGrain : Grain, IExternalIdGrain
{
    private readonly Durable<ExternalIdState> _id;

    public ExternalIdGrain([PersistentState("state")] IPersistentState<ExternalIdState> state) => _id = new(this, state);

    public Task<OrderNumber> Claim(OrderNumber order) => _id.Decide(state => new Decision<ExternalIdState, OrderNumber>(
        state.Order is null && !state.Released.Contains(order) ? state with { Order = order } : state, state.Order ?? order));

    public Task Release(OrderNumber order) => _id.Decide(
        state => new Decision<ExternalIdState, bool>(
            (state.Order is { } other && other != order) || state.Released.Contains(order)
                ? state
                : state with { Order = null, Released = LastReleased.With(state.Released, order) },
            true),
        surely: true);

    public Task<OrderNumber?> Get() => Task.FromResult(_id.Current.Order);
}
