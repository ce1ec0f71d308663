using System.Diagnostics;
using OrderActors.Silo.Storage;
using OrderActors.TestKit.Servers;
using Orleans.Storage;

namespace OrderActors.Tests.Storage;

/// <summary>A server that crashes, restarts, hangs or is full: nothing acknowledged is lost, nothing is done twice, and it says so.</summary>
public sealed class FailureTests
{
    [PostgresFact]
    public async Task A_server_that_crashes_and_restarts_under_load_costs_time_and_loses_nothing()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var database = await Database.Create(server);
        var store = await database.Store();
        var stop = false;
        var crashes = 0;
        var cells = Enumerable.Range(0, 200).Select(Cell.Numbered).ToArray();
        var writers = cells.Select(cell => Task.Run(async () =>
        {
            var refused = 0;
            while (!Volatile.Read(ref stop))
            {
                try
                {
                    await cell.Count(store, partition: 1);
                }
                catch (IOException)
                {
                    // The breaker refuses while the server is away: this was not done, so it is not counted.
                    refused++;
                    cell.State.Count--;
                    await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
                }
            }

            return refused;
        })).ToArray();

        for (; crashes < 3; crashes++)
        {
            var before = store.Head(1);
            await Until(() => store.Head(1) > before + 2_000);
            await server.CrashAsync();
            await server.RestartAsync();
        }

        var resumed = store.Head(1);
        await Until(() => store.Head(1) > resumed + 2_000);
        Volatile.Write(ref stop, true);
        await Task.WhenAll(writers);

        var fresh = await database.Store();
        foreach (var cell in cells)
        {
            var stored = new Cell(cell.Id.Key.ToString()!);
            await stored.Read(fresh);
            Assert.Equal((cell.State.Count, cell.ETag), (stored.State.Count, stored.ETag));
        }

        // One event for each acknowledged write, in the order of its grain.
        Assert.Equal(cells.Sum(cell => cell.State.Count), await database.Ask<long>("SELECT count(*) FROM orderactors.event_log"));
        Assert.Equal(
            0,
            await database.Ask<long>(
                """
                SELECT count(*) FROM (
                    SELECT split_part(convert_from(body, 'UTF8'), ':', 2)::int AS count,
                           row_number() OVER (PARTITION BY split_part(convert_from(body, 'UTF8'), ':', 1) ORDER BY sequence) AS nth
                    FROM orderactors.event_log) e
                WHERE e.count <> e.nth
                """));
    }

    [PostgresFact]
    public async Task A_server_that_hangs_is_refused_clearly_then_at_once_and_is_used_again_when_it_goes_on()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var database = await Database.Create(server);
        var store = await database.Store(
            o => (o.MaxWait, o.CommandTimeout, o.Writers) = (TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4), 1));
        var cell = new Cell("a");
        await cell.Count(store, partition: 1);
        await server.PauseAsync();
        try
        {
            var hung = await Assert.ThrowsAsync<IOException>(() => new Cell("b").Count(store, partition: 1));
            Assert.Contains("unknown", hung.Message, StringComparison.Ordinal);
            await Until(() => !store.IsAvailable);

            // These words are said only to what was never sent, so nothing was waited for.
            var refused = await Assert.ThrowsAsync<IOException>(() => new Cell("c").Count(store, partition: 1));
            Assert.Contains("has not answered since", refused.Message, StringComparison.Ordinal);
            Assert.Contains("Nothing was done.", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            await server.ResumeAsync();
        }

        await Until(() => store.IsAvailable);
        await cell.Count(store, partition: 1);
        await cell.Read(store);
        Assert.Equal(2, cell.State.Count);
    }

    [PostgresFact]
    public async Task A_write_that_the_database_refuses_fails_alone_and_says_why()
    {
        await using var database = await Database.Create();
        var store = await database.Store();
        await database.Do(
            """
            CREATE FUNCTION orderactors.refuse_bad() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.grain_key = 'bad' THEN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER bad BEFORE INSERT OR UPDATE ON orderactors.grain_state FOR EACH ROW EXECUTE FUNCTION orderactors.refuse_bad();
            """);
        var good = Enumerable.Range(0, 50).Select(Cell.Numbered).ToArray();
        var writes = good.Select(cell => cell.Count(store, partition: 1)).ToArray();
        var bad = await Assert.ThrowsAsync<IOException>(() => new Cell("bad").Count(store, partition: 1));
        await Task.WhenAll(writes);
        Assert.Contains("disk full (53100). Nothing was done.", bad.Message, StringComparison.Ordinal);
        Assert.Equal(50, store.Head(1));
        Assert.True(store.IsAvailable);
    }

    [PostgresFact]
    public async Task Too_many_waiting_writes_are_refused_at_once()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var database = await Database.Create(server);
        var store = await database.Store(o => o.MaxWaiting = 10);
        await server.PauseAsync();
        var writes = Enumerable.Range(0, 10).Select(Cell.Numbered).Select(cell => cell.Count(store, partition: 1)).ToArray();
        var refused = await Assert.ThrowsAsync<IOException>(() => new Cell("late").Count(store, partition: 1));
        Assert.Contains("10 requests wait", refused.Message, StringComparison.Ordinal);
        await server.ResumeAsync();
        await Task.WhenAll(writes);
        await Until(() => store.Head(1) == 10);
    }

    [PostgresFact]
    public async Task Two_processes_that_write_the_same_grains_in_opposite_order_do_not_lose_a_write_to_a_deadlock()
    {
        await using var database = await Database.Create();
        var (one, other) = (await database.Store(o => o.Writers = 1), await database.Store(o => o.Writers = 1));
        var accepted = 0;
        for (var round = 0; round < 10; round++)
        {
            var keys = Enumerable.Range(round * 100, 100).ToArray();
            await Task.WhenAll(
                keys.Select(key => Try(one, key)).Concat(keys.Reverse().Select(key => Try(other, key))));
        }

        Assert.Equal(1_000, accepted);
        Assert.Equal(1_000, await database.Ask<long>("SELECT count(*) FROM orderactors.event_log"));

        async Task Try(PostgresStore store, int key)
        {
            try
            {
                await Cell.Numbered(key).Count(store, partition: key % 120);
                Interlocked.Increment(ref accepted);
            }
            catch (InconsistentStateException)
            {
                // The other one was first.
            }
        }
    }

    [Fact]
    public void The_breaker_opens_after_failures_in_a_row_and_closes_with_a_success()
    {
        var breaker = new Breaker(TimeProvider.System, "db");
        var said = new List<string?>();
        breaker.Changed += said.Add;
        for (var i = 1; i < Breaker.FailuresToOpen; i++) breaker.Failed("gone");
        breaker.Succeeded();
        for (var i = 1; i < Breaker.FailuresToOpen; i++) breaker.Failed("gone");
        Assert.False(breaker.IsOpen);
        breaker.Failed("gone again.");
        breaker.Failed("still gone.");
        Assert.True(breaker.IsOpen);
        Assert.Contains("still gone.", breaker.Refusal().Message, StringComparison.Ordinal);
        breaker.Succeeded();
        Assert.False(breaker.IsOpen);
        Assert.Equal(["gone again.", null], said);
    }

    private static async Task Until(Func<bool> holds)
    {
        var began = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(3), "Not within three minutes.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
