using System.Text.Json;
using System.Xml.Linq;
using OrderActors.Tests.Tools.Bench.Cluster;
using OrderActors.Tools;
using OrderActors.Tools.Load;
using OrderActors.Tools.Load.Arrivals;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tests.Tools.Load.Command;

/// <summary>Load on a real platform, from its town to the report.</summary>
public class LoadCommandTests(TestTown platform) : IClassFixture<TestTown>
{
    private const string Everything = "place=10,pay=5,accept=6,ready=5,collect=4,cancel=2,track=10,list=3,price=3,timeline=3";

    [Fact]
    public async Task A_load_of_everything_succeeds_and_is_told_in_a_table_a_page_and_one_line()
    {
        using var folder = new TemporaryFolder();
        var report = folder.Combine("load.html");
        var (code, output, progress) = await Run(
            Request("1s@50,1s@ramp:100", Everything) with { Report = report, Backlog = 20 }, "errors<=0%", "dropped<=0%", "success.track>=100%");
        Assert.True(code == ExitCodes.Ok, output + progress);
        Assert.Matches(@"stage \d/2 \| ok +\d+/s", progress);

        using var figures = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]);
        Assert.Equal(
            ["met", "seconds", "total", "stages", "classes", "operations", "codes", "objectives", "recoverySeconds", "targetMegabytes", "generatorProcessors",
                "lagP99Milliseconds"],
            figures.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(2, figures.RootElement.GetProperty("stages").GetArrayLength());
        Assert.InRange(figures.RootElement.GetProperty("total").GetProperty("requests").GetInt32(), 60, 200);
        Assert.Contains("law: n / mean", output, StringComparison.Ordinal);

        var page = await File.ReadAllTextAsync(report);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", page.Replace($"http://{platform.Plan.Urls[0].Authority}", "", StringComparison.Ordinal), StringComparison.Ordinal);
        foreach (var chart in Charts(page)) Assert.NotEmpty(XElement.Parse(chart).Elements());
        Assert.Equal(5, Charts(page).Count);
    }

    [Fact]
    public async Task Orders_are_carried_to_the_door_by_couriers_of_the_runs_own()
    {
        // A slow machine needs more than three seconds for all the steps to the door.
        foreach (var seconds in new[] { 3, 15, 60 })
        {
            var request = Request($"1s@100,{seconds - 1}s@100", "place=20,accept=20,ready=20,pickup=15,deliver=15,track=40");
            var (code, output, progress) = await Run(request with { Town = new() { Merchants = 2, Couriers = 40 } }, "errors<=0%");
            Assert.True(code == ExitCodes.Ok, output + progress);
            using var figures = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]);
            var operations = figures.RootElement.GetProperty("operations").EnumerateArray();
            if (operations.Any(operation => operation.GetProperty("name").GetString() == "deliver")) return;
        }

        Assert.Fail("Nothing was delivered within a minute.");
    }

    [Fact]
    public async Task An_objective_that_is_missed_is_said_and_makes_the_exit_code_1()
    {
        var (code, output, _) = await Run(Request("500ms@20", "place=1"), "p50<1us");
        Assert.Equal(ExitCodes.Failed, code);
        Assert.Contains("MISSED  p50<1us: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_is_not_there_is_bad_input()
    {
        var request = Request("1s@1", "place=1") with { Url = new("http://127.0.0.1:1") };
        var e = await Assert.ThrowsAsync<BadInputException>(() => LoadCommand.RunAsync(request, TextWriter.Null, TextWriter.Null, CancellationToken.None));
        Assert.StartsWith("The run's town cannot be made: POST /v1/merchants answered 0 (no answer)", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--stages 30s", "--stages has '30s'")]
    [InlineData("--mix lunch=1", "--mix has 'lunch'; there are place, pay")]
    [InlineData("--mix place", "--mix has 'place'")]
    [InlineData("--mix place=0", "no weight above 0")]
    [InlineData("--connections 0", "--connections is 0; it must be 1 to 10000.")]
    [InlineData("--url http://example.org", "which is not this machine")]
    [InlineData("--url https://127.0.0.1", "it must be http://address:port")]
    [InlineData("--key-file no-such-file", "there is no no-such-file")]
    [InlineData("--objective p99", "an objective is")]
    public async Task What_is_asked_wrongly_is_said(string options, string said)
    {
        var parsed = LoadCommand.Create().Parse(options.Split(' '));
        Assert.Empty(parsed.Errors);
        var e = await Assert.ThrowsAsync<BadInputException>(() => parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false }));
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Zipf_gives_the_first_merchant_twice_what_the_second_gets()
    {
        var choice = new MerchantChoice(100, 1);
        var counts = Enumerable.Range(0, 100_000).Select(i => choice.Choose(i / 1e5)).CountBy(merchant => merchant).ToDictionary();
        Assert.Equal(100, counts.Count);
        Assert.Equal(2, counts[0] / (double)counts[1], tolerance: 0.01);
    }

    [Fact]
    public void What_has_no_weight_is_never_chosen()
    {
        var mix = Mix.Parse("track=1,list=3");
        var counts = Enumerable.Range(0, 1_000).Select(i => (Act)mix.Choose(i / 1e3)).CountBy(act => act).ToDictionary();
        Assert.Equal(new Dictionary<Act, int> { [Act.Track] = 250, [Act.List] = 750 }, counts);
    }

    private LoadRequest Request(string stages, string mix) =>
        new(
            platform.Plan.Urls[0],
            new(platform.Plan.Urls[0], Stage.ParseAll(stages)) { Connections = 16, Keys = [platform.Plan.Key!], Timeout = TimeSpan.FromMinutes(2) },
            new() { Merchants = 3 },
            Mix.Parse(mix));

    private static async Task<(int Code, string Output, string Progress)> Run(LoadRequest request, params string[] objectives)
    {
        var (output, progress) = (new StringWriter(), new StringWriter());
        var stages = request.Load.Stages.Count;
        var asked = request with { Objectives = [.. objectives.SelectMany(one => Objective.ParseAll(one, stages, Mix.Operations))] };
        var code = await LoadCommand.RunAsync(asked, output, progress, CancellationToken.None);
        return (code, output.ToString(), progress.ToString());
    }

    private static List<string> Charts(string page) =>
        [.. page.Split("<svg").Skip(1).Select(part => "<svg" + part[..(part.IndexOf("</svg>", StringComparison.Ordinal) + "</svg>".Length)])];
}
