using Npgsql;
using NpgsqlTypes;
using OrderActors.Storage;
using Orleans.Runtime;

namespace OrderActors.Silo.Storage;

/// <summary>A grain's state on its way into the database, with the events it raised.</summary>
internal sealed class PendingCommit : DatabaseRequest
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public required GrainId Grain { get; init; }

    public required string StateName { get; init; }

    public required string Type { get; init; }

    public required string Key { get; init; }

    /// <summary>The version that must be stored; 0 for none.</summary>
    public required long Expected { get; init; }

    /// <summary>The new version: nobody else has it, so it also tells whether an earlier try went through.</summary>
    public required long Written { get; init; }

    /// <summary>The new state; null removes it.</summary>
    public required byte[]? State { get; init; }

    public required PendingEvent[] Events { get; init; }

    public Task Task => _done.Task;

    public void Accept() => _done.TrySetResult();

    public override void Fail(Exception exception) => _done.TrySetException(exception);
}

/// <summary>Group commit: the writes of many grains, each ETag-checked, and their events, in one transaction and one round trip.</summary>
internal sealed class CommitQueue(
    NpgsqlDataSource source, PostgresOptions options, TimeProvider clock, Breaker breaker, ILogger log, Action<short[], long[]> appended)
    : DatabaseQueue<PendingCommit>(source, options, options.Writers, clock, breaker, log)
{
    internal const string Statement = "SELECT refused, stored, grown, heads FROM orderactors.commit_writes($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

    // A batch is filled in one go on one thread.
    [ThreadStatic]
    private static HashSet<(string Type, string Key, string StateName)>? _joined;

    private static HashSet<(string Type, string Key, string StateName)> Joined => _joined ??= [];

    /// <summary>Two writes of one state never ride together: the second one's expectation is what the first one makes.</summary>
    protected override bool TryJoin(List<PendingCommit> batch, PendingCommit request)
    {
        if (batch.Count == 0) Joined.Clear();
        if (!Joined.Add((request.Type, request.Key, request.StateName))) return false;
        batch.Add(request);
        return true;
    }

    protected override async Task Execute(NpgsqlConnection connection, List<PendingCommit> batch, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Statement, connection);
        AddStates(command.Parameters, batch);
        AddEvents(command.Parameters, batch);
        long[]? refused = null, stored = null;
        var began = Clock.GetTimestamp();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            if (!reader.IsDBNull(0)) (refused, stored) = (reader.GetFieldValue<long[]>(0), reader.GetFieldValue<long[]>(1));
            if (!reader.IsDBNull(2)) appended(reader.GetFieldValue<short[]>(2), reader.GetFieldValue<long[]>(3));
        }

        StorageInstruments.Committed("postgres", batch.Count, batch.Sum(commit => (long)(commit.State?.Length ?? 0)), Clock.GetElapsedTime(began));
        Answer(batch, refused, stored);
    }

    private static void Answer(List<PendingCommit> batch, long[]? refused, long[]? stored)
    {
        foreach (var commit in batch)
        {
            var place = refused is null ? -1 : Array.IndexOf(refused, commit.Written);

            // Refused because it is there already: an earlier try, whose answer got lost, went through.
            if (place < 0 || stored![place] == commit.Written || (commit.State is null && stored[place] == 0)) commit.Accept();
            else commit.Fail(Versions.Conflict(commit.Grain, commit.StateName, stored[place], Versions.Text(commit.Expected)));
        }
    }

    private static void AddStates(NpgsqlParameterCollection parameters, List<PendingCommit> batch)
    {
        var count = batch.Count;
        var (shards, types, keys, names) = (new short[count], new string[count], new string[count], new string[count]);
        var (expected, written, states) = (new long[count], new long[count], new byte[]?[count]);
        for (var i = 0; i < count; i++)
        {
            var commit = batch[i];
            shards[i] = GrainShard.Of(commit.Type, commit.Key);
            (types[i], keys[i], names[i]) = (commit.Type, commit.Key, commit.StateName);
            (expected[i], written[i], states[i]) = (commit.Expected, commit.Written, commit.State);
        }

        parameters.Add(Rows.Of(shards, NpgsqlDbType.Smallint));
        parameters.Add(Rows.Of(types, NpgsqlDbType.Text));
        parameters.Add(Rows.Of(keys, NpgsqlDbType.Text));
        parameters.Add(Rows.Of(names, NpgsqlDbType.Text));
        parameters.Add(Rows.Of(expected, NpgsqlDbType.Bigint));
        parameters.Add(Rows.Of(written, NpgsqlDbType.Bigint));
        parameters.Add(Rows.Of(states, NpgsqlDbType.Bytea));
        parameters.Add(new NpgsqlParameter<int> { TypedValue = batch.Count(commit => commit is { Expected: 0, State: not null }) });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = batch.Count(commit => commit.State is null) });
    }

    private static void AddEvents(NpgsqlParameterCollection parameters, List<PendingCommit> batch)
    {
        var count = batch.Sum(commit => commit.Events.Length);
        var (of, partitions, bodies) = (new long[count], new short[count], new byte[count][]);
        var at = 0;
        foreach (var commit in batch)
        {
            foreach (var raised in commit.Events)
            {
                (of[at], partitions[at], bodies[at]) = (commit.Written, (short)raised.Partition, raised.Body.ToArray());
                at++;
            }
        }

        parameters.Add(Rows.Of(of, NpgsqlDbType.Bigint));
        parameters.Add(Rows.Of(partitions, NpgsqlDbType.Smallint));
        parameters.Add(Rows.Of(bodies, NpgsqlDbType.Bytea));
    }
}
