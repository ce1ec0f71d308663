using OrderActors.Tools.Replay;

namespace OrderActors.Tests.Tools.Replay;

/// <summary>The hand-made day on the real platform.</summary>
public class VirtualDayTests
{
    [Theory]
    [InlineData(1, ReplayPolicy.Nearest)]
    [InlineData(2, ReplayPolicy.Optimised)]
    [InlineData(3, ReplayPolicy.Optimised)]
    public async Task A_day_on_the_real_platform_obeys_every_rule(int seed, string policy)
    {
        using var folder = new TemporaryFolder();
        SolutionWriter.Write(folder.Path, TinyDay.Instance, await RunAsync(seed, policy));
        var report = SolutionChecker.Check(TinyDay.Instance, folder.Path);
        Assert.Empty(report.Breaches);

        // o5 is placed when nobody is on shift any more.
        Assert.Equal((5, 4), (report.Measures!.Orders, report.Measures.Delivered));
    }

    [Theory]
    [InlineData(1, ReplayPolicy.Nearest)]
    [InlineData(2, ReplayPolicy.Optimised)]
    [InlineData(3, ReplayPolicy.Optimised)]
    public async Task A_day_comes_out_on_the_real_platform_as_it_does_by_the_policy_alone(int seed, string policy)
    {
        var instance = SmallDay.Of(seed);
        var live = await VirtualDay.RunAsync(instance, ReplayPolicy.Of(policy), seed, new Silence());
        var (pure, _) = PolicyDay.Run(instance, ReplayPolicy.Of(policy));
        Assert.Equal(Lines(pure), Lines(live));
        Assert.True(pure.Outcomes.Length > instance.Orders.Length / 2, $"seed={seed}: {pure.Outcomes.Length} delivered");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_day_in_a_zone_that_splits_again_and_again_obeys_every_rule_and_loses_nobody(int seed)
    {
        using var folder = new TemporaryFolder();
        var instance = SmallDay.Of(seed);
        var whole = await VirtualDay.RunAsync(instance, ReplayPolicy.Of(ReplayPolicy.Optimised), seed, new Silence());
        var split = await VirtualDay.RunAsync(
            instance, ReplayPolicy.Of(ReplayPolicy.Optimised), seed, new Silence(),
            options => (options.SplitAbove, options.LendAfter) = (12, TimeSpan.FromMinutes(5)));
        SolutionWriter.Write(folder.Path, instance, split);
        var report = SolutionChecker.Check(instance, folder.Path);
        Assert.Empty(report.Breaches);
        Assert.NotEqual(Lines(whole), Lines(split));
        Assert.InRange(report.Measures!.Delivered, whole.Outcomes.Length * 4 / 5, instance.Orders.Length);
    }

    [Fact]
    public async Task The_same_seed_writes_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        SolutionWriter.Write(folder.Combine("one"), TinyDay.Instance, await RunAsync(seed: 4));
        SolutionWriter.Write(folder.Combine("two"), TinyDay.Instance, await RunAsync(seed: 4));
        foreach (var file in Directory.GetFiles(folder.Combine("one")))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folder.Combine("two"), Path.GetFileName(file))));
    }

    private static Task<DaySolution> RunAsync(int seed, string policy = ReplayPolicy.Optimised) =>
        VirtualDay.RunAsync(TinyDay.Instance, ReplayPolicy.Of(policy), seed, new Silence());

    /// <summary>A day in whatever sequence it was recorded.</summary>
    private static IEnumerable<string> Lines(DaySolution day) =>
        day.Assignments.Select(a => $"{At(a.AssignmentMinute)} {At(a.PickupMinute)} {a.Courier} {string.Join(' ', a.Orders)}")
            .Concat(day.Outcomes.Select(o => $"{o.Order} {At(o.PickupMinute)} {At(o.DropoffMinute)} {o.Courier}"))
            .Concat(day.Moves.Select(m => $"{m.Courier} {At(m.DepartureMinute)} {m.Origin} {m.Destination}"))
            .Order(StringComparer.Ordinal);

    private static string At(decimal minute) => SolutionWriter.Minute(minute);

    private sealed class Silence : IProgress<ReplayProgress>
    {
        public void Report(ReplayProgress value)
        {
        }
    }
}
