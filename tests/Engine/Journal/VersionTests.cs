using OrderActors.Embedded.Storage;
using OrderActors.Storage;
using Orleans.Storage;
using Xunit;

namespace OrderActors.Tests.Engine.Journal;

/// <summary>Every write names the version it expects, and the storage decides. Both stores alike.</summary>
public sealed class VersionTests
{
    [Theory]
    [InlineData("memory")]
    [InlineData("journal")]
    public async Task A_write_with_an_old_version_is_refused_and_changes_nothing(string kind)
    {
        await using var opened = Stores.Open(kind);
        var store = opened.States;
        var first = await store.Put("a", "one", (1, "e1"));
        var stale = await store.Read("a");
        await store.Write("a", first, "two", (1, "e2"));
        var error = await Assert.ThrowsAsync<InconsistentStateException>(() => store.Write("a", stale, "three", (1, "e3")));
        Assert.Equal(first.ETag, error.StoredEtag);
        Assert.Equal(stale.ETag, error.CurrentEtag);
        Assert.Equal("two", await store.Text("a"));
        Assert.Equal(["1:e1", "2:e2"], await opened.Events.Events(1));
        await Assert.ThrowsAsync<InconsistentStateException>(() => store.Clear("a", stale));
        Assert.Equal("two", await store.Text("a"));
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("journal")]
    public async Task A_first_write_expects_no_record_and_a_version_expects_one(string kind)
    {
        await using var opened = Stores.Open(kind);
        var store = opened.States;
        await store.Put("a", "one");
        var error = await Assert.ThrowsAsync<InconsistentStateException>(() => store.Write("a", new Cell(), "two"));
        Assert.Null(error.CurrentEtag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => store.Write("b", new Cell { ETag = "7" }, "x"));
        await Assert.ThrowsAsync<InconsistentStateException>(() => store.Write("b", new Cell { ETag = "not a version" }, "x"));
        Assert.Null(await store.Text("b"));
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("journal")]
    public async Task A_cleared_record_is_gone_and_its_versions_never_come_back(string kind)
    {
        await using var opened = Stores.Open(kind);
        var store = opened.States;
        var cell = await store.Put("a", "one");
        var old = await store.Read("a");
        cell.State.Raised.Add((2, "cleared"));
        await store.Clear("a", cell);
        Assert.False(cell.RecordExists);
        Assert.Null(cell.ETag);
        Assert.Null(await store.Text("a"));
        Assert.Equal(["1:cleared"], await opened.Events.Events(2));
        var again = await store.Put("a", "two");
        Assert.NotEqual(old.ETag, again.ETag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => store.Write("a", old, "three"));
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("journal")]
    public async Task Keys_whose_parts_join_to_the_same_text_are_different(string kind)
    {
        await using var opened = Stores.Open(kind);
        var cell = new Cell { State = { Text = "x" } };
        await opened.States.WriteStateAsync("c", Orleans.Runtime.GrainId.Create("a", "b"), cell);
        foreach (var (type, key, name) in new[] { ("a", "bc", ""), ("ab", "", "c"), ("a", "", "bc"), ("abc", "", "") })
        {
            var other = new Cell();
            await opened.States.ReadStateAsync(name, Orleans.Runtime.GrainId.Create(type, key), other);
            Assert.False(other.RecordExists);
        }
    }

    [Fact]
    public async Task Of_many_first_writes_in_one_batch_exactly_one_wins()
    {
        var files = new FaultyFiles();
        await using var store = World.Open(files);
        files.SyncGate.Reset();
        var ahead = store.Put("other", "x");
        files.WaitForSync();
        var racing = Enumerable.Range(0, 10).Select(i => store.Write("a", new Cell(), $"writer {i}", (5, $"e{i}"))).ToList();
        files.SyncGate.Set();
        await ahead;
        await Assert.ThrowsAsync<InconsistentStateException>(() => Task.WhenAll(racing));
        Assert.Equal(2, store.Statistics.Batches);
        Assert.Equal(9, racing.Count(task => task.IsFaulted));
        Assert.Equal("writer 0", await store.Text("a"));
        Assert.Equal(["1:e0"], await store.Events(5));
    }

    [Fact]
    public async Task The_counts_by_grain_type_follow_writes_clears_and_a_restart()
    {
        var files = new FaultyFiles();
        var store = World.Open(files);
        var a = await store.Put("a", "1");
        await store.Put("b", "1");
        await store.Put("b", "2");
        await store.Clear("a", a);
        Assert.Equal(1, store.RecordCount);
        Assert.Equal(new KeyValuePair<string, long>("parcel", 1), Assert.Single(store.CountsByGrainType));
        await store.DisposeAsync();
        await using var reopened = World.Open(files.Crash());
        Assert.Equal(new KeyValuePair<string, long>("parcel", 1), Assert.Single(reopened.CountsByGrainType));
    }

    private sealed class Stores : IAsyncDisposable
    {
        public required IGrainStorage States { get; init; }

        public required IEventStore Events { get; init; }

        public static Stores Open(string kind)
        {
            if (kind == "journal")
            {
                var journal = World.Open(new FaultyFiles());
                return new Stores { States = journal, Events = journal };
            }

            var memory = World.Memory();
            return new Stores { States = memory, Events = memory };
        }

        public ValueTask DisposeAsync() => States is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;
    }
}
