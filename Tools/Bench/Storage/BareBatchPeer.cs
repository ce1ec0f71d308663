using System.Diagnostics;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using OrderActors.Silo.Storage;

namespace OrderActors.Tools.Bench.Storage;

/// <summary>
/// The statement of the group commit in a bare loop: as many connections as the storage has writers, each with its own rows,
/// all of them in every statement, and nothing done for a single row but what the statement needs.
/// </summary>
internal sealed class BareBatchPeer : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly Rows[] _writers;

    public BareBatchPeer(PostgresDatabase database, int grains, int writers)
    {
        _source = database.CreateHotSource();
        _writers = [.. Enumerable.Range(0, writers).Select(writer => new Rows(writer, grains / writers))];
    }

    /// <summary>Rows written a second.</summary>
    public async Task<double> RoundAsync(TimeSpan round)
    {
        var start = Stopwatch.GetTimestamp();
        var written = await Task.WhenAll(_writers.Select(rows => Task.Run(() => LoopAsync(rows, round))));
        return written.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<long> LoopAsync(Rows rows, TimeSpan round)
    {
        await using var connection = await _source.OpenConnectionAsync();
        var start = Stopwatch.GetTimestamp();
        long written = 0;
        do
        {
            await rows.WriteAsync(connection);
            written += rows.Count;
        }
        while (Stopwatch.GetElapsedTime(start) < round);
        return written;
    }

    private sealed class Rows
    {
        private readonly short[] _shards;
        private readonly string[] _types;
        private readonly string[] _keys;
        private readonly string[] _names;
        private readonly byte[][] _states;
        private long[] _expected;
        private long[] _versions;

        public Rows(int writer, int count)
        {
            _types = [.. Enumerable.Repeat("bench-bare", count)];
            _keys = [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{writer:D2}-{i:D6}"))];
            _shards = [.. _keys.Select(key => GrainShard.Of("bench-bare", key))];
            _names = [.. Enumerable.Repeat("state", count)];
            _states = [.. Enumerable.Range(0, count).Select(_ => new byte[400])];
            _expected = new long[count];
            _versions = [.. Enumerable.Range(1, count).Select(i => ((long)(writer + 1) << 48) + i)];
        }

        public int Count => _keys.Length;

        public async Task WriteAsync(NpgsqlConnection connection)
        {
            await using var command = new NpgsqlCommand(CommitQueue.Statement, connection);
            Add(command, _shards, NpgsqlDbType.Smallint);
            Add(command, _types, NpgsqlDbType.Text);
            Add(command, _keys, NpgsqlDbType.Text);
            Add(command, _names, NpgsqlDbType.Text);
            Add(command, _expected, NpgsqlDbType.Bigint);
            Add(command, _versions, NpgsqlDbType.Bigint);
            Add(command, _states, NpgsqlDbType.Bytea);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = _expected[0] == 0 ? Count : 0 });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = 0 });
            Add(command, Array.Empty<long>(), NpgsqlDbType.Bigint);
            Add(command, Array.Empty<short>(), NpgsqlDbType.Smallint);
            Add(command, Array.Empty<byte[]>(), NpgsqlDbType.Bytea);
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            if (!reader.IsDBNull(0)) throw new InvalidOperationException("The bare loop's writes were refused.");
            (_expected, _versions) = (_versions, Array.ConvertAll(_versions, version => version + Count));
        }

        private static void Add<T>(NpgsqlCommand command, T[] values, NpgsqlDbType element) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | element });
    }
}
