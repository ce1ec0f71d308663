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
/// <param name="Vehicle">walk, bicycle, scooter or car; bicycle when left out.</param>
/// <param name="AcceptsOffersByHand">Whether the courier is asked before an assignment binds; false when left out.</param>
internal sealed record CreateCourierRequest(
    [GrainKey] string Id, string Name, [GrainKey] string? Zone = null, int? Capacity = null, Vehicle? Vehicle = null, bool? AcceptsOffersByHand = null);

/// <summary>PUT /v1/couriers/{id}/settings. What is left out stays as it is.</summary>
/// <param name="Vehicle">walk, bicycle, scooter or car.</param>
/// <param name="Capacity">How many orders at once, 1 to 20.</param>
/// <param name="AcceptsOffersByHand">Whether the courier is asked before an assignment binds.</param>
internal sealed record CourierSettingsRequest(Vehicle? Vehicle = null, int? Capacity = null, bool? AcceptsOffersByHand = null);

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
/// <param name="PlannedStart">When the shift was planned to start, at most a day ahead: time before it is not guaranteed; null for now.</param>
internal sealed record SetDutyRequest(
    DutyStatus Status, PointBody? Location = null, DateTimeOffset? Until = null, DateTimeOffset? PlannedStart = null);

/// <summary>A courier.</summary>
/// <param name="Id">The courier's id.</param>
/// <param name="Version">Counts the changes; also the ETag.</param>
/// <param name="Status">off_duty, available, offered, busy or paused.</param>
/// <param name="Name">The name.</param>
/// <param name="Zone">The zone the courier serves.</param>
/// <param name="Capacity">How many orders at once.</param>
/// <param name="Location">Where the courier was last; absent before the first shift.</param>
/// <param name="OnlineUntil">When the shift ends; absent when open-ended or off duty.</param>
/// <param name="LeavesAfterAssignment">Whether the shift ends with the present assignment.</param>
/// <param name="Assignment">The orders to drop off, in this sequence.</param>
/// <param name="Vehicle">walk, bicycle, scooter or car.</param>
/// <param name="AcceptsOffersByHand">Whether the courier is asked before an assignment binds.</param>
/// <param name="Offer">What the courier is asked; absent when nothing is.</param>
internal sealed record CourierResponse(
    [GrainKey] string Id,
    long Version,
    CourierStatus Status,
    string Name,
    [GrainKey] string Zone,
    int Capacity,
    PointBody? Location,
    DateTimeOffset? OnlineUntil,
    bool LeavesAfterAssignment,
    ImmutableArray<OrderNumber> Assignment,
    Vehicle Vehicle,
    bool AcceptsOffersByHand,
    OfferBody? Offer)
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
        courier.Assignment.IsDefault ? [] : courier.Assignment,
        courier.Vehicle,
        courier.AcceptsOffersByHand,
        OfferBody.From(courier) is [var offer] ? offer : null);
}
