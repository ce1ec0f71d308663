using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;
using Orleans.Runtime;

namespace OrderActors.Silo.Storage;

/// <summary>
/// The cluster's reminders in PostgreSQL. An ETag is a number that is never given twice, so that a reminder that was removed
/// and made again is another one.
/// </summary>
/// <remarks>Every method throws <see cref="ReminderException"/> when the database does not do it: the outcome is then unknown.</remarks>
public sealed class ReminderTable(PostgresDatabase database, IOptions<ClusterOptions> cluster) : IReminderTable
{
    private const string Columns = "grain_id, name, start_at, period_ticks, version";

    private readonly string _service = cluster.Value.ServiceId;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <summary>The reminders of a grain.</summary>
    public Task<ReminderTableData> ReadRows(GrainId grainId) =>
        Read($"SELECT {Columns} FROM orderactors.reminder WHERE service_id = $1 AND grain_id = $2", grainId.ToString());

    /// <summary>
    /// The reminders of the grains whose hash is above <paramref name="begin"/> and not above <paramref name="end"/>. A range that
    /// does not rise goes through zero; one that ends where it begins is the whole ring.
    /// </summary>
    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Read(
        $"SELECT {Columns} FROM orderactors.reminder WHERE service_id = $1 AND " +
        (begin < end ? "grain_hash > $2 AND grain_hash <= $3" : "(grain_hash > $2 OR grain_hash <= $3)"),
        (long)begin,
        (long)end);

    /// <summary>One reminder, or null.</summary>
    public async Task<ReminderEntry> ReadRow(GrainId grainId, string reminderName)
    {
        var found = await Read(
            $"SELECT {Columns} FROM orderactors.reminder WHERE service_id = $1 AND grain_id = $2 AND name = $3", grainId.ToString(), reminderName);
        return found.Reminders.FirstOrDefault()!;
    }

    /// <summary>Stores a reminder, whatever was stored under its name; returns its new ETag.</summary>
    public Task<string> UpsertRow(ReminderEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Do(async () =>
        {
            await using var command = Command(
                """
                INSERT INTO orderactors.reminder (service_id, grain_id, name, grain_hash, start_at, period_ticks, version)
                VALUES ($1, $2, $3, $4, $5, $6, nextval('orderactors.reminder_version'))
                ON CONFLICT (service_id, grain_id, name) DO UPDATE
                SET grain_hash = excluded.grain_hash, start_at = excluded.start_at, period_ticks = excluded.period_ticks, version = excluded.version
                RETURNING version
                """,
                entry.GrainId.ToString(),
                entry.ReminderName,
                (long)entry.GrainId.GetUniformHashCode(),
                DateTime.SpecifyKind(entry.StartAt, DateTimeKind.Utc),
                entry.Period.Ticks);
            return Text((long)(await command.ExecuteScalarAsync())!);
        });
    }

    /// <summary>Removes a reminder if it still has this ETag; false if it is another one by now, or gone.</summary>
    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        // An ETag that is no number is none of ours.
        if (!long.TryParse(eTag, NumberStyles.None, CultureInfo.InvariantCulture, out var version)) return Task.FromResult(false);
        return Do(async () =>
        {
            await using var command = Command(
                "DELETE FROM orderactors.reminder WHERE service_id = $1 AND grain_id = $2 AND name = $3 AND version = $4",
                grainId.ToString(),
                reminderName,
                version);
            return await command.ExecuteNonQueryAsync() == 1;
        });
    }

    /// <summary>Removes every reminder of the service.</summary>
    public Task TestOnlyClearTable() => Do(async () =>
    {
        await using var command = Command("DELETE FROM orderactors.reminder WHERE service_id = $1");
        return await command.ExecuteNonQueryAsync();
    });

    private Task<ReminderTableData> Read(string sql, params object[] values) => Do(async () =>
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<ReminderEntry>();
        while (await reader.ReadAsync())
        {
            found.Add(new ReminderEntry
            {
                GrainId = GrainId.Parse(reader.GetString(0), CultureInfo.InvariantCulture),
                ReminderName = reader.GetString(1),
                StartAt = reader.GetDateTime(2),
                Period = TimeSpan.FromTicks(reader.GetInt64(3)),
                ETag = Text(reader.GetInt64(4)),
            });
        }

        return new ReminderTableData(found);
    });

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.Source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = _service });
        foreach (var value in values)
        {
            command.Parameters.Add(value is DateTime time
                ? new NpgsqlParameter { Value = time, NpgsqlDbType = NpgsqlDbType.TimestampTz }
                : new NpgsqlParameter { Value = value });
        }

        return command;
    }

    // The driver's exceptions would have to be known wherever a grain's caller is.
    private static async Task<T> Do<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is DbException or SocketException or TimeoutException or IOException)
        {
            throw new ReminderException($"The database did not answer about reminders: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);
}
