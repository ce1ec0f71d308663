using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderActors.Client.Hosting;
using OrderActors.Silo.Storage;

namespace OrderActors.Tools.Migrate;

/// <summary>A cluster's database, opened to be moved as a whole: no silo may use it meanwhile.</summary>
internal sealed class PostgresSide : IAsyncDisposable
{
    private readonly PostgresDatabase _database;

    private PostgresSide(PostgresDatabase database, NpgsqlConnection connection)
    {
        _database = database;
        Connection = connection;
    }

    /// <summary>Server and database, without secrets.</summary>
    public string Name => _database.Description;

    /// <summary>The connection for what is written.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Whether this is meant as a connection string, right or wrong, and not as a folder.</summary>
    /// <exception cref="BadInputException">It is a URL.</exception>
    public static bool IsMeant(string text)
    {
        if (text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
            throw new BadInputException("A database is written as Host=…;Database=…;Username=…;Password=…, not as a URL.");
        return !Directory.Exists(text)
            && text.Split(';').Any(part => part.Split('=') is [var key, _, ..] && key.Trim().ToUpperInvariant() is "HOST" or "SERVER" or "DATA SOURCE");
    }

    /// <summary>Connects, brings the schema to this release, and refuses a database that is in use.</summary>
    /// <exception cref="BadInputException">It cannot be used; the line says why.</exception>
    public static async Task<PostgresSide> OpenAsync(string option, string connectionString, string cluster, CancellationToken cancellationToken)
    {
        var options = new PostgresOptions
        {
            ConnectionString = connectionString,
            CommandTimeout = TimeSpan.FromMinutes(10),
        };
        PostgresDatabase database;
        try
        {
            database = await PostgresDatabase.OpenToMoveAsync(options, cluster, TimeProvider.System, NullLoggerFactory.Instance, cancellationToken);
        }
        catch (StartupException e)
        {
            throw new BadInputException($"{option}: {e.Message.Replace("Postgres:ConnectionString", "The connection string", StringComparison.Ordinal)}");
        }

        return new PostgresSide(database, await database.Source.OpenConnectionAsync(cancellationToken));
    }

    /// <summary>A second connection.</summary>
    public ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken) => _database.Source.OpenConnectionAsync(cancellationToken);

    /// <summary>The first row's columns; null for no row.</summary>
    public static async Task<object?[]?> RowAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        var row = new object?[reader.FieldCount];
        for (var i = 0; i < row.Length; i++) row[i] = await reader.IsDBNullAsync(i, cancellationToken) ? null : reader.GetValue(i);
        return row;
    }

    /// <summary>Runs a statement.</summary>
    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await _database.DisposeAsync();
    }
}
