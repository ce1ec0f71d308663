using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderActors.Client.Hosting;
using OrderActors.Embedded.Storage.Journal;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using OrderActors.TestKit.Servers;
using OrderActors.Tools;
using OrderActors.Tools.Migrate;

namespace OrderActors.Tests.Tools.Migrate;

/// <summary>A journal moved to a database and back is the same; one that is not, or not yet, cannot be used.</summary>
public sealed class MigrateTests : IDisposable
{
    private const int SmallGroups = 20;
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _stdout = new();
    private readonly StringWriter _stderr = new();

    public void Dispose()
    {
        _folder.Dispose();
        _stdout.Dispose();
        _stderr.Dispose();
    }

    private string Journal => _folder.Combine("journal");

    [PostgresFact]
    public async Task There_and_back_is_the_same_byte_for_byte()
    {
        await Journals.LivedIn(Journal);
        var before = Journals.Text(Journal);
        var database = await Database();

        Assert.Equal(ExitCodes.Ok, await Migrate(Journal, database));
        using (var line = JsonDocument.Parse(_stdout.ToString().TrimEnd().Split('\n')[^1]))
        {
            Assert.Equal(Journals.States, line.RootElement.GetProperty("states").GetInt64());
            Assert.Equal(Journals.Events, line.RootElement.GetProperty("events").GetInt64());
            Assert.Equal(4, line.RootElement.GetProperty("cursors").GetInt32());
            Assert.True(line.RootElement.GetProperty("verified").GetBoolean());
        }

        Assert.Equal(ExitCodes.Ok, await Migrate(database, _folder.Combine("back")));
        Assert.Equal(before, Journals.Text(_folder.Combine("back")));
        Assert.Equal(before, Journals.Text(Journal));
        Assert.Equal(["back", "journal"], Directory.GetDirectories(_folder.Path).Select(Path.GetFileName).Order());
    }

    [PostgresFact]
    public async Task No_version_is_given_twice_on_either_way()
    {
        await Journals.LivedIn(Journal);
        long first;
        await using (var store = Journals.Open(Journal))
        {
            var gone = await Journals.Put(store, "parcel", "gone", "a");
            first = Version(gone);
            await store.ClearStateAsync("state", Orleans.Runtime.GrainId.Create("parcel", "gone"), gone);
        }

        var database = await Database();
        Assert.Equal(ExitCodes.Ok, await Migrate(Journal, database));
        long second;
        await using (var opened = await Open(database))
        {
            await using var store = new PostgresStore(
                opened, new JsonStateSerializer(), new ParcelEvents(), TimeProvider.System, NullLoggerFactory.Instance);
            await store.StartAsync(CancellationToken.None);
            var again = await Journals.Put(store, "parcel", "gone", "b", null, (3, "on the database"));
            second = Version(again);
            await store.ClearStateAsync("state", Orleans.Runtime.GrainId.Create("parcel", "gone"), again);
        }

        Assert.Equal(ExitCodes.Ok, await Migrate(database, _folder.Combine("back")));
        await using var back = Journals.Open(_folder.Combine("back"));
        var third = Version(await Journals.Put(back, "parcel", "gone", "c", null, (3, "back again")));
        Assert.True(first < second && second < third, $"{first}, {second}, {third}");
        var last = await back.ReadAsync(3, back.Head(3) - 2, 10);
        Assert.Equal(["on the database", "back again"], last.Select(e => System.Text.Encoding.UTF8.GetString(e.Body.Span)));

        static long Version(Cell cell) => long.Parse(cell.ETag!, System.Globalization.CultureInfo.InvariantCulture);
    }

