using OrderActors.Merchants;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Orders;

/// <summary>The shell around <see cref="OrderLifecycle"/>: asks the merchant when an order is placed, decides, writes once, answers.</summary>
[GrainType("order")]
internal sealed class OrderGrain : Grain, IOrderGrain
{
    private readonly Durable<OrderState> _order;
    private readonly OrderPolicy _policy;
    private readonly TimeProvider _clock;

    public OrderGrain([PersistentState("state")] IPersistentState<OrderState> state, OrderPolicy policy, TimeProvider clock)
    {
        _order = new(this, state);
        _policy = policy;
        _clock = clock;
    }

    public async Task<OrderReply> Execute(OrderCommand command)
    {
        if (!OrderNumber.TryParse(this.GetPrimaryKeyString(), out var number, out var error))
            return new(null, new(RefusalCode.ValidationFailed, error, "/order", this.GetPrimaryKeyString()));

        var facts = new OrderFacts(number);
        if (command is PlaceOrder place && _order.Current.Status == OrderStatus.None && OrderLifecycle.Screen(place) is null)
        {
            facts = facts with { Reserved = await GrainFactory.GetGrain<IMerchantGrain>(place.Merchant).Reserve(number, place.Lines, place.Total) };
        }

        var now = _clock.GetUtcNow();
        var reply = await _order.Decide(state => OrderLifecycle.Decide(state, command, facts, _policy, now));
        // After the handover nothing happens for a day: memory is for orders under way.
        if (_order.Current.HasEnded || _order.Current.Status == OrderStatus.Delivered) DeactivateOnIdle();
        return reply;
    }

    public Task<OrderReply> Place(PlaceOrder command, CustomerTerms terms) => Execute(command);

    public Task<OrderReply> Preview(OrderCommand command)
    {
        if (!OrderNumber.TryParse(this.GetPrimaryKeyString(), out var number, out var error))
            return Task.FromResult(new OrderReply(null, new(RefusalCode.ValidationFailed, error, "/order", this.GetPrimaryKeyString())));
        return Task.FromResult(OrderLifecycle.Decide(_order.Current, command, new OrderFacts(number), _policy, _clock.GetUtcNow()).Reply);
    }

    public Task<OrderView?> Get() => Task.FromResult(_order.Current.Status == OrderStatus.None ? null : _order.Current.ToView());
}
