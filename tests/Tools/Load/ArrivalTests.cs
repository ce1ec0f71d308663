using OrderActors.Tools;
using OrderActors.Tools.Load.Arrivals;

namespace OrderActors.Tests.Tools.Load;

/// <summary>Stages as they are written, and when requests arrive in them.</summary>
public class ArrivalTests
{
    [Fact]
    public void Stages_are_read_as_they_are_written()
    {
        var stages = Stage.ParseAll("10s@max, 30s@500,1m@ramp:2000,60s@step:0.5x/4,500ms@burst:5000,1h@5x");
        Assert.Equal(
            [StageKind.Max, StageKind.Steady, StageKind.Ramp, StageKind.Steps, StageKind.Burst, StageKind.Steady], stages.Select(stage => stage.Kind));
        Assert.Equal([0, 500, 2000, 0.5, 5000, 5], stages.Select(stage => stage.Rate));
        Assert.Equal([false, false, false, true, false, true], stages.Select(stage => stage.IsMultiple));
        Assert.Equal("10s@max 30s@500 60s@ramp:2000 60s@step:0.5x/4 0.5s@burst:5000 3600s@5x", string.Join(' ', stages));
    }

    [Theory]
    [InlineData("", "--stages has ''; a stage is a duration")]
    [InlineData("30s", "--stages has '30s'")]
    [InlineData("30@500", "--stages has '30@500'")]
    [InlineData("0s@500", "--stages has '0s@500'")]
    [InlineData("30s@-5", "--stages has '30s@-5'")]
    [InlineData("30s@ramp", "--stages has '30s@ramp'")]
    [InlineData("30s@rise:5", "--stages has '30s@rise:5'")]
    [InlineData("30s@step:5/0", "--stages has '30s@step:5/0'")]
    [InlineData("30s@5x", "no max stage before it")]
    [InlineData("30s@2000000", "at most 1,000,000 a second")]
    public void A_stage_that_is_none_is_named(string text, string said) =>
        Assert.Contains(said, Assert.Throws<BadInputException>(() => Stage.ParseAll(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10s@100", 0, 1000, 5.0)]
    [InlineData("10s@ramp:100", 0, 500, 7.07)]
    [InlineData("10s@ramp:0", 100, 500, 2.93)]
    [InlineData("10s@step:100/2", 0, 750, 6.25)]
    [InlineData("10s@burst:50", 0, 500, 4.0)]
    [InlineData("2.5s@burst:50", 0, 150, 1.0)]
    [InlineData("10s@0", 100, 0, 0)]
    public void As_many_arrive_as_the_rate_says_and_half_of_them_by_then(string text, double before, int count, double median)
    {
        var times = Times(new StageArrivals(Only(text), before, Only(text).Rate, random: null));
        Assert.InRange(times.Count, count - 1, count);
        Assert.Equal(times.Order(), times);
        if (count == 0) return;
        Assert.Equal(median, times[(times.Count - 1) / 2], tolerance: 0.03);
        Assert.InRange(times[^1], 0, Only(text).Duration.TotalSeconds);
    }

    [Fact]
    public void Random_arrivals_are_a_Poisson_process()
    {
        var times = Times(new StageArrivals(Only("100s@1000"), 0, 1000, new Random(3)));
        Assert.InRange(times.Count, 99_000, 101_000);

        // Gaps of such a process have a deviation as large as their mean, and e to the minus first of them are longer than it.
        var gaps = times.Zip(times.Skip(1), (a, b) => b - a).ToList();
        var mean = gaps.Average();
        var deviation = Math.Sqrt(gaps.Average(gap => Math.Pow(gap - mean, 2)));
        Assert.Equal(1, deviation / mean, tolerance: 0.02);
        Assert.Equal(Math.Exp(-1), gaps.Count(gap => gap > 0.001) / (double)gaps.Count, tolerance: 0.01);
    }

    private static Stage Only(string text) => Stage.ParseAll(text)[0];

    private static List<double> Times(StageArrivals arrivals)
    {
        var times = new List<double>();
        while (arrivals.TryNext(out var seconds)) times.Add(seconds);
        return times;
    }
}
