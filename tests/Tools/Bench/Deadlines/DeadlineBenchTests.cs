using System.Text.Json;
using OrderActors.Tools;
using OrderActors.Tools.Bench.Deadlines;

namespace OrderActors.Tests.Tools.Bench.Deadlines;

public class DeadlineBenchTests
{
    /// <summary>Real processes and a real kill, but few deadlines: what is late here says nothing, what is lost does.</summary>
    [Fact]
    public async Task Every_deadline_is_there_after_a_kill_and_fires_once_it_is_due()
    {
        using var folder = new TemporaryFolder();
        var (output, progress) = (new StringWriter(), new StringWriter());
        // On a machine that is busy with other tests two starts can take long; the time until the first is due is real time.
        foreach (var lead in new[] { 10, 60, 300 })
        {
            var exception = await Record.ExceptionAsync(() => DeadlineBench.RunAsync(folder.Path, orders: 300, rate: 300, lead, output, progress));
            if (exception is null) break;
            Assert.True(exception is BadInputException && lead < 300, exception.ToString());
        }

        using var figures = JsonDocument.Parse(output.ToString().TrimEnd().Split('\n')[^1]);
        Assert.Equal(
            ["deadlines", "moved", "fired", "lost", "lateP50Milliseconds", "lateP99Milliseconds", "learnSeconds", "peakMegabytes"],
            figures.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal((300, 30, 300, 0), (Number("deadlines"), Number("moved"), Number("fired"), Number("lost")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));

        int Number(string name) => figures.RootElement.GetProperty(name).GetInt32();
    }

    [Theory]
    [InlineData(0, 100, 10)]
    [InlineData(100, double.NaN, 10)]
    [InlineData(100, 100, 0)]
    public Task What_cannot_be_measured_is_refused(int orders, double rate, double lead) => Assert.ThrowsAsync<BadInputException>(
        () => DeadlineBench.RunAsync(Path.GetTempPath(), orders, rate, lead, TextWriter.Null, TextWriter.Null));
}
