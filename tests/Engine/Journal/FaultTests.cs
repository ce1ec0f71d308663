using OrderActors.Embedded.Storage.Journal;
using Orleans.Runtime;
using Xunit;

namespace OrderActors.Tests.Engine.Journal;

/// <summary>A disk that refuses or hangs. Nothing is acknowledged that is not there afterwards.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failed_write_or_sync_stops_the_store_and_acknowledges_nothing_lost(bool write)
    {
        var failures = 0;
        for (var n = 0; ; n++)
        {
            var files = new FaultyFiles();
            JournalStore store;
            if (write)
                files.FailWrite = n;
            else
                files.FailSync = n;
            try
            {
                store = World.Open(files);
            }
            catch (IOException)
            {
                // The first file could not be made; the next start finds an empty folder.
                await using var empty = World.Open(files.Crash());
                Assert.Equal(0, empty.RecordCount);
                continue;
            }

            var acknowledged = new System.Collections.Concurrent.ConcurrentDictionary<string, string>();
            var refused = 0;
            await Task.WhenAll(Enumerable.Range(0, 5).Select(async caller =>
            {
                var cell = new Cell();
                for (var i = 0; i < 8; i++)
                {
                    try
                    {
                        // Large enough that the log goes on in a second file.
                        await store.Write($"k{caller}", cell, $"{i}{new string('.', 2500)}", (caller, $"e{i}"));
                        acknowledged[$"k{caller}"] = cell.State.Text;
                    }
                    catch (JournalFailedException e)
                    {
                        Assert.Contains(write ? "No space left" : "Input/output", e.Message, StringComparison.Ordinal);
                        Interlocked.Increment(ref refused);
                    }
                }
            }));

            if (refused == 0)
            {
                Assert.False(store.Failed.IsCompleted);
                Assert.True(failures >= 8, $"{failures} points of failure were met");
                await store.DisposeAsync();
                return;
            }

            failures++;
            var reason = await store.Failed;
            await Assert.ThrowsAsync<JournalFailedException>(() => store.Put("later", "x"));
            Assert.IsType<IOException>(reason.InnerException);
            await store.DisposeAsync();
            await using var reopened = World.Open(files.Crash());
            foreach (var (key, text) in acknowledged)
                Assert.True(await reopened.Text(key) == text, $"failure {n}: {key}");
            for (var caller = 0; caller < 5; caller++)
            {
                var count = acknowledged.TryGetValue($"k{caller}", out var text) ? text[0] - '0' + 1 : 0;
                Assert.Equal(count, reopened.Head(caller));
            }
        }
    }

    [Fact]
    public async Task A_sync_that_hangs_fills_the_queue_and_further_writes_are_refused_at_once()
    {
        var files = new FaultyFiles();
        var options = World.Options();
        options.MaxQueuedWrites = 3;
        var store = World.Open(files, options);
        files.SyncGate.Reset();
        var waiting = Enumerable.Range(0, 3).Select(i => store.Put($"k{i}", "waits")).ToList();
        files.WaitForSync();
        var refused = store.Put("k3", "refused");
        Assert.True(refused.IsCompleted);
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => refused);
        Assert.Contains("3 writes", error.Message, StringComparison.Ordinal);
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        Assert.Null(await store.Text("k0"));
        files.SyncGate.Set();
        await Task.WhenAll(waiting);
        await store.Put("k3", "accepted");
        Assert.Equal(1, store.Statistics.Refused);
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Bytes_that_wait_are_bounded_too()
    {
        var files = new FaultyFiles();
        var options = World.Options();
        options.MaxRecordBytes = 64 * 1024;
        options.MaxQueuedBytes = 64 * 1024;
        var store = World.Open(files, options);
        files.SyncGate.Reset();
        var waiting = Enumerable.Range(0, 2).Select(i => store.Put($"k{i}", new string('x', 30_000))).ToList();
        files.WaitForSync();
        await Assert.ThrowsAsync<LimitExceededException>(() => store.Put("k3", new string('x', 30_000)));
        files.SyncGate.Set();
        await Task.WhenAll(waiting);
        await Assert.ThrowsAsync<ArgumentException>(() => store.Put("k4", new string('x', 70_000)));
        await store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.Put("k5", "closed"));
    }
}
