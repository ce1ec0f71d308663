using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using OrderActors.Broadcast;
using OrderActors.Orders;
using OrderActors.Refunds;
using OrderActors.Settlement;
using OrderActors.TestKit;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;

namespace OrderActors.Tests.Behaviour;

public sealed class SettlementTests
{
    private static readonly Actor Operator = new(Role.Operator, "op");
    private static readonly Bill Bill = new("EUR", 2_000, 300, 200, 100, 150, Due: 2_000);

    /// <summary>The day on which the cluster's clock starts.</summary>
    private static string Today(TestCluster cluster) => cluster.Clock.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Yesterday(TestCluster cluster) =>
        cluster.Clock.GetUtcNow().AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static ISettlementDayGrain Day(TestCluster cluster, string day) => cluster.Grains.GetGrain<ISettlementDayGrain>(day);

    [Fact]
    public Task A_completed_order_and_its_refund_are_on_the_days_books() => TestCluster.Run(async cluster =>
    {
        var today = Today(cluster);
        await Complete(cluster, 1);
        await Refund(cluster, 1, amount: 900, merchantShare: 600);
        await Booked(cluster, today, 2);
        var day = (await Day(cluster, today).Get()).Day!;
        Assert.Equal(
            ["Customer -1100 2", "Merchant 900 2", "Courier 450 1", "Platform -250 2"], day.Totals.Select(t => $"{t.Party} {t.Amount} {t.Entries}"));
        var lines = (await Day(cluster, today).Entries(PartyKind.Merchant, "m1", null, 10)).Lines;
        Assert.Equal([1_500L, -600], lines.Select(line => line.Booking.Entries.Single().Amount));
        Assert.Empty((await Day(cluster, today).Entries(PartyKind.Merchant, "m2", null, 10)).Lines);
    });

    [Fact]
    public Task Entries_come_once_each_in_the_same_order_page_by_page() => TestCluster.Run(async cluster =>
    {
        var today = Today(cluster);
        for (var i = 0; i < 150; i++) await Complete(cluster, i, shard: i % 2 == 0 ? 7 : 9);
        await Booked(cluster, today, 150);
        var all = await Read(cluster, today, 1_000);
        Assert.Equal(600, all.Count);
        Assert.Equal(all, await Read(cluster, today, 7));
        Assert.Equal(all.Order(StringComparer.Ordinal), all.Distinct().Order(StringComparer.Ordinal));
    });

    [Fact]
    public Task Whatever_write_fails_or_answer_is_lost_an_order_is_booked_once() => TestCluster.Run(async cluster =>
    {
        var today = Today(cluster);
        for (var broken = 1; broken <= 12; broken++)
        {
            var (writes, before, crash) = (0, broken % 2 == 0, broken % 3 == 0);
            Exception? Fault(string state, GrainId grain) =>
                grain.Key.ToString()!.StartsWith("20", StringComparison.Ordinal) && ++writes <= (broken + 2) / 3 ? new IOException("disk") : null;
            if (before) cluster.Storage.BeforeWrite = Fault;
            else cluster.Storage.AfterWrite = Fault;
            for (var i = 0; i < 20; i++) await Complete(cluster, (broken * 100) + i, shard: 7);
            if (crash) await cluster.CrashAndRestart();
            await Booked(cluster, today, broken * 20);
            (cluster.Storage.BeforeWrite, cluster.Storage.AfterWrite) = (null, null);
        }

        await cluster.CrashAndRestart();
        var lines = await Read(cluster, today, 1_000);
        Assert.Equal(12 * 20 * 4, lines.Count);
        Assert.Equal(lines.Count, lines.Distinct().Count());
    });

