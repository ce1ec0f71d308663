using System.Net.Sockets;
using Npgsql;
using OrderActors.Client.Hosting;

namespace OrderActors.Silo.Storage;

/// <summary>The database, checked and at this release's schema.</summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    // Any number, as long as every release takes the same.
    private const long OccupiedKey = 0x6F63_6375_7069_6564;

    private NpgsqlConnection? _occupied;

    private PostgresDatabase(PostgresOptions options, NpgsqlDataSource source, string description)
    {
        Options = options;
        Source = source;
        Description = description;
    }

    /// <summary>Connections for single statements: plans are not steered.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Server and database, without secrets.</summary>
    public string Description { get; }

    /// <summary>How it is used.</summary>
    internal PostgresOptions Options { get; }

    /// <summary>
    /// Connects, applies the migrations that are missing, and refuses a database that must not be used: one at a newer schema,
    /// of another cluster, with a clock that is off, or that does not write what it confirms to disk.
    /// </summary>
    /// <param name="options">Where it is and how it is used.</param>
    /// <param name="clusterId">The cluster that it belongs to from its first start on.</param>
    /// <param name="clock">This machine's clock.</param>
    /// <param name="loggers">For the driver.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="alone">Whether no other process may use it meanwhile: the embedded engine is one process.</param>
    /// <exception cref="StartupException">One of these; the line says which.</exception>
    public static Task<PostgresDatabase> OpenAsync(
        PostgresOptions options, string clusterId, TimeProvider clock, ILoggerFactory loggers, CancellationToken cancellationToken, bool alone = false) =>
        OpenAsync(options, clusterId, clock, loggers, alone, toMove: false, cancellationToken);

    /// <summary>Opens it for a migration: alone, and also when a migration into it was interrupted.</summary>
    internal static Task<PostgresDatabase> OpenToMoveAsync(
        PostgresOptions options, string clusterId, TimeProvider clock, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        OpenAsync(options, clusterId, clock, loggers, alone: true, toMove: true, cancellationToken);

    private static async Task<PostgresDatabase> OpenAsync(
        PostgresOptions options, string clusterId, TimeProvider clock, ILoggerFactory loggers, bool alone, bool toMove, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        options.Validate();
        var settings = options.Parse();
        var description = $"{settings.Host}:{settings.Port}/{settings.Database ?? settings.Username}";
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UseLoggerFactory(loggers);
        var source = builder.Build();
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await RequireDurable(connection, options, cancellationToken);
            await RequireClock(connection, clock, options.MaxClockSkew, cancellationToken);
            await Migrator.ApplyAsync(connection, cancellationToken);
            await BindToCluster(connection, clusterId, cancellationToken);
            if (!toMove) await RequireWhole(connection, description, cancellationToken);
            return new PostgresDatabase(options, source, description) { _occupied = await Occupy(source, alone, description, cancellationToken) };
        }
        catch (Exception e)
        {
            await source.DisposeAsync();
            if (e is NpgsqlException or SocketException or TimeoutException or IOException)
                throw new StartupException($"The database {description} cannot be used: {Reason(e)}", e);
            throw;
        }
    }

    /// <summary>Whether the database answers.</summary>
    public async Task<bool> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = Source.CreateCommand("SELECT 1");
            return await command.ExecuteScalarAsync(cancellationToken) is 1;
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException or IOException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_occupied is not null)
        {
            await Vacate(_occupied);
            await _occupied.DisposeAsync();
        }

        await Source.DisposeAsync();
    }

    /// <summary>
    /// Connections for the storage's own few statements, all of them look-ups by key over arrays of unknown size. A plan is made
    /// once per connection, perhaps while the tables are empty: whole-table plans must not come into it.
    /// </summary>
    internal NpgsqlDataSource CreateHotSource()
    {
        var settings = Options.Parse();
        settings.Options = string.Join(
            ' ', settings.Options, "-c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off -c jit=off -c plan_cache_mode=force_generic_plan");
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    private static async Task RequireDurable(NpgsqlConnection connection, PostgresOptions options, CancellationToken cancellationToken)
    {
        if (options.AllowVolatile) return;
        foreach (var setting in (string[])["fsync", "synchronous_commit", "full_page_writes"])
        {
            await using var command = new NpgsqlCommand($"SELECT current_setting('{setting}')", connection);
            if (await command.ExecuteScalarAsync(cancellationToken) is "off")
            {
                throw new StartupException(
                    $"The database has {setting} = off: it would lose what was acknowledged. Set it to on, or start with --Postgres:AllowVolatile true.");
            }
        }
    }

    private static async Task RequireClock(NpgsqlConnection connection, TimeProvider clock, TimeSpan most, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow();
        await using var command = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        var there = (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
        var after = clock.GetUtcNow();

        // It was read somewhere in between.
        var here = before + ((after - before) / 2);
        var skew = (here.UtcDateTime - there.ToUniversalTime()).Duration();
        if (skew > most + ((after - before) / 2))
        {
            throw new StartupException(
                $"This machine's clock shows {here.UtcDateTime:O} and the database's {there.ToUniversalTime():O}: {skew.TotalSeconds:0} s apart, " +
                $"allowed are {most.TotalSeconds:0} s (Postgres:MaxClockSkew). Deadlines would fire at the wrong time; set the clock.");
        }
    }

    private static async Task BindToCluster(NpgsqlConnection connection, string clusterId, CancellationToken cancellationToken)
    {
        await using var claim = new NpgsqlCommand("INSERT INTO orderactors.cluster (cluster_id) VALUES ($1) ON CONFLICT DO NOTHING", connection)
        {
            Parameters = { new() { Value = clusterId } },
        };
        await claim.ExecuteNonQueryAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT cluster_id FROM orderactors.cluster", connection);
        var bound = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        if (bound != clusterId)
        {
            throw new StartupException(
                $"The database belongs to cluster '{bound}'; this silo is of cluster '{clusterId}'. Two clusters on one database would damage it: " +
                "give this silo the other cluster id or a database of its own.");
        }
    }

    /// <summary>
    /// Holds a lock as long as its connection lives: silos of a cluster share it, an embedded engine has it alone. It keeps
    /// people from a mistake; no data rests on it, for every write is checked against the version it expects.
    /// </summary>
    private static async Task<NpgsqlConnection> Occupy(NpgsqlDataSource source, bool alone, string description, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        var kind = alone ? "pg_try_advisory_lock" : "pg_try_advisory_lock_shared";
        await using var command = new NpgsqlCommand($"SELECT {kind}({OccupiedKey})", connection);
        if (await command.ExecuteScalarAsync(cancellationToken) is true) return connection;
        await connection.DisposeAsync();
        throw new StartupException(alone
            ? $"The database {description} is in use by another process and is needed alone. Stop the other one first."
            : $"The database {description} is in use by an embedded engine or a migration, which needs it alone. Stop it first.");
    }

    // A server takes its time to notice that a connection is gone, and whoever comes next would find the database in use.
    private static async Task Vacate(NpgsqlConnection occupied)
    {
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", occupied) { CommandTimeout = 1 };
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException or IOException or InvalidOperationException)
        {
            // It goes with its connection.
        }
    }

    private static async Task RequireWhole(NpgsqlConnection connection, string description, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT source FROM orderactors.moved_in WHERE finished IS NULL", connection);
        if (await command.ExecuteScalarAsync(cancellationToken) is string source)
        {
            throw new StartupException(
                $"The database {description} holds an unfinished migration from {source}. Finish it (orderactors migrate), or name another database.");
        }
    }

    private static string Reason(Exception e) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } p =>
            $"{p.MessageText}. Check Username and Password.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } p => $"{p.MessageText}. Create it: createdb.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } p => $"{p.MessageText}. The user needs CREATE on the database.",
        PostgresException p => $"{p.MessageText} ({p.SqlState}).",
        _ => (e.InnerException ?? e).Message.ReplaceLineEndings(" "),
    };
}
