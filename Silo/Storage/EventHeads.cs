using Npgsql;
using NpgsqlTypes;
using OrderActors.Storage;

namespace OrderActors.Silo.Storage;

/// <summary>
/// How far each partition of the log has grown, as far as this process knows: by its own commits at once, by those of others
/// through a look at the database every few milliseconds. One look asks for all partitions and brings back those that grew.
/// The same look is the storage's pulse: it tells the breaker that the database is gone, and that it is back.
/// </summary>
internal sealed class EventHeads : IAsyncDisposable
{
    private readonly long[] _heads = new long[EventPartitions.Count];
    private readonly NpgsqlDataSource _source;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _clock;
    private readonly Breaker _breaker;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    public EventHeads(NpgsqlDataSource source, TimeSpan interval, TimeProvider clock, Breaker breaker, ILogger log) =>
        (_source, _interval, _clock, _breaker, _log) = (source, interval, clock, breaker, log);

    /// <summary>A partition and its newest sequence; never goes back.</summary>
    public event Action<int, long>? Grew;

    /// <summary>The newest sequence known.</summary>
    public long this[int partition] => Volatile.Read(ref _heads[partition]);

    /// <summary>Looks once, then again and again until it is disposed.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Look(null, cancellationToken);
        _watching = Task.Run(Watch, CancellationToken.None);
    }

    /// <summary>Learns that a partition has grown at least so far.</summary>
    public void Raise(int partition, long head)
    {
        ref var known = ref _heads[partition];
        while (true)
        {
            var before = Volatile.Read(ref known);
            if (head <= before) return;
            if (Interlocked.CompareExchange(ref known, head, before) == before) break;
        }

        try
        {
            Grew?.Invoke(partition, head);
        }
        catch (Exception e)
        {
            _log.HandlerFailed(e);
        }
    }

    /// <summary>Asks the database now.</summary>
    public async Task Refresh() => await Look(null, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task Watch()
    {
        NpgsqlConnection? connection = null;
        using var timer = new PeriodicTimer(_interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    connection ??= await _source.OpenConnectionAsync(_stop.Token);
                    await Look(connection, _stop.Token);
                    _breaker.Succeeded();
                }
                catch (Exception e) when (!_stop.IsCancellationRequested)
                {
                    // Whatever it was: a pulse that ended would leave the breaker as it is for ever.
                    _breaker.Failed(e.Message.ReplaceLineEndings(" "));
                    if (connection is not null) await connection.DisposeAsync();
                    connection = null;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
        finally
        {
            if (connection is not null) await connection.DisposeAsync();
        }
    }

    private async Task Look(NpgsqlConnection? connection, CancellationToken cancellationToken)
    {
        const string Statement =
            """
            SELECT p.partition, p.head FROM unnest($1) WITH ORDINALITY AS known (head, place)
            JOIN orderactors.event_partition p ON p.partition = known.place - 1 WHERE p.head > known.head
            """;
        await using var command = connection is null ? _source.CreateCommand(Statement) : new NpgsqlCommand(Statement, connection);
        command.Parameters.Add(Rows.Of([.. _heads], NpgsqlDbType.Bigint));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) Raise(reader.GetInt16(0), reader.GetInt64(1));
    }
}
