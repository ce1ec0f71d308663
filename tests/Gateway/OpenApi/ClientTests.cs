using System.IO.Pipelines;
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
    public async Task A_stream_of_events_goes_on_where_it_was_and_an_order_can_be_taken_in()
    {
        var id = $"stream-{Environment.ProcessId}";
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var place = new Point { Latitude = 52.52, Longitude = 13.405 };
        var start = (await Client.ListEventsAsync(merchant: id)).NextCursor;
        await Client.CreateMerchantAsync(new() { Id = id, Name = "Noodle House", Zone = id, Location = place, Currency = "EUR" });
        await Client.SetMenuAsync(id, new() { Items = [new() { Id = "noodles", Name = "Noodles", Price = 900, Stock = 9 }] });
        await Client.SetMerchantStatusAsync(id, new() { Status = Wire.MerchantStatus.Open });
        var request = new PlaceOrderRequest
        {
            Customer = id,
            Merchant = id,
            Lines = [new() { Item = "noodles", Quantity = 1 }],
            Total = new() { Amount = 900, Currency = "EUR" },
            Dropoff = place,
        };
        var receipt = await Client.TakeInOrderAsync(request);
        receipt = await Eventually.Get(() => Client.GetIntakeReceiptAsync(receipt.Id), r => r.Status == "done", "the order is placed");
        var number = Assert.Single(receipt.Data!).Number;

        // Two streams, one after the other, see everything once.
        var seen = new List<StreamedEvent>();
        await foreach (var next in Client.StreamEventsAsync(merchant: id, after: start, cancellationToken: enough.Token))
        {
            seen.Add(next);
            if (seen.Count == 2) break;
        }

        await foreach (var next in Client.StreamEventsAsync(merchant: id, after: seen[^1].Cursor, cancellationToken: enough.Token))
        {
            seen.Add(next);
            if (next.Event.Type == "com.orderactors.order.created.v1") break;
        }

        Assert.Equal((number, true), (seen[^1].Event.Subject, seen[^1].Event.Livemode));
        Assert.Equal(seen.Count, seen.Select(e => e.Event.Id).Distinct().Count());
        var listed = (await Client.ListEventsAsync(merchant: id, limit: 200, cursor: start)).Data.Select(e => e.Id).ToHashSet();
        Assert.All(seen, e => Assert.Contains(e.Event.Id, listed));
    }

    [Fact]
    public async Task A_stream_that_breaks_is_begun_anew_and_one_that_is_too_old_is_told_so()
    {
        const string Said = """
            {"specversion":"1.0","id":"evt_7","source":"/v1/orders/7","type":"com.orderactors.order.created.v1","subject":"7",
            data: "time":"2026-01-01T00:00:00Z","datacontenttype":"application/json","partitionkey":"7","livemode":true,"sequence":"1","data":{}}
            """;
        var (client, asked) = Scripted(new Script(
            (200, "retry: 1\n: hello\n\n"),
            null,
            (200, $"id: a\nevent: order.created\ndata: {Said}\n\nid: b\n\nid: c\nevent: feed.dropped\ndata: {{}}\n\n"),
            Problem(410, "cursor_expired")));
        var seen = new List<StreamedEvent>();
        var over = await Assert.ThrowsAsync<ApiProblemException>(async () =>
        {
            await foreach (var next in client.StreamEventsAsync()) seen.Add(next);
        });
        Assert.Equal(ProblemCode.CursorExpired, over.Code);
        Assert.Equal(("a", "evt_7"), (Assert.Single(seen).Cursor, seen[0].Event.Id));
        Assert.Equal([null, null, null, "c"], asked.Select(a => a.LastId));
    }

    [Fact]
    public async Task A_stream_that_falls_silent_is_at_its_end()
    {
        using var reader = new EventReader(new Pipe().Reader.AsStream(), TimeSpan.FromMinutes(1), new ClockWithoutPatience());
        Assert.Null(await reader.NextAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_deadline_is_said_with_every_try()
    {
        var script = new Script(null, (200, """{"status":"ready"}"""));
        using var http = new HttpClient(script) { BaseAddress = new Uri("http://api.example") };
        await new OrderActorsClient(http, new() { FirstPause = TimeSpan.FromMilliseconds(1), Deadline = TimeSpan.FromSeconds(2) }).GetReadinessAsync();
        Assert.Equal(["2000", "2000"], script.Deadlines);
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
        Assert.Throws<ArgumentOutOfRangeException>(() => new OrderActorsClient(_http, new() { Deadline = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OrderActorsClient(_http, new() { LongestSilence = TimeSpan.Zero }));
    }

    private static (int Status, string Body)? Problem(int status, string code, int retryAfter = 0) => (status, $$"""
        {"type":"t","title":"t","status":{{status}},"detail":"d","instance":"/","code":"{{code}}","retry":"same_key",
         "retryable":{{(status >= 500 ? "true" : "false")}},"trace_id":"{{retryAfter}}"}
        """);

    private static (OrderActorsClient Client, List<(string What, string? Key, string? Authorization, string? LastId)> Asked) Scripted(Script script)
    {
        var http = new HttpClient(script) { BaseAddress = new Uri("http://api.example") };
        var options = new OrderActorsClientOptions
        {
            ApiKey = "oa_test_1",
            FirstPause = TimeSpan.FromMilliseconds(1),
            LongestPause = TimeSpan.FromMilliseconds(2),
        };
        return (new(http, options), script.Asked);
    }

    /// <summary>Every time is over at once.</summary>
    private sealed class ClockWithoutPatience : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, period);
    }

    /// <summary>Answers in turn; where there is no answer, the connection breaks.</summary>
    private sealed class Script(params (int Status, string Body)?[] answers) : HttpMessageHandler
    {
        public List<(string What, string? Key, string? Authorization, string? LastId)> Asked { get; } = [];

        public List<string> Deadlines { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var key = request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null;
            if (request.Headers.TryGetValues("X-Deadline-Ms", out var deadlines)) Deadlines.AddRange(deadlines);
            var last = request.Headers.TryGetValues("Last-Event-ID", out var ids) ? ids.Single() : null;
            Asked.Add(($"{request.Method} {request.RequestUri!.AbsolutePath}", key, request.Headers.Authorization?.ToString(), last));
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
