using System.Text.Json;
using OrderActors.Tests.Tools.Bench.Cluster;
using OrderActors.Tools;
using OrderActors.Tools.Fuzz;
using OrderActors.Tools.Load.Traffic;

namespace OrderActors.Tests.Tools.Fuzz;

/// <summary>Bad requests break nothing; and a platform that they break is found.</summary>
public class FuzzTests(TestTown platform) : IClassFixture<TestTown>
{
    [Fact]
    public async Task Two_thousand_bad_requests_over_every_operation_are_all_refused_or_done_and_the_platform_goes_on()
    {
        using var folder = new TemporaryFolder();
        var output = new StringWriter();
        var plan = new FuzzPlan(2_000, Seed: 5)
        {
            Url = platform.Plan.Urls[0], Key = platform.Plan.Key, Folder = folder.Path, Connections = 4, Patience = TimeSpan.FromSeconds(30),
        };
        var code = await FuzzCommand.RunAsync(plan, output, TextWriter.Null, CancellationToken.None);
        Assert.True(code == ExitCodes.Ok, output.ToString());
        using var figures = JsonDocument.Parse(output.ToString().TrimEnd().Split('\n')[^1]);
        Assert.Equal(
            ["seed", "requests", "operations", "faults", "unanswered", "statuses", "megabytesBefore", "megabytesAfter", "stillWorks"],
            figures.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(OperationTable.Read().Count, figures.RootElement.GetProperty("operations").GetInt32());

        // Most are refused for what is wrong with them; some get through, or nothing beyond the first check would be tried.
        var statuses = figures.RootElement.GetProperty("statuses");
        Assert.All(["200", "400", "404", "405", "413", "415", "422"], status => Assert.True(statuses.TryGetProperty(status, out _), $"no {status}"));
    }

    [Fact]
    public void The_same_seed_makes_the_same_requests_and_another_one_others()
    {
        var town = new FuzzTown(new Town { Merchants = 2, Couriers = 2 }, ["13130658798336058484"]);
        Assert.Equal(Make(1), Make(1));
        Assert.NotEqual(Make(1), Make(2));

        byte[][] Make(int seed)
        {
            var fuzzer = new Fuzzer(OperationTable.Read(), town, "here", null, seed);
            return [.. Enumerable.Range(0, 200).Select(fuzzer.Make).Select(request => request.ToBytes())];
        }
    }
}
