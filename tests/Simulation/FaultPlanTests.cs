using OrderActors.Embedded.Simulation;
using OrderActors.Tools.Simulate;

namespace OrderActors.Tests.Simulation;

public sealed class FaultPlanTests
{
    [Fact]
    public void A_fault_is_read_as_it_is_printed_and_what_is_none_is_refused_with_the_kinds_there_are()
    {
        Assert.Equal(new FaultId(FaultKind.ReplyLost, 412), FaultId.Parse("ReplyLost:412"));
        Assert.Equal("ReplyLost:412", new FaultId(FaultKind.ReplyLost, 412).ToString());
        foreach (var wrong in new[] { "", "ReplyLost", "ReplyLost:", "ReplyLost:0", "ReplyLost:-1", "3:4:5", "Nothing:1" })
            Assert.Contains(nameof(FaultKind.TornTail), Assert.Throws<FormatException>(() => FaultId.Parse(wrong)).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_list_of_a_runs_own_faults_gives_the_same_run_again(int seed)
    {
        var drawn = FaultPlan.Draw(seed, 5);
        var first = ClusterTests.Live(seed, drawn, orders: 4);
        var again = FaultPlan.Only(seed, drawn.Injected.Select(f => f.Id));
        Assert.Equal(first, ClusterTests.Live(seed, again, orders: 4));
        Assert.Equal(drawn.Injected.Select(f => f.Id), again.Injected.Select(f => f.Id));
    }

    [Fact]
    public void A_fault_that_is_left_out_does_not_strike()
    {
        var drawn = FaultPlan.Draw(3, 5);
        ClusterTests.Live(3, drawn, orders: 4);
        var left = drawn.Injected[drawn.Injected.Count / 2].Id;
        var without = FaultPlan.Draw(3, 5).Without([left]);
        ClusterTests.Live(3, without, orders: 4);
        Assert.NotEmpty(without.Injected);
        Assert.DoesNotContain(without.Injected, f => f.Id == left);
    }

    [Fact]
    public void Shrinking_finds_the_two_faults_that_only_together_break_something()
    {
        var faults = Enumerable.Range(1, 100).Select(i => new FaultId(FaultKind.RequestLost, i)).ToList();
        var shrinker = new FaultShrinker(tried => tried.Contains(faults[17]) && tried.Contains(faults[80]), () => true);
        Assert.Equal([faults[17], faults[80]], shrinker.Shrink(faults));
        Assert.InRange(shrinker.Runs, 1, 200);
    }

    [Fact]
    public void Shrinking_says_when_a_failure_does_not_come_again() =>
        Assert.Null(new FaultShrinker(_ => false, () => true).Shrink([new FaultId(FaultKind.SiloCrash, 1)]));
}
