using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrderActors.Client.Telemetry;
using Xunit;

namespace OrderActors.Tests.Gateway.Telemetry;

/// <summary>A collector gets traces and metrics, and no ids with them.</summary>
public sealed class OtlpTests : IAsyncLifetime
{
    private const int Terminate = 15;

    private readonly WebApplication _collector;
    private readonly ConcurrentQueue<(string Path, string Key, byte[] Body)> _sent = new();

    public OtlpTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _collector = builder.Build();
        _collector.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _sent.Enqueue((context.Request.Path, context.Request.Headers["x-key"].ToString(), body.ToArray()));
        });
    }

    public Task InitializeAsync() => _collector.StartAsync();

    public async Task DisposeAsync() => await _collector.DisposeAsync();

    [Fact]
    public async Task Traces_and_metrics_arrive_and_tell_of_nobody()
    {
        using var data = new TempFolder();
        await using var silo = await SiloProcess.Start(
            data.Path, "--Otlp:Endpoint", _collector.Urls.Single(), "--Otlp:SampleRatio", "1", "--Otlp:Headers", "x-key=secret");
        using var api = new Api(silo.Url);
        var town = await Town.Open(api);
        (await town.Cancel(await town.Place())).Expect(200);
        await town.Settled();
        (await api.Get($"/v1/orders?customer={town.Customer}")).Expect(200);
        silo.Signal(Terminate);
        Assert.Equal(0, await silo.Exit());

        var traces = Text("/v1/traces");
        foreach (var expected in (string[])["POST /v1/orders", "IOrderGrain/Place", "write state", "process fulfilment", "orderactors"])
        {
            Assert.Contains(expected, traces, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(town.Customer, traces, StringComparison.Ordinal);
        Assert.Contains("orderactors.orders.placed", Text("/v1/metrics"), StringComparison.Ordinal);
        Assert.All(_sent, s => Assert.Equal("secret", s.Key));
    }

    [Fact]
    public void Ids_are_taken_from_the_spans_of_others()
    {
        using var span = new Activity("a").SetTag("rpc.orleans.target_id", "customer/c1").SetTag("rpc.method", "Place").SetTag("url.path", "/v1/customers/c1");
        using var processor = new OtlpExport.WithoutIds();
        processor.OnEnd(span);
        Assert.Equal(["rpc.method"], span.TagObjects.Select(tag => tag.Key));
    }

    // Protobuf keeps text as it is.
    private string Text(string path) => string.Concat(_sent.Where(s => s.Path == path).Select(s => Encoding.UTF8.GetString(s.Body)));
}
