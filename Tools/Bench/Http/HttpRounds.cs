using System.Globalization;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Measuring;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tools.Bench.Http;

/// <summary>The servers of <c>bench http</c> and what they reached, round by round.</summary>
internal sealed class HttpRounds(HttpBenchPlan plan, string folder, TextWriter progress) : IAsyncDisposable
{
    // Enough that reading goes over more orders than any cache of a few keeps.
    private const int Kept = 50_000;
    private const int Asked = 1_000;

    // A round may be so short, or the machine so slow, that half of what it reached is no order at all.
    private const int FewestAtHalf = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    // What is measured is how it runs, not how it begins.
    private static readonly string[] AtOnce = ["--Ramp:Time", "00:00:00"];

    private readonly Town _town = new() { Merchants = plan.Merchants };
    private readonly List<double> _posts = [];
    private readonly List<double> _places = [];
    private readonly List<double> _emptyGets = [];
    private readonly List<double> _gets = [];
    private PlaceTraffic? _placing;
    private ServerProcess? _silo;
    private ServerProcess? _peer;
    private TimeSpan _longestRest;
    private Tally _half = new();
    private double _generatorCores;

    /// <summary>Starts the servers, makes the town, and lets every path run until it is compiled.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync($"bench http: starting a silo and an empty server, making {plan.Merchants} merchants …");
        Directory.CreateDirectory(folder);
        _silo = await ServerProcess.StartSiloAsync(plan.Silo, folder, [.. AtOnce, .. plan.SiloOptions]);
        _peer = await ServerProcess.StartAsync(typeof(HttpPeer).Assembly.Location, ["bench", "http-peer"]);
        await _town.PrepareAsync(_silo.Url, _silo.Key, cancellationToken);
        _placing = new(_town, Kept);
        await RoundAsync(_peer, _placing, "warming up: empty POST", cancellationToken);
        await RoundAsync(_silo, _placing, "warming up: place", cancellationToken);
        if (_placing.Numbers.Count == 0) throw new BadInputException("No order was placed: the silo answers every placement with something else than 201.");
        await RoundAsync(_peer, new GetTraffic(_placing.Numbers), "warming up: empty GET", cancellationToken);
        await RoundAsync(_silo, new GetTraffic(_placing.Numbers), "warming up: get", cancellationToken);
    }

    /// <summary>All rounds in turns, then placing at half of what was reached.</summary>
    public async Task MeasureAsync(CancellationToken cancellationToken)
    {
        for (var round = 1; round <= plan.Rounds; round++)
        {
            _posts.Add(await RoundAsync(_peer!, _placing!, "empty POST", cancellationToken));
            _places.Add(await RoundAsync(_silo!, _placing!, "place", cancellationToken));
            _emptyGets.Add(await RoundAsync(_peer!, new GetTraffic(_placing!.Numbers), "empty GET", cancellationToken));
            _gets.Add(await RoundAsync(_silo!, new GetTraffic(_placing!.Numbers), "get", cancellationToken));
        }

        var rate = Math.Max(1, Median(_places) / 2);
        var halfFor = TimeSpan.FromSeconds(Math.Max(plan.Round.TotalSeconds, FewestAtHalf / rate));
        var result = await DriveAsync(_silo!, _placing!, new Stage(halfFor, StageKind.Steady, rate), cancellationToken);
        _half = result.Measurements.Sum();
        _generatorCores = result.GeneratorCores;
        await progress.WriteLineAsync($"bench http: placing at {rate:N0}/s: p50 {Milliseconds(0.5):0.0} ms, p99 {Milliseconds(0.99):0.0} ms");
    }

    /// <summary>Kills the silo and starts it again: how many of the orders that it acknowledged are not there.</summary>
    public async Task<int> LostAfterKillAsync(CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync("bench http: killing the silo, and looking for its orders …");
        await _silo!.KillAsync();
        var key = _silo.Key;
        await _silo.DisposeAsync();
        _silo = await ServerProcess.StartSiloAsync(plan.Silo, folder, [.. AtOnce, .. plan.SiloOptions]);
        var numbers = _placing!.Numbers;
        var asked = Enumerable.Range(0, Math.Min(Asked, numbers.Count)).Select(i => numbers[(int)((long)i * numbers.Count / Math.Min(Asked, numbers.Count))]);
        var lost = 0;
        using var client = new HttpClient { BaseAddress = _silo.Url };
        if (key is not null) client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        foreach (var number in asked)
        {
            using var answer = await client.GetAsync(new Uri($"/v1/orders/{number}", UriKind.Relative), cancellationToken);
            if (!answer.IsSuccessStatusCode) lost++;
        }

        return lost;
    }

    /// <summary>The figures.</summary>
    public HttpFigures Figures() => new(
        Rounded(Median(_places)), Rounded(Median(_posts)), Rounded(Ratio(_places, _posts)), Rounded(Ratio(_gets, _emptyGets)),
        Rounded(Milliseconds(0.99)));

    /// <summary>All of it, for people.</summary>
    public IReadOnlyList<Measure> Table(int lost) =>
    [
        new("empty POST, the same body", Median(_posts), "requests/s"),
        new("orders placed", Median(_places), "orders/s", Ratio(_places, _posts), HttpFigures.PlaceBar),
        new("empty GET", Median(_emptyGets), "requests/s"),
        new("orders read", Median(_gets), "requests/s", Ratio(_gets, _emptyGets), HttpFigures.GetBar),
        new("placing at half that rate, p50", Milliseconds(0.5), "ms"),
        new("placing at half that rate, p99", Milliseconds(0.99), "ms", Bar: HttpFigures.P99Bar, LowerIsBetter: true),
        new("placing at half that rate, not 201", _half.Total - _half[Outcome.Ok], "orders", Bar: 0, LowerIsBetter: true),
        new("acknowledged, and gone after kill -9", lost, "orders", Bar: 0, LowerIsBetter: true),
        new("silo busy after its last answer", _longestRest.TotalSeconds, "s"),
        new("generator at half that rate", _generatorCores, "processors"),
    ];

    public async ValueTask DisposeAsync()
    {
        if (_peer is not null) await _peer.DisposeAsync();
        if (_silo is not null) await _silo.DisposeAsync();
    }

    /// <summary>Requests answered well in a second, every connection sending again at once.</summary>
    private async Task<double> RoundAsync(ServerProcess server, ITraffic traffic, string what, CancellationToken cancellationToken)
    {
        var result = await DriveAsync(server, traffic, new Stage(plan.Round, StageKind.Max, 0), cancellationToken);
        var all = result.Measurements.Sum();
        var rate = all[Outcome.Ok] / result.Samples[^1].Seconds;
        var p99 = all.Admitted.Percentile(0.99) / 1e3;
        await progress.WriteLineAsync($"bench http: {what}: {rate:N0}/s, p99 {p99:0.0} ms, generator {result.GeneratorCores:0.00} processors");
        if (all[Outcome.Ok] == all.Total) return rate;
        var (operation, code, count, example) = result.Measurements.Codes.First();
        throw new BadInputException($"{count} of {all.Total} requests of '{operation}' were answered with {code} ({example}): such a round measures nothing.");
    }

    private async Task<LoadResult> DriveAsync(ServerProcess server, ITraffic traffic, Stage stage, CancellationToken cancellationToken)
    {
        var load = new LoadPlan(server.Url, [stage])
        {
            Connections = plan.Connections,
            ByHttpClient = plan.ByHttpClient,
            Timeout = Patience,
            Keys = server.Key is { } key ? [key] : [],
        };
        using var driver = new LoadDriver(load, traffic);
        var result = await driver.RunAsync(cancellationToken);

        // What the silo does after its answers belongs to nobody else's round.
        var rest = await server.RestAsync(Rest);
        if (rest > _longestRest) _longestRest = rest;
        return result;
    }

    private double Milliseconds(double part) => _half.Admitted.Percentile(part) / 1e3;

    // Significant digits, not decimals: the ratio of a round that stalled is small, and not nothing.
    private static double Rounded(double value) => double.Parse(value.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double Ratio(List<double> ours, List<double> peers) => Median([.. ours.Zip(peers, (our, peer) => our / peer)]);
}
