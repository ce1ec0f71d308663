using System.Text.Json;
using OrderActors.Tools;
using OrderActors.Tools.Bench.Intake;

namespace OrderActors.Tests.Tools.Bench.Intake;

public class IntakeBenchTests
{
    /// <summary>Real processes and real kills, but few orders: how steady it is says nothing here, what is lost does.</summary>
    [Fact]
    public async Task Every_order_is_there_once_after_two_kills()
    {
        using var folder = new TemporaryFolder();
        var output = new StringWriter();
        await IntakeBench.RunAsync(folder.Path, orders: 1_500, rate: 400, output, TextWriter.Null);
        using var figures = JsonDocument.Parse(output.ToString().TrimEnd().Split('\n')[^1]);
        Assert.Equal(
            ["orders", "acceptedPerSecond", "rate", "drainedPerSecond", "lowestWindow", "highestWindow", "windows", "lost", "doubled", "kills",
             "peakMegabytes"],
            figures.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal((1_500, 0, 0, 2), (Number("orders"), Number("lost"), Number("doubled"), Number("kills")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));

        int Number(string name) => figures.RootElement.GetProperty(name).GetInt32();
    }

    [Fact]
    public void Windows_are_counted_by_their_share_of_the_rate()
    {
        var start = DateTimeOffset.UnixEpoch;
        List<DateTimeOffset> placed = [.. Enumerable.Range(0, 100).Select(n => start.AddSeconds(n / 10.0))];
        Assert.All(DrainWindows.Shares(placed, 10, start, start.AddSeconds(10)), share => Assert.InRange(share, 0.98, 1.02));
        placed.RemoveRange(0, 10);
        Assert.Equal(0.8, DrainWindows.Shares(placed, 10, start, start.AddSeconds(10))[0]);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(100, 0)]
    public Task What_cannot_be_measured_is_refused(int orders, int rate) => Assert.ThrowsAsync<BadInputException>(
        () => IntakeBench.RunAsync(Path.GetTempPath(), orders, rate, TextWriter.Null, TextWriter.Null));
}
