using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Refunds;
using OrderActors.Settlement;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles.Settlement;

public class SettlementRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly OrderNumber Number = OrderNumber.Create(1_000, 0, 1, 2, 3);
    private static readonly SettlementOptions Options = new() { CourierPayPerDelivery = 400 };

    // 20.00 of lines, 3.00 delivery, 2.00 + 1.00 off, 15 % commission: the customer owes 20.00.
    private static readonly Bill Usual = new("EUR", 2_000, 300, 200, 100, 150, Due: 2_000);

    private static OrderEvent Event(
        string type,
        Bill? bill,
        PaymentMethod method = PaymentMethod.Card,
        OrderKind kind = OrderKind.Delivery,
        string? courier = "k1",
        DeliveryStatus delivery = DeliveryStatus.Delivered) => new(
            type, Now, Actor.System, 9, Number, "anna", "m1", "z", courier, OrderStatus.Completed, delivery, PaymentStatus.Paid, CancelReason.None,
            default, default, Now, null, [], kind, method, bill);

    private static string Booked(DomainEvent happened)
    {
        var booking = SettlementRules.BookingOf(new(7, 42, happened), Options);
        if (booking is null) return "";
        Assert.Equal(0, booking.Entries.Sum(entry => entry.Amount));
        Assert.Equal((42, Number, "EUR", Now, happened.Type), (booking.Sequence, booking.Order, booking.Currency, booking.OccurredAt, booking.Type));
        return string.Join(' ', booking.Entries.Select(entry => $"{entry.Party}:{entry.Id}{entry.Amount:+0;-0}"));
    }

    private static RefundEvent Refund(string type, long amount, long merchantShare) =>
        new(type, Now, Actor.System, 3, Number, 1, RefundStatus.Refunded, "anna", "m1", new(amount, "EUR"), merchantShare, []);

    [Fact]
    public void Each_party_gets_its_part()
    {
        const string Done = EventTypes.OrderCompleted;
        Assert.Equal("Customer:anna-2000 Merchant:m1+1500 Courier:k1+400 Platform:+100", Booked(Event(Done, Usual)));
        Assert.Equal("Merchant:m1+1500 Courier:k1-1600 Platform:+100", Booked(Event(Done, Usual, PaymentMethod.Cash)));
        Assert.Equal("Merchant:m1-500 Platform:+500", Booked(Event(Done, Usual, PaymentMethod.Cash, OrderKind.Pickup, courier: null)));
        Assert.Equal("Customer:anna-2000 Merchant:m1+1500 Platform:+500", Booked(Event(Done, Usual, kind: OrderKind.Virtual, courier: null)));
        Assert.Equal("", Booked(Event(Done, bill: null)));
    }

    [Fact]
    public void Ends_with_money_kept_are_booked_and_others_are_not()
    {
        var fee = Usual with { Due = 500 };
        foreach (var type in new[] { EventTypes.OrderCanceled, EventTypes.OrderExpired })
        {
            Assert.Equal("Customer:anna-500 Merchant:m1+500", Booked(Event(type, fee)));
            Assert.Equal("", Booked(Event(type, fee, PaymentMethod.Cash)));
            Assert.Equal("", Booked(Event(type, fee with { Due = 0 })));
        }

        Assert.Equal("Customer:anna-500 Merchant:m1+500 Courier:k1+400 Platform:-400", Booked(Event(EventTypes.OrderReturned, fee)));
        Assert.Equal("Courier:k1+400 Platform:-400", Booked(Event(EventTypes.OrderReturned, fee, PaymentMethod.Cash)));
        Assert.Equal("", Booked(Event(EventTypes.OrderCompleted, fee, delivery: DeliveryStatus.Returned)));
        foreach (var type in new[] { EventTypes.OrderCreated, EventTypes.OrderAccepted, EventTypes.OrderDelivered, EventTypes.OrderRejected })
            Assert.Equal("", Booked(Event(type, Usual)));
    }

    [Fact]
    public void A_refund_is_booked_when_the_money_went_back()
    {
        Assert.Equal("Customer:anna+900 Merchant:m1-600 Platform:-300", Booked(Refund(EventTypes.RefundCompleted, 900, 600)));
        Assert.Equal("Customer:anna+900 Platform:-900", Booked(Refund(EventTypes.RefundCompleted, 900, 0)));
        foreach (var type in new[] { EventTypes.RefundRequested, EventTypes.RefundApproved, EventTypes.RefundFailed })
            Assert.Equal("", Booked(Refund(type, 900, 600)));
    }

    [Fact]
    public void Entries_sum_to_zero_whatever_the_bill()
    {
        for (var seed = 0; seed < 5_000; seed++)
        {
            var random = new Random(seed);
            long Amount() => random.Next(4) == 0 ? 0 : random.NextInt64(0, 1_000_000_000_000);
            var bill = new Bill("EUR", Amount(), Amount(), Amount(), Amount(), random.Next(0, 1_001), Amount());
            var type = Pick(EventTypes.OrderCompleted, EventTypes.OrderCanceled, EventTypes.OrderExpired, EventTypes.OrderReturned);
            var happened = random.Next(5) == 0
                ? (DomainEvent)Refund(EventTypes.RefundCompleted, Amount(), Amount())
                : Event(
                    type, bill, Pick(PaymentMethod.Card, PaymentMethod.Cash), Pick(Enum.GetValues<OrderKind>()), Pick("k1", null),
                    Pick(Enum.GetValues<DeliveryStatus>()));
            var booking = SettlementRules.BookingOf(new(1, 1, happened), new() { CourierPayPerDelivery = random.Next(1_000) });
            Assert.True(booking is null || booking.Entries.Sum(entry => entry.Amount) == 0, $"seed {seed}: {booking}");
            Assert.True(booking is null || booking.Entries.All(entry => entry.Amount != 0), $"seed {seed}: {booking}");

            T Pick<T>(params T[] of) => of[random.Next(of.Length)];
        }
    }

    [Fact]
    public void An_amount_that_overflows_is_no_booking() =>
        Assert.Throws<OverflowException>(() => Booked(Event(EventTypes.OrderCompleted, Usual with { MerchantDiscount = long.MaxValue, Due = long.MaxValue })));
}
