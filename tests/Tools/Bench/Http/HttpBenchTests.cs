using System.Text.Json;
using OrderActors.Tools;
using OrderActors.Tools.Bench.Http;

namespace OrderActors.Tests.Tools.Bench.Http;

public class HttpBenchTests
{
    /// <summary>Real processes and a real kill, but short rounds: how quick it is says nothing here, that all of it works does.</summary>
    [Fact]
    public async Task A_silo_and_an_empty_server_are_measured_in_turns_and_nothing_that_was_placed_is_lost()
    {
        using var folder = new TemporaryFolder();
        var (output, progress) = (new StringWriter(), new StringWriter());
        var plan = new HttpBenchPlan(folder.Path) { Round = TimeSpan.FromSeconds(0.3), Rounds = 1, Connections = 8, Merchants = 5 };
        await HttpBench.RunAsync(plan, output, progress, CancellationToken.None);
        using var figures = JsonDocument.Parse(output.ToString().TrimEnd().Split('\n')[^1]);
        Assert.Equal(
            ["placementsPerSecond", "emptyPostPerSecond", "placeRatio", "getRatio", "placeP99Milliseconds"],
            figures.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.All(figures.RootElement.EnumerateObject(), member => Assert.True(member.Value.GetDouble() > 0, member.Name));
        Assert.Matches(@"acknowledged, and gone after kill -9 +0 ", output.ToString());
        Assert.Matches(@"not 201 +0 ", output.ToString());
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task What_cannot_be_measured_is_refused()
    {
        var plan = new HttpBenchPlan(Path.GetTempPath()) { Rounds = 0 };
        var e = await Assert.ThrowsAsync<BadInputException>(() => HttpBench.RunAsync(plan, TextWriter.Null, TextWriter.Null, CancellationToken.None));
        Assert.Equal("--rounds is 0; it must be 1 to 100.", e.Message);
    }
}
