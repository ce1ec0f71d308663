using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using OrderActors.Client.Http;
using OrderActors.Client.Operations.Metrics;
using Xunit;

namespace OrderActors.Tests.Gateway.Metrics;

/// <summary>What a request adds to the metrics, and what that costs it.</summary>
public sealed class RequestMetricTests
{
    [Theory]
    [InlineData(201, "ok")]
    [InlineData(404, "refused")]
    [InlineData(429, "limited")]
    [InlineData(503, "unavailable")]
    [InlineData(504, "timed_out")]
    [InlineData(500, "failed")]
    public void The_outcome_of_a_request_is_one_of_few_words(int status, string outcome) =>
        Assert.Equal(outcome, RequestInstruments.OutcomeOf(new DefaultHttpContext { Response = { StatusCode = status } }));

    [Fact]
    public void A_request_is_measured_without_allocating_once_its_series_is_known()
    {
        using var store = new MetricStore();
        var operation = new Operation($"measure{Guid.NewGuid():N}", "GET", "/x", _ => Task.CompletedTask, "x");
        var context = new DefaultHttpContext();
        RequestInstruments.Answered(operation, context, Stopwatch.GetTimestamp());

        // The least of some rounds: a host that another test starts meanwhile listens too, and is let in by whoever measures next.
        var least = Enumerable.Range(0, 5).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++) RequestInstruments.Answered(operation, context, Stopwatch.GetTimestamp());
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.InRange(least, 0, 2_000);
        var read = Exposition.Parse(store.Write());
        Assert.Equal(5_001, read.Value("orderactors_requests_duration_seconds_count", ("operation", operation.Id), ("class", "secondary"), ("outcome", "ok")));
    }

    [Fact]
    public void Labels_that_look_alike_are_kept_apart()
    {
        using var meter = new Meter($"test-{Guid.NewGuid():N}");
        using var store = new MetricStore(meter.Name);
        var counter = meter.CreateCounter<int>("alike");

        // Of one length, with the same first, middle and last letters, so that they meet in the table; and by many threads.
        string[] names = [.. Enumerable.Range(0, 26).SelectMany(i => Enumerable.Range(0, 26).Select(j => $"a{(char)('a' + i)}x{(char)('a' + j)}b"))];
        Parallel.For(0, 20, _ =>
        {
            foreach (var name in names) counter.Add(1, new("name", name), new("number", name.Length));
        });
        var read = Exposition.Parse(string.Concat(store.Write().Split('\n').Where(l => l.Contains("alike", StringComparison.Ordinal)).Select(l => l + "\n")));
        Assert.Equal(names.Length, read.Samples.Count);
        Assert.All(read.Samples, s => Assert.Equal(20, s.Value));
    }

    [Fact]
    public void A_host_that_is_ready_counts_from_zero_and_keeps_its_gauges()
    {
        using var meter = new Meter($"test-{Guid.NewGuid():N}");
        using var store = new MetricStore(meter.Name);
        var (counter, histogram) = (meter.CreateCounter<int>("rehearsed"), meter.CreateHistogram<int>("rehearsing"));
        var level = meter.CreateUpDownCounter<int>("rehearsals");
        counter.Add(5);
        histogram.Record(5);
        level.Add(5);
        store.Restart();
        counter.Add(1);
        var read = Exposition.Parse(string.Concat(store.Write().Split('\n').Where(l => l.Contains("rehears", StringComparison.Ordinal)).Select(l => l + "\n")));
        Assert.Equal(1, read.Value("rehearsed_total"));
        Assert.Equal(0, read.Value("rehearsing_count"));
        Assert.Equal(0, read.Value("rehearsing_bucket", ("le", "+Inf")));
        Assert.Equal(5, read.Value("rehearsals"));
    }
}
