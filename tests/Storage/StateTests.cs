using OrderActors.Silo.Storage;
using OrderActors.TestKit.Servers;
using Orleans.Storage;

namespace OrderActors.Tests.Storage;

public sealed class StateTests
{
    [PostgresFact]
    public async Task A_state_is_read_as_it_was_written_also_by_another_process()
    {
        await using var database = await Database.Create();
        var (one, other) = (await database.Store(), await database.Store());
        var cell = new Cell("a");
        await cell.Read(one);
        Assert.Equal((null, false), (cell.ETag, cell.RecordExists));

        cell.State.Count = 7;
        await cell.Write(one);
        var first = cell.ETag;
        cell.State.Count = 8;
        await cell.Write(one);
        Assert.NotEqual(first, cell.ETag);

        var seen = new Cell("a");
        await seen.Read(other);
        Assert.Equal((8, cell.ETag, true), (seen.State.Count, seen.ETag, seen.RecordExists));
    }

    [PostgresFact]
    public async Task A_write_at_another_version_is_refused_and_changes_nothing()
    {
        await using var database = await Database.Create();
        var (one, other) = (await database.Store(), await database.Store());
        var cell = new Cell("a");
        await cell.Write(one);
        var rival = new Cell("a");
        await rival.Read(other);
        await rival.Count(other, partition: 3);

        cell.State.Count = 100;
        cell.State.Raised = [(3, "lost")];
        var refused = await Assert.ThrowsAsync<InconsistentStateException>(() => cell.Write(one));
        Assert.Equal((rival.ETag, cell.ETag), (refused.StoredEtag, refused.CurrentEtag));
        Assert.Contains("cell/a", refused.Message, StringComparison.Ordinal);

        await cell.Read(one);
        Assert.Equal(1, cell.State.Count);
        Assert.Equal(["a:1"], (await other.ReadAsync(3, 0, 10)).Select(CellEvents.Text));
    }

    [PostgresFact]
    public async Task Of_two_first_writes_that_race_exactly_one_is_accepted()
    {
        await using var database = await Database.Create();
        var (one, other) = (await database.Store(), await database.Store());
        for (var i = 0; i < 50; i++)
        {
            var results = await Task.WhenAll(Attempt(Cell.Numbered(i), one), Attempt(Cell.Numbered(i), other));
            Assert.Equal([false, true], results.Order());
        }

        Assert.Equal(50, await database.Ask<long>("SELECT count(*) FROM orderactors.grain_state"));
        Assert.Equal(50, await database.Ask<long>("SELECT count(*) FROM orderactors.event_log"));

        static async Task<bool> Attempt(Cell cell, PostgresStore store)
        {
            try
            {
                await cell.Count(store, partition: 0);
                return true;
            }
            catch (InconsistentStateException)
            {
                return false;
            }
        }
    }

    [PostgresFact]
    public async Task Two_grain_types_and_two_state_names_with_one_key_are_four_states()
    {
        await using var database = await Database.Create();
        var store = await database.Store();
        Cell[] cells = [new("k", "order"), new("k", "courier"), new("k", "order", "stock"), new("k", "courier", "stock")];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i].State.Count = i + 1;
            await cells[i].Write(store);
        }

        foreach (var cell in cells) await cell.Read(store);
        Assert.Equal([1, 2, 3, 4], cells.Select(cell => cell.State.Count));
    }

    [PostgresFact]
    public async Task A_state_that_was_removed_and_made_again_does_not_take_the_old_activations_write()
    {
        await using var database = await Database.Create();
        var store = await database.Store();
        var cell = new Cell("a");
        await cell.Write(store);
        var old = new Cell("a");
        await old.Read(store);

        await cell.Clear(store);
        Assert.Equal((null, false, 0), (cell.ETag, cell.RecordExists, cell.State.Count));
        await Assert.ThrowsAsync<InconsistentStateException>(() => old.Write(store));
        await cell.Write(store);
        await Assert.ThrowsAsync<InconsistentStateException>(() => old.Write(store));
        await Assert.ThrowsAsync<InconsistentStateException>(() => old.Clear(store));
        await cell.Read(store);
        Assert.True(cell.RecordExists);
    }

    [PostgresFact]
    public async Task A_crowd_of_grains_shares_transactions_and_each_write_stands_for_itself()
    {
        await using var database = await Database.Create();
        var store = await database.Store();
        var cells = Enumerable.Range(0, 500).Select(Cell.Numbered).ToArray();
        await Task.WhenAll(cells.Select(cell => cell.Count(store, partition: 5)));

        // Every tenth is behind; the others must not suffer from it.
        foreach (var behind in cells.Where((_, i) => i % 10 == 0)) behind.ETag = "1";
        var accepted = await Task.WhenAll(cells.Select(async cell =>
        {
            try
            {
                await cell.Count(store, partition: 5);
                return true;
            }
            catch (InconsistentStateException)
            {
                return false;
            }
        }));
        Assert.Equal(450, accepted.Count(a => a));
        Assert.Equal(950, await database.Ask<long>("SELECT count(*) FROM orderactors.event_log"));
        var transactions = await database.Ask<long>("SELECT count(DISTINCT xmin::text) FROM orderactors.grain_state");
        Assert.True(transactions < 200, $"{transactions} transactions for 500 grains");
    }

    [PostgresFact]
    public async Task A_batch_that_is_sent_again_because_its_answer_was_lost_counts_once()
    {
        await using var database = await Database.Create();
        await using var opened = await database.Open();
        const string Batch =
            """
            SELECT coalesce(stored[1], 0) FROM orderactors.commit_writes(
                '{1}', '{cell}', '{a}', '{state}', '{0}', '{77}', ARRAY['\x00'::bytea], 1, 0, '{77}', '{9}', ARRAY['\x01'::bytea])
            """;
        Assert.Equal(0, await database.Ask<long>(Batch));
        Assert.Equal(77, await database.Ask<long>(Batch));
        Assert.Equal(1, await database.Ask<long>("SELECT count(*) FROM orderactors.event_log"));
        Assert.Equal(1, await database.Ask<long>("SELECT head FROM orderactors.event_partition WHERE partition = 9"));
    }

    [Fact]
    public void A_grains_shard_never_changes()
    {
        Assert.Equal(
            new short[] { 28, 31, 84, 36 },
            new[] { ("order", "13132663840080052295"), ("merchant", "m1"), ("kurier", "jürgen"), ("", "") }.Select(id => GrainShard.Of(id.Item1, id.Item2)));
    }

    [Fact]
    public void Shards_are_even()
    {
        var counts = new int[120];
        for (var i = 0; i < 120_000; i++) counts[GrainShard.Of("order", $"{1_000_000 + i}")]++;
        Assert.InRange(counts.Min(), 800, 1_000);
        Assert.InRange(counts.Max(), 1_000, 1_200);
    }
}
