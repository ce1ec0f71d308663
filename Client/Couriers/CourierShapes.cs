using System.Collections.Immutable;
using OrderActors.Client.Http;
using OrderActors.Couriers;
using OrderActors.Values;

namespace OrderActors.Client.Couriers;

/// <summary>POST /v1/couriers.</summary>
/// <param name="Id">1 to 64 letters, digits, '-' or '_'.</param>
/// <param name="Name">The name.</param>
/// <param name="Zone">The zone the courier serves; "default" when left out.</param>
/// <param name="Capacity">How many orders at once, 1 to 20; 1 when left out.</param>
internal sealed record CreateCourierRequest(string Id, string Name, string? Zone = null, int? Capacity = null);

/// <summary>What a caller can set a courier's duty to.</summary>
internal enum DutyStatus
{
    Online,
    Offline,
}

/// <summary>PUT /v1/couriers/{id}/duty.</summary>
/// <param name="Status">online or offline.</param>
/// <param name="Location">Where the courier is; needed to go online.</param>
/// <param name="Until">When the shift ends: no pickup after it; null for open-ended.</param>
internal sealed record SetDutyRequest(DutyStatus Status, PointBody? Location = null, DateTimeOffset? Until = null);

/// <summary>A courier.</summary>
/// <param name="Id">The courier's id.</param>
/// <param name="Version">Counts the changes; also the ETag.</param>
/// <param name="Status">off_duty, available or busy.</param>
/// <param name="Name">The name.</param>
/// <param name="Zone">The zone the courier serves.</param>
/// <param name="Capacity">How many orders at once.</param>
/// <param name="Location">Where the courier was last; absent before the first shift.</param>
/// <param name="OnlineUntil">When the shift ends; absent when open-ended or off duty.</param>
/// <param name="LeavesAfterAssignment">Whether the shift ends with the present assignment.</param>
/// <param name="Assignment">The orders to drop off, in this sequence.</param>
internal sealed record CourierResponse(
    string Id,
    long Version,
    CourierStatus Status,
    string Name,
    string Zone,
    int Capacity,
    PointBody? Location,
    DateTimeOffset? OnlineUntil,
    bool LeavesAfterAssignment,
    ImmutableArray<OrderNumber> Assignment)
{
    public static CourierResponse From(CourierView courier) => new(
        courier.Id,
        courier.Version,
        courier.Status,
        courier.Name,
        courier.Zone,
        courier.Capacity,
        courier.Location is { } point ? PointBody.From(point) : null,
        courier.OnlineUntil,
        courier.LeavesAfterAssignment,
        courier.Assignment.IsDefault ? [] : courier.Assignment);
}
