using OrderActors.Couriers;
using OrderActors.Orders;
using OrderActors.Payments;
using OrderActors.Values;

namespace OrderActors.Broadcast;

/// <summary>Tells live events from those of test mode, by the ids that they carry.</summary>
internal static class Livemode
{
    /// <summary>The region of test orders' numbers.</summary>
    private const int TestRegion = 9;

    /// <summary>What the grain keys of test mode begin with; callers never see it.</summary>
    private const char TestMark = '~';

    /// <summary>Whether an event is live.</summary>
    public static bool Of(DomainEvent happened) => happened switch
    {
        OrderEvent e => Of(e.Order),
        PaymentEvent e => Of(e.Payment.Order),
        RefundEvent e => Of(e.Order),
        CourierEvent e => Of(e.Courier),
        MerchantEvent e => Of(e.Merchant),
        CustomerEvent e => Of(e.Customer),
        PromotionEvent e => Of(e.Promotion.Code),
        SettlementEvent e => Of(e.Day.Day),
        WebhookEvent e => e.Owner.Live,
        _ => true,
    };

    /// <summary>An id as its caller knows it.</summary>
    public static string Plain(string id) => id.StartsWith(TestMark) ? id[1..] : id;

    private static bool Of(OrderNumber order) => order.Region != TestRegion;

    private static bool Of(string id) => !id.StartsWith(TestMark);
}
