using Npgsql;
using NpgsqlTypes;

namespace OrderActors.Silo.Storage;

/// <summary>
/// How far consumers are. An advance is kept here and stored with the others a moment later: after a crash a consumer may see
/// the events of that moment again, never miss one.
/// </summary>
internal sealed class EventCursors : IAsyncDisposable
{
    /// <summary>How long an advance waits for others.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _storing = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private Dictionary<(string Subscriber, int Partition), long> _changed = [];
    private Dictionary<(string Subscriber, int Partition), long> _beingStored = [];

    public EventCursors(NpgsqlDataSource source, TimeProvider clock, ILogger log)
    {
        (_source, _clock, _log) = (source, clock, log);
        _loop = Task.Run(Loop);
    }

    /// <summary>The stored cursor, or the one about to be; 0 when it never advanced.</summary>
    public async ValueTask<long> GetAsync(string subscriber, int partition, CancellationToken cancellationToken)
    {
        long waiting;
        lock (_gate) waiting = Math.Max(_changed.GetValueOrDefault((subscriber, partition)), _beingStored.GetValueOrDefault((subscriber, partition)));
        await using var command = _source.CreateCommand("SELECT sequence FROM orderactors.event_cursor WHERE subscriber = $1 AND partition = $2");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = subscriber });
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)partition });
        return Math.Max(waiting, await command.ExecuteScalarAsync(cancellationToken) is long stored ? stored : 0);
    }

    /// <summary>Advances a cursor; one behind the present cursor changes nothing.</summary>
    public void Set(string subscriber, int partition, long sequence)
    {
        lock (_gate)
        {
            if (!_changed.TryGetValue((subscriber, partition), out var before) || before < sequence) _changed[(subscriber, partition)] = sequence;
        }
    }

    /// <summary>Stores what changed.</summary>
    public async Task FlushAsync()
    {
        await _storing.WaitAsync();
        try
        {
            Dictionary<(string Subscriber, int Partition), long> changed;
            lock (_gate)
            {
                if (_changed.Count == 0) return;
                (changed, _changed) = (_changed, []);
                _beingStored = changed;
            }

            try
            {
                await Store(changed);
            }
            catch
            {
                foreach (var ((subscriber, partition), sequence) in changed) Set(subscriber, partition, sequence);
                throw;
            }
            finally
            {
                lock (_gate) _beingStored = [];
            }
        }
        finally
        {
            _storing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await TryFlush();
        _stop.Dispose();
        _storing.Dispose();
    }

    private async Task Loop()
    {
        using var timer = new PeriodicTimer(Pause, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) await TryFlush();
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task TryFlush()
    {
        try
        {
            await FlushAsync();
        }
        catch (Exception e)
        {
            // They are kept, and the next round stores them.
            _log.CursorsFailed(e);
        }
    }

    private async Task Store(Dictionary<(string Subscriber, int Partition), long> changed)
    {
        // In one order everywhere, so that two processes never wait for each other.
        var rows = changed.OrderBy(c => c.Key.Subscriber, StringComparer.Ordinal).ThenBy(c => c.Key.Partition).ToArray();
        await using var command = _source.CreateCommand(
            """
            INSERT INTO orderactors.event_cursor AS c (subscriber, partition, sequence)
            SELECT * FROM unnest($1, $2, $3)
            ON CONFLICT (subscriber, partition) DO UPDATE SET sequence = EXCLUDED.sequence WHERE c.sequence < EXCLUDED.sequence
            """);
        command.Parameters.Add(Rows.Of(Array.ConvertAll(rows, r => r.Key.Subscriber), NpgsqlDbType.Text));
        command.Parameters.Add(Rows.Of(Array.ConvertAll(rows, r => (short)r.Key.Partition), NpgsqlDbType.Smallint));
        command.Parameters.Add(Rows.Of(Array.ConvertAll(rows, r => r.Value), NpgsqlDbType.Bigint));
        await command.ExecuteNonQueryAsync();
    }
}
