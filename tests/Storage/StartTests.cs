using System.Globalization;
using System.Text.RegularExpressions;
using OrderActors.Client.Hosting;
using OrderActors.Silo.Storage;
using OrderActors.TestKit.Servers;

namespace OrderActors.Tests.Storage;

/// <summary>A database that must not be used is refused in one line, and nothing in it changes.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("", "Postgres:ConnectionString is missing")]
    [InlineData("host:127.0.0.1", "cannot be read")]
    [InlineData("Host=127.0.0.1;Colour=red", "cannot be read")]
    public async Task A_connection_string_that_says_nothing_is_explained_without_repeating_it(string text, string complaint)
    {
        var options = new PostgresOptions { ConnectionString = text + (text.Length == 0 ? "" : ";Password=secret") };
        var refused = await Assert.ThrowsAsync<StartupException>(() => Open(options));
        Assert.Contains(complaint, refused.Message, StringComparison.Ordinal);
        Assert.Contains("Host=", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Writers", "0", "1 to 32")]
    [InlineData("MaxBatch", "0", "1 to 10000")]
    [InlineData("MaxWait", "00:02:00", "00:00:00.1000000 to 00:01:00")]
    public async Task An_option_out_of_its_range_is_named_with_the_range(string name, string value, string range)
    {
        var options = new PostgresOptions { ConnectionString = "Host=127.0.0.1" };
        var property = typeof(PostgresOptions).GetProperty(name)!;
        property.SetValue(options, System.ComponentModel.TypeDescriptor.GetConverter(property.PropertyType).ConvertFromInvariantString(value));
        var refused = await Assert.ThrowsAsync<StartupException>(() => Open(options));
        Assert.Contains($"Postgres:{name} is {value}; it must be {range}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        var refused = await Assert.ThrowsAsync<StartupException>(
            () => Open(new PostgresOptions { ConnectionString = "Host=127.0.0.1;Port=1;Database=orders;Username=u;Password=secret" }));
        Assert.Contains("127.0.0.1:1/orders cannot be used", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [PostgresFact]
    public async Task A_database_or_a_user_that_is_not_there_is_named()
    {
        var server = await PostgresServer.Shared;
        var database = await Assert.ThrowsAsync<StartupException>(() => Open(new PostgresOptions { ConnectionString = server.ConnectionString("nobodys") }));
        Assert.Contains("\"nobodys\" does not exist", database.Message, StringComparison.Ordinal);
        var user = await Assert.ThrowsAsync<StartupException>(
            () => Open(new PostgresOptions { ConnectionString = $"Host=127.0.0.1;Port={server.Port};Database=postgres;Username=stranger" }));
        Assert.Contains("stranger", user.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_database_at_a_newer_schema_is_refused_and_stays_as_it_is()
    {
        await using var database = await Database.Create();
        await database.Open();
        await database.Do("INSERT INTO orderactors.migration (number, name, needs) VALUES (9001, 'from-the-future', 9000)");
        var refused = await Assert.ThrowsAsync<StartupException>(() => database.Open());
        Assert.Contains("schema 9001, which needs a release that knows schema 9000;", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"this release knows schemas up to {Migrator.Newest}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Migrator.Migrations.Count + 1, await database.Ask<long>("SELECT count(*) FROM orderactors.migration"));
    }

    [PostgresFact]
    public async Task A_newer_schema_that_only_added_something_is_taken_so_that_a_release_can_be_rolled_back()
    {
        await using var database = await Database.Create();
        await database.Open();
        await database.Do($"INSERT INTO orderactors.migration (number, name, needs) VALUES (9001, 'adds-only', {Migrator.Newest})");
        await database.Open();
    }

    [PostgresFact]
    public async Task The_database_of_another_cluster_is_refused()
    {
        await using var database = await Database.Create();
        await database.Open(clusterId: "north");
        var refused = await Assert.ThrowsAsync<StartupException>(() => database.Open(clusterId: "south"));
        Assert.Contains("belongs to cluster 'north'; this silo is of cluster 'south'", refused.Message, StringComparison.Ordinal);
        await database.Open(clusterId: "north");
    }

    [PostgresFact]
    public async Task A_clock_that_is_off_by_a_minute_is_refused()
    {
        await using var database = await Database.Create();
        foreach (var minutes in (double[])[-1, 1])
        {
            var refused = await Assert.ThrowsAsync<StartupException>(() => database.Open(clock: new ClockThatIsOff(TimeSpan.FromMinutes(minutes))));
            var said = Regex.Match(refused.Message, @"(\d+) s apart, allowed are 10 s \(Postgres:MaxClockSkew\)");
            Assert.True(said.Success, refused.Message);

            // It is the middle of a question and its answer that is compared.
            Assert.InRange(int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture), 50, 70);
        }

        await database.Open(clock: new ClockThatIsOff(TimeSpan.FromSeconds(5)));
    }

    [PostgresFact]
    public async Task A_server_that_does_not_write_what_it_confirms_is_refused_unless_told_otherwise()
    {
        await using var database = await Database.Create();
        await database.Do($"ALTER DATABASE {database.ConnectionString.Split("Database=")[1].Split(';')[0]} SET synchronous_commit = off");
        var refused = await Assert.ThrowsAsync<StartupException>(() => database.Open());
        Assert.Contains("synchronous_commit = off", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--Postgres:AllowVolatile true", refused.Message, StringComparison.Ordinal);
        await database.Open(o => o.AllowVolatile = true);
    }

    [PostgresFact]
    public async Task An_embedded_engine_has_its_database_alone()
    {
        await using var database = await Database.Create();
        await using (await database.Open(alone: true))
        {
            Assert.Contains("in use by another process", (await Refused(true)).Message, StringComparison.Ordinal);
            Assert.Contains("in use by an embedded engine", (await Refused(false)).Message, StringComparison.Ordinal);
        }

        await database.Open();
        await database.Open();
        Assert.Contains("in use by another process", (await Refused(true)).Message, StringComparison.Ordinal);

        Task<StartupException> Refused(bool alone) => Assert.ThrowsAsync<StartupException>(() => database.Open(alone: alone));
    }

    [PostgresFact]
    public async Task Processes_that_start_at_once_migrate_once()
    {
        await using var database = await Database.Create();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => database.Open()));
        Assert.Equal(Migrator.Migrations.Count, await database.Ask<long>("SELECT count(*) FROM orderactors.migration"));
        Assert.Equal(120, await database.Ask<long>("SELECT count(*) FROM orderactors.event_partition"));
    }

    private static Task<PostgresDatabase> Open(PostgresOptions options) => PostgresDatabase.OpenAsync(
        options, "test", TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, CancellationToken.None);

    private sealed class ClockThatIsOff(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
