using System.Collections.Immutable;
using OrderActors.Orders;
using OrderActors.Values;
using Orleans;
using Orleans.Concurrency;

namespace OrderActors.Couriers;

/// <summary>What a courier does.</summary>
public enum CourierStatus
{
    /// <summary>Not on a shift.</summary>
    OffDuty,

    /// <summary>On a shift and free.</summary>
    Available,

    /// <summary>On a shift with an assignment.</summary>
    Busy,
}

/// <summary>A command to a courier.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.courier-command")]
public abstract record CourierCommand(string Id, Actor By);

/// <summary>Creates the courier, off duty.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Name">The name.</param>
/// <param name="Zone">The zone the courier serves.</param>
/// <param name="Capacity">How many orders at once, 1 to 20.</param>
[GenerateSerializer, Immutable, Alias("orderactors.create-courier")]
public sealed record CreateCourier(string Id, Actor By, string Name, string Zone, int Capacity) : CourierCommand(Id, By);

/// <summary>Starts a shift.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Location">Where the courier is.</param>
/// <param name="Until">When the shift ends: no pickup after it; null for open-ended.</param>
[GenerateSerializer, Immutable, Alias("orderactors.go-online")]
public sealed record GoOnline(string Id, Actor By, GeoPoint Location, DateTimeOffset? Until = null) : CourierCommand(Id, By);

/// <summary>Ends the shift. With an assignment under way it ends when that is done.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.go-offline")]
public sealed record GoOffline(string Id, Actor By) : CourierCommand(Id, By);

/// <summary>Dispatch gives the courier orders of one merchant, to be dropped off in this sequence.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.take-assignment")]
public sealed record TakeAssignment(string Id, Actor By, ImmutableArray<OrderNumber> Orders) : CourierCommand(Id, By);

/// <summary>An order of the assignment is done, or was taken away.</summary>
/// <param name="Id">The command's id.</param>
/// <param name="By">Who.</param>
/// <param name="Order">The order.</param>
/// <param name="DeliveredAt">Where it was handed over; null when it was taken away.</param>
[GenerateSerializer, Immutable, Alias("orderactors.finish-order")]
public sealed record FinishOrder(string Id, Actor By, OrderNumber Order, GeoPoint? DeliveredAt) : CourierCommand(Id, By);

/// <summary>A courier as it stands.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.courier-view")]
public sealed record CourierView(
    string Id,
    long Version,
    CourierStatus Status,
    string Name,
    string Zone,
    int Capacity,
    GeoPoint? Location,
    DateTimeOffset? OnlineUntil,
    bool LeavesAfterAssignment,
    ImmutableArray<OrderNumber> Assignment);

/// <summary>The answer to a command: the courier, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("orderactors.courier-reply")]
public sealed record CourierReply(CourierView? Courier, Refusal? Refusal, bool Replayed = false);

/// <summary>One courier: the judge of what the courier carries. The key is the courier's id.</summary>
[Alias("orderactors.ICourierGrain")]
public interface ICourierGrain : IGrainWithStringKey
{
    /// <summary>Does a command or refuses it.</summary>
    [Alias("execute")]
    Task<CourierReply> Execute(CourierCommand command);

    /// <summary>Where the courier is now. Kept in memory and told to dispatch; the last one wins.</summary>
    [Alias("locate")]
    Task<CourierReply> Locate(GeoPoint location);

    /// <summary>The courier as it stands, or null.</summary>
    [Alias("get"), ReadOnly]
    Task<CourierView?> Get();

    /// <summary>Orders this courier carried or carries, newest first.</summary>
    [Alias("orders"), ReadOnly]
    Task<OrderPage> Orders(string? cursor, int limit);
}
