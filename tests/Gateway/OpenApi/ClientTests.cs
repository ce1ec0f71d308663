using System.Net;
using System.Text;
using System.Text.Json;
using OrderActors.Client.Api;
using Xunit;
using Wire = OrderActors.Client.Api;

namespace OrderActors.Tests.Gateway.OpenApi;

/// <summary>The typed client, as a C# integrator uses it.</summary>
[Collection(SharedSilo.Name)]
public sealed class ClientTests(SiloUnderTest silo) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(silo.Api.Url) };

    private OrderActorsClient Client => new(_http, new() { ApiKey = Api.OperatorKey });

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task An_order_goes_from_the_customer_to_the_door()
    {
        var id = $"client-{Environment.ProcessId}";
        var door = new Point { Latitude = 52.52, Longitude = 13.405 };
        var merchant = await Client.CreateMerchantAsync(new() { Id = id, Name = "Noodle House", Zone = id, Location = door, Currency = "EUR" });
        Assert.Equal(Wire.MerchantStatus.Closed, merchant.Status);
        await Client.SetMenuAsync(id, new() { Items = [new() { Id = "noodles", Name = "Noodles", Price = 900, Stock = 9 }] });
        await Client.SetMerchantStatusAsync(id, new() { Status = Wire.MerchantStatus.Open });
        merchant = await Client.SetCapacityAsync(id, new() { Limit = null });
        Assert.Null(merchant.Capacity);
        await Client.CreateCourierAsync(new() { Id = id, Name = "Kim", Zone = id });
        await Client.SetDutyAsync(id, new() { Status = Wire.DutyStatus.Online, Location = door });
        await Client.ReportLocationAsync(id, [door]);

        var request = new PlaceOrderRequest
        {
            Customer = id,
            Merchant = id,
            Lines = [new() { Item = "noodles", Quantity = 2 }],
            Total = new() { Amount = 1800, Currency = "EUR" },
            Dropoff = new() { Latitude = 52.53, Longitude = 13.42 },
        };
        var order = await Client.PlaceOrderAsync(request, "first");
        Assert.Equal(order.Number, (await Client.PlaceOrderAsync(request, "first")).Number);
        Assert.Equal((Wire.OrderStatus.AwaitingMerchant, 900), (order.Status, order.Lines[0].UnitPrice));
        await Client.AcceptOrderAsync(order.Number, new() { PreparationSeconds = 0 });
        await Client.MarkOrderReadyAsync(order.Number);
        order = await Eventually.Get(() => Client.GetOrderAsync(order.Number), o => o.Courier == id, "the courier has the order");
        await Client.PickUpAsync(order.Number, new() { Courier = id });
        order = await Client.CompleteDeliveryAsync(order.Number, new() { Courier = id });
        Assert.Equal(Wire.OrderStatus.Delivered, order.Status);
        var timeline = await Client.GetOrderTimelineAsync(order.Number);
        Assert.Equal(("order.received", Wire.Role.Customer), (timeline.Data[0].Type, timeline.Data[0].By.Role));
        var page = await Client.ListOrdersAsync(customer: id, status: "delivered", limit: 1);
        Assert.Equal((order.Number, false), (Assert.Single(page.Data).Number, page.HasMore));

        var cancel = new CancelOrderRequest { Reason = Wire.CancelReason.CustomerRequest, Actor = new() { Role = Wire.ActorRole.Customer, Id = id } };
        var refused = await Assert.ThrowsAsync<ApiProblemException>(() => Client.CancelOrderAsync(order.Number, cancel));
        Assert.Equal((HttpStatusCode.Conflict, ProblemCode.InvalidTransition, null), (refused.Status, refused.Code, refused.RetryAfter));
        Assert.Equal(Wire.OrderStatus.Delivered, refused.Problem!.Order!.Status);
        Assert.Contains(order.Number, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("day,occurred_at", await Client.ExportSettlementAsync(new DateOnly(2020, 2, 28)), StringComparison.Ordinal);
        Assert.Equal("live", (await Client.GetLivenessAsync()).Status);
    }

    [Fact]
    public async Task What_fails_for_a_moment_is_sent_again_with_the_same_key()
    {
        var script = new Script(Problem(503, "unavailable"), null, Problem(504, "outcome_unknown"), (200, """{"number":"1"}"""));
        var (client, asked) = Scripted(script);
        var order = await Assert.ThrowsAsync<JsonException>(() => client.CollectOrderAsync("7"));
        Assert.Contains("required", order.Message, StringComparison.Ordinal);
        Assert.Equal(4, asked.Count);
        Assert.Single(asked.Select(a => a.Key).Distinct());
        Assert.All(asked, a => Assert.Equal(("Bearer oa_test_1", "POST /v1/orders/7/collect"), (a.Authorization, a.What)));

        (client, asked) = Scripted(new Script(Problem(409, "order_frozen")));
        Assert.Equal("order_frozen", (await Assert.ThrowsAsync<ApiProblemException>(() => client.CollectOrderAsync("7"))).Code);
        Assert.Single(asked);

        (client, asked) = Scripted(new Script([.. Enumerable.Repeat(Problem(504, "outcome_unknown"), 4)]));
        var unsettled = await Assert.ThrowsAsync<ApiProblemException>(() => client.CollectOrderAsync("7", idempotencyKey: "mine"));
        Assert.True(unsettled.IsOutcomeUnknown);
        Assert.Equal((4, "mine"), (asked.Count, asked[3].Key));

        // Told to wait longer than it is willing to, it leaves the waiting to its caller.
        (client, asked) = Scripted(new Script(Problem(503, "draining", retryAfter: 60)));
        Assert.Equal(TimeSpan.FromSeconds(60), (await Assert.ThrowsAsync<ApiProblemException>(() => client.CollectOrderAsync("7"))).RetryAfter);
        Assert.Single(asked);
    }

    [Fact]
    public async Task A_newer_API_does_not_break_an_older_client()
    {
        var (client, _) = Scripted(new Script(
            (200, """{"status":"ready","since":"2026-01-01"}"""), (200, """{"id":"z","waiting":[],"idle":[],"weather":{"rain":true}}""")));
        Assert.Equal("ready", (await client.GetReadinessAsync()).Status);
        Assert.Empty((await client.GetZoneAsync("z")).Waiting);
        Assert.Equal(Wire.Vehicle.Unknown, JsonSerializer.Deserialize<Wire.Vehicle>("\"airship\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Serialize(Wire.Vehicle.Unknown));
        (client, _) = Scripted(new Script((500, "<html>")));
        var broken = await Assert.ThrowsAsync<ApiProblemException>(() => client.GetReadinessAsync());
        Assert.Equal(("http_500", null), (broken.Code, broken.Problem));
    }

    [Fact]
    public void Options_outside_their_ranges_are_named()
    {
        Assert.Throws<ArgumentException>(() => new OrderActorsClient(new HttpClient()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OrderActorsClient(_http, new() { MostTries = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OrderActorsClient(_http, new() { FirstPause = TimeSpan.Zero }));
    }

    private static (int Status, string Body)? Problem(int status, string code, int retryAfter = 0) => (status, $$"""
        {"type":"t","title":"t","status":{{status}},"detail":"d","instance":"/","code":"{{code}}","retry":"same_key",
         "retryable":{{(status >= 500 ? "true" : "false")}},"trace_id":"{{retryAfter}}"}
        """);

    private static (OrderActorsClient Client, List<(string What, string? Key, string? Authorization)> Asked) Scripted(Script script)
    {
        var http = new HttpClient(script) { BaseAddress = new Uri("http://api.example") };
        var options = new OrderActorsClientOptions
        {
            ApiKey = "oa_test_1", FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(2),
        };
        return (new(http, options), script.Asked);
    }

    /// <summary>Answers in turn; where there is no answer, the connection breaks.</summary>
    private sealed class Script(params (int Status, string Body)?[] answers) : HttpMessageHandler
    {
        public List<(string What, string? Key, string? Authorization)> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var key = request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null;
            Asked.Add(($"{request.Method} {request.RequestUri!.AbsolutePath}", key, request.Headers.Authorization?.ToString()));
            if (answers[Asked.Count - 1] is not { } answer) throw new HttpRequestException("The connection broke.");
            var problem = answer.Body.Contains("\"code\"", StringComparison.Ordinal);
            var response = new HttpResponseMessage((HttpStatusCode)answer.Status)
            {
                Content = new StringContent(answer.Body, Encoding.UTF8, problem ? "application/problem+json" : "application/json"),
            };
            if (problem && answer.Body.Contains("\"60\"", StringComparison.Ordinal)) response.Headers.RetryAfter = new(TimeSpan.FromSeconds(60));
            return Task.FromResult(response);
        }
    }
}
