using OrderActors.Dispatch.Matching;
using OrderActors.Values;

namespace OrderActors.Tools.Replay;

/// <summary>
/// How long couriers take on an instance's plane: the straight line by the speed, rounded up to whole minutes. One metre
/// of the plane is one millionth of a degree, so that a position goes to the platform and back without losing anything;
/// such positions are nowhere on Earth, and only this model measures them.
/// </summary>
internal sealed class PlanarTravel(DayParameters parameters) : ITravelModel
{
    private const double DegreesPerMetre = 1e-6;

    /// <inheritdoc/>
    public TimeSpan PickupService { get; } = TimeSpan.FromMinutes(parameters.PickupServiceMinutes);

    /// <inheritdoc/>
    public TimeSpan DropoffService { get; } = TimeSpan.FromMinutes(parameters.DropoffServiceMinutes);

    /// <inheritdoc/>
    public TimeSpan Between(GeoPoint from, GeoPoint to) => TimeSpan.FromMinutes(Minutes(ToPlace(from), ToPlace(to)));

    /// <summary>The position that stands for a place.</summary>
    public static GeoPoint ToPoint(Place place) => new(place.Y * DegreesPerMetre, place.X * DegreesPerMetre);

    /// <summary>The place that a position stands for.</summary>
    public static Place ToPlace(GeoPoint point) =>
        new((int)Math.Round(point.Longitude / DegreesPerMetre), (int)Math.Round(point.Latitude / DegreesPerMetre));

    private long Minutes(Place from, Place to)
    {
        long dx = (long)to.X - from.X, dy = (long)to.Y - from.Y, speed = parameters.MetresPerMinute;
        var square = dx * dx + dy * dy;

        // The root of a perfect square may come out a hair too large and would then cost a minute: whole numbers decide.
        var minutes = (long)Math.Ceiling(Math.Sqrt(square) / speed);
        while (minutes > 0 && (minutes - 1) * speed * ((minutes - 1) * speed) >= square) minutes--;
        while (minutes * speed * (minutes * speed) < square) minutes++;
        return minutes;
    }
}
