using OrderActors.Tools.Chaos;
using OrderActors.Tools.Load.Measuring;

namespace OrderActors.Tests.Tools.Chaos;

public class FaultRecoveryTests
{
    [Fact]
    public void A_fault_is_recovered_from_at_the_first_of_three_seconds_that_are_as_before_it()
    {
        List<Sample> samples =
        [
            .. Seconds(1, 10, millis: 20), .. Seconds(11, 15, millis: 20, failed: 3), .. Seconds(16, 17, millis: 20), .. Seconds(18, 18, millis: 900),
            .. Seconds(19, 25, millis: 30),
        ];
        var normal = FaultRecovery.Normal(samples, first: 10);
        Assert.Equal(60_000, normal, tolerance: 600.0);

        // Two good seconds do not count, nor does a slow one; the one from 18 to 19 is the first of three.
        Assert.Equal(18 - 12.5, FaultRecovery.Of(samples, normal, ended: 12.5, next: double.MaxValue));
        Assert.Null(FaultRecovery.Of(samples, normal, ended: 12.5, next: 20));
        Assert.Equal(0, FaultRecovery.Of(samples, normal, ended: 20.5, next: double.MaxValue));
    }

    [Fact]
    public void Seconds_in_which_requests_are_shed_or_nothing_comes_are_not_normal()
    {
        Assert.Null(FaultRecovery.Of([.. Seconds(1, 10, millis: 5, shed: 1)], 50_000, ended: 0, next: double.MaxValue));
        Assert.Null(FaultRecovery.Of([.. Seconds(1, 10, millis: 5, ok: 0)], 50_000, ended: 0, next: double.MaxValue));
    }

    private static IEnumerable<Sample> Seconds(int first, int last, long millis, int ok = 100, int failed = 0, int shed = 0) =>
        Enumerable.Range(first, last - first + 1).Select(second =>
        {
            var tally = new Tally();
            for (var i = 0; i < ok; i++) tally.Add(Outcome.Ok, millis * 1000);
            for (var i = 0; i < failed; i++) tally.Add(Outcome.Failed, 1);
            for (var i = 0; i < shed; i++) tally.Add(Outcome.Shed, 1);
            return new Sample(second, 0, tally, [tally], 0);
        });
}
