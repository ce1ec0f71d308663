using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrderActors.Client.Telemetry;
using OrderActors.Silo.Hosting;
using Xunit;

namespace OrderActors.Tests.Gateway.Telemetry;

/// <summary>One trace from the caller's request to the call to the world outside, and no span where nobody records.</summary>
public sealed class TraceTests : IAsyncLifetime
{
    private const string Caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private readonly TempFolder _data = new();
    private readonly WebApplication _provider;
    private readonly ConcurrentQueue<string> _told = new();
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;
    private SiloApp? _app;
    private Api? _api;

    public TraceTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _provider = builder.Build();
        _provider.Run(async context =>
        {
            _told.Enqueue($"{context.Request.Path} {context.Request.Headers.TraceParent}");
            var asked = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
            await context.Response.WriteAsJsonAsync(
                new { operation = asked.GetProperty("operation").GetString(), outcome = "succeeded", reference = "ref1" });
        });
        _listener = new ActivityListener
        {
            ShouldListenTo = source => OtlpExport.Sources.Any(
                name => name == source.Name || (name.EndsWith('*') && source.Name.StartsWith(name[..^1], StringComparison.Ordinal))),

            // As the sampler does: what the caller records is recorded, and nothing else.
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.PropagationData,
            ActivityStopped = span => _spans.Enqueue(span),
        };
    }

    public async Task InitializeAsync()
    {
        await _provider.StartAsync();
        _app = SiloApp.Build(
        [
            "--Urls", "http://127.0.0.1:0", "--Data", _data.Path, "--OperatorKey", Api.OperatorKey, "--PaymentProvider:Kind", "http",
            "--PaymentProvider:BaseUrl", _provider.Urls.Single(), "--PaymentProvider:Secret", "a-secret-of-ours",
        ]);
        await _app.StartAsync(CancellationToken.None);
        _api = new Api(_app.Url);
    }

    public async Task DisposeAsync()
    {
        _listener.Dispose();
        _api?.Dispose();
        if (_app is not null)
        {
            await _app.DrainAsync();
            await _app.DisposeAsync();
        }

        await _provider.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task The_callers_trace_goes_through_gateway_grains_storage_and_consumers_to_the_provider()
    {
        ActivitySource.AddActivityListener(_listener);
        var town = await Town.Open(_api!);
        await Place(town, Caller);

        var trace = ActivityContext.Parse(Caller, null).TraceId;
        string[] last = ["process fulfilment", "POST /v1/orders"];
        var caller = ActivityContext.Parse(Caller, null).SpanId;

        // Every span hangs on one that is there, up to the caller's: consumers end theirs in their own time.
        var spans = await Eventually.Get(
            () => Task.FromResult(OfTrace(trace)),
            seen => last.All(name => seen.Exists(s => s.DisplayName == name))
                && seen.Select(s => s.SpanId).Append(caller).ToHashSet() is var known && seen.All(s => known.Contains(s.ParentSpanId)),
            "the trace is whole");
        var server = spans.Single(s => s.Source.Name == "Microsoft.AspNetCore" && s.DisplayName == "POST /v1/orders");
        Assert.Equal("placeOrder", server.GetTagItem("orderactors.operation"));
        var sent = spans.First(s => s is { Kind: ActivityKind.Client, OperationName: "IOrderGrain/Place" });
        var worked = spans.First(s => s is { Kind: ActivityKind.Server, OperationName: "IOrderGrain/Place" });
        Assert.Equal(sent.SpanId, worked.ParentSpanId);
        Assert.Contains(spans, s => s.OperationName == "write state" && (string?)s.GetTagItem("orleans.grain.type") == "order");
        Assert.Contains(spans, s => s.OperationName == "payments authorise");
        Assert.All(spans, s => Assert.True(s.IsStopped));

        // And what left the house is of the same trace.
        Assert.Contains(_told, told => told.Contains(trace.ToHexString(), StringComparison.Ordinal));
        var ours = spans.Where(s => s.Source.Name is not ("Microsoft.AspNetCore" or "System.Net.Http")).Append(server);
        Assert.DoesNotContain(ours.SelectMany(s => s.TagObjects), tag => $"{tag.Value}".Contains(town.Customer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_that_nobody_records_makes_no_span_and_still_has_an_id_for_its_problem()
    {
        ActivitySource.AddActivityListener(_listener);
        var town = await Town.Open(_api!);
        // Other tests of this process are listened to as well; what counts is this request's own trace.
        var trace = ActivityTraceId.CreateRandom();
        await Place(town, $"00-{trace}-00f067aa0ba902b7-00");
        Assert.DoesNotContain(OfTrace(trace), s => s.Source.Name.StartsWith("Microsoft.Orleans", StringComparison.Ordinal) || s.Recorded);
        var problem = (await _api!.Send(HttpMethod.Get, "/v1/orders/x", null, null, ("traceparent", Caller))).Expect(400);
        Assert.Equal(ActivityContext.Parse(Caller, null).TraceId.ToHexString(), problem["trace_id"]);
    }

    private List<Activity> OfTrace(ActivityTraceId trace) => [.. _spans.Where(s => s.TraceId == trace)];

    private async Task Place(Town town, string traceparent)
    {
        var order = town.Wanted(("payment", new { method = "card", source = "tok" }));
        (await _api!.Send(HttpMethod.Post, "/v1/orders", order, Api.NewKey(), ("traceparent", traceparent))).Expect(201);
    }
}
