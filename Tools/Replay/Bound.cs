namespace OrderActors.Tools.Replay;

/// <summary>What an order takes with a courier standing by, in minutes: no dispatch can be faster.</summary>
internal static class Bound
{
    /// <summary>Preparation, half a pickup service, the drive, half a drop-off service.</summary>
    public static double Of(DayOrder order, DayParameters parameters) =>
        order.ReadyMinute - order.PlacementMinute
        + (double)(parameters.HalfPickup + parameters.HalfDropoff)
        + TimetableCheck.DriveMinutes(order.Restaurant.Location, order.Dropoff, parameters.MetresPerMinute);

    /// <summary>The mean over a day's orders; 0 when there are none.</summary>
    public static double Of(Instance instance) => instance.Orders.Select(order => Of(order, instance.Parameters)).DefaultIfEmpty(0).Average();
}
