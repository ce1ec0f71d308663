using System.Net.Sockets;
using System.Text.Json;
using Npgsql;
using OrderActors.Client.Hosting;
using OrderActors.Storage;
using OrderActors.Values;
using Orleans.Runtime;

namespace OrderActors.Silo.Storage;

/// <summary>
/// Takes over the reminders of an embedded engine that had the states before: it keeps them among its states, a cluster in
/// the table <c>orderactors.reminder</c>. It happens once in the life of a database, so that a reminder that a grain removed
/// afterwards does not come back; a cluster that has reminders already keeps those.
/// </summary>
internal static class ReminderTakeover
{
    // As the embedded engine has them: sixteen records that share its reminders out.
    private const string RecordType = "reminders";
    private const string RecordName = "state";
    private const int Records = 16;

    /// <summary>Takes them over if nobody has. Silos that start at the same time wait for each other here.</summary>
    /// <param name="database">Where the states and the table are.</param>
    /// <param name="service">The service id that the cluster's reminders are stored under.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing was taken then.</param>
    /// <returns>How many reminders were taken over.</returns>
    /// <exception cref="StartupException">The database failed, or a record cannot be read.</exception>
    public static async Task<int> TakeAsync(PostgresDatabase database, string service, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

            // Whoever comes second waits for this row and then sees that it was done.
            if (await Ask(connection, "SELECT reminders_taken IS NOT NULL FROM orderactors.cluster FOR UPDATE", cancellationToken)) return 0;
            var taken = 0;
            if (!await Ask(connection, "SELECT EXISTS (SELECT FROM orderactors.reminder)", cancellationToken))
            {
                foreach (var reminder in await Read(connection, cancellationToken)) taken += await Add(connection, service, reminder, cancellationToken);
            }

            await using var done = new NpgsqlCommand("UPDATE orderactors.cluster SET reminders_taken = clock_timestamp()", connection);
            await done.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return taken;
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException or IOException)
        {
            throw new StartupException(
                $"The reminders in the database {database.Description} cannot be taken over: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static async Task<bool> Ask(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task<List<Stored>> Read(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        string[] keys = [.. Enumerable.Range(0, Records).Select(i => $"{i:D2}")];
        await using var command = new NpgsqlCommand(
            """
            SELECT s.grain_key, s.state
            FROM unnest($1::smallint[], $2::text[]) AS r (shard, grain_key)
            JOIN orderactors.grain_state s ON s.shard = r.shard AND s.grain_type = $3 AND s.grain_key = r.grain_key AND s.state_name = $4
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = keys.Select(key => GrainShard.Of(RecordType, key)).ToArray() },
                new() { Value = keys },
                new() { Value = RecordType },
                new() { Value = RecordName },
            },
        };
        var serializer = new JsonStateSerializer(StoredJson.Options);
        var found = new List<Stored>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            try
            {
                found.AddRange(serializer.Deserialize<Record>(reader.GetFieldValue<byte[]>(1)).Reminders);
            }
            catch (JsonException e)
            {
                throw new StartupException(
                    $"The state {RecordType}/{reader.GetString(0)} in the database cannot be read as reminders: {e.Message.ReplaceLineEndings(" ")}", e);
            }
        }

        return found;
    }

    private static async Task<int> Add(NpgsqlConnection connection, string service, Stored reminder, CancellationToken cancellationToken)
    {
        var grain = GrainId.Create(reminder.GrainType, reminder.GrainKey);
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO orderactors.reminder (service_id, grain_id, name, grain_hash, start_at, period_ticks, version)
            VALUES ($1, $2, $3, $4, $5, $6, nextval('orderactors.reminder_version'))
            ON CONFLICT DO NOTHING
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = service },
                new() { Value = grain.ToString() },
                new() { Value = reminder.Name },
                new() { Value = (long)grain.GetUniformHashCode() },
                new() { Value = reminder.FirstTick.UtcDateTime },
                new() { Value = reminder.Period.Ticks },
            },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A record of the embedded engine.</summary>
    internal sealed class Record
    {
        public IReadOnlyList<Stored> Reminders { get; init; } = [];
    }

    /// <summary>A reminder of the embedded engine, as it is stored.</summary>
    internal sealed record Stored(string GrainType, string GrainKey, string Name, DateTimeOffset FirstTick, TimeSpan Period);
}
