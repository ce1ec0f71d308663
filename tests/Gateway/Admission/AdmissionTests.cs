using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Client.Admission;
using OrderActors.Client.Http;
using OrderActors.Orders;
using OrderActors.Silo.Hosting;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.Gateway.Admission;

/// <summary>The door over real HTTP, before grains that answer when the test lets them.</summary>
public sealed class AdmissionTests : IAsyncLifetime
{
    private static readonly string Number = OrderNumber.Create(1, 0, 1, 2, 3).ToString();

    private readonly ScriptedGrains _grains = new();
    private readonly TaskCompletionSource<object?> _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;
    private SiloApp? _app;
    private Api? _api;

    private Api Api => _api!;

    private AdmissionControl Control => _app!.Services.GetRequiredService<AdmissionControl>();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _held.TrySetResult(null);
        _api?.Dispose();
        if (_app is null) return;
        await _app.DrainAsync();
        await _app.DisposeAsync();
    }

    private async Task Start(params string[] options) => (_app, _api) = await _grains.Start([.. options, "--DrainTimeoutSeconds", "1"]);

    /// <summary>Nothing is answered until the test says so.</summary>
    private void Hold() => _grains.Answer = (_, _) =>
    {
        Interlocked.Increment(ref _asked);
        return _held.Task;
    };

    private Task<int> Asked() => Task.FromResult(Volatile.Read(ref _asked));

    [Fact]
    public async Task A_key_that_has_used_its_limit_up_is_told_when_to_come_back()
    {
        _grains.Answer = (_, _) => null;
        await Start("--Admission:KeyRate", "0.01", "--Admission:KeyBurst", "2", "--Admission:Kinds:courier:Rate", "9");
        var first = (await Api.Get($"/v1/orders/{Number}")).ExpectProblem(404, "not_found");
        Assert.Equal("\"key\";q=2;w=200", first.Header("ratelimit-policy"));
        Assert.Equal("\"key\";r=1;t=100", first.Header("ratelimit"));
        (await Api.Get($"/v1/orders/{Number}")).ExpectProblem(404, "not_found");
        var refused = (await Api.Get($"/v1/orders/{Number}")).ExpectProblem(429, "quota_exceeded").ExpectFault("quota_exceeded", value: "key");
        Assert.Equal("\"key\";q=2;w=200", refused.Header("ratelimit-policy"));
        Assert.StartsWith("\"key\";r=0;t=", refused.Header("ratelimit"), StringComparison.Ordinal);
        Assert.InRange(int.Parse(refused.Header("retry-after")!), 1, 100);
        (await Api.Get("/health/ready")).Expect(200);
        Assert.Null((await Api.Get("/health/live")).Header("ratelimit"));
    }

    [Fact]
    public async Task A_merchant_that_has_used_its_limit_up_gets_no_new_orders_and_others_do()
    {
        _grains.Answer = (method, _) => method == "Place" ? new OrderReply(null, new Refusal(RefusalCode.StoreClosed, "Closed.")) : null;
        await Start("--Admission:MerchantRate", "0.01", "--Admission:MerchantBurst", "1");
        var answer = (await Api.Post("/v1/orders", Order("m1"))).ExpectProblem(422, "store_closed");
        Assert.Equal("\"merchant\";q=1;w=100", answer.Header("ratelimit-policy"));
        (await Api.Post("/v1/orders", Order("m1"))).ExpectProblem(429, "quota_exceeded").ExpectFault("quota_exceeded", value: "merchant");
        (await Api.Post("/v1/orders", Order("m2"))).ExpectProblem(422, "store_closed");
    }

    [Fact]
    public async Task The_lower_class_is_refused_while_the_higher_one_still_gets_in()
    {
        Hold();
        await Start(
            "--Admission:MinConcurrency", "4", "--Admission:InitialConcurrency", "4", "--Admission:MaxConcurrency", "4",
            "--Admission:SecondaryQueue", "1", "--Admission:NonCriticalQueue", "0", "--Admission:Patience", "00:00:00.3");
        var inside = Enumerable.Range(0, 3).Select(_ => Api.Get("/v1/orders?customer=anna")).ToArray();
        await Eventually.Get(Asked, asked => asked == 3, "three are inside");
        (await Api.Get($"/v1/orders/{Number}/timeline")).ExpectProblem(503, "temporary_reduced_capacity");
        var critical = Api.Get($"/v1/orders/{Number}");
        await Eventually.Get(Asked, asked => asked == 4, "the critical one is inside");
        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Api.Get("/v1/orders?customer=ben")));
        foreach (var refused in answers)
        {
            refused.ExpectProblem(503, "temporary_reduced_capacity");
            Assert.InRange(int.Parse(refused.Header("retry-after")!), 1, 7);
        }

        Assert.Equal(4, await Asked());
        (await Api.Get("/health/live")).Expect(200);
        Assert.Equal((4, 3), (Control.Limiter.Limit, Control.Limiter.Inside(Priority.Secondary)));

        // The counts are the process', to which other tests add.
        var metrics = await Metrics();
        Assert.True(Refused("full") + Refused("expired") >= 3);
        Assert.True(metrics.Value("orderactors_admission_admitted_total", ("class", "secondary")) >= 3);
        Assert.Equal("gauge", metrics.TypeOf("orderactors_admission_limit"));
        _held.SetResult(null);
        (await critical).ExpectProblem(404, "not_found");
        Assert.All(await Task.WhenAll(inside), answer => Assert.NotEqual(503, answer.Status));

        double Refused(string reason) => metrics.Value("orderactors_admission_refused_total", ("class", "secondary"), ("reason", reason));
    }

    [Fact]
    public async Task Whoever_says_how_long_to_wait_has_an_answer_by_then()
    {
        Hold();
        await Start();
        var began = Stopwatch.GetTimestamp();
        var read = await Api.Send(HttpMethod.Get, $"/v1/orders/{Number}", headers: ("X-Deadline-Ms", "1000"));
        Assert.Equal("close", read.ExpectProblem(504, "timeout").Header("connection"));
        var command = await Api.Send(HttpMethod.Post, $"/v1/orders/{Number}/accept", null, "k1", ("X-Deadline-Ms", "1000"));
        Assert.Equal("same_key", command.ExpectProblem(504, "outcome_unknown")["retry"]);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromMilliseconds(1_990), TimeSpan.FromMinutes(1));
        await Eventually.Get(Asked, asked => asked == 2, "both were asked");

        // What came of the work goes nowhere, and its place is free again.
        _held.SetResult(null);
        await Eventually.Get(() => Task.FromResult(Control.Limiter.Inside(Priority.Critical)), inside => inside == 0, "nobody is inside");
        (await Api.Send(HttpMethod.Get, $"/v1/orders/{Number}", headers: ("X-Deadline-Ms", "60000"))).ExpectProblem(404, "not_found");
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    public async Task A_deadline_that_is_none_is_refused(string deadline)
    {
        Hold();
        await Start();
        var answer = await Api.Send(HttpMethod.Get, $"/v1/orders/{Number}", headers: ("X-Deadline-Ms", deadline));
        answer.ExpectProblem(400, "malformed").ExpectFault("invalid_deadline", value: deadline);
        Assert.Equal(0, await Asked());
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed()
    {
        _grains.Answer = (_, _) => null;
        await Start("--Admission:MaxConnections", "2");
        await using var first = await RawConnection.Open(Api.Url);
        await using var second = await RawConnection.Open(Api.Url);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => Api.Get("/health/live"));
    }

    private async Task<Metrics.Exposition> Metrics()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return Gateway.Metrics.Exposition.Parse(await http.GetStringAsync(new Uri(Api.Url + "/metrics")));
    }

    private static object Order(string merchant) => new
    {
        customer = "anna",
        merchant,
        lines = new[] { new { item = "soup", quantity = 1 } },
        total = new { amount = 900, currency = "EUR" },
        dropoff = new { latitude = 52.5, longitude = 13.4 },
    };
}
