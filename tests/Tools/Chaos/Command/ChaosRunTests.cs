using System.Text.Json;
using System.Xml.Linq;
using OrderActors.Tools;
using OrderActors.Tools.Chaos;

namespace OrderActors.Tests.Tools.Chaos.Command;

/// <summary>Faults on a real platform of the run's own.</summary>
public class ChaosRunTests
{
    // No warm-up and no ramp: what is tested is the tool, and nobody waits for a platform that is warm.
    private const string Load = """
        load:
          stages: 16s@30
          mix: place=30,pay=15,accept=20,ready=15,collect=10,cancel=2,track=8
          merchants: 4
          connections: 16
        platform:
          WarmUp:TimeLimit: 00:00:00
          Ramp:Time: 00:00:00
          Journal:SegmentBytes: 131072
        """;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_disk_fills_up_and_the_process_is_killed()
    {
        using var folder = new TemporaryFolder();
        var scenario = ScenarioReader.Parse("lunch.yaml", "about: Much goes wrong.\n" + Load + """

            faults:
              - {at: 1s, do: slow_disk, whom: silo, delay: 20ms, for: 500ms}
              - {at: 1s, do: provider, whom: payments, how: lose, for: 2s}
              - {at: 2s, do: full_disk, whom: silo, for: 6s}
              - {at: 10s, do: kill, whom: silo, restart: 200ms}
            """);
        var report = folder.Combine("chaos.html");
        var output = new StringWriter();
        var progress = new StringWriter();
        var code = await new ChaosRun(new(scenario) { Folder = folder.Combine("data"), Report = report }, output, progress).RunAsync(CancellationToken.None);
        Assert.True(code == ExitCodes.Ok, output.ToString() + progress);

        using var figures = JsonDocument.Parse(output.ToString().TrimEnd().Split('\n')[^1]);
        Assert.Equal(
            ["met", "scenario", "ledger", "faults", "incidents", "load"], figures.RootElement.EnumerateObject().Select(member => member.Name));
        var ledger = figures.RootElement.GetProperty("ledger");
        Assert.True(ledger.GetProperty("holds").GetBoolean());
        Assert.InRange(ledger.GetProperty("orders").GetInt32(), 30, 500);
        Assert.Contains("silo ended by itself with exit code 1", figures.RootElement.GetProperty("incidents").ToString(), StringComparison.Ordinal);
        Assert.Contains("No space left on device", figures.RootElement.GetProperty("incidents").ToString(), StringComparison.Ordinal);
        Assert.Equal(4, figures.RootElement.GetProperty("faults").GetArrayLength());
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Combine("data")));

        var page = await File.ReadAllTextAsync(report);
        var begin = page.IndexOf("<svg", StringComparison.Ordinal);
        var chart = XElement.Parse(page[begin..(page.IndexOf("</svg>", begin, StringComparison.Ordinal) + "</svg>".Length)]);
        Assert.Equal(4, chart.Elements().Count(element => (string?)element.Attribute("class") == "band" && element.Name.LocalName == "rect"));
        Assert.Contains("kill silo", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_scenario_needs_and_is_not_there_is_bad_input_before_anything_is_done()
    {
        var scenario = ScenarioReader.Parse("lunch.yaml", "about: It dies.\n" + Load + "\nfaults:\n  - {at: 1s, do: pause, whom: gateway-2, for: 1s}\n");
        var request = new ChaosRequest(scenario) { Url = new("http://127.0.0.1:1"), Processes = [$"silo={Environment.ProcessId}"] };
        var e = await Assert.ThrowsAsync<BadInputException>(() => new ChaosRun(request, TextWriter.Null, TextWriter.Null).RunAsync(CancellationToken.None));
        Assert.Equal("lunch: 'pause gateway-2 for 1 s' needs a process of this name; there is silo. Give it with --process NAME=PID.", e.Message);
    }
}
