using OrderActors.Tests.Gateway.Metrics;
using Xunit;

namespace OrderActors.Tests.Gateway.Telemetry;

/// <summary>A host that warms up is ready later and warmer, and nothing else is different.</summary>
public sealed class WarmUpTests
{
    private const int Terminate = 15;

    [Fact]
    public async Task Yesterdays_merchants_are_in_memory_and_neither_the_rehearsal_nor_the_restart_leaves_a_trace()
    {
        using var data = new TempFolder();
        string merchant;
        await using (var first = await SiloProcess.Start(data.Path))
        {
            using var api = new Api(first.Url);
            var town = await Town.Open(api);
            merchant = town.Merchant;
            var number = await town.PlaceAssigned();
            (await town.Do(number, "ready")).Expect(200);
            (await town.Step(number, "pickup")).Expect(200);
            (await town.Step(number, "complete")).Expect(200);

            // What the merchant has heard of all consumers of these events may have seen, the courier's among them.
            await town.Settled();
            first.Signal(Terminate);
            Assert.Equal(0, await first.Exit());
        }

        await using var second = await SiloProcess.Start(
            data.Path, "--WarmUp:TimeLimit", "00:01:00", "--WarmUp:Rehearsal", "00:00:02", "--WarmUp:Always", "courier/nobody",
            "--Logging:LogLevel:OrderActors.Silo.Hosting", "Information");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var served = Exposition.Parse(await http.GetStringAsync(second.Url + "/metrics"));

        // The merchant, and two couriers, of whom one has never been heard of.
        Assert.Equal(1, served.Value("orderactors_engine_activations", ("grain", "merchant")));
        Assert.Equal(2, served.Value("orderactors_engine_activations", ("grain", "courier")));
        Assert.Equal(0, served.Samples.Where(s => s.Name == "orderactors_orders_placed_total").Sum(s => s.Value));
        var said = await Eventually.Get(
            () => Task.FromResult(string.Join('\n', second.Error)), text => text.Contains("Warm after", StringComparison.Ordinal), "it says that it is warm");
        Assert.Contains("3 merchants and couriers in memory", said, StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 orders rehearsed", said, StringComparison.Ordinal);
        Assert.DoesNotContain("failed", said, StringComparison.Ordinal);
        using var after = new Api(second.Url);
        (await after.Get("/v1/merchants/" + merchant)).Expect(200);
        (await after.Get("/v1/merchants/m0")).Expect(404);
    }

    [Fact]
    public async Task The_host_is_ready_in_time_also_when_it_is_not_warm_by_then()
    {
        using var data = new TempFolder();
        await using var silo = await SiloProcess.Start(data.Path, "--WarmUp:TimeLimit", "00:00:00.2", "--WarmUp:Rehearsal", "00:01:00");
        using var api = new Api(silo.Url);
        (await api.Get("/health/ready")).Expect(200);
        await Eventually.Get(
            () => Task.FromResult(string.Join('\n', silo.Error)),
            text => text.Contains("was cut off after 00:00:00.2", StringComparison.Ordinal),
            "it says so");
    }
}
