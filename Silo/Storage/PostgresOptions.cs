using Npgsql;
using OrderActors.Client.Hosting;

namespace OrderActors.Silo.Storage;

/// <summary>How the storage uses PostgreSQL: the section Postgres.</summary>
public sealed class PostgresOptions
{
    /// <summary>The cluster that a database belongs to unless it is told otherwise.</summary>
    public const string DefaultClusterId = "orderactors";

    /// <summary>Where the database is, as Npgsql writes it: <c>Host=db;Database=orderactors;Username=orderactors;Password=…</c>. Required.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// Connections that commit writes at the same time. Default 2; 1 to 32. More make smaller groups: raise it only when the
    /// database is far away.
    /// </summary>
    public int Writers { get; set; } = 2;

    /// <summary>Connections that read at the same time, states and events each. Default 2; 1 to 32.</summary>
    public int Readers { get; set; } = 2;

    /// <summary>The most writes in one transaction. Default 1,000; 1 to 10,000.</summary>
    public int MaxBatch { get; set; } = 1_000;

    /// <summary>Writes that wait at most; more are refused at once. Default 20,000; 1 to 1,000,000.</summary>
    public int MaxWaiting { get; set; } = 20_000;

    /// <summary>
    /// How long a write or a read waits for a database that is slow or away before it is refused. Default 5 s; 100 ms to 60 s.
    /// </summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one statement may take. Default 5 s; 100 ms to 10 min.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a silo of a cluster looks for events that others appended. Default 25 ms; 5 ms to 10 s.</summary>
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Events of each partition that are kept although every consumer has passed them. Default 10,000; 0 to 10,000,000.</summary>
    public int RetainedEventsPerPartition { get; set; } = 10_000;

    /// <summary>
    /// Whether a server may be used that does not write what it confirms to disk (<c>fsync</c> or <c>synchronous_commit</c> off).
    /// Default false: such a server loses what was acknowledged when its machine fails.
    /// </summary>
    public bool AllowVolatile { get; set; }

    /// <summary>How far the clock may be from the database's. Default 10 s; 1 s to 1 h.</summary>
    public TimeSpan MaxClockSkew { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Every connection that is opened at the same time at most: what the server's max_connections must have room for.</summary>
    internal int Connections => Writers + (2 * Readers) + 6;

    /// <summary>Refuses what is out of range.</summary>
    /// <exception cref="StartupException">Something is; the line says what is allowed.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString))
        {
            throw new StartupException(
                "Postgres:ConnectionString is missing; it says where the database is, such as Host=127.0.0.1;Database=orderactors;Username=orderactors.");
        }

        ValidateRanges();
        _ = Parse();
    }

    /// <summary>Refuses numbers that are out of range; a connection string is not asked for.</summary>
    /// <exception cref="StartupException">One is; the line says what is allowed.</exception>
    internal void ValidateRanges()
    {
        RequireRange(nameof(Writers), Writers, 1, 32);
        RequireRange(nameof(Readers), Readers, 1, 32);
        RequireRange(nameof(MaxBatch), MaxBatch, 1, 10_000);
        RequireRange(nameof(MaxWaiting), MaxWaiting, 1, 1_000_000);
        RequireRange(nameof(RetainedEventsPerPartition), RetainedEventsPerPartition, 0, 10_000_000);
        RequireRange(nameof(MaxWait), MaxWait, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        RequireRange(nameof(CommandTimeout), CommandTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        RequireRange(nameof(WatchInterval), WatchInterval, TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(10));
        RequireRange(nameof(MaxClockSkew), MaxClockSkew, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
    }

    /// <summary>The connection string with what the storage needs of every connection.</summary>
    internal NpgsqlConnectionStringBuilder Parse()
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(ConnectionString)
            {
                ApplicationName = "OrderActors",
                MaxPoolSize = Connections,
                MinPoolSize = 0,
                Timeout = (int)Math.Ceiling(MaxWait.TotalSeconds),
                CommandTimeout = (int)Math.Ceiling(CommandTimeout.TotalSeconds),
                CancellationTimeout = 1000,
                KeepAlive = 10,
                MaxAutoPrepare = 16,
                AutoPrepareMinUsages = 2,
                NoResetOnClose = true,
                Enlist = false,
            };
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            // The message may quote what was given, and that may be a password.
            throw new StartupException(
                "Postgres:ConnectionString cannot be read; it is written key=value;key=value, such as " +
                "Host=127.0.0.1;Database=orderactors;Username=orderactors.",
                e);
        }
    }

    private static void RequireRange<T>(string name, T value, T least, T most)
        where T : IComparable<T> => HostChecks.RequireRange($"Postgres:{name}", value, least, most);
}
