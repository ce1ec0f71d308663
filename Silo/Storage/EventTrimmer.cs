using Npgsql;

namespace OrderActors.Silo.Storage;

/// <summary>
/// Removes events that every consumer has passed, but for the newest of each partition. One process of a cluster does it at a
/// time, a slice at a time, so that nobody waits for it.
/// </summary>
internal sealed class EventTrimmer : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // Any number, as long as every release takes the same.
    private const long LockKey = 0x7472_696D_6576_7473;

    private readonly NpgsqlDataSource _source;
    private readonly int _retained;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public EventTrimmer(NpgsqlDataSource source, int retained, TimeProvider clock, ILogger log)
    {
        (_source, _retained, _clock, _log) = (source, retained, clock, log);
        _loop = Task.Run(Loop);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    /// <summary>Trims every partition; returns how many events went, or -1 when another process is at it.</summary>
    internal async Task<long> TrimAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        if (!await Ask<bool>(connection, $"SELECT pg_try_advisory_lock({LockKey})", 0, cancellationToken)) return -1;
        try
        {
            long removed = 0;
            for (short partition = 0; partition < OrderActors.Storage.EventPartitions.Count; partition++)
            {
                long slice;
                do
                {
                    slice = await Ask<long>(connection, TrimStatement, partition, cancellationToken);
                    removed += slice;
                }
                while (slice == Slice);
            }

            return removed;
        }
        finally
        {
            await Ask<bool>(connection, $"SELECT pg_advisory_unlock({LockKey})", 0, CancellationToken.None);
        }
    }

    private const int Slice = 5_000;

    // A consumer that has no cursor in a partition has one in another: it has read nothing there.
    private string TrimStatement =>
        $"""
        WITH bound AS (
            SELECT least(
                (SELECT p.head - {_retained} FROM orderactors.event_partition p WHERE p.partition = $1),
                (SELECT min(coalesce(c.sequence, 0)) FROM (SELECT DISTINCT subscriber FROM orderactors.event_cursor) s
                 LEFT JOIN orderactors.event_cursor c ON c.subscriber = s.subscriber AND c.partition = $1)) AS upto),
        gone AS (
            DELETE FROM orderactors.event_log l WHERE l.partition = $1 AND l.sequence IN (
                SELECT o.sequence FROM orderactors.event_log o, bound
                WHERE o.partition = $1 AND o.sequence <= bound.upto ORDER BY o.sequence LIMIT {Slice})
            RETURNING l.sequence),
        noted AS (
            UPDATE orderactors.event_partition p SET trimmed = g.newest FROM (SELECT max(sequence) AS newest FROM gone) g
            WHERE p.partition = $1 AND g.newest IS NOT NULL)
        SELECT count(*) FROM gone
        """;

    private static async Task<T> Ask<T>(NpgsqlConnection connection, string statement, short partition, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        if (statement.Contains("$1", StringComparison.Ordinal)) command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = partition });
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task Loop()
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await TrimAsync(_stop.Token);
                }
                catch (Exception e) when (!_stop.IsCancellationRequested)
                {
                    _log.TrimFailed(e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
