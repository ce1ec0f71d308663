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

    private sealed class Silence : IProgress<ReplayProgress>
    {
        public void Report(ReplayProgress value)
        {
        }
    }
}
