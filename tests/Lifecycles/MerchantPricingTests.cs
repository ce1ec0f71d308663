using System.Collections.Immutable;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles;

public class MerchantPricingTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly GeoPoint Here = new(52.52, 13.405);
    private static readonly GeoPoint KilometreNorth = new(52.5290, 13.405);
    private static readonly OrderNumber One = OrderNumber.Create((long)(Now - OrderNumber.Epoch).TotalMilliseconds, 0, 0, 0, 0);

    private static readonly OptionGroup Size = new("size", "Size", 1, 1, [new("small", "Small", -200), new("large", "Large", 300)]);
    private static readonly OptionGroup Extras = new("extras", "Extras", 0, 2, [new("egg", "Egg", 150), new("nori", "Nori", 50), new("less", "Less", -900)]);

    private static readonly MerchantProfile Ramen = new()
    {
        Version = 1,
        Id = "m1",
        Status = MerchantStatus.Open,
        Location = Here,
        Currency = "EUR",
        PreparationTime = TimeSpan.FromMinutes(20),
        AutoAccept = true,
        MenuRevision = 1,
        Menu =
        [
            new("ramen", "Ramen", 900, 10, [Size, Extras], Limit: 6),
            new("tea", "Tea", 250),
            new("gold", "Gold", MerchantRules.MaxPrice),
            new("soup", "Soup", 400, Unavailable: true, UnavailableUntil: Now.AddHours(1)),
            new("pass", "Pass", 999, Virtual: new(30, 0)),
            new("card", "Gift card", 2_000, 5, Virtual: new(0, 1)),
        ],
    };

    private static OrderLine Line(string item, int quantity = 1, params string[] options) => new(item, quantity, [.. options]);

    private static ReservationReply Ask(MerchantProfile p, OrderKind kind, params OrderLine[] lines) => Ask(p, new(One, [.. lines], new(0, "EUR"), kind, Here));

    private static ReservationReply Ask(MerchantProfile p, HoldRequest request, DateTimeOffset? now = null) =>
        StockRules.Hold(new(), p, request with { HasCoupon = true }, new("m1", now ?? Now)).Reply;

    private static RefusalCode? Code(ReservationReply reply) => reply.Refusal?.Code;

    [Fact]
    public void Options_change_the_price_and_the_same_item_stands_on_several_lines()
    {
        var held = Ask(Ramen, OrderKind.Pickup, Line("ramen", 1, "large", "nori", "egg"), Line("ramen", 2, "small"), Line("tea")).Reservation!;
        Assert.Equal([900 + 300 + 150 + 50, 700, 250], held.Lines.Select(l => l.UnitPrice));
        Assert.Equal(1_400 + 1_400 + 250, held.Total.Amount);
        Assert.Equal(["egg", "large", "nori"], held.Lines[0].Options.AsEnumerable());
        Assert.Equal(0, Ask(Ramen, OrderKind.Pickup, Line("ramen", 1, "small", "less")).Reservation!.Lines[0].UnitPrice);
    }

    [Fact]
    public void The_same_options_in_another_order_are_the_same_line() => Assert.Equal(
        RefusalCode.ValidationFailed, Code(Ask(Ramen, OrderKind.Pickup, Line("ramen", 1, "large", "egg"), Line("ramen", 1, "egg", "large"))));

    [Theory]
    [InlineData("")]
    [InlineData("large,small")]
    [InlineData("large,huge")]
    [InlineData("large,egg,egg")]
    [InlineData("large,egg,nori,less")]
    public void Wrong_options_are_refused(string options) => Assert.Equal(
        RefusalCode.UnknownOption, Code(Ask(Ramen, OrderKind.Pickup, Line("ramen", 1, options.Split(',', StringSplitOptions.RemoveEmptyEntries)))));

    [Fact]
    public void Stock_and_limits_count_an_item_over_all_lines()
    {
        Assert.Equal(RefusalCode.ValidationFailed, Code(Ask(Ramen, OrderKind.Pickup, Line("ramen", 4, "large"), Line("ramen", 3, "small"))));
        var scarce = Ramen with { Menu = Ramen.Menu.SetItem(0, Ramen.Menu[0] with { Stock = 4 }) };
        var refusal = Ask(scarce, OrderKind.Pickup, Line("tea"), Line("ramen", 3, "large"), Line("ramen", 2, "small")).Refusal!;
        Assert.Equal((RefusalCode.SoldOut, "/lines/1/quantity", "5", "4"), (refusal.Code, refusal.Field, refusal.Value, refusal.Allowed.Single()));
    }

    [Fact]
    public void An_item_that_cannot_be_had_comes_back_by_itself()
    {
        Assert.Equal(RefusalCode.SoldOut, Code(Ask(Ramen, OrderKind.Pickup, Line("soup"))));
        Assert.NotNull(Ask(Ramen, new HoldRequest(One, [Line("soup")], new(400, "EUR"), OrderKind.Pickup), Now.AddHours(1)).Reservation);
    }

    [Fact]
    public void Virtual_goods_are_ordered_on_their_own_whether_the_merchant_is_open_or_not()
    {
        var closed = Ramen with { Status = MerchantStatus.Closed, Capacity = new(1), Terms = new(RadiusMetres: 1, MinimumOrder: 100_000) };
        var held = Ask(closed, OrderKind.Virtual, Line("pass", 2), Line("card", 3)).Reservation!;
        Assert.Equal((new VirtualGoods(60, 3), 0L, true), (held.Virtual, held.DeliveryFee, held.AutoAccept));
        Assert.Equal(RefusalCode.ValidationFailed, Code(Ask(Ramen, OrderKind.Virtual, Line("pass"), Line("tea"))));
        Assert.Equal(RefusalCode.ValidationFailed, Code(Ask(Ramen, OrderKind.Pickup, Line("pass"))));
        Assert.Equal(RefusalCode.SoldOut, Code(Ask(Ramen, OrderKind.Virtual, Line("card", 6))));
    }

    [Fact]
    public void A_delivery_costs_a_base_and_its_way_unless_something_makes_it_free()
    {
        var p = Ramen with { Terms = new(DeliveryFee: 200, DeliveryFeePerKilometre: 100, FreeDeliveryFrom: 1_000, RadiusMetres: 1_500) };
        HoldRequest To(GeoPoint to, int teas = 1, OrderKind kind = OrderKind.Delivery, bool free = false) =>
            new(One, [Line("tea", teas)], new(0, "EUR"), kind, to, FreeDelivery: free);
        Assert.Equal((301, 551), (Ask(p, To(KilometreNorth)).Reservation!.DeliveryFee, Ask(p, To(KilometreNorth)).Reservation!.Total.Amount));
        Assert.Equal(200, Ask(p, To(Here)).Reservation!.DeliveryFee);
        Assert.Equal(0, Ask(p, To(KilometreNorth, teas: 4)).Reservation!.DeliveryFee);
        Assert.Equal(0, Ask(p, To(KilometreNorth, free: true)).Reservation!.DeliveryFee);
        Assert.Equal(0, Ask(p, To(KilometreNorth, kind: OrderKind.Pickup)).Reservation!.DeliveryFee);
        Assert.Equal(RefusalCode.OutOfArea, Code(Ask(p, To(new(52.54, 13.405)))));
        Assert.NotNull(Ask(p, To(new(52.54, 13.405), kind: OrderKind.Pickup)).Reservation);
    }

    [Fact]
    public void Minimum_discount_kinds_and_commission()
    {
        var p = Ramen with
        {
            Terms = new(
                CommissionPermille: 150, MinimumOrder: 500, Discount: new(100, 1_000, Now, Now.AddHours(1)), Kinds: [OrderKind.Pickup],
                Waits: new(Acceptance: TimeSpan.FromMinutes(1))),
        };
        Assert.Equal(RefusalCode.ValidationFailed, Code(Ask(p, OrderKind.Pickup, Line("tea"))));
        Assert.Equal(RefusalCode.ValidationFailed, Code(Ask(p, OrderKind.Delivery, Line("tea", 4))));
        var held = Ask(p, OrderKind.Pickup, Line("tea", 5)).Reservation!;
        Assert.Equal((125, 1_125, 150, TimeSpan.FromMinutes(1)), (held.Discount, held.Total.Amount, held.CommissionPermille, held.Waits!.Acceptance!.Value));
        Assert.Equal(0, Ask(p, OrderKind.Pickup, Line("tea", 3)).Reservation!.Discount);
        var late = new HoldRequest(One, [Line("tea", 5)], new(0, "EUR"), OrderKind.Pickup);
        Assert.Equal(0, Ask(p, late, Now.AddHours(1)).Reservation!.Discount);
    }

    [Fact]
    public void No_amount_overflows_and_none_is_larger_than_an_order_can_be()
    {
        var options = Enumerable.Range(0, 50).Select(i => new MenuOption($"o{i}", "O", MerchantRules.MaxPrice)).ToImmutableArray();
        var dear = Ramen with { Menu = [new("gold", "Gold", MerchantRules.MaxPrice, Options: [new("all", "All", 0, 50, options)])] };
        var lines = Enumerable.Range(0, 50).Select(i => new OrderLine("gold", 99, [.. options.Skip(i).Select(o => o.Id)])).ToArray();
        Assert.Equal(RefusalCode.InvalidAmount, Code(Ask(dear, OrderKind.Pickup, lines)));
        Assert.Equal(RefusalCode.InvalidAmount, Code(Ask(Ramen, new HoldRequest(One, [Line("tea")], new(-1, "EUR"), OrderKind.Pickup))));
        Assert.Equal(RefusalCode.UnknownValue, Code(Ask(Ramen, new HoldRequest(One, [Line("tea")], new(250, "EUR"), (OrderKind)9))));
    }

    [Fact]
    public void Closed_says_when_it_opens_and_a_scheduled_order_is_judged_by_its_own_time()
    {
        var hours = Ramen with { Hours = new("UTC", [new(Weekday.Tuesday, [new(600, 720)])]) };
        var refusal = Ask(hours, OrderKind.Pickup, Line("tea")).Refusal!;
        Assert.Equal((RefusalCode.StoreClosed, "2026-06-02T10:00:00Z"), (refusal.Code, refusal.Allowed.Single()));
        var scheduled = new HoldRequest(One, [Line("tea")], new(250, "EUR"), OrderKind.Pickup, ScheduledFor: Now.AddHours(23));
        Assert.False(Ask(hours, scheduled).Reservation!.AutoAccept);

        var paused = Ramen with { Status = MerchantStatus.Closed, Spell = new(true, Now.AddMinutes(30), default) };
        Assert.Equal("2026-06-01T12:30:00Z", Ask(paused, OrderKind.Pickup, Line("tea")).Refusal!.Allowed.Single());
        Assert.NotNull(Ask(paused, scheduled with { ScheduledFor = null }, Now.AddMinutes(30)).Reservation);
        var busy = Ramen with { Spell = new(false, Now.AddMinutes(30), TimeSpan.FromMinutes(15)) };
        Assert.Equal(TimeSpan.FromMinutes(35), Ask(busy, OrderKind.Pickup, Line("tea")).Reservation!.PreparationTime);
        Assert.Equal(TimeSpan.FromMinutes(20), Ask(busy, scheduled with { ScheduledFor = null }, Now.AddMinutes(30)).Reservation!.PreparationTime);
    }

    [Fact]
    public void A_change_keeps_the_price_of_what_was_there_and_an_older_one_changes_nothing()
    {
        var stock = StockRules.Hold(new(), Ramen, new(One, [Line("ramen", 2, "small")], new(1_400, "EUR"), OrderKind.Pickup), new("m1", Now)).State;
        var dearer = Ramen with { Menu = [Ramen.Menu[0] with { Price = 1_000 }, Ramen.Menu[1] with { Price = 300 }] };
        var (after, reply) = StockRules.Amend(stock, dearer, One, 5, [Line("ramen", 3, "small"), Line("tea")], Now);
        Assert.Equal((3 * 700 + 300, 7), (reply.Reservation!.Total.Amount, after.Left.Single(l => l.Item == "ramen").Left));
        Json.AssertRoundTrip(after);
        var older = StockRules.Amend(after, dearer, One, 4, [Line("tea")], Now);
        Assert.Same(after, older.State);
        Assert.Equal(reply.Reservation.Total, older.Reply.Reservation!.Total);
        Assert.Equal(RefusalCode.SoldOut, StockRules.Amend(
            after, dearer with { Menu = [Ramen.Menu[0] with { Limit = null }] }, One, 6, [Line("ramen", 11, "small")], Now).Reply.Refusal!.Code);
        Assert.Equal(8, StockRules.Amend(after, dearer, One, 6, [Line("ramen", 2, "large")], Now).State.Left.Single(l => l.Item == "ramen").Left);
    }

    [Fact]
    public void An_estimate_stays_within_a_third_and_three_times_what_was_stated()
    {
        var (stated, learnt) = (TimeSpan.FromMinutes(12), default(TimeSpan?));
        for (var i = 0; i < 50; i++) learnt = PreparationEstimate.Learn(learnt, stated, TimeSpan.FromHours(5));
        Assert.InRange(learnt!.Value, stated * 2.9, stated * 3);
        for (var i = 0; i < 50; i++) learnt = PreparationEstimate.Learn(learnt, stated, TimeSpan.Zero);
        Assert.InRange(learnt!.Value, stated / 3, stated / 2.9);
        Assert.Equal(stated, PreparationEstimate.For(Ramen with { PreparationTime = stated }, learnt, Now));
        Assert.Equal(learnt, PreparationEstimate.For(Ramen with { PreparationTime = stated, Learn = true }, learnt, Now));
    }
}
