using System.Text.Json;
using OrderActors.Tools;
using OrderActors.Tools.Replay;

namespace OrderActors.Tests.Tools.Replay;

public sealed class ReplaySetTests : IDisposable
{
    // One with couriers enough and one with far too few: the plain policy leaves a tenth of it undelivered.
    private static readonly string[] TwoDays = ["0o50t75s2p100", "4o50t100s1p100"];

    private readonly StringWriter _stdout = new();
    private readonly StringWriter _stderr = new();

    public void Dispose()
    {
        _stdout.Dispose();
        _stderr.Dispose();
    }

    [PublishedInstancesFact]
    public void Two_published_days_come_out_below_the_published_algorithm_with_hardly_an_order_undelivered()
    {
        using var folder = new TemporaryFolder();
        var summary = Run(folder, ReplayPolicy.Optimised);
        Assert.Equal(2, summary.GetProperty("days").GetInt32());
        Assert.True(summary.GetProperty("undeliveredPercent").GetDouble() <= 0.1, summary.ToString());
        Assert.True(summary.GetProperty("aboveBound").GetDouble() < 3, summary.ToString());
        Assert.Equal(100, summary.GetProperty("daysBelowReyesPercent").GetDouble());
        foreach (var day in TwoDays)
        {
            Assert.Equal(
                ["day.svg", "decisions.txt", SolutionWriter.AssignmentsFile, SolutionWriter.CouriersFile, SolutionWriter.OrdersFile],
                Directory.GetFiles(folder.Combine("out/" + day)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }

        Assert.Equal(["instance", .. TwoDays], File.ReadLines(folder.Combine("out/days.csv")).Select(line => line.Split(',')[0]));
    }

    [PublishedInstancesFact]
    public void The_plain_policy_is_far_from_that_on_the_same_days()
    {
        using var folder = new TemporaryFolder();
        var summary = Run(folder, ReplayPolicy.Nearest);
        Assert.True(summary.GetProperty("undeliveredPercent").GetDouble() > 2, summary.ToString());
        Assert.True(summary.GetProperty("aboveBound").GetDouble() > 6, summary.ToString());
    }

    [Fact]
    public void The_hand_made_day_obeys_every_rule_without_grains_and_gives_the_same_bytes_again()
    {
        using var folder = new TemporaryFolder();
        foreach (var policy in new[] { ReplayPolicy.Nearest, ReplayPolicy.Optimised })
        {
            foreach (var run in new[] { "one", "two" })
            {
                var to = folder.Combine(policy + run);
                Assert.Equal(ExitCodes.Ok, ReplayCommand.RunPure(TinyDay.Folder, to, true, ReplayPolicy.Of(policy), _stdout, _stderr));
            }

            foreach (var file in Directory.GetFiles(folder.Combine(policy + "one")).Where(file => !file.EndsWith(DecisionTable.File, StringComparison.Ordinal)))
                Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folder.Combine(policy + "two"), Path.GetFileName(file))));
        }

        Assert.Contains("\"orders\":5,\"delivered\":4,", _stdout.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_instances_says_what_is_missing()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<BadInputException>(() =>
            ReplaySet.Run(folder.Path, folder.Combine("out"), () => ReplayPolicy.Of(ReplayPolicy.Nearest), 1, _stdout, _stderr));
        Assert.EndsWith("holds no instance: none of its folders has an orders.txt.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_peers_that_lacks_a_column_or_holds_no_number_is_refused_with_its_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Combine(PeerTable.File), "instance,reyes_click_to_door\n");
        Assert.Equal(
            "peers.csv line 1: there is no column foodmatch_click_to_door.", Assert.Throws<BadInputException>(() => PeerTable.Read(folder.Path)).Message);
        File.WriteAllText(
            folder.Combine(PeerTable.File),
            "instance,reyes_click_to_door,foodmatch_click_to_door,perfect_information_click_to_door\na,1.5,,\nb,x,1,1\n");
        Assert.Equal(
            "peers.csv line 3, column 2 (reyes_click_to_door): 'x' is not a number.",
            Assert.Throws<BadInputException>(() => PeerTable.Read(folder.Path)).Message);
    }

    private JsonElement Run(TemporaryFolder folder, string policy)
    {
        foreach (var day in TwoDays)
        {
            Directory.CreateDirectory(folder.Combine("in/" + day));
            foreach (var file in Directory.GetFiles(Path.Combine(PublishedInstances.Folder!, day)))
                File.Copy(file, folder.Combine($"in/{day}/{Path.GetFileName(file)}"));
        }

        File.Copy(Path.Combine(PublishedInstances.Folder!, PeerTable.File), folder.Combine("in/" + PeerTable.File));
        var exit = ReplaySet.Run(folder.Combine("in"), folder.Combine("out"), () => ReplayPolicy.Of(policy), 1, _stdout, _stderr);
        Assert.True(exit == ExitCodes.Ok, _stderr.ToString());
        return JsonDocument.Parse(_stdout.ToString().TrimEnd().Split('\n')[^1]).RootElement;
    }
}
