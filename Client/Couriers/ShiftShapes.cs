using OrderActors.Client.Http;
using OrderActors.Couriers;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Client.Couriers;

/// <summary>POST /v1/couriers/{id}/shifts.</summary>
/// <param name="Location">Where the courier is.</param>
/// <param name="Until">When the shift ends: no pickup after it; null for open-ended.</param>
/// <param name="PlannedStart">When it was planned to start, at most a day ahead: time before it is not guaranteed; null for now.</param>
internal sealed record StartShiftRequest(PointBody Location, DateTimeOffset? Until = null, DateTimeOffset? PlannedStart = null);

/// <summary>GET /v1/couriers/{id}/shifts.</summary>
/// <param name="Current">The shift under way; absent off duty.</param>
/// <param name="Data">Shifts that are over, newest first; at most 20.</param>
internal sealed record ShiftsResponse(ShiftBody? Current, ShiftReportBody[] Data)
{
    public static ShiftsResponse From(CourierEarnings earnings) => new(
        ShiftBody.From(earnings.Shift), earnings.Shifts.IsDefault ? [] : [.. earnings.Shifts.Select(ShiftReportBody.From)]);
}

/// <summary>A shift that is over.</summary>
/// <param name="StartedAt">When it started.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="OnDutySeconds">The guaranteed time.</param>
/// <param name="Orders">Orders delivered.</param>
/// <param name="Earned">What they earned.</param>
/// <param name="TopUp">What the guarantee added.</param>
internal sealed record ShiftReportBody(
    DateTimeOffset StartedAt, DateTimeOffset EndedAt, long OnDutySeconds, int Orders, MoneyBody Earned, MoneyBody TopUp)
{
    public static ShiftReportBody From(ShiftReport shift) => new(
        shift.StartedAt, shift.EndedAt, (long)shift.OnDuty.TotalSeconds, shift.Orders, new(shift.Earned, shift.Currency), new(shift.TopUp, shift.Currency));
}

/// <summary>What a stop is for.</summary>
internal enum StopKind
{
    Pickup,
    Dropoff,
}

/// <summary>GET /v1/couriers/{id}/assignment.</summary>
/// <param name="Data">The stops that are left, in their sequence; none for who carries nothing.</param>
internal sealed record AssignmentResponse(StopBody[] Data)
{
    /// <summary>First to the merchants whose goods are not picked up, then to the customers in the sequence of the assignment.</summary>
    public static AssignmentResponse From(IReadOnlyList<OrderView> orders)
    {
        var pickups = orders.Where(o => !IsPickedUp(o)).GroupBy(o => o.Merchant, StringComparer.Ordinal).Select(at => new StopBody(
            StopKind.Pickup, at.Key, PointBody.From(at.First().Pickup), [.. at.Select(o => o.Number)], at.Max(o => o.ReadyAt)));
        var dropoffs = orders.Select(o => new StopBody(StopKind.Dropoff, o.Merchant, PointBody.From(o.Dropoff), [o.Number], null, o.Note, o.Pin is not null));
        return new([.. pickups, .. dropoffs]);
    }

    private static bool IsPickedUp(OrderView o) =>
        o.Delivery is DeliveryStatus.PickedUp or DeliveryStatus.EnRouteToDropoff or DeliveryStatus.ArrivedAtDropoff or DeliveryStatus.Returning;
}

/// <summary>A stop of a courier.</summary>
/// <param name="Kind">pickup or dropoff.</param>
/// <param name="Merchant">Whose goods.</param>
/// <param name="Location">Where.</param>
/// <param name="Orders">Which orders.</param>
/// <param name="ReadyAt">When all of them are ready, at a pickup; absent while nobody knows.</param>
/// <param name="Note">The customer's word, at a drop-off.</param>
/// <param name="NeedsPin">Whether the customer has to say a PIN, at a drop-off.</param>
internal sealed record StopBody(
    StopKind Kind,
    [GrainKey] string Merchant,
    PointBody Location,
    IReadOnlyList<OrderNumber> Orders,
    DateTimeOffset? ReadyAt,
    string? Note = null,
    bool? NeedsPin = null);
