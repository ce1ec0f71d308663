using OrderActors.Storage;
using Xunit;

namespace OrderActors.Tests.Engine.Journal;

/// <summary>The event log: gapless, atomic with states, trimmed only behind everybody.</summary>
public sealed class EventLogTests
{
    [Fact]
    public async Task Concurrent_writers_leave_one_gapless_sequence_per_partition_in_order_per_grain()
    {
        var files = new FaultyFiles();
        var options = World.Options();
        options.EventCacheBytesPerPartition = 50;
        var store = World.Open(files, options);
        var newest = new long[4];
        store.Appended += (partition, head) =>
        {
            Assert.True(store.Head(partition) >= head);
            newest[partition] = head;
        };
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async grain =>
        {
            await Task.Yield();
            var cell = new Cell();
            for (var i = 0; i < 25; i++)
                await store.Write($"g{grain}", cell, $"{i}", (grain % 4, $"{grain}-{i}"), ((grain + 1) % 4, $"{grain}+{i}"));
        }));
        for (var pass = 0; pass < 3; pass++)
        {
            for (var partition = 0; partition < 4; partition++)
            {
                var events = await store.Events(partition);
                Assert.Equal(250, events.Length);
                Assert.Equal(Enumerable.Range(1, 250), events.Select(e => int.Parse(e.Split(':')[0])));
                foreach (var grain in events.Select(e => e.Split(':')[1]).GroupBy(e => e.Split('-', '+')[0] + e.Contains('+')))
                    Assert.Equal(Enumerable.Range(0, 25), grain.Select(e => int.Parse(e.Split('-', '+')[1])));
                Assert.Equal(events[100..110], await store.Events(partition, 100, 10));
                if (pass == 0)
                    Assert.Equal(250, newest[partition]);
            }

            // First from the log alone, then with the index that the close wrote.
            if (pass == 1)
                await store.DisposeAsync();
            var crashed = files.Crash();
            if (pass == 0)
                await store.DisposeAsync();
            files = crashed;
            store = World.Open(files, options);
        }

        await store.DisposeAsync();
    }

    [Fact]
    public async Task The_newest_events_come_as_they_were_raised_and_older_ones_as_bytes()
    {
        var files = new FaultyFiles();
        var options = World.Options();
        options.EventCacheBytesPerPartition = 60;
        await using (var store = World.Open(files, options))
        {
            for (var i = 10; i < 60; i++)
                await store.Put("a", $"{i}", (9, $"e{i}"));
            var events = await store.ReadAsync(9, 0, 100);
            Assert.Equal(Enumerable.Range(10, 50).Select(i => $"e{i}"), events.Select(e => System.Text.Encoding.UTF8.GetString(e.Body.Span)));

            // Twenty of three bytes each are in memory.
            Assert.All(events.Take(30), e => Assert.Null(e.Event));
            Assert.Equal(Enumerable.Range(40, 20).Select(i => $"e{i}"), events.Skip(30).Select(e => (string?)e.Event));
            Assert.Equal(["e45", "e46"], (await store.ReadAsync(9, 35, 2)).Select(e => (string?)e.Event));
        }

        await using var again = World.Open(files, options);
        Assert.All(await again.ReadAsync(9, 0, 100), e => Assert.Null(e.Event));
    }

    [Fact]
    public async Task Cursors_survive_a_close_and_ride_with_the_next_write()
    {
        var files = new FaultyFiles();
        var store = World.Open(files);
        for (var i = 0; i < 5; i++)
            await store.Put("a", $"{i}", (9, $"e{i}"));
        await store.SetCursorAsync("feed", 9, 3);
        await store.SetCursorAsync("feed", 9, 2);
        Assert.Equal(3, await store.GetCursorAsync("feed", 9));
        await store.Put("b", "carries the cursor");
        await using (var crashed = World.Open(files.Crash()))
            Assert.Equal(3, await crashed.GetCursorAsync("feed", 9));
        await store.SetCursorAsync("feed", 9, 4);
        await store.FlushAsync();
        await using (var crashed = World.Open(files.Crash()))
            Assert.Equal(4, await crashed.GetCursorAsync("feed", 9));
        await store.SetCursorAsync("feed", 9, 5);
        await store.DisposeAsync();
        await using var reopened = World.Open(files.Crash());
        Assert.Equal(5, await reopened.GetCursorAsync("feed", 9));
        Assert.Equal(0, await reopened.GetCursorAsync("other", 9));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await reopened.SetCursorAsync("feed", 9, 6));
    }

    [Fact]
    public async Task A_cursor_alone_reaches_the_disk_without_a_write()
    {
        var files = new FaultyFiles();
        var options = World.Options();
        options.CursorFlushDelay = TimeSpan.FromMilliseconds(1);
        await using var store = World.Open(files, options);
        await store.Put("a", "1", (9, "e"));
        files.SyncGate.Reset();
        files.SyncWaits.Reset();
        await store.SetCursorAsync("feed", 9, 1);
        Assert.True(files.SyncWaits.Wait(TimeSpan.FromSeconds(20)));
        files.SyncGate.Set();
        await store.FlushAsync();
        await using var crashed = World.Open(files.Crash());
        Assert.Equal(1, await crashed.GetCursorAsync("feed", 9));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Events_are_trimmed_only_behind_every_subscriber_and_beyond_what_is_retained(bool journal)
    {
        var files = new FaultyFiles();
        var options = World.Options();
        options.RetainedEventsPerPartition = 4;
        var disk = World.Open(files, options);
        var memory = World.Memory(retained: 4);
        OrderActors.Storage.IEventStore events = journal ? disk : memory;
        Orleans.Storage.IGrainStorage states = journal ? disk : memory;
        await events.SetCursorAsync("slow", 3, 0);
        var cell = new Cell();
        for (var i = 1; i <= 20; i++)
            await states.Write("a", cell, $"{i}", (3, $"e{i}"));
        await events.SetCursorAsync("quick", 3, 20);
        Assert.Equal("1:e1", (await events.Events(3))[0]);
        await events.SetCursorAsync("slow", 3, 12);
        Assert.Equal("13:e13", (await events.Events(3))[0]);
        await events.SetCursorAsync("slow", 3, 20);
        Assert.Equal(["17:e17", "18:e18"], await events.Events(3, 0, 2));
        Assert.Equal(20, events.Head(3));
        await disk.DisposeAsync();
        await using var reopened = World.Open(files.Crash(), options);
        if (journal)
            Assert.Equal("17:e17", (await reopened.Events(3))[0]);
    }
}
