using System.Diagnostics.Metrics;
using OrderActors.Client.Operations.Metrics;
using Xunit;

namespace OrderActors.Tests.Gateway.Metrics;

/// <summary>What instruments measured is what a reader of the text format gets.</summary>
public sealed class MetricsTests : IDisposable
{
    private readonly Meter _meter = new($"test-{Guid.NewGuid():N}");
    private readonly MetricStore _store;

    public MetricsTests() => _store = new MetricStore(_meter.Name);

    public void Dispose()
    {
        _store.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Counters_add_and_gauges_follow()
    {
        var calls = _meter.CreateCounter<long>("calls.made", "{call}", "Calls.");
        calls.Add(2, new KeyValuePair<string, object?>("to", "a"));
        calls.Add(3, new KeyValuePair<string, object?>("to", "a"));
        calls.Add(4, new KeyValuePair<string, object?>("to", "b"));
        var open = _meter.CreateUpDownCounter<int>("open");
        open.Add(5);
        open.Add(-2);
        var level = _meter.CreateGauge<double>("level", "%");
        level.Record(7);
        level.Record(6.5);
        var read = Read();
        Assert.Equal("counter", read.TypeOf("calls_made_total"));
        Assert.Equal("Calls.", read.Help["calls_made_total"]);
        Assert.Equal(5, read.Value("calls_made_total", ("to", "a")));
        Assert.Equal(4, read.Value("calls_made_total", ("to", "b")));
        Assert.Equal(("gauge", 3), (read.TypeOf("open"), read.Value("open")));
        Assert.Equal(("gauge", 6.5), (read.TypeOf("level_percent"), read.Value("level_percent")));
    }

    [Fact]
    public void What_is_asked_on_a_scrape_is_what_it_is_then()
    {
        var total = 10L;
        var there = true;
        _meter.CreateObservableCounter("sent", () => total, "By");
        var one = new Measurement<int>(1, new KeyValuePair<string, object?>("silo", "s1"));
        _meter.CreateObservableGauge("silos", () => there ? [one] : Array.Empty<Measurement<int>>());
        Assert.Equal(10, Read().Value("sent_bytes_total"));
        total = 12;
        there = false;
        var read = Read();
        Assert.Equal(12, read.Value("sent_bytes_total"));
        Assert.DoesNotContain(read.Samples, s => s.Name == "silos");
    }

    [Fact]
    public void A_histogram_counts_each_value_once_in_ascending_buckets()
    {
        var took = _meter.CreateHistogram<double>("took", "s");
        double[] values = [0.005, 0.006, 3, 1000];
        foreach (var value in values) took.Record(value, new KeyValuePair<string, object?>("route", "/v1"));
        var read = Read();
        Assert.Equal("histogram", read.TypeOf("took_seconds"));
        Assert.Equal(1, read.Value("took_seconds_bucket", ("route", "/v1"), ("le", "0.005")));
        Assert.Equal(2, read.Value("took_seconds_bucket", ("le", "0.01")));
        Assert.Equal(3, read.Value("took_seconds_bucket", ("le", "10")));
        Assert.Equal(4, read.Value("took_seconds_bucket", ("le", "+Inf")));
        Assert.Equal(4, read.Value("took_seconds_count"));
        Assert.Equal(values.Sum(), read.Value("took_seconds_sum"), 9);
        var counts = read.Samples.Where(s => s.Name == "took_seconds_bucket").Select(s => s.Value).ToArray();
        Assert.Equal(counts.Order(), counts);
    }

    [Fact]
    public void Advised_buckets_are_taken()
    {
        var advice = new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2] };
        _meter.CreateHistogram<long>("sizes", null, null, null, advice).Record(2);
        Assert.Equal(["1", "2", "+Inf"], Read().Samples.Where(s => s.Name == "sizes_bucket").Select(s => s.Labels["le"]));
    }

    [Fact]
    public void Whatever_is_in_a_name_or_a_label_comes_back()
    {
        const string Nasty = "a\"b\\c\nd{e},f=ü";
        _meter.CreateCounter<int>("9 odd-näme", null, "line\nbreak \\ \"quoted\"").Add(
            1,
            new("le", Nasty), new("__name__", true), new("with-dash", null), new("number", 42));
        var sample = Assert.Single(Read().Samples);
        Assert.Equal("_9_odd_n_me_total", sample.Name);
        Assert.Equal(Nasty, sample.Labels["le_"]);
        Assert.Equal("true", sample.Labels["x__name__"]);
        Assert.Equal("", sample.Labels["with_dash"]);
        Assert.Equal("42", sample.Labels["number"]);
        Assert.Equal("line\nbreak \\ \"quoted\"", Read().Help[sample.Name]);
    }

    [Fact]
    public void Labels_without_end_are_counted_together()
    {
        var counter = _meter.CreateCounter<int>("ids");
        for (var i = 0; i < Metric.MaxSeries + 500; i++) counter.Add(1, new KeyValuePair<string, object?>("id", i));
        var read = Read();
        Assert.Equal(Metric.MaxSeries + 1, read.Samples.Count);
        Assert.Equal(500, read.Value("ids_total", ("otel_metric_overflow", "true")));
    }

    [Fact]
    public void Two_kinds_of_one_name_do_not_mix()
    {
        _meter.CreateCounter<int>("same").Add(1);
        _meter.CreateUpDownCounter<int>("same_total").Add(5);
        Assert.Equal(1, Read().Value("same_total"));
    }

    [Fact]
    public async Task Many_at_once_lose_nothing()
    {
        var counter = _meter.CreateCounter<double>("many");
        var histogram = _meter.CreateHistogram<double>("much");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 25_000; i++)
            {
                counter.Add(0.5);
                histogram.Record(1);
            }
        })));
        var read = Read();
        Assert.Equal(50_000, read.Value("many_total"));
        Assert.Equal(100_000, read.Value("much_count"));
    }

    [Fact]
    public async Task The_gateway_serves_them_even_while_its_door_is_shut()
    {
        var grains = new ScriptedGrains();
        var (app, api) = await grains.Start("--DrainTimeoutSeconds", "1");
        try
        {
            (await api.Get("/v1/orders/1")).Expect(400);
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            var url = new Uri(api.Url + "/metrics");

            // The request is measured when it is over, which can be a moment after its answer.
            var read = await Eventually.Get(
                async () => Exposition.Parse(await http.GetStringAsync(url)),
                e => e.Samples.Any(s => s.Name == "http_server_request_duration_seconds_count" && s.Labels.ContainsValue("/v1/orders/{number}")),
                "the request is counted");
            Assert.Contains(read.Samples, s => s.Name.StartsWith("dotnet_", StringComparison.Ordinal));
            var gate = Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<Client.GatewayGate>(app.Services);
            gate.CloseForNow();
            using var answer = await http.GetAsync(url);
            Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
            Assert.Equal("2", (await api.Get("/v1/zones/z")).ExpectProblem(503, "cluster_unavailable").Header("retry-after"));
            (await api.Get("/health/ready")).ExpectProblem(503, "cluster_unavailable");
            (await api.Get("/health/live")).Expect(200);
            gate.Open();
            (await api.Get("/health/ready")).Expect(200);
        }
        finally
        {
            api.Dispose();
            await app.DrainAsync();
            await app.DisposeAsync();
        }
    }

    private Exposition Read() => Exposition.Parse(
        string.Concat(Own(_store.Write())));

    // The process has instruments of its own; a test looks at its meter's, which are all that stand under no known prefix.
    private static IEnumerable<string> Own(string text)
    {
        string[] others = ["aspnetcore_", "dotnet_", "http_", "kestrel_", "orderactors_"];
        return text.Split('\n')[..^1].Where(l => !others.Any(o => l.Replace("# HELP ", "").Replace("# TYPE ", "").StartsWith(o, StringComparison.Ordinal)))
            .Select(l => l + "\n");
    }
}
