using OrderActors.Client.Http;
using OrderActors.Tools;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Measuring;

namespace OrderActors.Tests.Tools.Load;

/// <summary>What a run has to reach, judged on a run that is made up: ten calm seconds, ten busy ones, ten after.</summary>
public class ObjectiveTests
{
    private static readonly OperationKind[] Operations = [new("place", Priority.Secondary), new("accept", Priority.Critical)];

    [Theory]
    [InlineData("p99<50ms", true)]
    [InlineData("p99@1<=10ms", true)]
    [InlineData("p99@2<=10ms", false)]
    [InlineData("p99@2<=3*p99@1", true)]
    [InlineData("p99@2<=2*p99@1", false)]
    [InlineData("p50.accept@2<=p50.accept@1", false)]
    [InlineData("max<1s", true)]
    [InlineData("success.critical>=99.9%", true)]
    [InlineData("success.secondary@2>=99.9%", false)]
    [InlineData("success.place@1>=100%", true)]
    [InlineData("shed@2>=10%", true)]
    [InlineData("errors<0.1%", true)]
    [InlineData("dropped.place@2<0.1%", false)]
    [InlineData("rate@1>=20", true)]
    [InlineData("rate.accept@1>10", false)]
    [InlineData("recovery<=2s", true)]
    [InlineData("recovery<2s", false)]
    [InlineData("memory<1000", false)]
    public void An_objective_is_met_or_missed(string text, bool met) =>
        Assert.Equal(met, Objective.ParseAll(text, stages: 3, Operations).Single().Judge(Run()).Met);

    [Theory]
    [InlineData("p99", "an objective is a figure, a comparison and a value")]
    [InlineData("p98<50ms", "the figures are p50, p90")]
    [InlineData("p99<50", "'50' is not a time, such as 50ms")]
    [InlineData("errors<1", "'1' is not a share, such as 0.1%")]
    [InlineData("rate>=1%", "'1%' is not a number")]
    [InlineData("p99.lunch<50ms", "'lunch' is none of critical, secondary, non_critical, place, accept")]
    [InlineData("p99@4<50ms", "there are the stages 1 to 3")]
    [InlineData("p99@1<x*p99@2", "'x' is no number")]
    public void An_objective_that_is_none_is_told_what_would_be_one(string text, string said) => Assert.Contains(
        said, Assert.Throws<BadInputException>(() => Objective.ParseAll(text, stages: 3, Operations).ToList()).Message, StringComparison.Ordinal);

    [Fact]
    public void A_time_that_nothing_admitted_took_is_not_reached()
    {
        var counts = new Measurements(Operations, 1);
        counts.Add(0, 0, Outcome.Shed, 0, null, default);
        var run = new LoadResult([.. Stage.ParseAll("10s@20").Select(stage => new StageResult(stage, stage.Rate, 0, 10, 1))], counts, [], 0, 0);
        Assert.False(Objective.ParseAll("p50<1h", stages: 1, Operations).Single().Judge(run).Met);
        Assert.True(Objective.ParseAll("shed>=100%", stages: 1, Operations).Single().Judge(run).Met);
    }

    [Fact]
    public void Without_a_stage_after_the_busiest_nothing_recovers()
    {
        var run = Run();
        Assert.Null(Recovery.Of(run with { Samples = [.. run.Samples.Where(sample => sample.Seconds <= 20)] }));
        Assert.Equal(TimeSpan.FromSeconds(2), Recovery.Of(run));
    }

    private static LoadResult Run()
    {
        var counts = new Measurements(Operations, 3);
        var samples = new List<Sample>();
        for (var second = 0; second < 30; second++)
        {
            var stage = second / 10;
            for (var i = 0; i < 10; i++)
            {
                // Busy, half of what is placed is shed, a tenth is never sent, and what is let in takes more than twice as long; so for two seconds more.
                var busy = second is >= 10 and < 22;
                var outcome = busy && stage == 1 ? i < 5 ? Outcome.Shed : i < 6 ? Outcome.Dropped : Outcome.Ok : Outcome.Ok;
                counts.Add(stage, 0, outcome, busy ? 25_000 : 10_000, null, default);
                counts.Add(stage, 1, Outcome.Ok, busy ? 25_000 : 10_000, null, default);
                if (busy && stage == 2) counts.Add(stage, 0, Outcome.Shed, 0, null, default);
            }

            var classes = counts.EndSecond();
            samples.Add(new(second + 1, stage, Tally.Sum(classes), classes, InFlight: 1));
        }

        StageResult[] stages = [.. Stage.ParseAll("10s@20,10s@100,10s@20").Select((stage, i) => new StageResult(stage, stage.Rate, i * 10, (i + 1) * 10, 1))];
        return new(stages, counts, samples, 0, 0);
    }
}
