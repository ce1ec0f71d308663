using OrderActors.Values;

namespace OrderActors.Dispatch.Matching;

/// <summary>
/// A zone at one moment as numbers: minutes from now; orders, couriers and sites by index. The indexes follow the ids, so
/// that the order in which the lists came makes no difference.
/// </summary>
internal sealed class RoutingProblem
{
    private readonly DateTimeOffset _now;
    private readonly TravelTimes _startToSite;
    private readonly TravelTimes _dropToSite;
    private readonly TravelTimes _dropToDrop;
    private readonly TravelTimes? _siteToSite;
    private readonly TravelTimes? _siteToDrop;
    private readonly double _minutesPerDegree;
    private readonly double _narrowing;

    public RoutingProblem(DispatchInput input)
    {
        _now = input.Now;
        IsOutOfTime = input.IsOutOfTime;
        (MaxSites, Fairness) = input.Rules ?? ZoneRules.Default;
        HalfPickup = input.Travel.PickupService.TotalMinutes / 2;
        HalfDropoff = input.Travel.DropoffService.TotalMinutes / 2;
        Orders = [.. input.Waiting.OrderBy(order => order.Order)];
        Ready = Array.ConvertAll(Orders, order => Minutes(order.ReadyAt));
        Placed = Array.ConvertAll(Orders, order => Minutes(order.PlacedAt));
        Drops = Array.ConvertAll(Orders, order => order.Dropoff);

        var couriers = input.Idle.Select(courier => (Courier: courier, Idle: true))
            .Concat((input.Busy ?? []).Select(courier => (Courier: courier, Idle: false)))
            .Where(courier => !(courier.Courier.Until < Latest(_now, courier.Courier.Since).AddMinutes(HalfPickup)))
            .OrderBy(courier => courier.Courier.Courier, StringComparer.Ordinal).ToArray();
        Couriers = Array.ConvertAll(couriers, courier => courier.Courier);
        IdleNow = Array.ConvertAll(couriers, courier => courier.Idle && courier.Courier.Since <= _now);
        Free = Array.ConvertAll(Couriers, courier => Math.Max(0, Minutes(courier.Since)));
        Until = Array.ConvertAll(Couriers, courier => courier.Until is { } until ? Minutes(until) : double.PositiveInfinity);
        Starts = Array.ConvertAll(Couriers, courier => courier.Location);

        Site = new int[Orders.Length];
        Places = GroupBySite();
        _startToSite = new TravelTimes(input.Travel, Starts, Places);
        _dropToSite = new TravelTimes(input.Travel, Drops, Places);
        _dropToDrop = new TravelTimes(input.Travel, Drops, Drops);
        if (MaxSites > 1) (_siteToSite, _siteToDrop) = (new TravelTimes(input.Travel, Places, Places), new TravelTimes(input.Travel, Places, Drops));
        SiteToDrop = new double[Orders.Length];
        for (var o = 0; o < Orders.Length; o++) SiteToDrop[o] = input.Travel.Between(Places[Site[o]], Drops[o]).TotalMinutes;

        // How fast couriers are, from the ways that are needed anyway.
        _narrowing = Places.Length == 0 ? 1 : Math.Cos(double.DegreesToRadians(Places[0].Latitude));
        var degrees = Enumerable.Range(0, Orders.Length).Sum(o => Degrees(Places[Site[o]], Drops[o]));
        _minutesPerDegree = degrees > 0 ? SiteToDrop.Sum() / degrees : 0;
    }

    /// <summary>Whether the answer is due; null for never.</summary>
    public Func<bool>? IsOutOfTime { get; }

    /// <summary>How many sites a trip may have.</summary>
    public int MaxSites { get; }

    /// <summary>How much it counts that couriers earn alike, 0 to 1.</summary>
    public double Fairness { get; }

    public WaitingOrder[] Orders { get; }

    /// <summary>Those who are idle and those who will be, as long as they can pick something up within the shift.</summary>
    public IdleCourier[] Couriers { get; }

    /// <summary>Per courier: whether an assignment may be given now.</summary>
    public bool[] IdleNow { get; }

    /// <summary>Per courier: when the courier is idle, 0 or more.</summary>
    public double[] Free { get; }

    /// <summary>Per courier: when the shift ends; infinite when that is open.</summary>
    public double[] Until { get; }

    /// <summary>Per courier: where the courier is or will be idle.</summary>
    public GeoPoint[] Starts { get; }

    public double[] Ready { get; }

    public double[] Placed { get; }

    public GeoPoint[] Drops { get; }

    /// <summary>Per order: its site. A site is a merchant at a place.</summary>
    public int[] Site { get; }

    /// <summary>Per site: where it is.</summary>
    public GeoPoint[] Places { get; }

    public double[] SiteToDrop { get; }

    public double HalfPickup { get; }

    public double HalfDropoff { get; }

    public double StartToSite(int courier, int site) => _startToSite.Between(courier, site);

    public double DropToSite(int order, int site) => _dropToSite.Between(order, site);

    public double DropToDrop(int from, int to) => _dropToDrop.Between(from, to);

    /// <summary>From one site to another; only where a trip may have several.</summary>
    public double SiteToSite(int from, int to) => _siteToSite!.Between(from, to);

    /// <summary>To an order's drop-off from a site that need not be the order's own; only where a trip may have several.</summary>
    public double DropFromSite(int order, int site) => _siteToDrop!.Between(site, order);

    /// <summary>How long a courier has been on duty; 0 when that is not known.</summary>
    public double OnDutyHours(int courier) => Couriers[courier].OnDutySince is { } since ? Math.Max(0, (_now - since).TotalHours) : 0;

    /// <summary>About how many minutes it is from place to place, without asking the travel model.</summary>
    public double Estimate(GeoPoint from, GeoPoint to) => Degrees(from, to) * _minutesPerDegree;

    /// <summary>Whether a courier may be asked for an order: not as long as a "no" to it counts.</summary>
    public bool MayAsk(int courier, int order)
    {
        if (Couriers[courier].Passed.IsDefaultOrEmpty) return true;
        foreach (var passed in Couriers[courier].Passed)
        {
            if (passed.Order == Orders[order].Order && passed.Until > _now) return false;
        }

        return true;
    }

    private GeoPoint[] GroupBySite()
    {
        // An order whose merchant is not known is a site of its own, and so never carried with another one.
        var sites = new Dictionary<(string?, OrderNumber, GeoPoint), int>();
        var places = new List<GeoPoint>();
        for (var o = 0; o < Orders.Length; o++)
        {
            var order = Orders[o];
            var key = (order.Merchant, order.Merchant is null ? order.Order : default, order.Pickup);
            if (!sites.TryGetValue(key, out Site[o]))
            {
                sites[key] = Site[o] = places.Count;
                places.Add(order.Pickup);
            }
        }

        return [.. places];
    }

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private double Minutes(DateTimeOffset at) => (at - _now).TotalMinutes;

    private double Degrees(GeoPoint from, GeoPoint to)
    {
        var north = to.Latitude - from.Latitude;
        var east = (to.Longitude - from.Longitude) * _narrowing;
        return Math.Sqrt(north * north + east * east);
    }
}
