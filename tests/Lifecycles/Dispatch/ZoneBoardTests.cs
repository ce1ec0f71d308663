using System.Collections.Immutable;
using System.Text.Json;
using OrderActors.Dispatch;
using OrderActors.Values;
using Orleans.Runtime;
using Xunit;
using static OrderActors.Tests.Lifecycles.Dispatch.Zone;

namespace OrderActors.Tests.Lifecycles.Dispatch;

public sealed class ZoneBoardTests
{
    private static ZoneChange Waits(int n, long version, int partition = 7) => new(Waiting: Order(n, version: version, partition: partition));

    private static ZoneChange Left(int n, long version, int partition = 7) => new(NotWaiting: new VersionedId(Number(n, partition).ToString(), version));

    private static ZoneChange Free(string id, long version) => new(Idle: Courier(id, version: version));

    private static ZoneChange Busy(string id, long version) => new(NotIdle: new VersionedId(id, version));

    private static ZoneBoard Board(params ZoneChange[] changes)
    {
        var board = new ZoneBoard(new DispatchState());
        board.Apply([.. changes], 100, 100);
        return board;
    }

    private static string Shown(ZoneBoard board) => string.Join(' ',
        board.Waiting.Select(o => $"{o.Order}@{o.Version}").Concat(board.Idle.Select(c => $"{c.Courier}@{c.Version}")).Order(StringComparer.Ordinal));

    [Fact]
    public void Orders_and_couriers_come_and_go()
    {
        var board = Board(Waits(1, 1), Waits(2, 2), Free("a", 1), Left(1, 3), Busy("a", 2), Free("b", 1));
        Assert.Equal($"{Number(2)}@2 b@1", Shown(board));
    }

    [Fact]
    public void The_same_changes_again_change_nothing_even_after_all_have_left()
    {
        ZoneChange[] changes = [Waits(1, 1), Free("a", 1), Left(1, 2), Busy("a", 2)];
        var board = Board(changes);
        var revision = board.Revision;
        board.Apply([.. changes], 100, 100);
        Assert.Equal("", Shown(board));
        Assert.Equal(revision, board.Revision);
    }

    [Fact]
    public void Who_was_taken_does_not_come_back_by_a_change_that_was_seen()
    {
        var board = Board(Waits(1, 1), Free("a", 1));
        board.Remove("a", 1);
        board.Remove(Number(1), 1);
        board.Apply([Waits(1, 1), Free("a", 1)], 100, 100);
        Assert.Equal("", Shown(board));
    }

    [Fact]
    public void A_late_answer_does_not_take_away_what_is_known_anew()
    {
        var board = Board(Waits(1, 1), Free("a", 1), Waits(1, 2), Free("a", 2));
        board.Remove("a", 1);
        board.Remove(Number(1), 1);
        Assert.Equal($"{Number(1)}@2 a@2", Shown(board));
    }

    [Fact]
    public void A_replayed_change_counts_unless_something_newer_is_known()
    {
        var board = Board(Waits(2, 9));
        board.Apply([Waits(1, 5) with { Again = true }, Waits(2, 5) with { Again = true }], 100, 100);
        Assert.Equal($"{Number(1)}@5 {Number(2)}@9", Shown(board));

        board.Apply([Left(2, 6) with { Again = true }], 100, 100);
        Assert.Equal($"{Number(1)}@5 {Number(2)}@9", Shown(board));
    }

    [Fact]
    public void A_full_zone_takes_in_nothing_and_says_so()
    {
        var board = Board(Waits(1, 1), Free("a", 1));
        var error = Assert.Throws<LimitExceededException>(() => board.Apply([Left(1, 2), Waits(2, 3), Waits(3, 4)], 2, 2));
        Assert.Contains("DispatchOptions.MaxWaiting, which is 2", error.Message, StringComparison.Ordinal);
        Assert.Equal($"{Number(1)}@1 a@1", Shown(board));
        Assert.Throws<LimitExceededException>(() => board.Apply([Free("b", 2), Free("c", 2)], 2, 2));

        // One by one there is room, because who leaves comes first.
        foreach (var change in new[] { Left(1, 2), Waits(2, 3), Waits(3, 4) }) board.Apply([change], 2, 2);
        Assert.Equal(2, board.Waiting.Count);
    }

    [Fact]
    public void A_move_keeps_the_version_and_is_not_worth_a_write()
    {
        var board = Board(Free("a", 1));
        var revision = board.Revision;
        Assert.True(board.Update("a", location: North(3)));
        Assert.False(board.Update("b", location: North(3)));
        Assert.Equal(North(3), board.Idle.Single().Location);
        Assert.Equal(revision, board.Revision);
    }

    [Fact]
    public void A_stored_zone_goes_on_where_it_left_off()
    {
        var board = Board(Waits(1, 1), Free("a", 4), Left(2, 8));
        var stored = JsonSerializer.Serialize(board.ToState(), StoredJson.Options);
        var again = new ZoneBoard(JsonSerializer.Deserialize<DispatchState>(stored, StoredJson.Options)!);
        Assert.Equal(Shown(board), Shown(again));
        again.Apply([Waits(2, 7)], 100, 100);
        Assert.Equal(Shown(board), Shown(again));

        Assert.Equal("", Shown(new ZoneBoard(JsonSerializer.Deserialize<DispatchState>("{}", StoredJson.Options)!)));
    }

    /// <summary>Each partition's changes come in order but are cut, doubled and mixed with the others' as redelivery may do.</summary>
    [Fact]
    public void However_partitions_interleave_and_repeat_the_end_is_the_same()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var logs = Enumerable.Range(0, 4).Select(partition => Log(random, partition)).ToArray();
            var expected = new ZoneBoard(new DispatchState());
            foreach (var log in logs) expected.Apply(log, 1_000, 1_000);

            var board = new ZoneBoard(new DispatchState());
            var positions = new int[logs.Length];
            while (Enumerable.Range(0, logs.Length).Any(p => positions[p] < logs[p].Length))
            {
                var p = random.Next(logs.Length);
                // From an old cursor now and then: what was handled before comes again.
                var from = random.Next(3) == 0 ? random.Next(positions[p] + 1) : positions[p];
                var to = Math.Min(logs[p].Length, from + random.Next(1, 6));
                board.Apply([.. logs[p].AsSpan()[from..to]], 1_000, 1_000);
                positions[p] = Math.Max(positions[p], to);
            }

            Assert.True(Shown(expected) == Shown(board), $"seed={seed}: expected {Shown(expected)}, got {Shown(board)}");
        }
    }

    private static ImmutableArray<ZoneChange> Log(Random random, int partition)
    {
        var changes = ImmutableArray.CreateBuilder<ZoneChange>();
        var couriers = Enumerable.Range(0, 5_000).Select(n => $"c{n}").Where(id => Shard.Of(id) == partition).Take(3).ToArray();
        for (var sequence = 1; sequence <= 30; sequence++)
        {
            var n = random.Next(5);
            var courier = couriers[random.Next(couriers.Length)];
            changes.Add(random.Next(4) switch
            {
                0 => Waits(n, sequence, partition),
                1 => Left(n, sequence, partition),
                2 => Free(courier, sequence),
                _ => Busy(courier, sequence),
            });
        }

        return changes.ToImmutable();
    }
}