    [Fact]
    public Task An_event_that_was_given_up_is_booked_once_when_it_is_replayed() => TestCluster.Run(async cluster =>
    {
        var today = Today(cluster);
        cluster.Storage.AfterWrite = (_, grain) => grain.Key.ToString() == today + "/007" ? new IOException("the answer got lost") : null;
        await Complete(cluster, 1, shard: 7);
        var feed = cluster.Grains.GetGrain<ISettlementFeedGrain>("007");
        await Booked(cluster, today, 1);
        cluster.Storage.AfterWrite = null;

        cluster.Storage.BeforeWrite = (_, grain) => grain.Key.ToString() == today + "/007" ? new IOException("disk") : null;
        await Complete(cluster, 2, shard: 7);
        await cluster.Eventually(async () => (await feed.DeadLetters()).Length == 1, "the booking is a dead letter");
        cluster.Storage.BeforeWrite = null;
        for (var i = 0; i < 100; i++) await Complete(cluster, 100 + i, shard: 7);
        await Booked(cluster, today, 101);
        var letters = await feed.DeadLetters();
        foreach (var letter in letters) Assert.True(await feed.Replay(letter.Sequence));
        var book = cluster.Grains.GetGrain<ISettlementBookGrain>(today + "/007");
        for (var page = 0; page < 2; page++) Assert.Empty(await book.Book(await book.Page(page), again: true));
        Assert.Equal(102, (await Day(cluster, today).Get()).Day!.Bookings);
        Assert.Equal(102 * 4, (await Read(cluster, today, 1_000)).Distinct().Count());
    });

    [Fact]
    public Task A_day_is_closed_while_bookings_arrive_and_nothing_is_lost_or_changed() => TestCluster.Run(async cluster =>
    {
        var (yesterday, at, next) = (Yesterday(cluster), cluster.Clock.GetUtcNow().AddDays(-1), Today(cluster));
        Assert.Equal(RefusalCode.InvalidTransition, (await Day(cluster, next).Close(Operator)).Refusal!.Code);
        for (var i = 0; i < 60; i++) await Complete(cluster, i, shard: i % 3, at);
        await Booked(cluster, yesterday, 60);

        var closing = Day(cluster, yesterday).Close(Operator);
        for (var i = 60; i < 200; i++) await Complete(cluster, i, shard: i % 120, at);
        var closed = (await closing).Day!;
        Assert.Equal(SettlementDayStatus.Closed, closed.Status);
        var lines = await Read(cluster, yesterday, 1_000);
        await Booked(cluster, next, 200 - (int)closed.Bookings);
        await cluster.CrashAndRestart();
        for (var i = 200; i < 220; i++) await Complete(cluster, i, shard: i % 120, at);
        await Booked(cluster, next, 220 - (int)closed.Bookings);

        Assert.Equal(lines, await Read(cluster, yesterday, 1_000));
        Assert.Equal(
            closed with { Totals = default }, (await Day(cluster, yesterday).Close(Operator)).Day! with { Totals = default });
        var all = lines.Concat(await Read(cluster, next, 1_000)).ToList();
        Assert.Equal(220 * 4, all.Count);
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Equal(0, closed.Totals.Sum(total => total.Amount));
    });

    [Fact]
    public Task Closing_that_broke_off_goes_on_by_itself() => TestCluster.Run(async cluster =>
    {
        var (yesterday, at) = (Yesterday(cluster), cluster.Clock.GetUtcNow().AddDays(-1));
        for (var i = 0; i < 10; i++) await Complete(cluster, i, shard: i, at);
        await Booked(cluster, yesterday, 10);
        var writes = 0;
        cluster.Storage.BeforeWrite = (_, grain) =>
            grain.Key.ToString()!.StartsWith(yesterday + "/", StringComparison.Ordinal) && ++writes > 40 ? new IOException("disk") : null;
        await Assert.ThrowsAnyAsync<Exception>(() => Day(cluster, yesterday).Close(Operator));
        Assert.Equal(SettlementDayStatus.Closing, (await Day(cluster, yesterday).Get()).Day!.Status);
        await cluster.CrashAndRestart();
        cluster.Storage.BeforeWrite = null;
        await cluster.Eventually(async () => (await Day(cluster, yesterday).Get()).Day!.Status == SettlementDayStatus.Closed, "the day is closed");
        Assert.Equal(10, (await Day(cluster, yesterday).Get()).Day!.Bookings);
    });

