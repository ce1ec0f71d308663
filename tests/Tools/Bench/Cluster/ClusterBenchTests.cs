using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrderActors.Tools;
using OrderActors.Tools.Bench.Cluster;

namespace OrderActors.Tests.Tools.Bench.Cluster;

/// <summary>The driver loses nothing, and sees when the cluster does.</summary>
public sealed partial class ClusterBenchTests(TestTown town) : IClassFixture<TestTown>
{
    [Fact]
    public async Task A_sound_platform_keeps_the_ledger_and_the_last_line_has_the_promised_keys()
    {
        var (output, progress) = (new StringWriter(), new StringWriter());
        Assert.Equal(ExitCodes.Ok, await ClusterBench.RunAsync(town.Plan, output, progress, CancellationToken.None));
        using var figures = JsonDocument.Parse(output.ToString().TrimEnd().Split('\n')[^1]);
        Assert.Equal(
            ["lifecyclesPerSecond", "requestsPerSecond", "p50Milliseconds", "p99Milliseconds", "errors", "longestGapMilliseconds", "lost", "appliedTwice"],
            figures.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal((0, 0, 0), (Number("errors"), Number("lost"), Number("appliedTwice")));

        int Number(string name) => figures.RootElement.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task What_fails_on_the_way_is_sent_again_with_its_key_and_nothing_is_lost_or_done_twice()
    {
        using var driver = new ClusterDriver(town.Plan, () => new BadConnection());
        await driver.PrepareAsync(CancellationToken.None);
        var run = await ClusterRun.MeasureAsync(driver, town.Plan.Duration, CancellationToken.None);
        var verdict = await LedgerCheck.RunAsync(driver, CancellationToken.None);
        Assert.True(verdict.Holds, string.Join('\n', verdict.Lost.Concat(verdict.AppliedTwice)));
        Assert.True(verdict.Orders >= town.Plan.Callers && verdict.Orders == driver.Ledger.Orders.Count);
        Assert.All(driver.Ledger.Orders, order => Assert.Equal(OrderStep.Delivered, order.Acknowledged));
        Assert.True(run.Errors > 0 && run.LongestGap > TimeSpan.Zero, $"{run.Errors} errors, gap {run.LongestGap}");
    }

    [Theory]
    [InlineData("an order is gone", @"and is not there: 404")]
    [InlineData("an order fell back", @"was acknowledged as Delivered and is ready")]
    [InlineData("a list misses an order", @"is missing in the list of [cm]-")]
    [InlineData("the stock did not go down", @"sold \d+ meals and its stock went down by 0")]
    public async Task What_the_cluster_lost_is_found(string what, string finding)
    {
        var verdict = await Check(what switch
        {
            "an order is gone" => (path, _) => OrderPath().IsMatch(path) ? "" : null,
            "an order fell back" => (path, truth) => OrderPath().IsMatch(path) ? truth.Replace("\"status\":\"delivered\"", "\"status\":\"ready\"") : null,
            "a list misses an order" => (path, truth) => ListPath().IsMatch(path) ? Edit(truth, data => data.RemoveAt(0)) : null,
            _ => (_, truth) => Stock().IsMatch(truth) ? Stock().Replace(truth, "\"stock\":1000000") : null,
        });
        Assert.Empty(verdict.AppliedTwice);
        Assert.NotEmpty(verdict.Lost);
        Assert.All(verdict.Lost, lost => Assert.Matches(finding, lost));
    }

    [Theory]
    [InlineData("an order is listed twice", @"is 2 times in the list of [cm]-")]
    [InlineData("there is an order more", @"^[cm]-\S+ has orders that nobody was told of: 00000000000000000000$")]
    [InlineData("it was delivered twice", @"has delivery.delivered 2 times in its timeline")]
    [InlineData("the stock went down twice", @"sold \d+ meals and its stock went down by 999999")]
    public async Task What_the_cluster_did_twice_is_found(string what, string finding)
    {
        var verdict = await Check(what switch
        {
            "an order is listed twice" => (path, truth) => ListPath().IsMatch(path) ? Edit(truth, data => data.Add(data[0]!.DeepClone())) : null,
            "there is an order more" => (path, truth) => ListPath().IsMatch(path) ? Edit(truth, AddUnknown) : null,
            "it was delivered twice" => (path, truth) => OrderPath().IsMatch(path) ? EditTimeline(truth) : null,
            _ => (_, truth) => Stock().IsMatch(truth) ? Stock().Replace(truth, "\"stock\":1") : null,
        });
        Assert.Empty(verdict.Lost);
        Assert.NotEmpty(verdict.AppliedTwice);
        Assert.All(verdict.AppliedTwice, twice => Assert.Matches(finding, twice));
    }

    [Fact]
    public async Task A_gateway_that_never_answers_ends_the_bench_when_the_patience_is_over()
    {
        var plan = town.Plan with { Urls = [new Uri("http://127.0.0.1:1")], Patience = TimeSpan.FromSeconds(1) };
        var progress = new StringWriter();
        Assert.Equal(ExitCodes.Failed, await ClusterBench.RunAsync(plan, TextWriter.Null, progress, CancellationToken.None));
        Assert.Matches(@"POST /v1/merchants was not settled in \d+ tries over \d+\.\d s; the last: ", progress.ToString());
    }

    [Theory]
    [InlineData("http://127.0.0.1:8081,http://[::1]:8082, http://localhost:8083", 3)]
    [InlineData("https://127.0.0.1", 1)]
    public void Gateways_of_this_machine_are_taken(string urls, int count) => Assert.Equal(count, ClusterPlan.ParseUrls(urls, allowRemote: false).Count);

    [Theory]
    [InlineData("http://10.0.0.1:8080", "which is not this machine")]
    [InlineData("http://127.0.0.1:8080,http://example.org", "'http://example.org', which is not this machine")]
    [InlineData("127.0.0.1:8080", "it must be http://address:port")]
    [InlineData("http://127.0.0.1:8080/v1", "it must be http://address:port")]
    [InlineData(" ", "--urls is empty")]
    public void Other_gateways_are_refused(string urls, string reason) =>
        Assert.Contains(reason, Assert.Throws<BadInputException>(() => ClusterPlan.ParseUrls(urls, allowRemote: false)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_gateway_elsewhere_is_taken_when_it_is_meant() => Assert.Single(ClusterPlan.ParseUrls("http://10.0.0.1:8080", allowRemote: true));

    [Fact]
    public void A_plan_out_of_range_is_refused() => Assert.Equal(
        "--callers is 0; it must be 1 to 10000.", Assert.Throws<BadInputException>(() => (town.Plan with { Callers = 0 }).Validate()).Message);

    /// <summary>Drives a few orders truthfully, then checks them by what a lying gateway says.</summary>
    private async Task<LedgerVerdict> Check(Func<string, string, string?> lie)
    {
        var lying = false;
        using var driver = new ClusterDriver(town.Plan, () => new LyingGateway((path, truth) => Volatile.Read(ref lying) ? lie(path, truth) : null));
        await driver.PrepareAsync(CancellationToken.None);
        await ClusterRun.MeasureAsync(driver, town.Plan.Duration, CancellationToken.None);
        Volatile.Write(ref lying, true);
        return await LedgerCheck.RunAsync(driver, CancellationToken.None);
    }

    private static string Edit(string list, Action<JsonArray> change)
    {
        var page = JsonNode.Parse(list)!.AsObject();
        change(page["data"]!.AsArray());
        return page.ToJsonString();
    }

    private static void AddUnknown(JsonArray orders)
    {
        var other = orders[0]!.DeepClone();
        other["number"] = "00000000000000000000";
        orders.Add(other);
    }

    private static string EditTimeline(string order)
    {
        var edited = JsonNode.Parse(order)!.AsObject();
        var entry = edited["timeline"]![0]!.DeepClone();
        entry["type"] = "delivery.delivered";
        edited["timeline"]!.AsArray().Add(entry);
        return edited.ToJsonString();
    }

    [GeneratedRegex(@"^/v1/orders/\d+$")]
    private static partial Regex OrderPath();

    [GeneratedRegex("/orders$")]
    private static partial Regex ListPath();

    [GeneratedRegex("\"stock\":\\d+")]
    private static partial Regex Stock();
}
