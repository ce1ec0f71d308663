using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using OrderActors.TestKit.Servers;
using OrderActors.Values;

namespace OrderActors.Tests.Storage;

/// <summary>A database of a test's own, and stores over it as several processes would have them.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _open = [];

    private Database(PostgresServer server, string connectionString) => (Server, ConnectionString) = (server, connectionString);

    public PostgresServer Server { get; }

    public string ConnectionString { get; }

    /// <summary>An empty database on the server that all tests share, or on one of the test's own.</summary>
    public static async Task<Database> Create(PostgresServer? server = null)
    {
        server ??= await PostgresServer.Shared;
        return new Database(server, await server.CreateDatabaseAsync());
    }

    /// <summary>Options with quick looks, and with patience: a machine that stands still for some seconds is no failure.</summary>
    public PostgresOptions Options(Action<PostgresOptions>? change = null)
    {
        var options = new PostgresOptions
        {
            ConnectionString = ConnectionString,
            WatchInterval = TimeSpan.FromMilliseconds(10),
            MaxWait = TimeSpan.FromSeconds(30),
            CommandTimeout = TimeSpan.FromSeconds(30),
        };
        change?.Invoke(options);
        return options;
    }

    /// <summary>Opens it as a process of the cluster does.</summary>
    public async Task<PostgresDatabase> Open(Action<PostgresOptions>? change = null, string clusterId = "test", TimeProvider? clock = null, bool alone = false)
    {
        var database = await PostgresDatabase.OpenAsync(
            Options(change), clusterId, clock ?? TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None, alone);
        _open.Add(database);
        return database;
    }

    /// <summary>The storage of one process of the cluster.</summary>
    public async Task<PostgresStore> Store(Action<PostgresOptions>? change = null)
    {
        var store = new PostgresStore(
            await Open(change), new JsonStateSerializer(StoredJson.Options), new CellEvents(), TimeProvider.System, NullLoggerFactory.Instance);
        _open.Add(store);
        await store.StartAsync(CancellationToken.None);
        return store;
    }

    /// <summary>One value from the database.</summary>
    public async Task<T> Ask<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Changes something behind the storage's back.</summary>
    public async Task Do(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _open.Count - 1; i >= 0; i--) await _open[i].DisposeAsync();
    }
}
