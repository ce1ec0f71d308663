using System.Xml.Linq;
using OrderActors.Tools;
using OrderActors.Tools.Replay;

namespace OrderActors.Tests.Tools.Replay;

public sealed class ReplayCommandTests : IDisposable
{
    private readonly StringWriter _stdout = new();
    private readonly StringWriter _stderr = new();

    public void Dispose()
    {
        _stdout.Dispose();
        _stderr.Dispose();
    }

    [Fact]
    public async Task A_day_is_written_checked_and_summed_up_in_the_last_line()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(ExitCodes.Ok, await RunAsync(TinyDay.Folder, folder.Combine("out"), TinyDay.Solution));
        Assert.Equal(4, Directory.GetFiles(folder.Combine("out")).Length);
        Assert.Equal("svg", XDocument.Load(folder.Combine("out/day.svg")).Root!.Name.LocalName);
        Assert.StartsWith("{\"instance\":\"tiny\",\"orders\":5,\"delivered\":4,", _stdout.ToString().TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_input_is_one_message_and_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        TinyDay.CopyTo(folder.Path);
        File.AppendAllText(folder.Combine("orders.txt"), "o6\n");
        Assert.Equal(ExitCodes.BadInput, await RunAsync(folder.Path, folder.Combine("out"), TinyDay.Solution));
        Assert.StartsWith("orders.txt line 7, column 2 (x): ", _stderr.ToString(), StringComparison.Ordinal);
        Assert.Single(_stderr.ToString().TrimEnd().Split('\n'));
        Assert.False(Directory.Exists(folder.Combine("out")));
    }

    [Fact]
    public async Task A_day_that_breaks_a_rule_fails_with_the_rule_and_no_figures()
    {
        using var folder = new TemporaryFolder();
        var day = TinyDay.Solution;
        day = day with { Outcomes = day.Outcomes.SetItem(2, day.Outcomes[2] with { DropoffMinute = 56 }) };
        Assert.Equal(ExitCodes.Failed, await RunAsync(TinyDay.Folder, folder.Combine("out"), day));
        Assert.StartsWith("solution_info_orders.txt line 4: DropoffAfterArrival: o3", _stderr.ToString(), StringComparison.Ordinal);
        Assert.Empty(_stdout.ToString());

        Assert.Equal(ExitCodes.Ok, await RunAsync(TinyDay.Folder, folder.Combine("out"), day, check: false));
    }

    [Fact]
    public async Task A_platform_that_refuses_a_step_fails_and_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        var exit = await ReplayCommand.RunAsync(
            TinyDay.Folder, folder.Combine("out"), true, (_, _) => throw new ReplayException("placing o1 was refused"), _stdout, _stderr);
        Assert.Equal(ExitCodes.Failed, exit);
        Assert.Equal("placing o1 was refused", _stderr.ToString().TrimEnd());
        Assert.False(Directory.Exists(folder.Combine("out")));
    }

    private Task<int> RunAsync(string folder, string output, DaySolution day, bool check = true) =>
        ReplayCommand.RunAsync(folder, output, check, (_, _) => Task.FromResult(day), _stdout, _stderr);
}
