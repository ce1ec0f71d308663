using OrderActors.Dispatch;
using OrderActors.Values;
using Xunit;
using static OrderActors.Tests.Lifecycles.Dispatch.Zone;

namespace OrderActors.Tests.Lifecycles.Dispatch;

public sealed class ZoneSplitTests
{
    [Fact]
    public void The_line_goes_through_the_middle_across_the_longer_side()
    {
        var line = ZoneSplit.Of([Order(1, at: 1), Order(2, at: 2), Order(3, at: 8)], [Courier("c", at: 9)])!;
        Assert.True(line.ByLatitude);
        Assert.Equal([0, 0, 1, 1], new[] { 1.0, 2, 8, 9 }.Select(minutes => line.Side(North(minutes))));

        GeoPoint East(double degrees) => new(Centre.Latitude, Centre.Longitude + degrees);
        var across = ZoneSplit.Of([], [.. Enumerable.Range(0, 10).Select(n => Courier($"c{n}") with { Location = East(n) })])!;
        Assert.False(across.ByLatitude);
        Assert.Equal((0, 1), (across.Side(East(4)), across.Side(East(5))));
    }

    [Fact]
    public void Those_who_stand_at_one_place_are_never_parted_and_a_line_leaves_a_fifth_on_either_side()
    {
        Assert.Null(ZoneSplit.Of([Order(1), Order(2)], [Courier("c")]));
        Assert.Null(ZoneSplit.Of([.. Enumerable.Range(0, 9).Select(n => Order(n))], [Courier("c", at: 9)]));
        var line = ZoneSplit.Of([.. Enumerable.Range(0, 6).Select(n => Order(n))], [Courier("b", at: 8), Courier("c", at: 9)])!;
        Assert.Equal((0, 1), (line.Side(Centre), line.Side(North(8))));
    }

    [Fact]
    public void What_one_part_takes_in_leaves_the_other()
    {
        var line = new ZoneSplit(true, North(5).Latitude);
        var parts = line.Route(
        [
            new(Waiting: Order(1, at: 9)), new(NotWaiting: new(Number(2).ToString(), 3)), new(Idle: Courier("c", version: 4)),
            new(NotIdle: new("d", 5)),
        ]);
        Assert.Equal(
            [new(NotWaiting: new(Number(2).ToString(), 3)), new(Idle: Courier("c", version: 4)), new ZoneChange(NotIdle: new("d", 5))],
            parts[0].ToArray());
        Assert.Equal(
            [
                new(Waiting: Order(1, at: 9)), new(NotWaiting: new(Number(2).ToString(), 3)), new(Elsewhere: new("c", 4)),
                new ZoneChange(NotIdle: new("d", 5)),
            ],
            parts[1].ToArray());
    }

    [Fact]
    public void Part_by_part_the_boards_are_the_whole_board_whatever_comes_and_wherever_couriers_go()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var line = new ZoneSplit(true, North(5).Latitude);
            var (whole, parts) = (new ZoneBoard(new()), new[] { new ZoneBoard(new()), new ZoneBoard(new()) });
            var versions = new long[Shard.Count];
            for (var n = 0; n < 200; n++)
            {
                var change = Change(random, versions);
                whole.Apply([change], 1_000, 1_000);
                var routed = line.Route([change]);
                for (var side = 0; side < 2; side++) parts[side].Apply(routed[side], 1_000, 1_000);
            }

            Assert.True(Names(whole).SequenceEqual(parts.SelectMany(Names).Order(StringComparer.Ordinal)), $"seed={seed}");
        }
    }

    [Fact]
    public void A_part_adopts_what_the_zone_knew_and_old_changes_stay_old()
    {
        var whole = new ZoneBoard(new());
        whole.Apply([new(Waiting: Order(1, version: 7)), new(NotWaiting: new(Number(2).ToString(), 9))], 10, 10);
        var part = new ZoneBoard(new());
        part.Adopt(new([.. whole.Waiting], [], whole.ToState().Seen, [], []));
        part.Apply([new(Waiting: Order(2, version: 8))], 10, 10);
        Assert.Equal([Number(1)], part.Waiting.Select(order => order.Order));
    }

    [Fact]
    public void Parts_know_who_is_beside_them_and_whose_they_are()
    {
        Assert.Equal(["town/0/0", "town/1"], ZoneKey.Beside("town/0/1"));
        Assert.Empty(ZoneKey.Beside("town"));
        Assert.Equal(("town", 2, "town/0/1"), (ZoneKey.ZoneOf("town/0/1"), ZoneKey.Depth("town/0/1"), ZoneKey.Part("town/0", 1)));
    }

    private static IEnumerable<string> Names(ZoneBoard board) =>
        board.Waiting.Select(order => order.Order.ToString()).Concat(board.Idle.Select(courier => courier.Courier)).Order(StringComparer.Ordinal);

    private static ZoneChange Change(Random random, long[] versions)
    {
        if (random.Next(2) == 0)
        {
            // One place for each order, as for real ones.
            var n = random.Next(20);
            var order = Order(n, at: n / 2, version: ++versions[Number(n).CustomerShard]);
            return random.Next(2) == 0 ? new(Waiting: order) : new(NotWaiting: new(order.Order.ToString(), order.Version));
        }

        var id = $"c{random.Next(20)}";
        var version = ++versions[Shard.Of(id)];
        return random.Next(3) > 0 ? new(Idle: Courier(id, at: random.Next(10), version: version)) : new(NotIdle: new(id, version));
    }
}
