using OrderActors.Dispatch;
using OrderActors.Dispatch.Matching;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Dispatch;

/// <summary>Orders and couriers around a place where a minute's ride is 0.001 degrees of latitude.</summary>
internal static class Zone
{
    public static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    public static readonly GeoPoint Centre = new(48, 11);

    public static OrderNumber Number(int n, int partition = 7) => OrderNumber.Create(1_000_000 + n, 1, 1, partition, 3);

    public static GeoPoint North(double minutes) => new(Centre.Latitude + minutes / 1_000, Centre.Longitude);

    public static WaitingOrder Order(int n, double readyIn = 0, double at = 0, double placedAgo = 10, long version = 1, int partition = 7) =>
        new(Number(n, partition), North(at), Centre, Noon.AddMinutes(-placedAgo), Noon.AddMinutes(readyIn), version);

    public static IdleCourier Courier(string id, double at = 0, double? until = null, double freeIn = 0, long version = 1) =>
        new(id, North(at), Noon.AddMinutes(freeIn), until is { } minutes ? Noon.AddMinutes(minutes) : null, 1, version);

    /// <summary>Who gets what, by courier.</summary>
    public static string[] Given(DispatchPlan plan) =>
        [.. plan.Pairings.Select(p => $"{p.Courier.Courier}>{string.Join('+', p.Orders)}").Order(StringComparer.Ordinal)];

    public static DispatchPlan Decide(IReadOnlyList<WaitingOrder> orders, IReadOnlyList<IdleCourier> couriers, ITravelModel? travel = null) =>
        new NearestIdlePolicy().Decide(new DispatchInput(Noon, orders, couriers, travel ?? new Minutes()));

    /// <summary>Whole minutes by latitude; 2 minutes of service before and 2 after each handover.</summary>
    internal sealed class Minutes : ITravelModel
    {
        public TimeSpan PickupService => TimeSpan.FromMinutes(4);

        public TimeSpan DropoffService => TimeSpan.FromMinutes(4);

        public TimeSpan Between(GeoPoint from, GeoPoint to) => TimeSpan.FromMinutes(Math.Round(Math.Abs(from.Latitude - to.Latitude) * 1_000));
    }
}
