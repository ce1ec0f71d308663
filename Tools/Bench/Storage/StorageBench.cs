using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderActors.Silo.Storage;
using OrderActors.Storage;
using OrderActors.Values;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrderActors.Tools.Bench.Storage;

/// <summary>
/// <c>bench storage</c>: durable, ETag-checked writes through <see cref="IGrainStorage"/> into one PostgreSQL, group commit beside
/// the provider that Orleans brings and beside a bare loop of the same statement, round by round in turns.
/// </summary>
internal static class StorageBench
{
    private const double AdoNetBar = 30;

    private const double BareBar = 0.5;

    /// <summary>Grains that write at the same time.</summary>
    private const int Grains = 1_000;

    public static Command Create()
    {
        var postgres = new Option<string>("--postgres")
        {
            Description = "An empty database on the server to measure: Host=127.0.0.1;Database=bench;Username=…",
            Required = true,
        };
        var seconds = new Option<double>("--seconds") { Description = "How long a round is, in seconds.", DefaultValueFactory = _ => 3 };
        var rounds = new Option<int>("--rounds") { Description = "How many rounds count; the median is shown.", DefaultValueFactory = _ => 5 };
        var adoNet = new Option<string?>("--adonet")
        {
            Description = "A database on the same server in which Orleans' own set-up scripts for Persistence.AdoNet were run; " +
                "without it the provider is measured over the tables of our migrations, which are quicker.",
        };
        var command = new Command("storage", "Measures durable grain writes into PostgreSQL against their peers.") { postgres, adoNet, seconds, rounds };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(postgres), parsed.GetValue(adoNet), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds),
            Console.Out, Console.Error));
        return command;
    }

    private static async Task<int> RunAsync(
        string connectionString, string? adoNetString, TimeSpan round, int rounds, TextWriter output, TextWriter progress)
    {
        if (round <= TimeSpan.Zero || rounds < 1) throw new BadInputException("--seconds and --rounds must be above 0.");
        var options = new PostgresOptions { ConnectionString = connectionString };
        await using var database = await PostgresDatabase.OpenAsync(
            options, "bench", TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        await RequireOurs(database.Source);
        await using var store = new PostgresStore(
            database, new JsonStateSerializer(StoredJson.Options), new NoEvents(), TimeProvider.System, NullLoggerFactory.Instance, shared: false);
        await store.StartAsync(CancellationToken.None);
        await using var adoNet = await AdoNetPeer.StartAsync(adoNetString ?? connectionString, ours: adoNetString is null);
        await using var bare = new BareBatchPeer(database, Grains, options.Writers);

        List<WriteFigures> ours = [], theirs = [], bares = [];
        var cells = Cells("bench");
        var adoNetCells = Cells("bench-adonet");
        for (var i = -1; i < rounds; i++)
        {
            await progress.WriteLineAsync(i < 0 ? "warming up …" : $"round {i + 1} of {rounds} …");
            var our = await RoundAsync(store, cells, round);
            var bareRate = await bare.RoundAsync(round);
            var their = adoNet is null ? default : await RoundAsync(adoNet.Storage, adoNetCells, round);
            if (i < 0) continue;
            ours.Add(our);
            bares.Add(new WriteFigures(bareRate, default, default));
            theirs.Add(their);
        }

        return await Report(ours, theirs, bares, adoNet is not null, output);
    }

    private static async Task<int> Report(
        List<WriteFigures> ours, List<WriteFigures> theirs, List<WriteFigures> bares, bool withAdoNet, TextWriter output)
    {
        double Rate(List<WriteFigures> rounds) => Rounds.Median([.. rounds.Select(r => r.PerSecond)]);
        double Ratio(List<WriteFigures> peers) => Rounds.Median([.. ours.Zip(peers, (our, peer) => our.PerSecond / peer.PerSecond)]);
        var p99 = Rounds.Median([.. ours.Select(r => r.P99.TotalMilliseconds)]);
        var figures = new StorageFigures(
            Rate(ours), withAdoNet ? Rate(theirs) : null, withAdoNet ? Ratio(theirs) : null, Ratio(bares), p99);
        MeasureTable.Print(
            output,
            [
                new Measure("bare loop of the same statement", Rate(bares), "writes/s"),
                new Measure(withAdoNet ? "Persistence.AdoNet" : "Persistence.AdoNet (not in this build)", figures.AdoNetPerSecond, "writes/s"),
                new Measure("group commit, by the bare loop", figures.GroupCommitPerSecond, "writes/s", figures.RatioToBareBatch, BareBar),
                new Measure(
                    "group commit, by Persistence.AdoNet", figures.GroupCommitPerSecond, "writes/s", figures.RatioToAdoNet, withAdoNet ? AdoNetBar : null),
                new Measure("group commit, middle latency", Rounds.Median([.. ours.Select(r => r.P50.TotalMilliseconds)]), "ms"),
                new Measure("group commit, 99th percentile", p99, "ms"),
                new Measure(
                    "Persistence.AdoNet, 99th percentile",
                    withAdoNet ? Rounds.Median([.. theirs.Select(r => r.P99.TotalMilliseconds)]) : null, "ms"),
            ]);
        await output.WriteLineAsync(JsonSerializer.Serialize(figures));
        return figures.RatioToBareBatch >= BareBar && figures.RatioToAdoNet is null or >= AdoNetBar ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static async Task<WriteFigures> RoundAsync(IGrainStorage storage, Cell[] cells, TimeSpan round)
    {
        if (cells[0].ETag is null) await Task.WhenAll(cells.Select(cell => cell.BeginAsync(storage)));
        var start = Stopwatch.GetTimestamp();
        var until = start + (long)(round.TotalSeconds * Stopwatch.Frequency);
        var latencies = await Task.WhenAll(cells.Select(cell => Task.Run(() => WriteAsync(storage, cell, until))));
        return WriteFigures.Of(latencies, Stopwatch.GetElapsedTime(start));
    }

    private static async Task<List<long>> WriteAsync(IGrainStorage storage, Cell cell, long until)
    {
        var latencies = new List<long>();
        long now;
        var begin = Stopwatch.GetTimestamp();
        do
        {
            await cell.WriteAsync(storage);
            now = Stopwatch.GetTimestamp();
            latencies.Add(now - begin);
            begin = now;
        }
        while (now < until);
        return latencies;
    }

    /// <summary>A bench leaves its states behind; anybody else's it must not touch.</summary>
    private static async Task RequireOurs(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand(
            "SELECT count(*) FROM (SELECT 1 FROM orderactors.grain_state WHERE grain_type NOT LIKE 'bench%' LIMIT 1) s");
        if (Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture) > 0)
            throw new BadInputException("The database holds somebody's states. Give the bench an empty one: createdb bench.");
        await using var clean = source.CreateCommand("TRUNCATE orderactors.grain_state, orderactors.adonet_state");
        await clean.ExecuteNonQueryAsync();
    }

    private static Cell[] Cells(string type) =>
        [.. Enumerable.Range(0, Grains).Select(i => new Cell(GrainId.Create(type, i.ToString("D6", CultureInfo.InvariantCulture))))];

    /// <summary>A grain's state and the version it was last written at.</summary>
    private sealed class Cell(GrainId id) : IGrainState<PaddedState>
    {
        public PaddedState State { get; set; } = new();

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }

        /// <summary>Reads what an earlier run may have left, and writes once.</summary>
        public async Task BeginAsync(IGrainStorage storage)
        {
            await storage.ReadStateAsync("state", id, this);
            await WriteAsync(storage);
        }

        public Task WriteAsync(IGrainStorage storage)
        {
            State.Count++;
            return storage.WriteStateAsync("state", id, this);
        }
    }

    private sealed class NoEvents : IEventExtractor
    {
        public void Extract(object state, List<PendingEvent> into)
        {
        }

        public void Committed(object state)
        {
        }
    }

    /// <summary>The last line: one JSON object, keys in this order; null for what was not measured.</summary>
    private sealed record StorageFigures(
        [property: JsonPropertyName("groupCommitPerSecond")] double GroupCommitPerSecond,
        [property: JsonPropertyName("adoNetPerSecond")] double? AdoNetPerSecond,
        [property: JsonPropertyName("ratioToAdoNet")] double? RatioToAdoNet,
        [property: JsonPropertyName("ratioToBareBatch")] double RatioToBareBatch,
        [property: JsonPropertyName("p99Milliseconds")] double P99Milliseconds);
}
