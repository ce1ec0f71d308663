using System.Collections.Immutable;

namespace OrderActors.Tools.Replay;

/// <summary>A place on the instance's plane.</summary>
/// <param name="X">Metres to the east.</param>
/// <param name="Y">Metres to the north.</param>
internal readonly record struct Place(int X, int Y);

/// <summary>A restaurant of the day.</summary>
internal sealed record DayRestaurant(string Id, Place Location);

/// <summary>A courier of the day.</summary>
/// <param name="Id">The courier's id.</param>
/// <param name="Start">Where the shift begins.</param>
/// <param name="OnMinute">When it begins, in minutes from the day's start.</param>
/// <param name="OffMinute">When it ends, in minutes from the day's start: no pickup after it.</param>
internal sealed record DayCourier(string Id, Place Start, int OnMinute, int OffMinute);

/// <summary>An order of the day.</summary>
/// <param name="Id">The order's id.</param>
/// <param name="Dropoff">Where it goes.</param>
/// <param name="PlacementMinute">When it is placed, in minutes from the day's start; unknown to anybody before.</param>
/// <param name="Restaurant">Who prepares it.</param>
/// <param name="ReadyMinute">When it is ready, in minutes from the day's start.</param>
internal sealed record DayOrder(string Id, Place Dropoff, int PlacementMinute, DayRestaurant Restaurant, int ReadyMinute);

/// <summary>What holds for the whole day.</summary>
/// <param name="MetresPerMinute">The couriers' speed.</param>
/// <param name="PickupServiceMinutes">Minutes at the restaurant: half before the pickup, half after it.</param>
/// <param name="DropoffServiceMinutes">Minutes at the customer's: half before the drop-off, half after it.</param>
/// <param name="TargetClickToDoor">Minutes from placement to drop-off that are aimed at.</param>
/// <param name="MaximumClickToDoor">Minutes from placement to drop-off that should not be passed.</param>
/// <param name="PayPerOrder">What a courier earns for an order.</param>
/// <param name="GuaranteedPayPerHour">What a courier earns at least for an hour of the shift.</param>
internal sealed record DayParameters(
    int MetresPerMinute,
    int PickupServiceMinutes,
    int DropoffServiceMinutes,
    int TargetClickToDoor,
    int MaximumClickToDoor,
    decimal PayPerOrder,
    decimal GuaranteedPayPerHour)
{
    /// <summary>Half the pickup service, in minutes; x.5 when the service is odd.</summary>
    public decimal HalfPickup => PickupServiceMinutes / 2m;

    /// <summary>Half the drop-off service, in minutes; x.5 when the service is odd.</summary>
    public decimal HalfDropoff => DropoffServiceMinutes / 2m;
}

/// <summary>One day of the Meal Delivery Routing Problem, in the order of its files.</summary>
internal sealed record Instance(
    string Name,
    DayParameters Parameters,
    ImmutableArray<DayRestaurant> Restaurants,
    ImmutableArray<DayCourier> Couriers,
    ImmutableArray<DayOrder> Orders);
