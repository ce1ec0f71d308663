using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using OrderActors.Client.Hosting;

namespace OrderActors.Silo.Storage;

/// <summary>
/// Keeps silos apart whose contracts are too far from each other's. A silo registers before it joins the cluster, says that
/// it is there every 10 s, and leaves when it stops.
/// </summary>
/// <param name="database">The cluster's database; its clock is the one that counts.</param>
/// <param name="silo">The silo's name, unique in the cluster. A silo that starts again under its name takes its place.</param>
/// <param name="clock">For the time between two signs of life.</param>
/// <param name="logger">Told of signs of life that failed.</param>
/// <param name="contracts">The version the silo speaks.</param>
public sealed partial class ClusterContracts(
    PostgresDatabase database, string silo, TimeProvider clock, ILogger<ClusterContracts> logger, int contracts = ContractsVersion.Current)
    : IAsyncDisposable
{
    /// <summary>The time between two signs of life.</summary>
    public static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(10);

    /// <summary>A silo that was not seen for so long is taken for gone.</summary>
    public static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(60);

    // Any number, as long as every release takes the same: two silos of different versions must not register at once.
    private const long LockKey = 0x636F_6E74_7261_6374;

    private readonly CancellationTokenSource _leaving = new();
    private Task _beating = Task.CompletedTask;
    private int _left;

    /// <summary>
    /// The silo was away for longer than <see cref="GoneAfter"/> and meanwhile silos joined that it must not work with: it has
    /// to stop. Given is the line that <see cref="RegisterAsync"/> would have refused it with.
    /// </summary>
    public event Action<string>? Excluded;

    /// <summary>Registers the silo and keeps it registered, or refuses.</summary>
    /// <exception cref="StartupException">The cluster has silos whose contracts are more than one version away, or the database failed.</exception>
    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Enter(cancellationToken);
        }
        catch (Exception e) when (IsDatabaseFault(e))
        {
            throw new StartupException($"The silo cannot be registered in the database {database.Description}: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        _beating = Beat(_leaving.Token);
    }

    /// <summary>Takes the silo off the register. Afterwards it counts no more; without this, <see cref="GoneAfter"/> has to pass.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _left, 1) != 0) return;
        await _leaving.CancelAsync();
        await _beating;
        try
        {
            await using var command = database.Source.CreateCommand("DELETE FROM orderactors.silo WHERE name = $1");
            command.Parameters.Add(new() { Value = silo });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception e) when (IsDatabaseFault(e) || e is OperationCanceledException)
        {
            LogStays(e, silo);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await LeaveAsync(CancellationToken.None);
        _leaving.Dispose();
    }

    private async Task Beat(CancellationToken leaving)
    {
        using var timer = new PeriodicTimer(BeatInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(leaving))
            {
                try
                {
                    if (!await Refresh(leaving)) await Enter(leaving);
                }
                catch (Exception e) when (IsDatabaseFault(e))
                {
                    LogUnseen(e, silo);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It leaves.
        }
        catch (StartupException e)
        {
            LogExcluded(e.Message);
            Excluded?.Invoke(e.Message);
        }
    }

    /// <summary>Says that the silo is there. False when others have taken it for gone: it must be judged again.</summary>
    private async Task<bool> Refresh(CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(
            "UPDATE orderactors.silo SET seen = clock_timestamp() WHERE name = $1 AND contracts = $2 AND seen > clock_timestamp() - $3");
        command.Parameters.Add(new() { Value = silo });
        command.Parameters.Add(new() { Value = contracts });
        command.Parameters.Add(new() { Value = GoneAfter });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private async Task Enter(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Execute(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        await Execute(connection, "DELETE FROM orderactors.silo WHERE seen <= clock_timestamp() - $1", cancellationToken, GoneAfter);
        Judge(await Others(connection, cancellationToken));
        await Execute(
            connection,
            """
            INSERT INTO orderactors.silo (name, contracts, seen) VALUES ($1, $2, clock_timestamp())
            ON CONFLICT (name) DO UPDATE SET contracts = excluded.contracts, seen = excluded.seen
            """,
            cancellationToken,
            silo,
            contracts);
        await transaction.CommitAsync(cancellationToken);
    }

    private void Judge(IReadOnlyList<Seen> others)
    {
        if (others.Count == 0) return;
        var (least, most) = (others.Max(o => o.Contracts) - ContractsVersion.Tolerance, others.Min(o => o.Contracts) + ContractsVersion.Tolerance);
        if (contracts >= least && contracts <= most) return;
        var farthest = others.MaxBy(o => Math.Abs(o.Contracts - contracts))!;
        throw new StartupException(string.Create(
            CultureInfo.InvariantCulture,
            $"This cluster runs contracts version {farthest.Contracts} (silo {farthest.Name}, seen {farthest.Ago.TotalSeconds:0} s ago); " +
            $"this silo has {contracts}; allowed {(least == most ? $"is {least}" : $"are {Math.Max(least, 1)} to {most}")}."));
    }

    private async Task<List<Seen>> Others(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT name, contracts, clock_timestamp() - seen FROM orderactors.silo WHERE name <> $1 ORDER BY seen DESC", connection)
        {
            Parameters = { new() { Value = silo } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var others = new List<Seen>();
        while (await reader.ReadAsync(cancellationToken)) others.Add(new(reader.GetString(0), reader.GetInt32(1), reader.GetTimeSpan(2)));
        return others;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static bool IsDatabaseFault(Exception e) => e is NpgsqlException or SocketException or TimeoutException or IOException or ObjectDisposedException;

    [LoggerMessage(1, LogLevel.Warning, "Silo {Silo} could not say that it is there; it is taken for gone after a minute of this")]
    private partial void LogUnseen(Exception exception, string silo);

    [LoggerMessage(2, LogLevel.Warning, "Silo {Silo} could not be taken off the register of silos; it counts for another minute")]
    private partial void LogStays(Exception exception, string silo);

    [LoggerMessage(3, LogLevel.Critical, "This silo must leave the cluster: {Line}")]
    private partial void LogExcluded(string line);

    /// <summary>A silo on the register.</summary>
    private sealed record Seen(string Name, int Contracts, TimeSpan Ago);
}
