using OrderActors.Values;

namespace OrderActors.Dispatch.Matching;

/// <summary>
/// A zone at one moment as numbers: minutes from now, orders, couriers and sites by index. The indexes follow the ids, so
/// that the order in which the lists came makes no difference.
/// </summary>
internal sealed class RoutingProblem
{
    private readonly ITravelModel _travel;
    private readonly DateTimeOffset _now;
    private readonly GeoPoint[] _places;
    private readonly GeoPoint[] _starts;
    private readonly GeoPoint[] _drops;
    private readonly float[] _startToSite;
    private readonly float[] _dropToSite;
    private readonly float[] _dropToDrop;
    private readonly int[] _ownPairs;
    private readonly int[] _rankInSite;
    private readonly int[] _siteSize;

    public RoutingProblem(DispatchInput input)
    {
        _travel = input.Travel;
        _now = input.Now;
        HalfPickup = input.Travel.PickupService.TotalMinutes / 2;
        HalfDropoff = input.Travel.DropoffService.TotalMinutes / 2;
        Orders = [.. input.Waiting.OrderBy(order => order.Order)];
        Couriers = [.. input.Idle.Concat(input.Busy ?? []).OrderBy(courier => courier.Courier, StringComparer.Ordinal)];
        IdleNow = Array.ConvertAll(Couriers, courier => courier.Since <= input.Now);
        var busy = (input.Busy ?? []).Select(courier => courier.Courier).ToHashSet(StringComparer.Ordinal);
        for (var c = 0; c < Couriers.Length; c++) IdleNow[c] &= !busy.Contains(Couriers[c].Courier);

        Ready = Array.ConvertAll(Orders, order => (order.ReadyAt - input.Now).TotalMinutes);
        Placed = Array.ConvertAll(Orders, order => (order.PlacedAt - input.Now).TotalMinutes);
        Free = Array.ConvertAll(Couriers, courier => Math.Max(0, (courier.Since - input.Now).TotalMinutes));
        Until = Array.ConvertAll(Couriers, courier => courier.Until is { } until ? (until - input.Now).TotalMinutes : double.PositiveInfinity);
        _drops = Array.ConvertAll(Orders, order => order.Dropoff);
        _starts = Array.ConvertAll(Couriers, courier => courier.Location);

        // A site is a merchant at a place; an order whose merchant is not known is a site of its own and is never bundled.
        var sites = new Dictionary<(string, GeoPoint), int>();
        Site = new int[Orders.Length];
        _rankInSite = new int[Orders.Length];
        var places = new List<GeoPoint>();
        var sizes = new List<int>();
        for (var o = 0; o < Orders.Length; o++)
        {
            var key = (Orders[o].Merchant ?? "\n" + Orders[o].Order, Orders[o].Pickup);
            if (!sites.TryGetValue(key, out var site))
            {
                sites[key] = site = sites.Count;
                places.Add(Orders[o].Pickup);
                sizes.Add(0);
            }

            Site[o] = site;
            _rankInSite[o] = sizes[site]++;
        }

        _places = [.. places];
        _siteSize = [.. sizes];
        _ownPairs = new int[_places.Length];
        var pairs = 0;
        for (var s = 0; s < _places.Length; s++)
        {
            _ownPairs[s] = pairs;
            pairs += _siteSize[s] * _siteSize[s];
        }

        SiteToDrop = new double[Orders.Length];
        for (var o = 0; o < Orders.Length; o++) SiteToDrop[o] = travelMinutes(_places[Site[o]], _drops[o]);
        _startToSite = Unknown(Couriers.Length * _places.Length);
        _dropToSite = Unknown(Orders.Length * _places.Length);
        _dropToDrop = Unknown(pairs);

        double travelMinutes(GeoPoint from, GeoPoint to) => _travel.Between(from, to).TotalMinutes;
    }

    public WaitingOrder[] Orders { get; }

    public IdleCourier[] Couriers { get; }

    public double HalfPickup { get; }

    public double HalfDropoff { get; }

    /// <summary>Per courier: whether an assignment may be given now.</summary>
    public bool[] IdleNow { get; }

    /// <summary>Per courier: when the courier is idle, 0 or more.</summary>
    public double[] Free { get; }

    /// <summary>Per courier: when the shift ends.</summary>
    public double[] Until { get; }

    public double[] Ready { get; }

    public double[] Placed { get; }

    public int[] Site { get; }

    public double[] SiteToDrop { get; }

    public int Sites => _places.Length;

    /// <summary>Minutes from where a courier will be idle to a site.</summary>
    public double StartToSite(int courier, int site)
    {
        ref var known = ref _startToSite[courier * _places.Length + site];
        if (float.IsNaN(known)) known = (float)_travel.Between(_starts[courier], _places[site]).TotalMinutes;
        return known;
    }

    /// <summary>Minutes from an order's customer to a site.</summary>
    public double DropToSite(int order, int site)
    {
        ref var known = ref _dropToSite[order * _places.Length + site];
        if (float.IsNaN(known)) known = (float)_travel.Between(_drops[order], _places[site]).TotalMinutes;
        return known;
    }

    /// <summary>Minutes from customer to customer of one site.</summary>
    public double DropToDrop(int from, int to)
    {
        var site = Site[from];
        ref var known = ref _dropToDrop[_ownPairs[site] + _rankInSite[from] * _siteSize[site] + _rankInSite[to]];
        if (float.IsNaN(known)) known = (float)_travel.Between(_drops[from], _drops[to]).TotalMinutes;
        return known;
    }

    /// <summary>Whether a courier may be asked for an order: not while the courier's declining it counts.</summary>
    public bool MayAsk(int courier, int order) =>
        Couriers[courier].Passed.IsDefaultOrEmpty || !Couriers[courier].Passed.Any(passed => passed.Order == Orders[order].Order && passed.Until > _now);

    public GeoPoint PlaceOf(int site) => _places[site];

    public GeoPoint StartOf(int courier) => _starts[courier];

    public GeoPoint DropOf(int order) => _drops[order];

    private static float[] Unknown(int length)
    {
        var values = new float[length];
        Array.Fill(values, float.NaN);
        return values;
    }
}
