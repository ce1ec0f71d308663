using OrderActors.Dispatch.Matching;
using OrderActors.Values;

namespace OrderActors.Tools.Replay;

/// <summary>A courier who is free, or will be soon.</summary>
/// <param name="Courier">The courier's id.</param>
/// <param name="Place">Where.</param>
/// <param name="MinutesLeft">How long the shift still is.</param>
/// <param name="MayMove">Whether the courier is idle and has nothing to wait for.</param>
internal readonly record struct Standing(string Courier, Place Place, decimal MinutesLeft, bool MayMove);

/// <summary>
/// Where idle couriers should stand. A restaurant is covered when as many couriers are near as orders are expected there soon, by
/// what the day has shown so far; who is needed nowhere near goes to the nearest restaurant that is not covered.
/// </summary>
internal sealed class Prepositioning
{
    /// <summary>Who is at most so many minutes away is near.</summary>
    public const int NearMinutes = 4;

    /// <summary>Nobody is sent farther, in minutes.</summary>
    public const int FarthestMinutes = 12;

    /// <summary>How far ahead orders are expected, in minutes; who is free within it counts.</summary>
    public const int AheadMinutes = 20;

    // Less than a quarter of an order that nobody is there for is worth no ride.
    private const double Worth = 0.25;

    // The last minutes of a shift bring no order any more.
    private const int LastMinutes = 15;

    // Demand that counts half after an hour is, in the steady state, that many minutes of orders.
    private const double MinutesOfDemand = 60 / 0.6931471805599453;

    private readonly PlanarTravel _travel;
    private readonly DayRestaurant[] _restaurants;
    private readonly Dictionary<GeoPoint, int> _at = [];
    private readonly Dictionary<Place, int[]> _drives = [];

    public Prepositioning(Instance instance, PlanarTravel travel)
    {
        _travel = travel;
        _restaurants = [.. instance.Restaurants];
        for (var r = 0; r < _restaurants.Length; r++) _at.TryAdd(PlanarTravel.ToPoint(_restaurants[r].Location), r);
    }

    /// <summary>Who should go where, in the sequence of the couriers' ids.</summary>
    public List<(string Courier, DayRestaurant To, int Minutes)> Choose(IEnumerable<Standing> couriers, IReadOnlyList<Demand> demand)
    {
        var moves = new List<(string, DayRestaurant, int)>();
        var sorted = couriers.OrderBy(courier => courier.Courier, StringComparer.Ordinal).ToList();
        if (!sorted.Exists(courier => courier.MayMove)) return moves;
        var missing = Expected(demand);
        foreach (var courier in sorted) Add(missing, courier.Place, -1);
        foreach (var courier in sorted)
        {
            if (!courier.MayMove || courier.MinutesLeft < LastMinutes) continue;
            var drives = Drives(courier.Place);

            // Whose place would not be covered without, stays.
            Add(missing, courier.Place, +1);
            var to = Array.Exists(drives, minutes => minutes <= NearMinutes) && IsMissed(missing, drives) ? -1 : Nearest(missing, drives, courier);
            Add(missing, to < 0 ? courier.Place : _restaurants[to].Location, -1);
            if (to >= 0) moves.Add((courier.Courier, _restaurants[to], drives[to]));
        }

        return moves;
    }

    /// <summary>Per restaurant the orders that are expected near it.</summary>
    private double[] Expected(IReadOnlyList<Demand> demand)
    {
        var expected = new double[_restaurants.Length];
        foreach (var (place, weight) in demand)
            Add(expected, _restaurants[_at[place]].Location, weight * AheadMinutes / MinutesOfDemand);
        return expected;
    }

    private void Add(double[] values, Place place, double value)
    {
        var drives = Drives(place);
        for (var r = 0; r < values.Length; r++)
        {
            if (drives[r] <= NearMinutes) values[r] += value;
        }
    }

    private static bool IsMissed(double[] missing, int[] drives)
    {
        for (var r = 0; r < missing.Length; r++)
        {
            if (drives[r] <= NearMinutes && missing[r] >= Worth) return true;
        }

        return false;
    }

    private static int Nearest(double[] missing, int[] drives, Standing courier)
    {
        var nearest = -1;
        for (var r = 0; r < missing.Length; r++)
        {
            if (missing[r] < Worth || drives[r] > FarthestMinutes || drives[r] + LastMinutes > courier.MinutesLeft) continue;
            if (nearest < 0 || (drives[r], -missing[r]).CompareTo((drives[nearest], -missing[nearest])) < 0) nearest = r;
        }

        return nearest;
    }

    private int[] Drives(Place from)
    {
        if (_drives.TryGetValue(from, out var known)) return known;
        var point = PlanarTravel.ToPoint(from);
        return _drives[from] = Array.ConvertAll(_restaurants, r => (int)_travel.Between(point, PlanarTravel.ToPoint(r.Location)).TotalMinutes);
    }
}
