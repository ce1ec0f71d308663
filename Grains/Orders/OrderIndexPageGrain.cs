using System.Collections.Immutable;
using OrderActors.Governance;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Orders;

/// <summary>What is stored of a page.</summary>
[StoredAs("order-index-page", version: 1)]
internal sealed record OrderIndexPageState
{
    private readonly ImmutableArray<OrderNumber> _orders;

    public ImmutableArray<OrderNumber> Orders { get => _orders.OrEmpty(); init => _orders = value; }
}

/// <summary>A sealed page of an owner's orders. The first sealing counts.</summary>
[GrainType("orderindexpage"), WorkClass(WorkClass.Secondary)]
internal sealed class OrderIndexPageGrain([PersistentState("state")] IPersistentState<OrderIndexPageState> state) : Grain, IOrderIndexPageGrain
{
    private Durable<OrderIndexPageState>? _page;

    private Durable<OrderIndexPageState> Page => _page ??= new(this, state);

    public Task Seal(ImmutableArray<OrderNumber> orders) =>
        Page.Decide(s => new Decision<OrderIndexPageState, bool>(s.Orders.IsEmpty ? s with { Orders = orders.OrEmpty() } : s, true));

    public Task<ImmutableArray<OrderNumber>> Get() => Task.FromResult(Page.Current.Orders);
}
