using OrderActors.Embedded.Storage.Journal;
using Xunit;

namespace OrderActors.Tests.Engine.Journal;

/// <summary>Files that are mostly garbage are rewritten while writes go on. Nothing is lost or comes back, wherever it stops.</summary>
public sealed class CompactionTests
{
    private static readonly string _padding = new('.', 3000);

    [Fact]
    public async Task Rewriting_beside_writes_loses_nothing_and_frees_the_disk()
    {
        var files = new FaultyFiles();
        var options = World.Options();
        options.RetainedEventsPerPartition = 5;
        var store = World.Open(files, options);
        var done = false;
        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(async caller =>
        {
            await Task.Yield();
            var cell = new Cell();
            for (var i = 0; i < 100; i++)
            {
                await store.Write($"k{caller}", cell, $"{i}{_padding}", (caller, $"e{i}"));
                Assert.Equal($"{i}{_padding}", await store.Text($"k{caller}"));
                if (i % 10 == 9)
                    await store.Clear($"k{caller}", cell);
            }

            await store.Write($"k{caller}", cell, "last");
        }));
        var compacting = Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref done))
                    store.Maintenance.Compact();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await writing;
        Volatile.Write(ref done, true);
        await compacting;
        store.Maintenance.Compact();
        Assert.True(store.Statistics.Compactions > 0);
        Assert.True(store.Statistics.TotalBytes < 300_000, $"{store.Statistics}");
        await CheckAll(store);
        var crashed = files.Crash();
        await store.DisposeAsync();
        await using (var reopened = World.Open(crashed, options))
            await CheckAll(reopened);
        await using var scanned = World.Open(WithoutIndex(crashed), options);
        await CheckAll(scanned);

        static async Task CheckAll(JournalStore store)
        {
            Assert.Equal(8, store.RecordCount);
            for (var caller = 0; caller < 8; caller++)
            {
                Assert.Equal("last", await store.Text($"k{caller}"));
                Assert.Equal(100, store.Head(caller));
                Assert.Equal(["96:e95", "97:e96", "98:e97", "99:e98", "100:e99"], (await store.Events(caller))[^5..]);
            }
        }
    }

    [Fact]
    public async Task A_crash_at_any_step_of_a_rewrite_loses_nothing_and_brings_nothing_back()
    {
        for (var step = 0; ; step++)
        {
            var files = new FaultyFiles();
            var options = World.Options();
            options.RetainedEventsPerPartition = 3;
            var store = World.Open(files, options);
            await store.Put("kept", "from the start", (1, "first"));
            await store.Put("gone", "soon", (2, "first"));
            await store.SetCursorAsync("feed", 1, 1);
            var cell = new Cell();
            for (var i = 0; i < 60; i++)
            {
                await store.Write("busy", cell, $"{i}{_padding}", (1, $"e{i}"));
                if (i == 30)
                    await store.Clear("gone", await store.Read("gone"));
                if (i == 25)
                    Assert.True(store.Maintenance.Compact());
            }

            files.StopAtStep = files.Steps + step;
            var died = false;
            try
            {
                store.Maintenance.Compact();
            }
            catch (IOException)
            {
                died = true;
            }

            foreach (var lastNames in new[] { false, true })
            {
                foreach (var scan in new[] { false, true })
                {
                    var crashed = files.Crash(lastNames);
                    await using var reopened = World.Open(scan ? WithoutIndex(crashed) : crashed, options);
                    await Check(reopened, $"step {step}, last names {lastNames}, scan {scan}");
                    // What the crash left half done is done now, and once more from the log alone.
                    reopened.Maintenance.Compact();
                    await Check(reopened, $"step {step}, last names {lastNames}, scan {scan}, rewritten");
                }
            }

            files.StopAtStep = int.MaxValue;
            await store.DisposeAsync();
            if (!died)
            {
                Assert.True(step > 8, $"a rewrite has {step} steps");
                return;
            }
        }

        static async Task Check(JournalStore store, string what)
        {
            Assert.True(await store.Text("kept") == "from the start", what);
            Assert.True(await store.Text("gone") is null, what);
            Assert.True(await store.Text("busy") == $"59{_padding}", what);
            Assert.True(store.RecordCount == 2, what);
            Assert.True(store.Head(1) == 61 && store.Head(2) == 1, what);
            Assert.True((await store.Events(1, 1)).SequenceEqual(Enumerable.Range(0, 60).Select(i => $"{i + 2}:e{i}")), what);
            Assert.True(await store.GetCursorAsync("feed", 1) == 1, what);
        }
    }

    [Fact]
    public async Task A_removal_outlives_the_rewrite_of_its_file_while_an_older_file_holds_the_record()
    {
        var files = new FaultyFiles();
        var store = World.Open(files);
        await store.Put("gone", "old");
        // Stays in use, so that the first file is not worth a rewrite.
        for (var i = 0; i < 20; i++)
            await store.Put($"stays {i}", _padding);
        var cell = new Cell();
        for (var i = 0; i < 10; i++)
            await store.Write("busy", cell, _padding);
        await store.Clear("gone", await store.Read("gone"));
        for (var i = 0; i < 40; i++)
            await store.Write("busy", cell, _padding);
        Assert.True(store.Maintenance.Compact());
        Assert.Contains(World.FirstLog, files.List());
        Assert.DoesNotContain("log-000000000002.journal", files.List());
        await using var scanned = World.Open(WithoutIndex(files.Crash()));
        Assert.Null(await scanned.Text("gone"));
        await store.DisposeAsync();
    }

    internal static FaultyFiles WithoutIndex(FaultyFiles files)
    {
        foreach (var name in SnapshotFile.Names(files))
            files = files.Without(name);
        return files;
    }
}
