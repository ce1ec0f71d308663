using OrderActors.Values;

namespace OrderActors.Dispatch.Matching;

/// <summary>Where orders come from, and how far that is.</summary>
internal sealed class DemandMap
{
    private readonly ITravelModel _travel;
    private readonly Demand[] _places;
    private readonly double _total;

    /// <summary>Takes what the day has shown so far; without it, what waits now.</summary>
    public DemandMap(DispatchInput input)
    {
        _travel = input.Travel;
        var places = input.Demand is { Count: > 0 } demand
            ? demand
            : input.Waiting.CountBy(order => order.Pickup).Select(place => new Demand(place.Key, place.Value));
        _places = [.. places.OrderByDescending(p => p.Weight).ThenBy(p => p.Place.Latitude).ThenBy(p => p.Place.Longitude).Take(Demand.MaxPlaces)];
        _total = _places.Sum(place => place.Weight);
    }

    /// <summary>The mean way to the next order, in minutes; 0 when nothing is known.</summary>
    public double MinutesFrom(GeoPoint from)
    {
        var sum = 0.0;
        foreach (var place in _places) sum += place.Weight * _travel.Between(from, place.Place).TotalMinutes;
        return _total > 0 ? sum / _total : 0;
    }
}
