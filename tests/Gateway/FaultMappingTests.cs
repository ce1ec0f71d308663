using System.Collections.Immutable;
using System.Text.Json;
using OrderActors.Client;
using OrderActors.Client.Http;
using OrderActors.Orders;
using OrderActors.Silo.Hosting;
using OrderActors.Values;
using Orleans.Runtime;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>What the gateway makes of what grains and engine answer, including what a healthy engine never does.</summary>
public sealed class FaultMappingTests : IAsyncLifetime
{
    private static readonly OrderNumber Number = OrderNumber.Create(1, 0, 0, 7, 9);

    private static readonly OrderView Order = new(
        Number, 3, OrderStatus.Preparing, DeliveryStatus.Assigned, PaymentStatus.None, SettlementStatus.Open, "c1", "m1", "z1", "k1", 1,
        [new PricedLine("noodles", "Nüdeln <scharf>", 2, 900)], new Money(1800, "EUR"), new GeoPoint(52.5, 13.4), new GeoPoint(52.6, 13.5), null,
        CancelReason.None, DateTimeOffset.UnixEpoch, null, [new Deadline(DeadlineKind.Pickup, DateTimeOffset.UnixEpoch)],
        ["ready", "cancel", "assign", "pick_up"],
        [new TimelineEntry(1, "order.created", DateTimeOffset.UnixEpoch, new Actor(Role.Customer, "c1"))]);

    private readonly ScriptedGrains _grains = new();
    private SiloApp? _app;
    private Api? _api;

    private Api Api => _api!;

    private SiloApp App => _app!;

    public async Task InitializeAsync() => (_app, _api) = await _grains.Start("--DrainTimeoutSeconds", "60");

    public async Task DisposeAsync()
    {
        _api!.Dispose();
        await _app!.DrainAsync();
        await _app.DisposeAsync();
    }

    public static TheoryData<RefusalCode> Codes => [.. Enum.GetValues<RefusalCode>()];

