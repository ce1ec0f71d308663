using Npgsql;
using NpgsqlTypes;
using OrderActors.Storage;

namespace OrderActors.Silo.Storage;

/// <summary>A state that a grain asks for.</summary>
internal sealed class PendingRead(string type, string key, string stateName) : DatabaseRequest
{
    private readonly TaskCompletionSource<(long Version, byte[]? State)> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Type => type;

    public string Key => key;

    public string StateName => stateName;

    /// <summary>The version and the state; 0 and null when there is none.</summary>
    public Task<(long Version, byte[]? State)> Task => _found.Task;

    public void Found(long version, byte[]? state) => _found.TrySetResult((version, state));

    public override void Fail(Exception exception) => _found.TrySetException(exception);
}

/// <summary>States for many activations in one round trip.</summary>
internal sealed class StateReadQueue(NpgsqlDataSource source, PostgresOptions options, TimeProvider clock, Breaker breaker, ILogger log)
    : DatabaseQueue<PendingRead>(source, options, options.Readers, clock, breaker, log)
{
    private const string Statement =
        """
        SELECT q.place, s.version, s.state
        FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS q (shard, grain_type, grain_key, state_name, place)
        JOIN orderactors.grain_state s
          ON s.shard = q.shard AND s.grain_type = q.grain_type AND s.grain_key = q.grain_key AND s.state_name = q.state_name
        """;

    protected override async Task Execute(NpgsqlConnection connection, List<PendingRead> batch, CancellationToken cancellation)
    {
        var found = new (long Version, byte[]? State)[batch.Count];
        await using (var command = new NpgsqlCommand(Statement, connection))
        {
            command.Parameters.Add(Rows.Of(batch, read => GrainShard.Of(read.Type, read.Key), NpgsqlDbType.Smallint));
            command.Parameters.Add(Rows.Of(batch, read => read.Type, NpgsqlDbType.Text));
            command.Parameters.Add(Rows.Of(batch, read => read.Key, NpgsqlDbType.Text));
            command.Parameters.Add(Rows.Of(batch, read => read.StateName, NpgsqlDbType.Text));
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation)) found[reader.GetInt64(0) - 1] = (reader.GetInt64(1), reader.GetFieldValue<byte[]>(2));
        }

        for (var i = 0; i < batch.Count; i++) batch[i].Found(found[i].Version, found[i].State);
    }
}

/// <summary>A page of the event log that a consumer asks for.</summary>
internal sealed class PendingPage(int partition, long after, int count) : DatabaseRequest
{
    private readonly TaskCompletionSource<IReadOnlyList<StoredEvent>> _page = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public short Partition => (short)partition;

    public long After => after;

    public int Count => count;

    public List<StoredEvent> Events { get; } = [];

    public Task<IReadOnlyList<StoredEvent>> Task => _page.Task;

    public void Complete() => _page.TrySetResult(Events);

    public override void Fail(Exception exception) => _page.TrySetException(exception);
}

/// <summary>Pages of the event log for many consumers in one round trip.</summary>
internal sealed class EventReadQueue(NpgsqlDataSource source, PostgresOptions options, TimeProvider clock, Breaker breaker, ILogger log)
    : DatabaseQueue<PendingPage>(source, options, options.Readers, clock, breaker, log)
{
    private const string Statement =
        """
        SELECT q.place, e.sequence, e.body
        FROM unnest($1, $2, $3) WITH ORDINALITY AS q (partition, after, count, place)
        CROSS JOIN LATERAL (
            SELECT l.sequence, l.body FROM orderactors.event_log l
            WHERE l.partition = q.partition AND l.sequence > q.after ORDER BY l.sequence LIMIT q.count) e
        ORDER BY q.place, e.sequence
        """;

    protected override async Task Execute(NpgsqlConnection connection, List<PendingPage> batch, CancellationToken cancellation)
    {
        foreach (var page in batch) page.Events.Clear();
        await using (var command = new NpgsqlCommand(Statement, connection))
        {
            command.Parameters.Add(Rows.Of(batch, page => page.Partition, NpgsqlDbType.Smallint));
            command.Parameters.Add(Rows.Of(batch, page => page.After, NpgsqlDbType.Bigint));
            command.Parameters.Add(Rows.Of(batch, page => page.Count, NpgsqlDbType.Integer));
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var page = batch[(int)reader.GetInt64(0) - 1];
                page.Events.Add(new StoredEvent(page.Partition, reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)));
            }
        }

        foreach (var page in batch) page.Complete();
    }
}

/// <summary>Columns of a batch as array parameters.</summary>
internal static class Rows
{
    public static NpgsqlParameter<TValue[]> Of<T, TValue>(List<T> batch, Func<T, TValue> value, NpgsqlDbType element)
    {
        var values = new TValue[batch.Count];
        for (var i = 0; i < values.Length; i++) values[i] = value(batch[i]);
        return Of(values, element);
    }

    public static NpgsqlParameter<TValue[]> Of<TValue>(TValue[] values, NpgsqlDbType element) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | element };
}
