using System.Net.Sockets;
using System.Threading.Channels;
using Npgsql;

namespace OrderActors.Silo.Storage;

/// <summary>A request that waits for its turn at the database.</summary>
internal abstract class DatabaseRequest
{
    /// <summary>When it was made, by the clock's timestamps.</summary>
    public long Since { get; set; }

    /// <summary>Whether it was sent at least once: then its outcome can be unknown.</summary>
    public bool Sent { get; set; }

    /// <summary>Ends it without success.</summary>
    public abstract void Fail(Exception exception);
}

/// <summary>
/// Requests of many grains, taken together in one round trip: whatever came while the last one was under way. Each of a few
/// connections has one round trip under way at a time.
/// </summary>
/// <remarks>
/// A round trip that fails with the connection is made again until the oldest request has waited too long: so a database that
/// restarts costs time and no errors. What is sent must therefore bear being sent twice.
/// </remarks>
internal abstract class DatabaseQueue<T> : IAsyncDisposable
    where T : DatabaseRequest
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly Channel<T> _waiting = Channel.CreateUnbounded<T>(new UnboundedChannelOptions { AllowSynchronousContinuations = false });
    private readonly NpgsqlDataSource _source;
    private readonly PostgresOptions _options;
    private readonly TimeProvider _clock;
    private readonly Breaker _breaker;
    private readonly ILogger _log;
    private readonly Task[] _loops;
    private int _count;

    protected DatabaseQueue(NpgsqlDataSource source, PostgresOptions options, int connections, TimeProvider clock, Breaker breaker, ILogger log)
    {
        (_source, _options, _clock, _breaker, _log) = (source, options, clock, breaker, log);
        _loops = [.. Enumerable.Range(0, connections).Select(_ => Task.Run(Loop))];
    }

    /// <summary>Requests that wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The time.</summary>
    protected TimeProvider Clock => _clock;

    /// <summary>Adds a request.</summary>
    /// <exception cref="IOException">The database is gone, or too many wait. The request was not made.</exception>
    public void Add(T request)
    {
        if (_breaker.IsOpen) throw _breaker.Refusal();
        if (Interlocked.Increment(ref _count) > _options.MaxWaiting)
        {
            Interlocked.Decrement(ref _count);
            throw new IOException($"{_options.MaxWaiting} requests wait for the database, which is the limit (Postgres:MaxWaiting). Nothing was done.");
        }

        request.Since = _clock.GetTimestamp();
        if (_waiting.Writer.TryWrite(request)) return;
        Interlocked.Decrement(ref _count);
        throw new IOException("The storage is closed. Nothing was done.");
    }

    /// <summary>Finishes what waits, then lets the connections go.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await Task.WhenAll(_loops);
    }

    /// <summary>One round trip: answers each request, or throws and answers none.</summary>
    protected abstract Task Execute(NpgsqlConnection connection, List<T> batch, CancellationToken cancellation);

    /// <summary>Whether a request may ride with those that the batch has already.</summary>
    protected virtual bool TryJoin(List<T> batch, T request)
    {
        batch.Add(request);
        return true;
    }

    private async Task Loop()
    {
        NpgsqlConnection? connection = null;
        var batch = new List<T>();
        T? left = null;
        try
        {
            while (left is not null || await _waiting.Reader.WaitToReadAsync())
            {
                left = Fill(batch, left);
                if (batch.Count == 0) continue;
                var joined = batch.Count;
                connection = await TrySend(connection, batch);
                batch.Clear();
                Interlocked.Add(ref _count, -joined);

                // Behind those who were just answered: what they ask for next rides with the next batch, and not with the one after.
                await Task.Yield();
            }
        }
        finally
        {
            if (connection is not null) await connection.DisposeAsync();
        }
    }

    /// <summary>Takes what waits; returns the one that must ride with the next batch.</summary>
    private T? Fill(List<T> batch, T? first)
    {
        while (batch.Count < _options.MaxBatch)
        {
            var request = first;
            first = null;
            if (request is null && !_waiting.Reader.TryRead(out request)) return null;
            if (_clock.GetElapsedTime(request.Since) > _options.MaxWait)
            {
                request.Fail(new IOException(
                    $"The database is slow: this request waited {_options.MaxWait.TotalSeconds:0.#} s for its turn. Nothing was done."));
                Interlocked.Decrement(ref _count);
                continue;
            }

            if (!TryJoin(batch, request)) return request;
        }

        return null;
    }

    // A fault of ours must not end the loop: everything behind it would wait for ever.
    private async Task<NpgsqlConnection?> TrySend(NpgsqlConnection? connection, List<T> batch)
    {
        try
        {
            return await Send(connection, batch);
        }
        catch (Exception e)
        {
            _log.StatementFailed(e, batch.Count);
            foreach (var request in batch) request.Fail(new IOException($"The storage failed: {e.Message} Whether this was done is unknown."));
            if (connection is not null) await connection.DisposeAsync();
            return null;
        }
    }

    private async Task<NpgsqlConnection?> Send(NpgsqlConnection? connection, List<T> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                connection = await Usable(connection);
                foreach (var request in batch) request.Sent = true;
                await Execute(connection, batch, CancellationToken.None);
                _breaker.Succeeded();
                return connection;
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                // Two processes hold activations of the same grains and met in opposite order: the other one went first.
                if (GaveUp(batch, e, "The transaction was rolled back again and again. Nothing was done.")) return connection;
            }
            catch (PostgresException e) when (!IsAway(e))
            {
                _log.StatementFailed(e, batch.Count);
                if (batch.Count > 1) return await SendSingly(connection!, batch);

                batch[0].Fail(new IOException($"The database refused: {e.MessageText} ({e.SqlState}). Nothing was done."));
                return connection;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or SocketException or TimeoutException or OperationCanceledException)
            {
                _breaker.Failed(e.Message.ReplaceLineEndings(" "));
                if (connection is not null) await connection.DisposeAsync();
                connection = null;
                if (GaveUp(batch, e, "Whether this was done is unknown.")) return null;
                await Task.Delay(Pause(attempt), _clock);
            }
        }
    }

    // One of them is at fault; the others must not pay for it. After some errors the driver gives the connection up.
    private async Task<NpgsqlConnection> SendSingly(NpgsqlConnection connection, List<T> batch)
    {
        var one = new List<T>(1);
        foreach (var request in batch)
        {
            one.Clear();
            one.Add(request);
            try
            {
                connection = await Usable(connection);
                await Execute(connection, one, CancellationToken.None);
            }
            catch (PostgresException e)
            {
                request.Fail(new IOException($"The database refused: {e.MessageText} ({e.SqlState}). Nothing was done."));
            }
            catch (Exception e) when (e is NpgsqlException or IOException or SocketException or TimeoutException)
            {
                request.Fail(new IOException($"The database went away: {e.Message} Whether this was done is unknown."));
            }
        }

        return connection;
    }

    private async Task<NpgsqlConnection> Usable(NpgsqlConnection? connection)
    {
        if (connection is { State: System.Data.ConnectionState.Open }) return connection;
        if (connection is not null) await connection.DisposeAsync();
        return await _source.OpenConnectionAsync();
    }

    /// <summary>Fails the requests that waited too long; true when none is left.</summary>
    private bool GaveUp(List<T> batch, Exception cause, string outcome)
    {
        batch.RemoveAll(request =>
        {
            if (_clock.GetElapsedTime(request.Since) <= _options.MaxWait) return false;
            request.Fail(request.Sent
                ? new IOException($"The database does not answer: {cause.Message.ReplaceLineEndings(" ")} {outcome}")
                : _breaker.Refusal());
            return true;
        });
        return batch.Count == 0;
    }

    private static TimeSpan Pause(int attempt)
    {
        var pause = TimeSpan.FromMilliseconds(10 << Math.Min(attempt, 6));
        return pause < LongestPause ? pause : LongestPause;
    }

    // Going down, starting up, out of connections, or a stand-by that was promoted elsewhere: it passes.
    private static bool IsAway(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow => true,
        PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.QueryCanceled => true,
        _ => e.SqlState.StartsWith("08", StringComparison.Ordinal),
    };
}
