using System.Collections.Immutable;
using OrderActors.Merchants;
using OrderActors.Orders;
using OrderActors.Values;

namespace OrderActors.Tests.Lifecycles;

public class MerchantTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly OrderNumber One = OrderNumber.Create(1, 0, 0, 0, 0);
    private static readonly OrderNumber Two = OrderNumber.Create(2, 0, 0, 0, 0);
    private static readonly Actor Operator = new(Role.Operator, "op");

    private static MerchantCommand Command(string name, Actor by) => name switch
    {
        "create" => new CreateMerchant("create", by, "Noodles", "z1", new(1, 1), "EUR", TimeSpan.FromMinutes(20), false),
        "menu" => new SetMenu("menu", by, [new("soup", "Soup", 450, 5), new("tea", "Tea", 200)]),
        "open" => new SetMerchantStatus("open", by, MerchantStatus.Open),
        _ => new SetMerchantStatus("close", by, MerchantStatus.Closed),
    };

    private static Decision<MerchantProfile, MerchantLifecycle.Outcome> Give(MerchantProfile p, MerchantCommand c) => MerchantLifecycle.Decide(p, c, "m1", Now);

    private static MerchantProfile Profile(params string[] commands) =>
        commands.Aggregate(new MerchantProfile(), (p, c) => Give(p, Command(c, Operator)).State);

    private static readonly MerchantProfile Open = Profile("create", "menu", "open");

    private static Decision<MerchantStock, ReservationReply> Reserve(MerchantStock s, OrderNumber order, long total, params OrderLine[] lines) =>
        Hold(s, Open, order, total, lines);

    private static Decision<MerchantStock, ReservationReply> Hold(
        MerchantStock s, MerchantProfile p, OrderNumber order, long total, params OrderLine[] lines) =>
        StockRules.Hold(s, p, new(order, [.. lines], new(total, "EUR")), new HoldContext("m1", Now, GoodsOnly: true));

    private static int SoupLeft(MerchantStock s) => s.Under(Open).Left.Single(l => l.Item == "soup").Left;

    [Fact]
    public void Every_command_in_every_state_from_every_role()
    {
        foreach (var (state, profile) in new[] { ("none", new()), ("closed", Profile("create")), ("open", Profile("create", "open")) })
        {
            foreach (var name in new[] { "create", "menu", "open", "close" })
            {
                foreach (var by in Enum.GetValues<Role>().Select(r => new Actor(r, "m1")).Append(new(Role.Merchant, "m2")))
                {
                    var (after, outcome) = Give(profile, Command(name, by) with { Id = "new" });
                    RefusalCode? expected =
                        state == "none" && name != "create" ? RefusalCode.NotFound
                        : state != "none" && name == "create" ? RefusalCode.AlreadyExists
                        : by.Role is Role.System or Role.Operator || by is { Role: Role.Merchant, Id: "m1" } ? null
                        : RefusalCode.Forbidden;
                    Assert.Equal((state, name, by, expected), (state, name, by, outcome.Refusal?.Code));
                    Assert.Equal(expected is null ? profile.Version + 1 : profile.Version, after.Version);
                    var announced = expected is null &&
                        (name is "create" or "menu" || name == "open" && state == "closed" || name == "close" && state == "open");
                    Assert.Equal(announced, after.Raised.Length > profile.Raised.Length);
                    Json.AssertRoundTrip(after);
                }
            }
        }
    }

    [Fact]
    public void A_reservation_takes_stock_once_and_settling_gives_back_what_was_not_consumed()
    {
        var (taken, reply) = Reserve(new(), One, 1_100, new("soup", 2), new("tea", 1));
        Assert.Null(reply.Refusal);
        Assert.Equal(3, SoupLeft(taken));
        var again = Reserve(taken, One, 1_100, new("soup", 2), new("tea", 1));
        Assert.Same(taken, again.State);
        var (first, second) = (reply.Reservation!, again.Reply.Reservation!);
        Assert.Equal(first.Lines.AsEnumerable(), second.Lines.AsEnumerable());
        Assert.Equal(first with { Lines = default }, second with { Lines = default });
        Json.AssertRoundTrip(taken);

        var both = Reserve(taken, Two, 450, new OrderLine("soup", 1)).State;
        var settled = StockRules.Settle(both, Open, [new(One, false), new(Two, true), new(OrderNumber.Create(9, 0, 0, 0, 0), false)]);
        Assert.Equal(4, SoupLeft(settled));
        Assert.Empty(settled.Open);
        Assert.Same(settled, StockRules.Settle(settled, Open, [new(One, false), new(Two, true)]));
    }

    [Fact]
    public void A_new_menu_counts_from_what_it_says_and_open_orders_stay()
    {
        var taken = Reserve(new(), One, 900, new OrderLine("soup", 2)).State;
        var renewed = Give(Open, new SetMenu("m2", Operator, [new("soup", "Soup", 500, 1)])).State;
        Assert.Equal(1, taken.Under(renewed).Left.Single().Left);
        Assert.Equal(3, StockRules.Settle(taken, renewed, [new(One, false)]).Left.Single().Left);
    }

    [Fact]
    public void Refusals_name_what_is_wrong_and_what_would_be_right()
    {
        Refusal Of(MerchantProfile p, long total, string currency, params OrderLine[] lines)
        {
            var (after, reply) = StockRules.Hold(new(), p, new(One, [.. lines], new(total, currency)), new HoldContext("m1", Now, GoodsOnly: true));
            Assert.Empty(after.Open);
            return reply.Refusal!;
        }

        Assert.Equal(RefusalCode.UnknownMerchant, Of(new(), 450, "EUR", new OrderLine("soup", 1)).Code);
        Assert.Equal(RefusalCode.StoreClosed, Of(Profile("create", "menu"), 450, "EUR", new OrderLine("soup", 1)).Code);
        var unknown = Of(Open, 450, "EUR", new("soup", 9), new("cake", 1));
        Assert.Equal(
            (RefusalCode.UnknownItem, "cake", "/lines/1/item", "soup tea"),
            (unknown.Code, unknown.Value, unknown.Field, string.Join(' ', unknown.Allowed)));
        var soldOut = Of(Open, 2_700, "EUR", new OrderLine("soup", 6));
        Assert.Equal((RefusalCode.SoldOut, "5"), (soldOut.Code, soldOut.Allowed.Single()));
        Assert.Equal(RefusalCode.WrongCurrency, Of(Open, 450, "USD", new OrderLine("soup", 1)).Code);
        var total = Of(Open, 449, "EUR", new OrderLine("soup", 1));
        Assert.Equal((RefusalCode.WrongTotal, "450"), (total.Code, total.Allowed.Single()));
        foreach (var lines in new OrderLine[][] { [], [new("soup", 0)], [new("soup", 100)], [new("so up", 1)], [new("soup", 1), new("soup", 1)] })
            Assert.Equal(RefusalCode.ValidationFailed, Of(Open, 450, "EUR", lines).Code);
    }

    public static TheoryData<string> BadMenus => new("id", "twice", "name", "price", "stock", "many");

    [Theory]
    [MemberData(nameof(BadMenus))]
    public void A_bad_menu_is_refused(string fault)
    {
        ImmutableArray<MenuItem> items = fault switch
        {
            "id" => [new("a b", "A", 1)],
            "twice" => [new("a", "A", 1), new("a", "B", 1)],
            "name" => [new("a", new('x', 201), 1)],
            "price" => [new("a", "A", MerchantRules.MaxPrice + 1)],
            "stock" => [new("a", "A", 1, -1)],
            _ => [.. Enumerable.Range(0, 501).Select(i => new MenuItem($"i{i}", "A", 1))],
        };
        Assert.Equal(RefusalCode.ValidationFailed, Give(Open, new SetMenu("bad", Operator, items)).Reply.Refusal!.Code);
    }
}
