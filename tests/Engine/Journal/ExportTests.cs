using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Storage;

namespace OrderActors.Tests.Engine.Journal;

/// <summary>A journal taken out whole and made anew elsewhere is the same journal to whoever uses it.</summary>
public sealed class ExportTests
{
    [Fact]
    public async Task What_is_taken_out_and_put_in_again_is_the_same_byte_for_byte()
    {
        var files = await LivedIn();
        using var original = JournalExport.Open(files, NullLogger.Instance);
        var copy = Copied(original);
        using var imported = JournalExport.Open(copy, NullLogger.Instance);

        Assert.Equal(Text(original), Text(imported));
        Assert.Contains("event 3 1 first of three", Text(imported), StringComparison.Ordinal);
        Assert.Equal(original.NextVersion, imported.NextVersion);
        Assert.NotEqual(original.Fingerprint, imported.Fingerprint);
    }

    [Fact]
    public async Task States_come_by_version_and_can_be_taken_up_again_after_any()
    {
        using var journal = JournalExport.Open(await LivedIn(), NullLogger.Instance);
        var versions = journal.States().Select(state => state.Version).ToList();
        Assert.Equal(versions.Order(), versions);
        Assert.Equal(journal.StateCount, versions.Count);
        Assert.Equal(versions.Skip(17), journal.States(versions[16]).Select(state => state.Version));
    }

    [Fact]
    public async Task The_new_journal_goes_on_where_the_old_one_was()
    {
        var files = await LivedIn();
        Cell stale;
        await using (var before = World.Open(files))
        {
            stale = await before.Put("gone", "again");
            await before.Clear("gone", await before.Read("gone"));
        }

        using var original = JournalExport.Open(files, NullLogger.Instance);
        await using var store = World.Open(Copied(original));
        var fresh = await store.Put("gone", "third life", (3, "next of three"));
        Assert.True(long.Parse(fresh.ETag!, CultureInfo.InvariantCulture) > long.Parse(stale.ETag!, CultureInfo.InvariantCulture));
        Assert.Equal(original.EventsOf(3).Head + 1, store.Head(3));
        Assert.Contains(new StoredCursor("reader", 3, 20), original.Cursors);
        Assert.Equal(20, await store.GetCursorAsync("reader", 3));
    }

    [Fact]
    public async Task The_new_journal_compacts_and_restarts_like_any_other()
    {
        using var original = JournalExport.Open(await LivedIn(), NullLogger.Instance);
        var copy = Copied(original);
        await using (var store = World.Open(copy))
        {
            for (var i = 0; i < 400; i++) await store.Put("p" + (i % 40), new string('y', 2_000));
            store.Maintenance.Compact();
            await store.Clear("p7", await store.Read("p7"));
            for (var i = 0; i < 100; i++) await store.Put("q", new string('z', 2_000));
            store.Maintenance.Compact();
        }

        await using var again = World.Open(copy);
        Assert.Null(await again.Text("p7"));
        Assert.Equal(new string('y', 2_000), await again.Text("p8"));
        Assert.Equal("kept", await again.Text("kept"));
        Assert.Equal(["1:first of three"], await again.Events(3, 0, 1));
    }

    [Fact]
    public async Task Partitions_that_were_trimmed_keep_their_head_and_their_first_event()
    {
        var options = World.Options();
        options.RetainedEventsPerPartition = 2;
        var files = new FaultyFiles();
        await using (var store = World.Open(files, options))
        {
            for (var i = 1; i <= 9; i++) await store.Put("p", "t", (5, "e" + i), (6, "f" + i));
            await store.SetCursorAsync("reader", 5, 9);
            await store.SetCursorAsync("reader", 6, 4);
            await store.FlushAsync();
        }

        using var original = JournalExport.Open(files, NullLogger.Instance);
        FaultyFiles JournalFiles() => Copied(original, ranges => ranges[5] = new EventRange(10, 9), partition => partition != 5);
        using var imported = JournalExport.Open(JournalFiles(), NullLogger.Instance);
        Assert.Equal(new EventRange(10, 9), imported.EventsOf(5));
        Assert.Equal(original.EventsOf(6), imported.EventsOf(6));
        await using var next = World.Open(JournalFiles(), options);
        await next.Put("p2", "t", (5, "e10"));
        Assert.Equal(["10:e10"], await next.Events(5));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var import = JournalImport.Create(new FaultyFiles(), World.Options());
        import.Add(new StoredEvent(4, 7, "a"u8.ToArray()));
        Assert.Throws<ArgumentException>(() => import.Add(new StoredEvent(4, 9, "c"u8.ToArray())));
        var ranges = Enumerable.Repeat(new EventRange(1, 0), EventPartitions.Count).ToArray();
        ranges[4] = new EventRange(7, 8);
        Assert.Throws<ArgumentException>(() => import.Complete(10, ranges));
        import.Add(new StoredState("parcel", "p", "state", 11, "{}"u8.ToArray()));
        ranges[4] = new EventRange(7, 7);
        Assert.Throws<ArgumentException>(() => import.Complete(11, ranges));
    }

    private static async Task<FaultyFiles> LivedIn()
    {
        var files = new FaultyFiles();
        await using var store = World.Open(files);
        await store.Put("kept", "kept", (3, "first of three"), (119, "last partition"));
        for (var i = 0; i < 300; i++)
            await store.Put("p" + (i % 60), "text " + i + new string('x', i * 7 % 900), (i % 5, "e" + i));
        for (var i = 0; i < 20; i++) await store.Clear("p" + i, await store.Read("p" + i));
        store.Maintenance.Compact();
        await store.Put("ключ/☃", "späte", (0, ""));
        await store.SetCursorAsync("reader", 3, 20);
        await store.SetCursorAsync("idle", 0, 0);
        await store.FlushAsync();
        return files;
    }

    private static FaultyFiles Copied(JournalExport original, Action<EventRange[]>? change = null, Func<int, bool>? with = null)
    {
        var files = new FaultyFiles();
        using var import = JournalImport.Create(files, World.Options());
        // Another storage gives its states in an order of its own.
        foreach (var state in original.States().Reverse()) import.Add(state);
        var ranges = Enumerable.Range(0, EventPartitions.Count).Select(original.EventsOf).ToArray();
        change?.Invoke(ranges);
        foreach (var partition in Enumerable.Range(0, EventPartitions.Count).Where(with ?? (_ => true)))
        {
            foreach (var stored in original.Events(partition)) import.Add(stored);
        }

        foreach (var cursor in original.Cursors) import.Add(cursor);
        import.Complete(original.NextVersion, ranges);
        return files;
    }

    private static string Text(JournalExport journal)
    {
        var text = new StringBuilder();
        foreach (var (type, key, name, version, value) in journal.States())
            text.AppendLine(CultureInfo.InvariantCulture, $"state {type} {key} {name} {version} {Encoding.UTF8.GetString(value.Span)}");
        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"partition {partition} {journal.EventsOf(partition)}");
            foreach (var (_, sequence, body) in journal.Events(partition))
                text.AppendLine(CultureInfo.InvariantCulture, $"event {partition} {sequence} {Encoding.UTF8.GetString(body.Span)}");
        }

        foreach (var cursor in journal.Cursors) text.AppendLine(CultureInfo.InvariantCulture, $"{cursor}");
        return text.ToString();
    }
}