    [Fact]
    public async Task The_same_request_at_the_same_time_waits_for_the_first_and_says_so_when_its_time_is_up()
    {
        var first = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _grains.Answer = (_, _) =>
        {
            asked.TrySetResult();
            return first.Task;
        };
        var running = Cancel("twice");
        await asked.Task;
        var patient = Cancel("twice");
        (await patient).ExpectProblem(409, "idempotency_in_progress");
        Assert.Equal("1", (await patient).Header("retry-after"));
        first.SetResult(new OrderReply(Order, null));
        (await running).Expect(200);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Every_refusal_has_its_problem(RefusalCode refusal)
    {
        var status = refusal switch
        {
            RefusalCode.NotFound => 404,
            RefusalCode.Forbidden => 403,
            RefusalCode.AlreadyExists or RefusalCode.InvalidTransition or RefusalCode.CourierUnavailable or RefusalCode.DuplicateExternalId
                or RefusalCode.OrderFrozen or RefusalCode.OfferExpired or RefusalCode.ClaimWindowClosed or RefusalCode.DayClosed
                or RefusalCode.QuoteExpired => 409,
            RefusalCode.VersionConflict => 412,
            RefusalCode.TooMany => 429,
            RefusalCode.Unavailable or RefusalCode.SwitchedOff or RefusalCode.DependencyOpen => 503,
            _ => 422,
        };
        _grains.Answer = (_, _) => new OrderReply(Order, new Refusal(refusal, "No.", "/lines/0", "v", ["a", "b"]), Replayed: true);
        var answer = await Cancel();
        var code = JsonNamingPolicy.SnakeCaseLower.ConvertName(refusal.ToString());
        answer.ExpectProblem(status, code);
        switch (refusal)
        {
            // Told in the caller's own terms: the header it sent, the actions it has.
            case RefusalCode.IdempotencyKeyReused:
                answer.ExpectFault(code);
                Assert.Equal("Idempotency-Key", answer.Error.GetProperty("header").GetString());
                break;
            case RefusalCode.VersionConflict:
                answer.ExpectFault(code, value: "\"v\"", allowed: ["\"a\"", "\"b\""]);
                Assert.Equal("If-Match", answer.Error.GetProperty("header").GetString());
                break;
            case RefusalCode.InvalidTransition:
                answer.ExpectFault(code, value: "v", allowed: ["a", "b"]);
                Assert.Equal($"Order {Number} is v: cancel is not possible. Possible are: a, b.", answer["detail"]);
                break;
            default:
                answer.ExpectFault(code, "/lines/0", "v", "a", "b");
                Assert.Equal("No.", answer["detail"]);
                break;
        }

        Assert.Equal("true", answer.Header("idempotent-replayed"));
        var retryAfter = (status, refusal) switch
        {
            (429, _) => "1",
            (503, RefusalCode.SwitchedOff) => "30",
            (503, RefusalCode.DependencyOpen) => "5",
            (503, _) => "2",
            _ => null,
        };
        Assert.Equal(retryAfter, answer.Header("retry-after"));
        Assert.Equal("""{"status":"preparing","version":3,"allowed":["ready","cancel","pickup"]}""", answer["order"]);
    }

    [Fact]
    public void No_two_kinds_of_problem_share_a_code()
    {
        var kinds = typeof(ProblemKind).GetFields().Where(f => f.IsStatic).Select(f => (ProblemKind)f.GetValue(null)!).ToArray();
        Assert.True(kinds.Length > 25);
        Assert.Equal(kinds.Length, kinds.Select(k => k.Code).Distinct().Count());
    }

    [Fact]
    public async Task A_full_mailbox_says_come_back()
    {
        _grains.Answer = (_, _) => throw new LimitExceededException("The mailbox of order/1 is full.");
        var answer = (await Cancel()).ExpectProblem(503, "temporary_reduced_capacity");
        Assert.Equal("1", answer.Header("retry-after"));
    }

    [Fact]
    public async Task A_time_out_of_a_command_has_an_unknown_outcome_and_of_a_read_has_none()
    {
        _grains.Answer = (_, _) => throw new TimeoutException();
        var answer = (await Cancel()).ExpectProblem(504, "outcome_unknown");
        Assert.Equal("same_key", answer["retry"]);
        (await Api.Get("/v1/orders/" + Number)).ExpectProblem(504, "timeout");
    }

    [Fact]
    public async Task A_storage_that_fails_is_no_lie()
    {
        _grains.Answer = (_, _) => throw new IOException("No space left on device");
        Assert.Equal("same_key", (await Cancel()).ExpectProblem(503, "storage_unavailable")["retry"]);
    }

    [Fact]
    public async Task What_nobody_foresaw_is_500_without_internals()
    {
        _grains.Answer = (_, _) => throw new InvalidOperationException("secret");
        var answer = (await Cancel()).ExpectProblem(500, "internal");
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_key_is_the_same_command_quoted_or_bare_and_another_on_another_route()
    {
        var ids = new List<string>();
        _grains.Answer = (method, args) =>
        {
            if (method == "Execute") ids.Add(((OrderCommand)args[0]!).Id);
            return method == "Execute" ? new OrderReply(Order, null) : Order;
        };
        string[] keys = ["k", "\"k\"", new string('k', 255), $"\"{new string('k', 255)}\""];
        foreach (var key in keys)
        {
            (await Api.Send(HttpMethod.Post, $"/v1/orders/{Number}/accept", null, key)).Expect(200);
            (await Api.Send(HttpMethod.Post, $"/v1/orders/{Number}/ready", null, key)).Expect(200);
        }

        Assert.All(ids, id => Assert.True(CommandId.IsValid(id), id));
        Assert.Equal(4, ids.Distinct().Count());
        Assert.Equal(ids[..2], ids[2..4]);
        Assert.Equal(ids[4..6], ids[6..8]);
    }

    [Fact]
    public async Task A_merchant_action_without_an_actor_is_the_orders_own_merchants()
    {
        Actor? by = null;
        _grains.Answer = (method, args) =>
        {
            if (method != "Execute") return Order;
            by = ((OrderCommand)args[0]!).By;
            return new OrderReply(Order, null);
        };
        (await Api.Post($"/v1/orders/{Number}/accept")).Expect(200);
        Assert.Equal(new Actor(Role.Merchant, "m1"), by);
        (await Api.Post($"/v1/orders/{Number}/accept", new { preparation_seconds = 60, actor = new { role = "operator", id = "ops" } })).Expect(200);
        Assert.Equal(new Actor(Role.Operator, "ops"), by);
    }

    [Fact]
    public async Task A_filter_reads_on_until_the_page_is_full_and_gives_up_after_a_thousand()
    {
        var asked = new List<int>();
        _grains.Answer = (method, args) =>
        {
            if (method == "Get") return Order with { Status = asked.Count == 3 ? OrderStatus.Ready : OrderStatus.Preparing };
            var query = (OrderQuery)args[0]!;
            asked.Add(query.Limit);
            return new OrderPage([.. Enumerable.Repeat(Number, query.Limit)], "next");
        };
        var answer = (await Api.Get("/v1/orders?customer=c1&status=ready&limit=100")).Expect(200);
        Assert.Equal([100, 100, 100], asked);
        Assert.Equal(100, answer.Json.GetProperty("data").GetArrayLength());
        Assert.Equal(("next", "True"), (answer["next_cursor"]!, answer["has_more"]!));

        asked.Clear();
        answer = (await Api.Get("/v1/orders?customer=c1&status=canceled&limit=200")).Expect(200);
        Assert.Equal(5, asked.Count);
        Assert.Equal(0, answer.Json.GetProperty("data").GetArrayLength());
        Assert.Equal("True", answer["has_more"]);
    }

    [Fact]
    public async Task A_drain_refuses_new_requests_and_finishes_those_under_way()
    {
        var release = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _grains.Answer = (method, _) =>
        {
            entered.TrySetResult();
            return release.Task;
        };
        (await Api.Get("/health/ready")).Expect(200);
        var underWay = Cancel();
        await entered.Task;

        var drain = App.DrainAsync();
        Assert.Equal("2", (await Api.Get("/health/ready")).ExpectProblem(503, "draining").Header("retry-after"));
        (await Api.Get("/health/live")).Expect(200);
        var refused = (await Api.Post("/v1/orders", new { })).ExpectProblem(503, "draining");
        Assert.Equal("2", refused.Header("retry-after"));
        Assert.False(drain.IsCompleted);
        Assert.False(_grains.Drained);

        release.SetResult(new OrderReply(Order, null));
        (await underWay).Expect(200);
        Assert.Contains("every request finished", await drain, StringComparison.Ordinal);
        Assert.True(_grains.Drained);
    }

    [Fact]
    public async Task A_drain_does_not_wait_for_ever()
    {
        await DisposeAsync();
        (_app, _api) = await _grains.Start("--DrainTimeoutSeconds", "1");
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _grains.Answer = (_, _) =>
        {
            entered.TrySetResult();
            return new TaskCompletionSource<object?>().Task;
        };
        var underWay = Cancel();
        await entered.Task;
        Assert.Contains("1 requests cut off after 1 s", await App.DrainAsync(), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => underWay);
    }

    [Fact]
    public async Task Before_the_start_is_over_nothing_is_taken()
    {
        var gate = new GatewayGate();
        Assert.False(gate.TryEnter());
        Assert.Equal(0, gate.InFlight);
        gate.Open();
        Assert.True(gate.TryEnter());
        gate.Fail();
        Assert.False(gate.TryEnter());
        Assert.Equal(Readiness.Failed, gate.Readiness);
        Assert.False(await gate.DrainAsync(TimeSpan.Zero, TimeProvider.System));
        gate.Leave();
        Assert.True(await gate.DrainAsync(TimeSpan.Zero, TimeProvider.System));
        Assert.Equal(Readiness.Failed, gate.Readiness);
    }

    private Task<Answer> Cancel(string? key = null) => Api.Post(
        $"/v1/orders/{Number}/cancel", new { reason = "customer_request", actor = new { role = "customer", id = "c1" } }, key);
}
