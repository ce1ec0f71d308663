using OrderActors.Values;

namespace OrderActors.Dispatch.Matching;

/// <summary>
/// Travel times between two sets of places, each asked of the travel model once: a table that holds all pairs where they
/// fit, and the pairs used last where they do not. So memory is bounded however large a zone is.
/// </summary>
internal sealed class TravelTimes
{
    private const int MaxSlots = 1 << 18;

    private readonly ITravelModel _travel;
    private readonly GeoPoint[] _from;
    private readonly GeoPoint[] _to;
    private readonly long[] _pairs;
    private readonly double[] _minutes;

    public TravelTimes(ITravelModel travel, GeoPoint[] from, GeoPoint[] to)
    {
        _travel = travel;
        _from = from;
        _to = to;
        var slots = 1;
        while (slots < MaxSlots && slots < (long)from.Length * to.Length) slots *= 2;
        _pairs = new long[slots];
        _minutes = new double[slots];
    }

    /// <summary>Minutes from one place to another, by their indexes.</summary>
    public double Between(int from, int to)
    {
        var pair = (long)from * _to.Length + to + 1;
        var slot = pair & (_pairs.Length - 1);
        if (_pairs[slot] == pair) return _minutes[slot];
        _pairs[slot] = pair;
        return _minutes[slot] = _travel.Between(_from[from], _to[to]).TotalMinutes;
    }
}
