using Npgsql;
using NpgsqlTypes;
using OrderActors.Silo.Storage;
using OrderActors.Storage;

namespace OrderActors.Tools.Migrate;

/// <summary>
/// A database that is empty, or holds what an interrupted migration of the same source brought. Each group is one transaction,
/// and what is there says how far it got: states come by version, events by sequence.
/// </summary>
internal sealed class PostgresTarget(PostgresSide side) : IMigrationTarget
{
    private readonly NpgsqlConnection _connection = side.Connection;

    /// <inheritdoc/>
    public string Name => side.Name;

    /// <inheritdoc/>
    public async Task<MigrationProgress> BeginAsync(IMigrationSource source, CancellationToken cancellationToken)
    {
        if (await PostgresSide.RowAsync(_connection, "SELECT source, fingerprint, finished FROM orderactors.moved_in", cancellationToken) is not { } mark)
        {
            await RequireEmpty(cancellationToken);
            await PostgresSide.ExecuteAsync(
                _connection, "INSERT INTO orderactors.moved_in (source, fingerprint) VALUES ($1, $2)", cancellationToken, source.Name, source.Fingerprint);
            return MigrationProgress.None;
        }

        if (mark[2] is DateTime finished)
            throw new BadInputException($"--to {Name} is not empty: it took the migration of {mark[0]}, finished {finished:u}. Name an empty database.");
        if ((string?)mark[1] != source.Fingerprint)
        {
            throw new BadInputException(
                $"--to {Name} holds an unfinished migration of {mark[0]}, which is another source or was written to since. " +
                "Name an empty database, or empty this one: DROP SCHEMA orderactors CASCADE.");
        }

        return await ProgressOf(cancellationToken);
    }

    /// <inheritdoc/>
    public Task AddAsync(IReadOnlyList<StoredState> states, CancellationToken cancellationToken) => Copy(
        "COPY orderactors.grain_state (shard, grain_type, grain_key, state_name, version, state) FROM STDIN (FORMAT BINARY)",
        states,
        static async (import, state, cancellationToken) =>
        {
            await import.WriteAsync(GrainShard.Of(state.GrainType, state.GrainKey), NpgsqlDbType.Smallint, cancellationToken);
            await import.WriteAsync(state.GrainType, NpgsqlDbType.Text, cancellationToken);
            await import.WriteAsync(state.GrainKey, NpgsqlDbType.Text, cancellationToken);
            await import.WriteAsync(state.StateName, NpgsqlDbType.Text, cancellationToken);
            await import.WriteAsync(state.Version, NpgsqlDbType.Bigint, cancellationToken);
            await import.WriteAsync(state.Value, NpgsqlDbType.Bytea, cancellationToken);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task AddAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken) => Copy(
        "COPY orderactors.event_log (partition, sequence, body) FROM STDIN (FORMAT BINARY)",
        events,
        static async (import, stored, cancellationToken) =>
        {
            await import.WriteAsync((short)stored.Partition, NpgsqlDbType.Smallint, cancellationToken);
            await import.WriteAsync(stored.Sequence, NpgsqlDbType.Bigint, cancellationToken);
            await import.WriteAsync(stored.Body, NpgsqlDbType.Bytea, cancellationToken);
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task FinishCopyAsync(MigrationOutline outline, CancellationToken cancellationToken)
    {
        await using (var transaction = await _connection.BeginTransactionAsync(cancellationToken))
        {
            await PostgresSide.ExecuteAsync(
                _connection,
                "UPDATE orderactors.event_partition p SET head = u.head, trimmed = u.first - 1 FROM unnest($1, $2, $3) AS u (partition, first, head) " +
                "WHERE p.partition = u.partition",
                cancellationToken,
                Enumerable.Range(0, EventPartitions.Count).Select(partition => (short)partition).ToArray(),
                outline.Ranges.Select(range => range.First).ToArray(),
                outline.Ranges.Select(range => range.Head).ToArray());
            await PostgresSide.ExecuteAsync(_connection, "DELETE FROM orderactors.event_cursor", cancellationToken);
            await PostgresSide.ExecuteAsync(
                _connection,
                "INSERT INTO orderactors.event_cursor (subscriber, partition, sequence) SELECT * FROM unnest($1, $2, $3)",
                cancellationToken,
                outline.Cursors.Select(cursor => cursor.Subscriber).ToArray(),
                outline.Cursors.Select(cursor => (short)cursor.Partition).ToArray(),
                outline.Cursors.Select(cursor => cursor.Sequence).ToArray());
            // The next block of versions starts above every version that the source ever gave: no ETag comes twice.
            await PostgresSide.ExecuteAsync(
                _connection,
                "SELECT setval('orderactors.version_block', $1, false)", cancellationToken, (outline.NextVersion / PostgresStore.VersionsPerBlock) + 1);
            await transaction.CommitAsync(cancellationToken);
        }

        await PostgresSide.ExecuteAsync(_connection, "ANALYZE orderactors.grain_state, orderactors.event_log", cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IMigrationSource> ReadBackAsync(CancellationToken cancellationToken) =>
        await PostgresSource.ReadAsync(side, ownsSide: false, Groups.Rows, cancellationToken);

    /// <inheritdoc/>
    public Task CompleteAsync(CancellationToken cancellationToken) =>
        PostgresSide.ExecuteAsync(_connection, "UPDATE orderactors.moved_in SET finished = now()", cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => side.DisposeAsync();

    private async Task RequireEmpty(CancellationToken cancellationToken)
    {
        var found = (await PostgresSide.RowAsync(
            _connection,
            """
            SELECT EXISTS (SELECT FROM orderactors.grain_state), EXISTS (SELECT FROM orderactors.event_log),
                   EXISTS (SELECT FROM orderactors.event_partition WHERE head > 0), EXISTS (SELECT FROM orderactors.event_cursor)
            """,
            cancellationToken))!;
        string[] names = ["grain states", "events", "events", "cursors"];
        if (Array.IndexOf(found, true) is >= 0 and var what)
            throw new BadInputException($"--to {Name} is not empty: it holds {names[what]}. Name an empty database; this one was left as it is.");
    }

    private async Task<MigrationProgress> ProgressOf(CancellationToken cancellationToken)
    {
        var states = (await PostgresSide.RowAsync(_connection, "SELECT count(*), coalesce(max(version), 0) FROM orderactors.grain_state", cancellationToken))!;
        var through = new long[EventPartitions.Count];
        await using var command = new NpgsqlCommand("SELECT partition, max(sequence) FROM orderactors.event_log GROUP BY partition", _connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) through[reader.GetInt16(0)] = reader.GetInt64(1);
        return new MigrationProgress((long)states[0]!, (long)states[1]!, [.. through]);
    }

    private async Task Copy<T>(
        string statement, IReadOnlyList<T> rows, Func<NpgsqlBinaryImporter, T, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        // What a crash of the server takes back is copied again; the end waits for the disk.
        await PostgresSide.ExecuteAsync(_connection, "SET LOCAL synchronous_commit = off", cancellationToken);
        await using (var import = await _connection.BeginBinaryImportAsync(statement, cancellationToken))
        {
            foreach (var row in rows)
            {
                await import.StartRowAsync(cancellationToken);
                await write(import, row, cancellationToken);
            }

            await import.CompleteAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
