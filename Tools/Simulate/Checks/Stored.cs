using OrderActors.Customers;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Promotions;
using OrderActors.Refunds;
using OrderActors.Settlement;
using OrderActors.Tools.Simulate.World;
using OrderActors.Values;

namespace OrderActors.Tools.Simulate.Checks;

/// <summary>The durable states that checks compare, by what they are about.</summary>
internal sealed class Stored
{
    /// <summary>Orders.</summary>
    public Dictionary<OrderNumber, OrderState> Orders { get; } = [];

    /// <summary>Payments.</summary>
    public Dictionary<OrderNumber, PaymentState> Payments { get; } = [];

    /// <summary>Refunds.</summary>
    public Dictionary<OrderNumber, RefundState> Refunds { get; } = [];

    /// <summary>Customers.</summary>
    public Dictionary<string, CustomerState> Customers { get; } = new(StringComparer.Ordinal);

    /// <summary>Uses of coupons, by coupon and customer.</summary>
    public Dictionary<string, PromotionUsesState> Uses { get; } = new(StringComparer.Ordinal);

    /// <summary>Bookings, with the partition each came from.</summary>
    public List<(int Partition, SettlementBooking Booking)> Bookings { get; } = [];

    /// <summary>Reads them.</summary>
    public static Stored Read(IWorldPlatform platform)
    {
        var stored = new Stored();
        foreach (var (_, key, _, state) in platform.States())
        {
            switch (state)
            {
                case OrderState s: stored.Orders.Add(s.Number, s); break;
                case PaymentState s: stored.Payments[OrderNumber.Parse(key)] = s; break;
                case RefundState s when s.Version > 0: stored.Refunds.Add(s.Order, s); break;
                case CustomerState s: stored.Customers.Add(key, s); break;
                case PromotionUsesState s: stored.Uses.Add(key, s); break;
                case SettlementBookState s: stored.Add(PartitionOf(key), s.Open); break;
                case SettlementPageState s: stored.Add(PartitionOf(key), s.Bookings); break;
            }
        }

        return stored;
    }

    private static int PartitionOf(string key) =>
        int.Parse(key.AsSpan(key.IndexOf('/', StringComparison.Ordinal) + 1, 3), System.Globalization.CultureInfo.InvariantCulture);

    private void Add(int partition, System.Collections.Immutable.ImmutableArray<SettlementBooking> bookings)
    {
        foreach (var booking in bookings) Bookings.Add((partition, booking));
    }
}
