using OrderActors.Client.Api;
using OrderActors.Tools.Chaos.Accounts;
using OrderActors.Tools.Chaos.Targets;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tests.Tools.Chaos;

/// <summary>Each promise, held against a platform that keeps it and against one that lies.</summary>
public class AuditTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_platform_that_did_what_it_said_has_no_findings()
    {
        var account = Account(Act.Pay, Act.Accept, Act.Ready, Act.Collect);
        var order = Seen(OrderStatus.Completed, "order.created", "order.accepted", "order.ready", "order.completed");
        Assert.Empty(Audit.OfOrder(account, order));
        Assert.Empty(Audit.OfCharges(account, order, new(Held: 0, Taken: 2100, Returned: 0, Captures: 1)));
        Assert.Empty(Audit.OfList("c1", [account], ["1"], open: 0));
        Assert.Empty(Audit.OfStock("m1", taken: 2, perOrder: 2, kept: 1, perhaps: 0));
        Assert.Empty(Audit.OfBooks(Books(2100, -2100)));
        Assert.Empty(Audit.OfBookings(["1"], ["1", "of somebody else"]));
    }

    [Fact]
    public void An_acknowledged_order_that_is_gone_is_found() =>
        Found(Promise.Kept, "order 1 was acknowledged and is not there", Audit.OfOrder(Account(), null));

    [Theory]
    [InlineData("Pay", OrderStatus.AwaitingPayment, "'pay' was acknowledged, and it is only awaiting_payment")]
    [InlineData("Accept", OrderStatus.AwaitingMerchant, "'accept' was acknowledged, and it is only awaiting_merchant")]
    [InlineData("Ready", OrderStatus.Preparing, "'ready' was acknowledged, and it is only preparing")]
    [InlineData("Collect", OrderStatus.Ready, "'collect' was acknowledged, and it is only ready")]
    [InlineData("Cancel", OrderStatus.Preparing, "was acknowledged as canceled and is preparing")]
    public void An_acknowledged_step_that_was_forgotten_is_found(string acknowledged, OrderStatus status, string said) =>
        Found(Promise.Kept, said, Audit.OfOrder(Account(Enum.Parse<Act>(acknowledged)), Seen(status)));

    [Fact]
    public void An_order_that_ended_without_anybody_asking_is_found()
    {
        Found(Promise.Kept, "order 1 is canceled (), and nobody asked for that", Audit.OfOrder(Account(), Seen(OrderStatus.Canceled)));
        var asked = Account();
        asked.Ask(Act.Cancel);
        Assert.Empty(Audit.OfOrder(asked, Seen(OrderStatus.Canceled)));
    }

    [Fact]
    public void What_happened_twice_is_found()
    {
        Found(Promise.Once, "order 1 has order.accepted 2 times", Audit.OfOrder(Account(), Seen(OrderStatus.Preparing, "order.accepted", "order.accepted")));
        Found(Promise.Once, "order 1 is 2 times in the list of c1", Audit.OfList("c1", [Account()], ["1", "1"], open: 0));
        Found(Promise.Once, "c1 has orders that nobody was told of: 2", Audit.OfList("c1", [Account()], ["1", "2"], open: 0));
        Assert.Empty(Audit.OfList("c1", [Account()], ["1", "2"], open: 1));
    }

    [Fact]
    public void An_order_that_a_list_forgot_is_found() =>
        Found(Promise.Kept, "order 1 is missing in the list of c1", Audit.OfList("c1", [Account()], [], open: 1));

    [Fact]
    public void A_card_that_is_charged_twice_is_found_and_a_hold_that_runs_out_is_only_told()
    {
        var order = Seen(OrderStatus.Ready);
        Found(
            Promise.Money, "order 1 costs 2100; the provider took 4200 in 2 operations and returned 0",
            Audit.OfCharges(Account(Act.Pay), order, new(Held: 0, Taken: 4200, Returned: 0, Captures: 2)));
        var twice = new Charges(Held: 2100, Taken: 2100, Returned: 0, Captures: 1);
        Assert.Empty(Audit.OfCharges(Account(Act.Pay), order, twice));
        Assert.True(Audit.IsHeldTwice(order, twice));
        Assert.False(Audit.IsHeldTwice(order, new(Held: 2100, Taken: 0, Returned: 0, Captures: 0)));
    }

    [Fact]
    public void Goods_that_nobody_paid_are_found()
    {
        Found(
            Promise.Money, "order 1 was handed over, and of its 2100 the provider took 0",
            Audit.OfCharges(Account(Act.Pay), Seen(OrderStatus.Delivered), new(Held: 2100, Taken: 0, Returned: 0, Captures: 0)));
        Found(
            Promise.Money, "was acknowledged as paid, and of its 2100 the provider holds 0",
            Audit.OfCharges(Account(Act.Pay), Seen(OrderStatus.AwaitingMerchant), Charges.None));
    }

    [Fact]
    public void Stock_that_is_wrong_is_found()
    {
        Found(Promise.Once, "m1 sold at most 2 meals, and its stock went down by 4", Audit.OfStock("m1", taken: 4, perOrder: 2, kept: 1, perhaps: 0));
        Found(Promise.Kept, "m1 sold 4 meals, and its stock went down by 2", Audit.OfStock("m1", taken: 2, perOrder: 2, kept: 2, perhaps: 1));
    }

    [Fact]
    public void Books_that_are_wrong_are_found()
    {
        Found(Promise.Money, "the books of 2026-03-02 sum to 1 EUR and not to zero", Audit.OfBooks(Books(2100, -2099)));
        Found(Promise.Money, "order 1 is completed and not in the books", Audit.OfBookings(["1"], ["2"]));
        Found(Promise.Money, "order 1 is 2 times in the books", Audit.OfBookings(["1"], ["1", "1"]));
        const string Export = """
            day,occurred_at,order,type,refund,party,party_id,amount,currency,partition,sequence
            2026-03-02,2026-03-02T12:00:00.000Z,1,order.completed,,customer,c1,-2100,EUR,7,42
            2026-03-02,2026-03-02T12:00:00.000Z,1,order.completed,,merchant,m1,2100,EUR,7,42
            2026-03-02,2026-03-02T12:00:00.000Z,1,refund.refunded,1,customer,c1,900,EUR,7,43
            2026-03-02,2026-03-02T12:00:00.000Z,1,order.completed,,merchant,m1,2100,EUR,7,44
            """;
        Assert.Equal(["1", "1"], Audit.CompletionsIn(Export));
    }

    [Fact]
    public void What_a_consumer_gave_up_is_found()
    {
        var letter = new DeadLetter
        {
            Subscriber = "settlement",
            Partition = 7,
            Sequence = 42,
            Type = "order.completed",
            Error = "overflow",
            Attempts = 5,
            At = Noon,
        };
        Found(
            Promise.Finished, "settlement gave up order.completed (7/42) after 5 tries: overflow", Audit.OfDeadLetters(new DeadLetters { Data = [letter] }));
    }

    [Fact]
    public void An_answer_leaves_the_outcome_open_only_when_it_may_have_been_done()
    {
        Assert.True(LedgerTraffic.IsOpen(0, default));
        Assert.True(LedgerTraffic.IsOpen(-1, default));
        Assert.True(LedgerTraffic.IsOpen(500, default));
        Assert.True(LedgerTraffic.IsOpen(503, """{"retry":"same_key"}"""u8));
        Assert.False(LedgerTraffic.IsOpen(503, """{"code":"starting"}"""u8));
        Assert.False(LedgerTraffic.IsOpen(429, default));
        Assert.False(LedgerTraffic.IsOpen(409, """{"code":"invalid_transition"}"""u8));
        Assert.False(LedgerTraffic.IsOpen(201, default));
    }

    private static void Found(Promise promise, string what, IEnumerable<Finding> findings)
    {
        var finding = Assert.Single(findings);
        Assert.Equal(promise, finding.Promise);
        Assert.Contains(what, finding.What, StringComparison.Ordinal);
    }

    private static OrderAccount Account(params Act[] acknowledged)
    {
        var account = new OrderAccount("1", "o-1", "c1", "m1", ByCard: true);
        foreach (var act in acknowledged) account.Acknowledge(act);
        return account;
    }

    private static Order Seen(OrderStatus status, params string[] timeline) => new()
    {
        Number = "1",
        Version = 1,
        Kind = OrderKind.Pickup,
        Status = status,
        DeliveryStatus = DeliveryStatus.Unknown,
        PaymentStatus = PaymentStatus.None,
        SettlementStatus = SettlementStatus.Open,
        Frozen = false,
        Customer = "c1",
        Merchant = "m1",
        Attempt = 0,
        Lines = [],
        Total = new() { Amount = 2100, Currency = "EUR" },
        PaymentMethod = PaymentMethod.Card,
        CreatedAt = Noon,
        Deadlines = [],
        Allowed = [],
        Timeline = [.. timeline.Select((type, i) => new TimelineEntry { Version = i, Type = type, At = Noon, By = new() { Role = Role.System, Id = "" } })],
    };

    private static SettlementDay Books(params long[] amounts) => new()
    {
        Day = "2026-03-02",
        Version = 1,
        Status = SettlementDayStatus.Open,
        Bookings = 1,
        Totals =
        [
            .. amounts.Select(amount => new PartyTotal { Party = PartyKind.Merchant, Amount = new() { Amount = amount, Currency = "EUR" }, Entries = 1 }),
        ],
    };
}
