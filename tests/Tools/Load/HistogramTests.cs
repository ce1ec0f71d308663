using OrderActors.Tools.Load.Measuring;

namespace OrderActors.Tests.Tools.Load;

/// <summary>A histogram forgets single times, and no more than it says.</summary>
public class HistogramTests
{
    [Fact]
    public void Every_percentile_is_within_four_in_a_thousand_of_the_true_one()
    {
        var random = new Random(7);
        var times = Enumerable.Range(0, 20_000).Select(_ => (long)Math.Exp(random.NextDouble() * 23)).Order().ToArray();
        var histogram = new Histogram();
        foreach (var time in times) histogram.Add(time);
        foreach (var part in new[] { 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1 })
        {
            var exact = times[(int)Math.Ceiling(part * times.Length) - 1];
            Assert.InRange(histogram.Percentile(part), exact, exact * 1.004 + 1);
        }

        Assert.Equal((times.Length, times[^1], times.Sum()), ((int)histogram.Count, histogram.Max, histogram.Sum));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData((1L << 35) - 1)]
    public void A_single_time_is_its_own_percentile(long micros)
    {
        var histogram = new Histogram();
        histogram.Add(micros);
        Assert.Equal((micros, micros), (histogram.Percentile(0.5), histogram.Percentile(1)));
    }

    [Fact]
    public void Sums_of_histograms_are_histograms_of_sums_and_what_is_out_of_range_is_at_its_edge()
    {
        var (one, other) = (new Histogram(), new Histogram());
        one.Add(10);
        other.Add(1_000_000);
        other.Add(long.MaxValue);
        other.Add(-5);
        one.Add(other);
        Assert.Equal((4, 0, (1L << 35) - 1), ((int)one.Count, one.Percentile(0.25), one.Max));
        Assert.Equal(0, new Histogram().Percentile(0.99));
    }
}