    [Fact]
    public Task Orders_know_that_their_day_was_closed() => TestCluster.Run(async cluster =>
    {
        var town = new Town(cluster);
        await town.Merchant("m1");
        await town.Courier("k1");
        var orders = new[] { await town.Delivered("anna", "m1"), await town.Delivered("ben", "m1") };
        await cluster.Advance(TimeSpan.FromHours(40));
        await cluster.Eventually(async () => (await town.Now(orders[1])).Status == OrderStatus.Completed, "their books close");
        Assert.Equal(SettlementStatus.Eligible, (await town.Now(orders[0])).Settlement);
        var completed = DateOnly.FromDateTime((await town.Now(orders[0])).Timeline[^1].At.UtcDateTime);
        await Booked(cluster, $"{completed:yyyy-MM-dd}", 2);
        await cluster.Advance(TimeSpan.FromDays(1));
        Assert.Null((await Day(cluster, $"{completed:yyyy-MM-dd}").Close(Operator)).Refusal);
        foreach (var order in orders)
            await cluster.Eventually(async () => (await town.Now(order)).Settlement == SettlementStatus.Exported, $"{order.Number} is exported");
        Assert.Contains((await town.Now(orders[0])).Timeline, e => e.Type == EventTypes.OrderExported);
    });

    private static Task Booked(TestCluster cluster, string day, int bookings) => cluster.Eventually(
        async () => (await Day(cluster, day).Get()).Day!.Bookings == bookings, $"{bookings} bookings on {day}");

    private static async Task<List<string>> Read(TestCluster cluster, string day, int limit)
    {
        var lines = new List<string>();
        string? cursor = null;
        do
        {
            var page = await Day(cluster, day).Entries(null, null, cursor, limit);
            lines.AddRange(page.Lines.Select(line => $"{line.Booking.Order} {line.Booking.Type} {line.Booking.Entries.Single()}"));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return lines;
    }

    private static OrderNumber Number(int order, int shard) => OrderNumber.Create(1_000 + order, 0, 1, shard, 3);

    private static Task Complete(TestCluster cluster, int order, int shard = 7, DateTimeOffset? at = null) =>
        Announce(cluster, $"order-{order}", new OrderEvent(
        EventTypes.OrderCompleted, at ?? cluster.Clock.GetUtcNow(), Actor.System, 9, Number(order, shard), "anna", "m1", "z", "k1", OrderStatus.Completed,
        DeliveryStatus.Delivered, PaymentStatus.Paid, CancelReason.None, default, default, cluster.Clock.GetUtcNow(), null, [], OrderKind.Delivery,
        PaymentMethod.Card, Bill));

    private static Task Refund(TestCluster cluster, int order, long amount, long merchantShare) =>
        Announce(cluster, $"refund-{order}", new RefundEvent(
        EventTypes.RefundCompleted, cluster.Clock.GetUtcNow(), Actor.System, 3, Number(order, 7), 1, RefundStatus.Refunded, "anna", "m1",
        new(amount, "EUR"), merchantShare, []));

    /// <summary>Puts an event into the log, as the grain that raises it would.</summary>
    private static Task Announce(TestCluster cluster, string grain, DomainEvent happened) => cluster.Storage.WriteStateAsync(
        "announcement", GrainId.Create("announcer", grain), new Announcer { State = new() { Raised = [happened] } });

    private sealed class Announcement : IRaisesEvents
    {
        [JsonIgnore]
        public ImmutableArray<DomainEvent> Raised { get; set; } = [];

        public void ClearRaised() => Raised = [];
    }

    private sealed class Announcer : IGrainState<Announcement>
    {
        public Announcement State { get; set; } = new();

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }
    }
}
