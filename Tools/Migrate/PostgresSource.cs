using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using OrderActors.Silo.Storage;
using OrderActors.Storage;

namespace OrderActors.Tools.Migrate;

/// <summary>A cluster's database, as it was at one moment.</summary>
internal sealed class PostgresSource : IMigrationSource
{
    private readonly PostgresSide _side;
    private readonly NpgsqlConnection _connection;
    private readonly bool _ownsSide;
    private readonly int _rows;

    private PostgresSource(PostgresSide side, NpgsqlConnection connection, bool ownsSide, int rows)
    {
        (_side, _connection, _ownsSide, _rows) = (side, connection, ownsSide, rows);
    }

    /// <inheritdoc/>
    public string Name => _side.Name;

    /// <inheritdoc/>
    public string Fingerprint { get; private set; } = "";

    /// <inheritdoc/>
    public MigrationOutline Outline { get; private set; } = null!;

    /// <summary>Looks at a database that is whole.</summary>
    /// <exception cref="BadInputException">It holds half a migration.</exception>
    public static async Task<PostgresSource> OpenAsync(PostgresSide side, CancellationToken cancellationToken, int rows = Groups.Rows)
    {
        if (await PostgresSide.RowAsync(side.Connection, "SELECT source FROM orderactors.moved_in WHERE finished IS NULL", cancellationToken) is { } half)
            throw new BadInputException($"--from {side.Name} holds an unfinished migration from {half[0]}; finish that one first.");
        return await ReadAsync(side, ownsSide: true, rows, cancellationToken);
    }

    /// <summary>Looks at a database, whole or not.</summary>
    internal static async Task<PostgresSource> ReadAsync(PostgresSide side, bool ownsSide, int rows, CancellationToken cancellationToken)
    {
        var connection = await side.ConnectAsync(cancellationToken);
        var source = new PostgresSource(side, connection, ownsSide, rows);
        // One moment for everything that is read, and read twice.
        await PostgresSide.ExecuteAsync(connection, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", cancellationToken);
        source.Fingerprint = await FingerprintOf(connection, cancellationToken);
        source.Outline = await OutlineOf(connection, cancellationToken);
        return source;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<StoredState>> StatesAsync(
        long afterVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var export = await _connection.BeginBinaryExportAsync(
            string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"""
                COPY (SELECT grain_type, grain_key, state_name, version, state FROM orderactors.grain_state WHERE version > {afterVersion})
                TO STDOUT (FORMAT BINARY)
                """),
            cancellationToken);
        var (group, bytes) = (new List<StoredState>(), 0);
        while (await export.StartRowAsync(cancellationToken) >= 0)
        {
            var state = new StoredState(
                await export.ReadAsync<string>(NpgsqlDbType.Text, cancellationToken),
                await export.ReadAsync<string>(NpgsqlDbType.Text, cancellationToken),
                await export.ReadAsync<string>(NpgsqlDbType.Text, cancellationToken),
                await export.ReadAsync<long>(NpgsqlDbType.Bigint, cancellationToken),
                await export.ReadAsync<byte[]>(NpgsqlDbType.Bytea, cancellationToken));
            group.Add(state);
            bytes += state.Value.Length;
            if (group.Count < _rows && bytes < Groups.Bytes) continue;
            yield return group;
            (group, bytes) = ([], 0);
        }

        if (group.Count > 0) yield return group;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<StoredEvent>> EventsAsync(
        IReadOnlyList<long> afterSequences, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < EventPartitions.Count; partition++)
        {
            if (Outline.Ranges[partition].Head <= afterSequences[partition]) continue;
            await using var export = await _connection.BeginBinaryExportAsync(
                string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"""
                    COPY (SELECT sequence, body FROM orderactors.event_log WHERE partition = {partition} AND sequence > {afterSequences[partition]}
                          ORDER BY sequence) TO STDOUT (FORMAT BINARY)
                    """),
                cancellationToken);
            var (group, bytes) = (new List<StoredEvent>(), 0);
            while (await export.StartRowAsync(cancellationToken) >= 0)
            {
                var stored = new StoredEvent(
                    partition,
                    await export.ReadAsync<long>(NpgsqlDbType.Bigint, cancellationToken),
                    await export.ReadAsync<byte[]>(NpgsqlDbType.Bytea, cancellationToken));
                group.Add(stored);
                bytes += stored.Body.Length;
                if (group.Count < _rows && bytes < Groups.Bytes) continue;
                yield return group;
                (group, bytes) = ([], 0);
            }

            if (group.Count > 0) yield return group;
        }
    }

    /// <inheritdoc/>
    public async Task RequireUnchangedAsync(CancellationToken cancellationToken)
    {
        if (await FingerprintOf(_side.Connection, cancellationToken) != Fingerprint)
            throw new MigrationException($"{Name} was written to while it was moved. Stop every silo and give the command again.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        if (_ownsSide) await _side.DisposeAsync();
    }

    /// <summary>A silo that starts takes a block of versions, so nothing is written without changing this.</summary>
    private static async Task<string> FingerprintOf(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var row = await PostgresSide.RowAsync(
            connection,
            """
            SELECT format('postgres %s.%s.%s.%s', (SELECT system_identifier FROM pg_control_system()), current_database(),
                (SELECT format('%s%s', last_value, is_called) FROM orderactors.version_block),
                (SELECT sum(head) FROM orderactors.event_partition))
            """,
            cancellationToken);
        return (string)row![0]!;
    }

    private static async Task<MigrationOutline> OutlineOf(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var states = (await PostgresSide.RowAsync(
            connection,
            "SELECT count(*), coalesce(max(version), 0), (SELECT last_value FROM orderactors.version_block) FROM orderactors.grain_state",
            cancellationToken))!;
        // Whoever took the newest block may have given out all of it.
        var next = Math.Max((long)states[1]! + 1, ((long)states[2]! + 1) * PostgresStore.VersionsPerBlock);
        var ranges = new EventRange[EventPartitions.Count];
        Array.Fill(ranges, new EventRange(1, 0));
        await using (var command = new NpgsqlCommand("SELECT partition, trimmed + 1, head FROM orderactors.event_partition", connection))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) ranges[reader.GetInt16(0)] = new EventRange(reader.GetInt64(1), reader.GetInt64(2));
        }

        var cursors = ImmutableArray.CreateBuilder<StoredCursor>();
        await using (var command = new NpgsqlCommand("SELECT subscriber, partition, sequence FROM orderactors.event_cursor ORDER BY 1, 2", connection))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) cursors.Add(new StoredCursor(reader.GetString(0), reader.GetInt16(1), reader.GetInt64(2)));
        }

        return new MigrationOutline((long)states[0]!, next, [.. ranges], cursors.ToImmutable());
    }
}
