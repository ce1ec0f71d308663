using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Orders;

/// <summary>Which order has an external id.</summary>
[StoredAs("external-id", version: 1)]
internal sealed record ExternalIdState
{
    /// <summary>The order, or null while nobody has it.</summary>
    public OrderNumber? Order { get; init; }
}

/// <summary>Keeps one external id unique.</summary>
[GrainType("external-id")]
internal sealed class ExternalIdGrain : Grain, IExternalIdGrain
{
    private readonly Durable<ExternalIdState> _id;

    public ExternalIdGrain([PersistentState("state")] IPersistentState<ExternalIdState> state) => _id = new(this, state);

    public Task<OrderNumber> Claim(OrderNumber order) => _id.Decide(state =>
        new Decision<ExternalIdState, OrderNumber>(state.Order is null ? state with { Order = order } : state, state.Order ?? order));

    public Task Release(OrderNumber order) => _id.Decide(state =>
        new Decision<ExternalIdState, bool>(state.Order == order ? state with { Order = null } : state, true));

    public Task<OrderNumber?> Get() => Task.FromResult(_id.Current.Order);
}
