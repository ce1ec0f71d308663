using System.Globalization;
using Npgsql;
using OrderActors.TestKit.Servers;

namespace OrderActors.Tests.Cluster;

/// <summary>A PostgreSQL and a Redis that the tests of a class share; each test takes a database and a cluster id of its own.</summary>
public sealed class Servers : IAsyncLifetime
{
    private static int clusters;

    /// <summary>The class's PostgreSQL.</summary>
    public PostgresServer Postgres { get; private set; } = null!;

    /// <summary>The class's Redis, which keeps what it is told.</summary>
    public RedisServer Redis { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        // Where they are not installed, every test of the class is skipped and says so.
        if ((PostgresServer.Absent ?? RedisServer.Absent) is not null) return;
        Postgres = await PostgresServer.StartAsync();
        Redis = await RedisServer.StartAsync();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (Redis is not null) await Redis.DisposeAsync();
        if (Postgres is not null) await Postgres.DisposeAsync();
    }

    /// <summary>A cluster with an empty database and a name of its own; no silo yet.</summary>
    internal async Task<LiveCluster> Cluster() => LiveCluster.On(
        Postgres, Redis, await Postgres.CreateDatabaseAsync(), string.Create(CultureInfo.InvariantCulture, $"test-{Interlocked.Increment(ref clusters)}"));

    /// <summary>One value from a database.</summary>
    internal static async Task<T> Ask<T>(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Changes something in a database behind its silos' backs.</summary>
    internal static async Task Do(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Every row of every table of the platform, table by table, as text that can be compared; empty where the schema is not.</summary>
    internal static async Task<string> Contents(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        var tables = await Ask<string>(
            connectionString,
            """
            SELECT coalesce(string_agg(format('SELECT %L || t::text AS line FROM orderactors.%I t', table_name || ' ', table_name), ' UNION ALL '), '')
            FROM information_schema.tables WHERE table_schema = 'orderactors'
            """);
        return tables.Length == 0 ? "" : await Ask<string>(connectionString, $"SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), '') FROM ({tables}) all_lines");
    }
}
