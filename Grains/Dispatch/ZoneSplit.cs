using System.Collections.Immutable;
using OrderActors.Values;
using Orleans;

namespace OrderActors.Dispatch;

/// <summary>
/// The line along which a zone is split into two parts, for good. Pure.
/// </summary>
/// <param name="ByLatitude">Whether it runs from west to east.</param>
/// <param name="At">Its latitude, or else its longitude, in degrees.</param>
/// <param name="HandedOver">Whether both parts have what was theirs. Until then the zone gives nothing.</param>
[GenerateSerializer, Immutable, Alias("orderactors.zone-split")]
public sealed record ZoneSplit(bool ByLatitude, double At, bool HandedOver = false)
{
    /// <summary>The least share of the places that a part must have: a line that leaves nearly all on one side helps nobody.</summary>
    private const double LeastShare = 0.2;

    /// <summary>The part of a place, 0 or 1.</summary>
    public int Side(GeoPoint place) => (ByLatitude ? place.Latitude : place.Longitude) < At ? 0 : 1;

    /// <summary>The line through the middle of all places, across their longer side; null when they lie too close together to be parted.</summary>
    public static ZoneSplit? Of(IReadOnlyCollection<WaitingOrder> waiting, IReadOnlyCollection<IdleCourier> idle)
    {
        GeoPoint[] places = [.. waiting.Select(order => order.Pickup), .. idle.Select(courier => courier.Location)];
        if (places.Length < 2) return null;
        var north = places.Max(place => place.Latitude) - places.Min(place => place.Latitude);
        var east = (places.Max(place => place.Longitude) - places.Min(place => place.Longitude))
            * Math.Cos(double.DegreesToRadians(places[0].Latitude));
        return north >= east ? Along(true, places) ?? Along(false, places) : Along(false, places) ?? Along(true, places);
    }

    /// <summary>What each part has to know of changes: nothing that one part takes in may stay on the other one's board.</summary>
    public ImmutableArray<ZoneChange>[] Route(ImmutableArray<ZoneChange> changes)
    {
        var parts = new[] { ImmutableArray.CreateBuilder<ZoneChange>(), ImmutableArray.CreateBuilder<ZoneChange>() };
        foreach (var change in changes)
        {
            if (change.Waiting is { } order) parts[Side(order.Pickup)].Add(new(Waiting: order, Again: change.Again));
            if (change.Idle is { } courier)
            {
                var side = Side(courier.Location);
                parts[side].Add(new(Idle: courier, Again: change.Again));
                parts[1 - side].Add(new(Elsewhere: new(courier.Courier, courier.Version), Again: change.Again));
            }

            // It says no place: whoever does not have it ignores it.
            if (change is not { NotWaiting: null, NotIdle: null, Elsewhere: null })
            {
                foreach (var part in parts) part.Add(change with { Waiting = null, Idle = null });
            }
        }

        return [.. parts.Select(part => part.ToImmutable())];
    }

    private static ZoneSplit? Along(bool byLatitude, GeoPoint[] places)
    {
        var sorted = Array.ConvertAll(places, place => byLatitude ? place.Latitude : place.Longitude);
        Array.Sort(sorted);

        // The line goes before the middle value; where many share one, before the first or behind the last of them.
        var middle = sorted[sorted.Length / 2];
        var first = Array.FindIndex(sorted, value => value == middle);
        var after = Array.FindLastIndex(sorted, value => value == middle) + 1;
        var least = Math.Max(1, (int)(sorted.Length * LeastShare));
        if (first >= least) return new(byLatitude, middle);
        return sorted.Length - after >= least ? new(byLatitude, sorted[after]) : null;
    }
}

/// <summary>The keys of zones and of the parts that hot ones were split into. A zone's id has no slash.</summary>
internal static class ZoneKey
{
    /// <summary>How often a zone can be split: into 64 parts at most.</summary>
    public const int MaxDepth = 6;

    /// <summary>The key of one of the two parts.</summary>
    public static string Part(string key, int side) => $"{key}/{side}";

    /// <summary>The zone that a part belongs to in the end; the zone's own id for one that is no part.</summary>
    public static string ZoneOf(string key) => key.Split('/', 2)[0];

    /// <summary>How often the zone was split to make this part.</summary>
    public static int Depth(string key) => key.Count(c => c == '/');

    /// <summary>The parts beside a part, the one that it was together with last before the others.</summary>
    public static IEnumerable<string> Beside(string key)
    {
        for (var at = key.LastIndexOf('/'); at > 0; at = key.LastIndexOf('/'))
        {
            var side = key[at + 1] - '0';
            key = key[..at];
            yield return Part(key, 1 - side);
        }
    }
}
