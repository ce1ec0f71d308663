using OrderActors.Couriers;
using OrderActors.Customers;
using OrderActors.Orders;
using OrderActors.Refunds;
using Orleans;

namespace OrderActors.Tools.Simulate.World;

/// <summary>Commands as calls of grains, with the ids that they would get at a gateway.</summary>
internal sealed class GrainApi(IGrainFactory grains) : IClientApi
{
    public Task Found(Func<Func<Task>, Task> surely) => Task.CompletedTask;

    public PlaceOrder Named(PlaceOrder command) => command;

    public OrderCommand Named(OrderTrack order, OrderCommand command) => command;

    public RefundCommand Named(OrderTrack order, RefundCommand command) => command;

    public CourierCommand Named(string courier, CourierCommand command) => command;

    public OrderCommand? WithOtherContent(OrderCommand command) => command is CancelOrder
        ? new MarkReady(command.Id, command.By)
        : new CancelOrder(command.Id, command.By, CancelReason.CustomerRequest);

    public async Task<Heard> Place(PlaceOrder command) => Of(await grains.GetGrain<ICustomerGrain>(command.Customer).Place(command));

    public async Task<Heard> Execute(OrderTrack order, OrderCommand command) => Of(await grains.GetGrain<IOrderGrain>(order.Key).Execute(command));

    public async Task<Heard> Execute(OrderTrack order, RefundCommand command)
    {
        var reply = await grains.GetGrain<IRefundGrain>(order.Key).Execute(command);
        return new(reply.Refusal, reply.Version, reply.Replayed);
    }

    public async Task<Heard> Execute(string courier, CourierCommand command)
    {
        var reply = await grains.GetGrain<ICourierGrain>(courier).Execute(command);
        return new(reply.Refusal, reply.Courier?.Version ?? 0, reply.Replayed);
    }

    public async Task<Seen> Read(OrderTrack order) =>
        await grains.GetGrain<IOrderGrain>(order.Key).Get() is { } view ? new(view.Version, view.Status) : new(0, OrderStatus.None);

    private static Heard Of(OrderReply reply) => new(reply.Refusal, reply.Order?.Version ?? 0, reply.Replayed, reply.Order?.Number ?? default);
}
