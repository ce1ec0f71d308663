using Microsoft.Extensions.Options;
using OrderActors.Client.Hosting;
using OrderActors.Silo.Storage;
using OrderActors.TestKit.Servers;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;

namespace OrderActors.Tests.Storage;

/// <summary>A cluster on a database that an embedded engine's journal was moved into goes on with the reminders it had, once.</summary>
public sealed class ReminderTakeoverTests
{
    // As the embedded engine stores them.
    private const string ZonesRecord =
        """
        {"reminders":[
          {"grain_type":"dispatch","grain_key":"zone 1","name":"wake","first_tick":"2026-03-01T09:30:00.1234567+00:00","period":"00:01:00"},
          {"grain_type":"dispatch","grain_key":"zürich","name":"wake","first_tick":"2026-03-01T09:31:00+00:00","period":"01:00:00"}]}
        """;

    private const string OthersRecord =
        """{"reminders":[{"grain_type":"fulfilment","grain_key":"7","name":"wake","first_tick":"2026-03-01T09:32:00+00:00","period":"00:01:00"}]}""";

    [PostgresFact]
    public async Task Each_reminder_is_in_the_table_as_the_grain_made_it()
    {
        await using var database = await Moved();
        Assert.Equal(3, await ReminderTakeover.TakeAsync(await database.Open(), "service", CancellationToken.None));
        var table = await Table(database);
        Assert.Equal(3, (await table.ReadRows(0, 0)).Reminders.Count);
        var zone = await table.ReadRow(GrainId.Create("dispatch", "zone 1"), "wake");
        Assert.Equal(TimeSpan.FromMinutes(1), zone.Period);
        Assert.Equal(new DateTime(2026, 3, 1, 9, 30, 0, DateTimeKind.Utc).AddMicroseconds(123456.7), zone.StartAt, TimeSpan.FromMicroseconds(1));

        // Found by its place on the ring, as the silo that is responsible for it looks for it.
        var place = zone.GrainId.GetUniformHashCode();
        Assert.Single((await table.ReadRows(place - 1, place)).Reminders);
    }

    [PostgresFact]
    public async Task What_a_grain_removes_afterwards_does_not_come_back()
    {
        await using var database = await Moved();
        var open = await database.Open();
        await ReminderTakeover.TakeAsync(open, "service", CancellationToken.None);
        var table = await Table(database);
        foreach (var reminder in (await table.ReadRows(0, 0)).Reminders)
            Assert.True(await table.RemoveRow(reminder.GrainId, reminder.ReminderName, reminder.ETag));

        Assert.Equal(0, await ReminderTakeover.TakeAsync(open, "service", CancellationToken.None));
        Assert.Empty((await table.ReadRows(0, 0)).Reminders);
    }

    [PostgresFact]
    public async Task Silos_that_start_at_once_take_them_over_once()
    {
        await using var database = await Moved();
        var silos = await Task.WhenAll(database.Open(), database.Open(), database.Open(), database.Open());
        var taken = await Task.WhenAll(silos.Select(silo => ReminderTakeover.TakeAsync(silo, "service", CancellationToken.None)));
        Assert.Equal([0, 0, 0, 3], taken.Order());
        Assert.Equal(3L, await database.Ask<long>("SELECT count(*) FROM orderactors.reminder"));
    }

    [PostgresFact]
    public async Task A_cluster_that_has_reminders_keeps_its_own()
    {
        await using var database = await Moved();
        var table = await Table(database);
        await table.UpsertRow(new ReminderEntry
        {
            GrainId = GrainId.Create("dispatch", "zone 2"), ReminderName = "wake", StartAt = DateTime.UtcNow, Period = TimeSpan.FromMinutes(1),
        });
        Assert.Equal(0, await ReminderTakeover.TakeAsync(await database.Open(), "service", CancellationToken.None));
        Assert.Equal("dispatch/zone 2", Assert.Single((await table.ReadRows(0, 0)).Reminders).GrainId.ToString());
    }

    [PostgresFact]
    public async Task A_database_without_reminders_is_marked_too()
    {
        await using var database = await Database.Create();
        var open = await database.Open();
        Assert.Equal(0, await ReminderTakeover.TakeAsync(open, "service", CancellationToken.None));
        await Put(database, "03", ZonesRecord);
        Assert.Equal(0, await ReminderTakeover.TakeAsync(open, "service", CancellationToken.None));
    }

    [PostgresFact]
    public async Task A_record_that_cannot_be_read_ends_the_start_and_nothing_is_taken()
    {
        await using var database = await Moved();
        await Put(database, "15", """{"reminders":"none"}""");
        var refused = await Assert.ThrowsAsync<StartupException>(async () =>
            await ReminderTakeover.TakeAsync(await database.Open(), "service", CancellationToken.None));
        Assert.Contains("The state reminders/15 in the database cannot be read as reminders", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Equal(0L, await database.Ask<long>("SELECT count(*) FROM orderactors.reminder"));
        Assert.True(await database.Ask<bool>("SELECT reminders_taken IS NULL FROM orderactors.cluster"));
    }

    private static async Task<Database> Moved()
    {
        var database = await Database.Create();
        await database.Open();
        await Put(database, "03", ZonesRecord);
        await Put(database, "14", OthersRecord);
        await database.Do("INSERT INTO orderactors.moved_in (source, fingerprint, finished) VALUES ('./data', 'f', now())");
        return database;
    }

    private static Task Put(Database database, string key, string json) => database.Do(
        $"INSERT INTO orderactors.grain_state VALUES ({GrainShard.Of("reminders", key)}, 'reminders', '{key}', 'state', 1, convert_to('{json}', 'UTF8'))");

    private static async Task<ReminderTable> Table(Database database) =>
        new(await database.Open(), Options.Create(new ClusterOptions { ServiceId = "service" }));
}
