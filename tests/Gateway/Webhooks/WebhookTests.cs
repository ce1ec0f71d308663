using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OrderActors.Broadcast.Webhooks;
using OrderActors.Silo.Outbound.Pipelines;
using OrderActors.Silo.Outbound.Webhooks;
using Xunit;

namespace OrderActors.Tests.Gateway.Webhooks;

/// <summary>A host that may send to this machine.</summary>
public sealed class OpenSilo : SiloUnderTest
{
    protected override string[] More => ["--Webhooks:AllowHttp", "true", "--Webhooks:AllowPrivate", "true", "--Webhooks:Timeout", "00:00:15"];
}

/// <summary>Webhooks over real HTTP.</summary>
public sealed class WebhookTests(OpenSilo silo) : IClassFixture<OpenSilo>, IAsyncLifetime
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Receiver? _receiver;

    private Receiver Receiver => _receiver!;

    private Api Api => silo.Api;

    public async Task InitializeAsync() => _receiver = await Receiver.Start();

    public async Task DisposeAsync()
    {
        _over.SetResult();
        foreach (var endpoint in (await Api.Get("/v1/webhook-endpoints?limit=200")).Expect(200).Json.GetProperty("data").EnumerateArray())
            (await Api.Delete("/v1/webhook-endpoints/" + endpoint.GetProperty("id").GetString())).Expect(200);
        await Receiver.DisposeAsync();
    }

    [Fact]
    public async Task An_order_is_told_signed_to_who_wants_it_and_a_broken_or_hanging_neighbour_changes_nothing()
    {
        Receiver.Answers["/broken"] = context => Fail(context, 500, "no\tway");
        Receiver.Answers["/hanging"] = context => Task.WhenAny(_over.Task, Task.Delay(Timeout.Infinite, context.RequestAborted));
        var broken = await Create("/broken");
        await Create("/hanging");
        var town = await Town.Open(Api);
        var healthy = await Create("/healthy", town.Merchant);
        var number = await town.Place();
        (await town.Cancel(number)).Expect(200);

        var got = await Eventually.Get(
            () => Task.FromResult(Receiver.Of("/healthy")), r => r.Any(x => x.Body.Contains("order.canceled", StringComparison.Ordinal)),
            "the cancellation is told");
        foreach (var request in got) Verify(request, healthy["secret"]!);
        var types = got.Select(r => JsonDocument.Parse(r.Body).RootElement.GetProperty("type").GetString()).ToList();
        Assert.Contains("com.orderactors.order.created.v1", types);
        Assert.All(got, r => Assert.Contains(town.Merchant, r.Body, StringComparison.Ordinal));
        Assert.All(got, r => Assert.Equal("application/cloudevents+json; charset=utf-8", r.Headers["content-type"]));
        Assert.All(got, r => Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$", r.Headers["traceparent"]));

        var failed = await Eventually.Get(
            () => Api.Get($"/v1/webhook-endpoints/{broken["id"]}/deliveries"),
            a => a.Json.GetProperty("data").EnumerateArray().Any(d => d.GetProperty("tries").GetInt32() > 0), "a try is told of");
        var attempt = failed.Json.GetProperty("data").EnumerateArray().First(d => d.GetProperty("tries").GetInt32() > 0).GetProperty("attempts")[0];
        Assert.Equal((500, "no way"), (attempt.GetProperty("status").GetInt32(), attempt.GetProperty("response").GetString()));
    }

    [Fact]
    public async Task An_endpoint_is_created_once_tested_rotated_paused_and_deleted()
    {
        var key = Api.NewKey();
        string[] types = ["com.orderactors.order.created.v1", "courier.*"];
        var body = new { url = Receiver.Url + "/life", types, ordered = true, description = "mine" };
        var created = (await Api.Post("/v1/webhook-endpoints", body, key)).Expect(201);
        var replayed = (await Api.Post("/v1/webhook-endpoints", body, key)).Expect(201);
        Assert.Equal("true", replayed.Header("idempotent-replayed"));
        Assert.Equal((created["id"], created["secret"]), (replayed["id"], replayed["secret"]));
        Assert.Equal(32, Convert.FromBase64String(created["secret"]!["whsec_".Length..]).Length);
        (await Api.Post("/v1/webhook-endpoints", body with { description = "another" }, key)).ExpectProblem(422, "idempotency_key_reused");
        var path = created.Header("location")!;
        var read = (await Api.Get(path)).Expect(200);
        Assert.Null(read["secret"]);
        Assert.Equal("[\"order.created\",\"courier.*\"]", read.Json.GetProperty("types").GetRawText());

        var tested = (await Api.Post(path + "/test")).Expect(200);
        Assert.Equal(("True", 204), (tested["delivered"], tested.Json.GetProperty("attempt").GetProperty("status").GetInt32()));
        Verify(Receiver.Of("/life")[0], created["secret"]!);

        var rotated = (await Api.Post(path + "/rotate-secret", new { overlap_seconds = 60 })).Expect(200);
        await Api.Post(path + "/test");
        Verify(Receiver.Of("/life")[1], created["secret"]!);
        Verify(Receiver.Of("/life")[1], rotated["secret"]!);

        (await Api.Put(path, new { url = Receiver.Url + "/life", status = "disabled" })).Expect(200);
        Assert.Equal(("disabled", "requested"), ((await Api.Get(path))["status"], (await Api.Get(path))["disabled_reason"]));
        (await Api.Post(path + "/deliveries/evt_000000000000001/redeliver")).ExpectProblem(409, "invalid_transition");
        (await Api.Delete(path)).Expect(200);
        (await Api.Get(path)).ExpectProblem(404, "not_found");
        (await Api.Post(path + "/test")).ExpectProblem(404, "not_found");
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_whoever_is_gone_is_left_alone()
    {
        Receiver.Answers["/moved"] = context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = Receiver.Url + "/target";
            return Task.CompletedTask;
        };
        Receiver.Answers["/gone"] = context => Fail(context, 410, "");
        var moved = await Create("/moved");
        var tested = (await Api.Post($"/v1/webhook-endpoints/{moved["id"]}/test")).Expect(200);
        Assert.Equal(("False", 302), (tested["delivered"], tested.Json.GetProperty("attempt").GetProperty("status").GetInt32()));
        Assert.Empty(Receiver.Of("/target"));

        var gone = await Create("/gone");
        await Town.Open(Api);
        var view = await Eventually.Get(
            () => Api.Get("/v1/webhook-endpoints/" + gone["id"]), a => a["status"] == "disabled", "the endpoint that is gone is disabled");
        Assert.Equal("gone", view["disabled_reason"]);
        await Eventually.Get(
            () => Api.Get("/v1/events?type=webhook.*&limit=200"),
            a => a.Text.Contains(gone["id"]!, StringComparison.Ordinal), "an event says so");
    }

    [Fact]
    public async Task What_was_delivered_is_sent_again_for_the_asking()
    {
        var endpoint = await Create("/again", null, "merchant.*");
        await Town.Open(Api);
        var sent = await Eventually.Get(() => Task.FromResult(Receiver.Of("/again")), r => r.Count > 0, "the merchant is told of");
        (await Api.Post($"/v1/webhook-endpoints/{endpoint["id"]}/deliveries/{sent[0].Id}/redeliver")).Expect(202);
        await Eventually.Get(() => Task.FromResult(Receiver.Of("/again")), r => r.Count(x => x.Id == sent[0].Id) == 2, "it comes again under the same id");
        (await Api.Post($"/v1/webhook-endpoints/{endpoint["id"]}/deliveries/evt_000000000099999/redeliver")).ExpectProblem(404, "not_found");
        (await Api.Post($"/v1/webhook-endpoints/{endpoint["id"]}/replay", new { from = "2026-01-02T00:00:00Z", to = "2026-01-01T00:00:00Z" }))
            .ExpectProblem(422, "validation_failed");
    }

    [Fact]
    public async Task Everybody_sees_and_is_sent_its_own_and_the_sides_never_meet()
    {
        var town = await Town.Open(Api);
        var other = await Town.Open(Api);
        using var merchant = await Key("merchant", town.Merchant, live: true);
        using var tester = await Key("operator", "tess", live: false);
        var own = (await merchant.Post("/v1/webhook-endpoints", new { url = Receiver.Url + "/own" })).Expect(201);
        (await Api.Get("/v1/webhook-endpoints/" + own["id"])).ExpectProblem(404, "not_found");
        (await Api.Delete("/v1/webhook-endpoints/" + own["id"])).ExpectProblem(404, "not_found");
        var test = (await tester.Post("/v1/webhook-endpoints", new { url = Receiver.Url + "/tested" })).Expect(201);
        Assert.Equal("False", test["livemode"]);

        await other.Place();
        var number = await town.Place();
        await Eventually.Get(
            () => Task.FromResult(Receiver.Of("/own")), r => r.Any(x => x.Body.Contains(number, StringComparison.Ordinal)), "the merchant hears of its order");
        Assert.All(Receiver.Of("/own"), r => Assert.Contains(town.Merchant, r.Body, StringComparison.Ordinal));
        var listed = (await merchant.Get("/v1/events?limit=200")).Expect(200);
        Assert.Contains(number, listed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(other.Merchant, listed.Text, StringComparison.Ordinal);

        await Town.Open(tester);
        var tested = await Eventually.Get(() => Task.FromResult(Receiver.Of("/tested")), r => r.Count > 0, "the tester hears of its merchant");
        Assert.All(tested, r => Assert.False(JsonDocument.Parse(r.Body).RootElement.GetProperty("livemode").GetBoolean()));
        Assert.All(tested, r => Assert.DoesNotContain('~', r.Body));
        Assert.DoesNotContain(number, (await tester.Get("/v1/events?limit=200")).Expect(200).Text, StringComparison.Ordinal);
        (await merchant.Delete("/v1/webhook-endpoints/" + own["id"])).Expect(200);
        (await tester.Delete("/v1/webhook-endpoints/" + test["id"])).Expect(200);
    }

    private async Task<Api> Key(string kind, string subject, bool live) =>
        Api.As((await Api.Post("/v1/api-keys", new { kind, subject, name = "test", livemode = live })).Expect(201)["secret"]!);

    [Theory]
    [InlineData("ftp://example.com/", "/url")]
    [InlineData("https://user:password@example.com/", "/url")]
    [InlineData("not a url", "/url")]
    public async Task What_is_no_target_is_refused(string url, string pointer) =>
        (await Api.Post("/v1/webhook-endpoints", new { url })).ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", pointer);

    [Fact]
    public async Task A_connection_to_what_only_we_can_reach_is_not_made()
    {
        var options = Options.Create(new WebhookOptions { AllowHttp = true });
        using var sender = new HttpWebhookSender(options, TimeProvider.System, new NoChaos());
        var answer = await sender.SendAsync(new(new Uri(Receiver.Url + "/closed"), "evt_1", 1, "v1,x", "{}"), CancellationToken.None);
        Assert.Equal((0, "closed_target"), (answer.Status, answer.Error));
        Assert.NotNull(await sender.RefuseAsync(new Uri("https://169.254.169.254/latest"), CancellationToken.None));
        Assert.NotNull(await sender.RefuseAsync(new Uri("https://localhost/"), CancellationToken.None));
        Assert.Empty(Receiver.Of("/closed"));
    }

    private async Task<Answer> Create(string path, string? merchant = null, params string[] types) =>
        (await Api.Post("/v1/webhook-endpoints", merchant is null
            ? new { url = Receiver.Url + path, types }
            : new { url = Receiver.Url + path, types, merchant })).Expect(201);

    private static Task Fail(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    }

    /// <summary>As the published libraries do it.</summary>
    private static void Verify(Received request, string secret)
    {
        var content = Encoding.UTF8.GetBytes($"{request.Id}.{request.Headers["webhook-timestamp"]}.{request.Body}");
        var signature = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), content));
        Assert.Contains(signature, request.Headers["webhook-signature"].Split(' '));
    }
}
