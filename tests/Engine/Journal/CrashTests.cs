using OrderActors.Embedded.Storage.Journal;
using Xunit;

namespace OrderActors.Tests.Engine.Journal;

/// <summary>A crash cuts the log anywhere. What was acknowledged is there, what was torn is not, and the store works on.</summary>
public sealed class CrashTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_log_cut_at_any_byte_keeps_every_whole_batch_and_no_part_of_another(bool zeroTail)
    {
        var (files, ends) = await WriteBatches();
        var content = files.Content(World.FirstLog);
        for (var cut = ends[0]; cut <= ends[^1]; cut++)
        {
            var torn = content[..cut];
            if (zeroTail)
                Array.Resize(ref torn, content.Length);
            await CheckRecovers(files.With(World.FirstLog, torn), WholeBatches(content, ends, cut, zeroTail), $"cut at {cut}",
                writesOn: cut % 4 == 0 || ends.Contains(cut));
        }
    }

    [Fact]
    public async Task Any_flipped_bit_of_the_last_batch_cuts_that_batch_alone()
    {
        var (files, ends) = await WriteBatches();
        var content = files.Content(World.FirstLog);
        for (var bit = ends[^2] * 8; bit < ends[^1] * 8; bit++)
        {
            var flipped = (byte[])content.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            await CheckRecovers(files.With(World.FirstLog, flipped), ends.Count - 2, $"bit {bit}", writesOn: bit % 32 == 0);
        }
    }

    [Fact]
    public async Task Any_flipped_byte_of_an_earlier_batch_is_reported_with_file_and_offset()
    {
        var (files, ends) = await WriteBatches();
        var content = files.Content(World.FirstLog);
        for (var at = ends[0]; at < ends[^2]; at++)
        {
            var flipped = (byte[])content.Clone();
            flipped[at] ^= (byte)(1 << (at % 8));
            var damaged = files.With(World.FirstLog, flipped);
            var error = Assert.Throws<JournalCorruptException>(() => World.Open(damaged));
            var batch = ends.Last(end => end <= at);
            Assert.Contains(World.FirstLog, error.Message, StringComparison.Ordinal);
            Assert.Contains($"offset {batch}:", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Pages_of_an_unsynced_batch_that_reach_the_disk_in_any_order_are_cut()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var files = new FaultyFiles();
            var store = World.Open(files);
            await store.Put("a", "before", (3, "one"));
            files.SyncGate.Reset();
            files.SyncWaits.Reset();
            var lost = store.Put("a", new string('x', 700), (3, "two"));
            files.WaitForSync();
            var crashed = files.Crash(new Random(seed));
            files.SyncGate.Set();
            await lost;
            await store.DisposeAsync();

            await using var reopened = World.Open(crashed);
            var text = await reopened.Text("a");
            var events = await reopened.Events(3);
            // With every page there by luck, the batch is whole: then all of it counts.
            if (text == "before")
                Assert.True(events is ["1:one"], $"seed {seed}");
            else
                Assert.True(text == new string('x', 700) && events is ["1:one", "2:two"], $"seed {seed}");
        }
    }

    /// <summary>Batches 0 to 4 hold one record each, batch 5 holds five; the ends of the header and of each batch.</summary>
    private static async Task<(FaultyFiles Files, List<int> Ends)> WriteBatches()
    {
        var files = new FaultyFiles();
        var store = World.Open(files);
        List<int> ends = [64];
        for (var i = 0; i < 5; i++)
        {
            await store.Put($"k{i % 3}", $"batch {i}", (7, $"e{i}"), (8, $"f{i}"));
            ends.Add((int)store.Maintenance.Position.Offset);
        }

        var batches = store.Statistics.Batches;
        files.SyncGate.Reset();
        files.SyncWaits.Reset();
        var first = store.Put("first", "alone");
        files.WaitForSync();
        var group = Enumerable.Range(0, 5).Select(i => store.Put($"g{i}", "group", (7, $"g{i}"))).ToList();
        files.SyncGate.Set();
        await first;
        await Task.WhenAll(group);
        Assert.Equal(batches + 2, store.Statistics.Batches);
        var end = (int)store.Maintenance.Position.Offset;
        var alone = ends[^1];
        ends.Add(alone + BatchFormat.Header + BatchFormat.PayloadLength(files.Content(World.FirstLog).AsSpan(alone)));
        ends.Add(end);
        var crashed = files.Crash();
        await store.DisposeAsync();
        return (crashed, ends);
    }

    private static int WholeBatches(byte[] content, List<int> ends, int cut, bool zeroTail)
    {
        // A batch that ends in zeroes is whole before its last byte when the tail is zeroes too.
        var whole = ends.Count(end => end <= cut) - 1;
        if (zeroTail && whole + 1 < ends.Count && !content.AsSpan(cut, ends[whole + 1] - cut).ContainsAnyExcept((byte)0))
            whole++;
        return whole;
    }

    private static async Task CheckRecovers(FaultyFiles files, int batches, string what, bool writesOn)
    {
        await using (var store = World.Open(files))
        {
            await CheckHolds(store, batches, what);
            if (!writesOn)
                return;
            await store.Put("new", "after", (7, "new"));
        }

        var again = files.Crash();
        await using (var store = World.Open(again))
        {
            Assert.True(await store.Text("new") == "after", what);
            Assert.True((await store.Events(7))[^1] == $"{store.Head(7)}:new", what);
        }

        // Once more from the log alone: nothing torn may have been left behind the new batch.
        foreach (var index in again.List().Where(name => name.EndsWith(SnapshotFile.Suffix, StringComparison.Ordinal)))
            again = again.Without(index);
        await using (var store = World.Open(again))
            Assert.True(await store.Text("new") == "after", what);
    }

    private static async Task CheckHolds(JournalStore store, int batches, string what)
    {
        for (var key = 0; key < 3; key++)
        {
            var last = Enumerable.Range(0, Math.Min(batches, 5)).LastOrDefault(i => i % 3 == key, -1);
            Assert.True(await store.Text($"k{key}") == (last < 0 ? null : $"batch {last}"), $"{what}: k{key}");
        }

        Assert.True(await store.Text("first") == (batches >= 6 ? "alone" : null), what);
        for (var i = 0; i < 5; i++)
            Assert.True(await store.Text($"g{i}") == (batches >= 7 ? "group" : null), what);
        var sevens = Enumerable.Range(0, Math.Min(batches, 5)).Select(i => $"e{i}").Concat(batches >= 7 ? Enumerable.Range(0, 5).Select(i => $"g{i}") : []);
        Assert.True((await store.Events(7)).SequenceEqual(sevens.Select((body, i) => $"{i + 1}:{body}")), $"{what}: events of 7");
        Assert.True(store.Head(8) == Math.Min(batches, 5), $"{what}: head of 8");
    }
}
