using OrderActors.Couriers;
using OrderActors.Orders;
using OrderActors.Refunds;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.World;

/// <summary>
/// How people give commands and read. A call that throws <see cref="TimeoutException"/>, <see cref="IOException"/> or an exception of the
/// engine has an unknown outcome, or says to come again: it is repeated under the same id.
/// </summary>
internal interface IClientApi
{
    /// <summary>What people need before they can give commands, such as keys; asked once, when the town is founded.</summary>
    Task Found(Func<Func<Task>, Task> surely);

    /// <summary>A command under the id that it gets on this way in.</summary>
    PlaceOrder Named(PlaceOrder command);

    /// <summary>A command to an order under the id that it gets on this way in.</summary>
    OrderCommand Named(OrderTrack order, OrderCommand command);

    /// <summary>A command to an order's refunds under the id that it gets on this way in.</summary>
    RefundCommand Named(OrderTrack order, RefundCommand command);

    /// <summary>A command to a courier under the id that it gets on this way in.</summary>
    CourierCommand Named(string courier, CourierCommand command);

    /// <summary>The same id with other content; null where this way in has none for the command.</summary>
    OrderCommand? WithOtherContent(OrderCommand command);

    /// <summary>Places an order.</summary>
    Task<Heard> Place(PlaceOrder command);

    /// <summary>Gives a command to an order.</summary>
    Task<Heard> Execute(OrderTrack order, OrderCommand command);

    /// <summary>Gives a command to an order's refunds.</summary>
    Task<Heard> Execute(OrderTrack order, RefundCommand command);

    /// <summary>Gives a command to a courier.</summary>
    Task<Heard> Execute(string courier, CourierCommand command);

    /// <summary>Reads an order.</summary>
    Task<Seen> Read(OrderTrack order);
}

/// <summary>What a client hears of a command.</summary>
/// <param name="Refusal">Why it was refused; null when it was done.</param>
/// <param name="Version">The version of what it changed, when it was done.</param>
/// <param name="IsReplayed">Whether this is the outcome of an earlier command with the same id.</param>
/// <param name="Number">The order's number, when one was placed.</param>
internal sealed record Heard(Refusal? Refusal, long Version, bool IsReplayed, OrderNumber Number = default);

/// <summary>An order as somebody read it.</summary>
/// <param name="Version">Its version; 0 when there was none.</param>
/// <param name="Status">Where it stood.</param>
internal sealed record Seen(long Version, OrderStatus Status);
