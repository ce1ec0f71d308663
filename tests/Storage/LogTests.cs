using System.Collections.Concurrent;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using OrderActors.TestKit.Servers;

namespace OrderActors.Tests.Storage;

public sealed class LogTests
{
    [PostgresFact]
    public async Task Several_processes_append_and_a_reader_never_sees_a_gap_fill_in_behind_it()
    {
        const int Processes = 3, Grains = 60, Counts = 40;
        await using var database = await Database.Create();
        var stores = new List<PostgresStore>();
        for (var i = 0; i < Processes; i++) stores.Add(await database.Store(o => o.MaxBatch = 7));
        const int Expected = Processes * Grains * Counts / 3;
        var readers = Enumerable.Range(0, 3).Select(partition => Task.Run(() => Tail(stores[partition], partition, Expected))).ToArray();

        var writers = Enumerable.Range(0, Processes * Grains).Select(number => Task.Run(async () =>
        {
            var cell = Cell.Numbered(number);
            for (var i = 0; i < Counts; i++) await cell.Count(stores[number % Processes], partition: (number + i) % 3);
        }));
        await Task.WhenAll(writers);
        var seen = await Task.WhenAll(readers).WaitAsync(TimeSpan.FromMinutes(2));

        for (var partition = 0; partition < seen.Length; partition++)
        {
            // What was read while others were appending is the whole log, in its order.
            Assert.Equal(Enumerable.Range(1, seen[partition].Count).Select(i => (long)i), seen[partition].Select(e => e.Sequence));
            foreach (var grain in seen[partition].Select(CellEvents.Text).GroupBy(text => text.Split(':')[0]))
            {
                var counts = grain.Select(text => int.Parse(text.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
                Assert.Equal(counts.Order(), counts);
            }
        }

        Assert.Equal(Processes * Grains * Counts, await database.Ask<long>("SELECT count(*) FROM orderactors.event_log"));
    }

    [PostgresFact]
    public async Task One_process_hears_of_what_another_appended()
    {
        await using var database = await Database.Create();
        var (one, other) = (await database.Store(), await database.Store());
        var heard = new ConcurrentDictionary<int, TaskCompletionSource<long>>();
        other.Appended += (partition, head) => heard.GetOrAdd(partition, _ => new()).TrySetResult(head);
        await new Cell("a").Count(one, partition: 17);
        Assert.Equal(1, await heard.GetOrAdd(17, _ => new()).Task.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal((1, 1), (one.Head(17), other.Head(17)));
        Assert.Equal(0, other.Head(16));
    }

    [PostgresFact]
    public async Task A_cursor_is_where_it_was_set_never_goes_back_and_outlives_its_process()
    {
        await using var database = await Database.Create();
        var (one, other) = (await database.Store(), await database.Store());
        Assert.Equal(0, await one.GetCursorAsync("fulfilment", 4));
        await one.SetCursorAsync("fulfilment", 4, 12);
        await one.SetCursorAsync("fulfilment", 4, 9);
        Assert.Equal(12, await one.GetCursorAsync("fulfilment", 4));
        await one.FlushAsync();
        await other.SetCursorAsync("fulfilment", 4, 5);
        await other.FlushAsync();
        Assert.Equal(12, await other.GetCursorAsync("fulfilment", 4));
        Assert.Equal(0, await other.GetCursorAsync("fulfilment", 5));
        Assert.Equal(0, await other.GetCursorAsync("dispatch-feed", 4));
    }

    [PostgresFact]
    public async Task What_every_consumer_passed_is_trimmed_but_for_the_newest_and_nothing_else()
    {
        await using var database = await Database.Create();
        var store = await database.Store(o => o.RetainedEventsPerPartition = 10);
        var cell = new Cell("a");
        for (var i = 0; i < 50; i++) await cell.Count(store, partition: 2);
        await store.SetCursorAsync("quick", 2, 50);
        await store.SetCursorAsync("slow", 2, 30);
        await store.FlushAsync();

        Assert.Equal(30, await store.Trimmer.TrimAsync(CancellationToken.None));
        Assert.Equal(31, (await store.ReadAsync(2, 0, 1))[0].Sequence);
        await store.SetCursorAsync("slow", 2, 50);
        await store.FlushAsync();
        Assert.Equal(10, await store.Trimmer.TrimAsync(CancellationToken.None));
        Assert.Equal(0, await store.Trimmer.TrimAsync(CancellationToken.None));
        var left = await store.ReadAsync(2, 0, 100);
        Assert.Equal((41, 50), (left[0].Sequence, left[^1].Sequence));

        // One that is known but never read here holds everything that comes from now on.
        await store.SetCursorAsync("newcomer", 99, 0);
        await store.FlushAsync();
        for (var i = 0; i < 50; i++) await cell.Count(store, partition: 2);
        Assert.Equal(0, await store.Trimmer.TrimAsync(CancellationToken.None));
    }

    private static async Task<List<StoredEvent>> Tail(PostgresStore store, int partition, int expected)
    {
        var seen = new List<StoredEvent>();
        while (seen.Count < expected)
        {
            seen.AddRange(await store.ReadAsync(partition, seen.Count == 0 ? 0 : seen[^1].Sequence, 100));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        return seen;
    }
}