    [PostgresTheory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(14)]
    [InlineData(25)]
    [InlineData(26)]
    public async Task An_interrupted_migration_is_taken_up_where_it_stopped(int afterGroups)
    {
        await Journals.LivedIn(Journal);
        var database = await Database();
        await Assert.ThrowsAsync<IOException>(() => Run(database, afterGroups));

        var refused = await Assert.ThrowsAsync<StartupException>(() => Open(database));
        Assert.Contains($"unfinished migration from {Journal}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.BadInput, await Migrate(database, _folder.Combine("back")));

        var there = await Ask<long>(database, "SELECT count(*) FROM orderactors.grain_state");
        Assert.Equal(Math.Min(afterGroups * SmallGroups, Journals.States), there);
        Assert.Equal(ExitCodes.Ok, await Migrate(Journal, database));
        if (there > 0) Assert.Contains($"{there} states are there", _stderr.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, await Migrate(database, _folder.Combine("back")));
        Assert.Equal(Journals.Text(Journal), Journals.Text(_folder.Combine("back")));
    }

    [PostgresFact]
    public async Task A_half_built_target_takes_no_other_source()
    {
        await Journals.LivedIn(Journal);
        var database = await Database();
        await Assert.ThrowsAsync<IOException>(() => Run(database, 3));
        await using (var store = Journals.Open(Journal)) await Journals.Put(store, "parcel", "new", "written since");

        Assert.Equal(ExitCodes.BadInput, await Migrate(Journal, database));
        Assert.Contains("holds an unfinished migration of", OneLine(), StringComparison.Ordinal);
        Assert.Equal(3 * SmallGroups, await Ask<long>(database, "SELECT count(*) FROM orderactors.grain_state"));
    }

    [PostgresFact]
    public async Task A_target_that_holds_anything_is_refused_and_left_alone()
    {
        await Journals.LivedIn(Journal);
        var database = await Database();
        Assert.Equal(ExitCodes.Ok, await Migrate(Journal, database));
        Assert.Equal(ExitCodes.BadInput, await Migrate(Journal, database));
        Assert.Contains("is not empty: it took the migration of", OneLine(), StringComparison.Ordinal);

        var used = await Database();
        await (await Open(used)).DisposeAsync();
        await Ask<int>(used, "INSERT INTO orderactors.grain_state VALUES (1, 'a', 'b', 'c', 5, '') RETURNING 1");
        Assert.Equal(ExitCodes.BadInput, await Migrate(Journal, used));
        Assert.Contains("is not empty: it holds grain states", OneLine(), StringComparison.Ordinal);
        Assert.Equal(1, await Ask<long>(used, "SELECT count(*) FROM orderactors.grain_state"));

        Directory.CreateDirectory(_folder.Combine("full"));
        await File.WriteAllTextAsync(_folder.Combine("full/note.txt"), "mine");
        Assert.Equal(ExitCodes.BadInput, await Migrate(database, _folder.Combine("full")));
        Assert.Contains("is not empty; name a folder", OneLine(), StringComparison.Ordinal);
        Assert.Equal(["note.txt"], Directory.GetFiles(_folder.Combine("full")).Select(Path.GetFileName));
    }

    [PostgresTheory]
    [InlineData("UPDATE orderactors.grain_state SET state = state || 'x' WHERE grain_key = 'last'", "of grain type 'parcel' hash to")]
    [InlineData("DELETE FROM orderactors.grain_state WHERE grain_key = 'last'", "states of grain type 'parcel', the target")]
    [InlineData("UPDATE orderactors.event_log SET body = 'x' WHERE partition = 119", "events of partition 119 hash to")]
    [InlineData("UPDATE orderactors.event_cursor SET sequence = 19 WHERE sequence = 20", "the cursor of 'reader' in partition 3")]
    public async Task A_target_that_differs_is_never_released(string damage, string complaint)
    {
        await Journals.LivedIn(Journal);
        var database = await Database();
        var failed = await Assert.ThrowsAsync<MigrationException>(() => Run(database, int.MaxValue, () => Ask<object?>(database, damage)));
        Assert.Contains(complaint, failed.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StartupException>(() => Open(database));
    }

    [PostgresFact]
    public async Task A_silo_at_work_on_either_side_is_noticed()
    {
        await Journals.LivedIn(Journal);
        var database = await Database();
        await using (Journals.Open(Journal)) Assert.Equal(ExitCodes.BadInput, await Migrate(Journal, database));
        Assert.Contains("is in use: a silo is running on it", OneLine(), StringComparison.Ordinal);

        await using (await Open(database)) Assert.Equal(ExitCodes.BadInput, await Migrate(Journal, database));
        Assert.Contains("is in use by another process", OneLine(), StringComparison.Ordinal);

        await using (await Open(database)) Assert.Equal(ExitCodes.BadInput, await Migrate(database, _folder.Combine("back")));
        Assert.False(Directory.Exists(JournalImport.PartialOf(_folder.Combine("back"))));
    }

    [PostgresFact]
    public async Task A_half_built_journal_is_built_anew_and_a_strange_folder_is_not()
    {
        await Journals.LivedIn(Journal);
        var database = await Database();
        Assert.Equal(ExitCodes.Ok, await Migrate(Journal, database));
        var partial = JournalImport.PartialOf(_folder.Combine("back"));
        using (var half = JournalImport.Create(_folder.Combine("back")))
        {
        }

        await File.WriteAllTextAsync(Path.Combine(partial, "photo.jpg"), "");
        Assert.Equal(ExitCodes.BadInput, await Migrate(database, _folder.Combine("back")));
        Assert.Contains("photo.jpg is in the way", OneLine(), StringComparison.Ordinal);
        File.Delete(Path.Combine(partial, "photo.jpg"));
        Assert.Equal(ExitCodes.Ok, await Migrate(database, _folder.Combine("back")));
        Assert.Equal(Journals.Text(Journal), Journals.Text(_folder.Combine("back")));
        Assert.False(Directory.Exists(partial));
    }

    [Theory]
    [InlineData("{0}/none", "Host=127.0.0.1;Port=1;Database=x;Username=u", "holds no journal")]
    [InlineData("{0}/journal", "{0}/other", "are both folders")]
    [InlineData("Host=a;Database=x", "Host=b;Database=y", "are both databases")]
    [InlineData("{0}/journal", "Host=127.0.0.1;Port=1;Database=x;Username=u;Password=secret", "127.0.0.1:1/x cannot be used: Connection refused")]
    [InlineData("{0}/journal", "Host=127.0.0.1;Colour=secret", "The connection string cannot be read")]
    [InlineData("{0}/journal", "postgres://u:secret@h/d", "not as a URL")]
    public async Task Bad_input_is_one_line_without_secrets(string from, string to, string complaint)
    {
        await Journals.LivedIn(Journal);
        var before = Journals.Text(Journal);
        Assert.Equal(ExitCodes.BadInput, await Migrate(from.Replace("{0}", _folder.Path, StringComparison.Ordinal), to.Replace("{0}", _folder.Path, StringComparison.Ordinal)));
        var line = OneLine();
        Assert.Contains(complaint, line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
        Assert.Equal(before, Journals.Text(Journal));
    }

    [Fact]
    public async Task A_damaged_source_is_named_with_file_and_offset()
    {
        await Journals.LivedIn(Journal);
        foreach (var index in Directory.GetFiles(Journal, "*.index")) File.Delete(index);
        await using (var file = File.OpenWrite(Path.Combine(Journal, "log-000000000001.journal")))
        {
            file.Position = 5_000;
            file.Write("damage"u8);
        }

        Assert.Equal(ExitCodes.BadInput, await Migrate(Journal, "Host=127.0.0.1;Port=1;Database=x;Username=u"));
        Assert.Matches("is damaged and was left alone: .*log-000000000001.journal offset [0-9]+: ", OneLine());
    }

    private static async Task<string> Database() => await (await PostgresServer.Shared).CreateDatabaseAsync();

    private static Task<PostgresDatabase> Open(string database) => PostgresDatabase.OpenAsync(
        new PostgresOptions { ConnectionString = database }, PostgresOptions.DefaultClusterId, TimeProvider.System, NullLoggerFactory.Instance,
        CancellationToken.None);

    private static async Task<T> Ask<T>(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private Task<int> Migrate(string from, string to) =>
        MigrateCommand.RunAsync(from, to, MigrateCommand.DefaultCluster, _stdout, _stderr, CancellationToken.None);

    private async Task Run(string database, int afterGroups, Func<Task>? beforeReadBack = null)
    {
        await using var source = JournalSource.Open(Journal, NullLogger.Instance, SmallGroups);
        var side = await PostgresSide.OpenAsync("--to", database, MigrateCommand.DefaultCluster, CancellationToken.None);
        await using var target = new FailingTarget(new PostgresTarget(side), afterGroups, beforeReadBack);
        await Migration.RunAsync(source, target, _stderr, CancellationToken.None);
    }

    /// <summary>What was said last, and it was all there was.</summary>
    private string OneLine()
    {
        var said = _stderr.ToString().TrimEnd();
        return said[(said.LastIndexOf('\n') + 1)..];
    }
}
