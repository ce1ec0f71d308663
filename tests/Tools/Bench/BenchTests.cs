using System.Text.Json;
using OrderActors.Tools.Bench;

namespace OrderActors.Tests.Tools.Bench;

public class BenchTests
{
    [Fact]
    public void The_table_is_aligned_and_judges_by_ratio_or_value()
    {
        var output = new StringWriter();
        MeasureTable.Print(output,
        [
            new Measure("calls", 1_234_567, "calls/s", Ratio: 0.5, Bar: 0.4),
            new Measure("restart", 2.5, "s", Bar: 2, LowerIsBetter: true),
            new Measure("not measured", null, "x", Bar: 1),
        ]);
        Assert.Equal(
            """
            measure           value  unit     ratio    bar  ok
            calls         1,234,567  calls/s   0.50  >=0.4  yes
            restart             2.5  s                 <=2  NO
            not measured          -  x                 >=1

            """.ReplaceLineEndings("\n"),
            output.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void The_figures_have_exactly_the_promised_keys()
    {
        using var document = JsonDocument.Parse(new EngineFigures(CallsPerSecond: 1).ToJson());
        Assert.Equal(
            ["callsPerSecond", "callsToChannelRatio", "durableWritesPerSecond", "durableToRawRatio", "lifecyclesPerSecond",
             "writesPerLifecycle", "writesPerPlacement", "bytesPerLifecycle", "hotMerchantRatio", "restartSeconds", "restartMegabytes"],
            document.RootElement.EnumerateObject().Select(p => p.Name));
    }

    [Theory]
    [InlineData(new double[] { 3, 1, 2 }, 2)]
    [InlineData(new double[] { 4, 1, 2, 3 }, 2.5)]
    public void The_median_is_the_middle(double[] values, double expected) => Assert.Equal(expected, Rounds.Median(values));

    [Fact]
    public async Task The_peers_run_and_leave_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        Assert.True(await ChannelPeer.MeasureAsync(mailboxes: 7, rounds: 1, TimeSpan.FromMilliseconds(20)) > 0);
        Assert.True(RawAppendPeer.Measure(folder.Path, groupSize: 10, rounds: 1, TimeSpan.FromMilliseconds(20)) > 0);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
