using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrderActors.Silo.Storage;
using OrderActors.TestKit.Servers;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;

namespace OrderActors.Tests.Behaviour.Cluster;

/// <summary>Reminders in a real PostgreSQL.</summary>
public sealed class ReminderTableTests
{
    private static readonly DateTime Start = new(2026, 3, 2, 9, 0, 0, DateTimeKind.Utc);

    [PostgresFact]
    public Task A_reminder_is_read_as_it_was_written() => Run(async (table, _) =>
    {
        var grain = Grain("a");
        var etag = await table.UpsertRow(Entry(grain, "wake", TimeSpan.FromTicks(7)));
        var read = await table.ReadRow(grain, "wake");
        Assert.Equal(
            (grain, "wake", Start, TimeSpan.FromTicks(7), etag), (read.GrainId, read.ReminderName, read.StartAt, read.Period, read.ETag));
        Assert.Equal(DateTimeKind.Utc, read.StartAt.Kind);
        Assert.Null(await table.ReadRow(grain, "other"));
        Assert.Null(await table.ReadRow(Grain("b"), "wake"));
        await table.UpsertRow(Entry(grain, "second", TimeSpan.FromMinutes(1)));
        Assert.Equal(["second", "wake"], (await table.ReadRows(grain)).Reminders.Select(r => r.ReminderName).Order());
    });

    [PostgresFact]
    public Task A_reminder_is_removed_only_by_its_newest_etag_and_never_by_that_of_its_predecessor() => Run(async (table, _) =>
    {
        var grain = Grain("a");
        var first = await table.UpsertRow(Entry(grain, "wake", TimeSpan.FromMinutes(1)));
        var second = await table.UpsertRow(Entry(grain, "wake", TimeSpan.FromMinutes(2)));
        Assert.NotEqual(first, second);
        Assert.False(await table.RemoveRow(grain, "wake", first));
        Assert.Equal(TimeSpan.FromMinutes(2), (await table.ReadRow(grain, "wake")).Period);
        Assert.True(await table.RemoveRow(grain, "wake", second));
        Assert.False(await table.RemoveRow(grain, "wake", second));

        // Made again, it is another one.
        var third = await table.UpsertRow(Entry(grain, "wake", TimeSpan.FromMinutes(1)));
        Assert.DoesNotContain(third, new[] { first, second });
        Assert.False(await table.RemoveRow(grain, "wake", first));
        Assert.False(await table.RemoveRow(grain, "wake", "not a number"));
        Assert.True(await table.RemoveRow(grain, "wake", third));
    });

    [PostgresFact]
    public Task A_range_is_open_below_and_closed_above_and_may_go_through_zero() => Run(async (table, _) =>
    {
        var grains = Enumerable.Range(0, 200).Select(i => Grain($"g{i}")).OrderBy(grain => grain.GetUniformHashCode()).ToArray();
        foreach (var grain in grains) await table.UpsertRow(Entry(grain, "wake", TimeSpan.FromMinutes(1)));
        var (low, high) = (grains[50].GetUniformHashCode(), grains[150].GetUniformHashCode());
        Assert.True(low < int.MaxValue && high > int.MaxValue, "hashes on both sides of what a signed number holds");
        Assert.Equal(grains[51..151].AsEnumerable(), await In(low, high));
        Assert.Equal(grains.Except(grains[51..151]), await In(high, low));
        Assert.Equal(grains.AsEnumerable(), await In(low, low));
        Assert.Equal(grains.AsEnumerable(), await In(0, 0));
        Assert.Equal(grains[..51].AsEnumerable(), await In(0, low));
        Assert.Equal(grains[151..].AsEnumerable(), await In(high, uint.MaxValue));

        async Task<GrainId[]> In(uint begin, uint end) =>
            [.. (await table.ReadRows(begin, end)).Reminders.Select(r => r.GrainId).OrderBy(grain => grain.GetUniformHashCode())];
    });

    [PostgresFact]
    public Task Services_do_not_see_each_others_reminders() => Run(async (table, other) =>
    {
        var grain = Grain("a");
        await table.UpsertRow(Entry(grain, "wake", TimeSpan.FromMinutes(1)));
        Assert.Empty((await other.ReadRows(0, 0)).Reminders);
        var theirs = await other.UpsertRow(Entry(grain, "wake", TimeSpan.FromMinutes(5)));
        Assert.False(await table.RemoveRow(grain, "wake", theirs));
        await other.TestOnlyClearTable();
        Assert.Equal(TimeSpan.FromMinutes(1), (await table.ReadRow(grain, "wake")).Period);
    });

    private static GrainId Grain(string key) => GrainId.Create("test", key);

    private static ReminderEntry Entry(GrainId grain, string name, TimeSpan period) =>
        new() { GrainId = grain, ReminderName = name, StartAt = Start, Period = period };

    private static async Task Run(Func<ReminderTable, ReminderTable, Task> test)
    {
        var server = await PostgresServer.Shared;
        var options = new PostgresOptions { ConnectionString = await server.CreateDatabaseAsync() };
        await using var database = await PostgresDatabase.OpenAsync(
            options, "test", TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        await test(Table("one"), Table("two"));

        ReminderTable Table(string service) => new(database, Options.Create(new ClusterOptions { ServiceId = service }));
    }
}
