using OrderActors.Client.Keys;
using Xunit;

namespace OrderActors.Tests.Gateway.Keys;

/// <summary>Keys over the API: made, shown once, rotated, revoked, and believed for no longer than allowed.</summary>
public sealed class ApiKeyTests : IAsyncLifetime
{
    private readonly TempFolder _data = new();
    private Silo.Hosting.SiloApp _app = null!;
    private Api _api = null!;

    public async Task InitializeAsync()
    {
        _app = Silo.Hosting.SiloApp.Build(
            ["--Urls", "http://127.0.0.1:0", "--Data", _data.Path, "--OperatorKey", Api.OperatorKey, "--Keys:CacheFor", "00:00:00.1"]);
        await _app.StartAsync(CancellationToken.None);
        _api = new Api(_app.Url);
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _app.DrainAsync();
        await _app.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task A_key_is_shown_once_and_opens_what_is_its_subjects()
    {
        var town = await Town.Open(_api);
        var key = Api.NewKey();
        var made = (await Create("merchant", town.Merchant, key: key)).Expect(201);
        Assert.StartsWith("oa_live_", made["secret"], StringComparison.Ordinal);
        Assert.Equal((made["secret"]![^4..], "True"), (made["last4"], made["livemode"]));
        Assert.Equal("/v1/api-keys/" + made["id"], made.Header("location"));

        using var merchant = _api.As(made["secret"]!);
        (await merchant.Get("/v1/merchants/" + town.Merchant)).Expect(200);
        (await merchant.Get("/v1/api-keys")).ExpectProblem(403, "forbidden").ExpectFault("wrong_kind", allowed: "operator");

        var again = (await Create("merchant", town.Merchant, key: key)).Expect(201);
        Assert.Equal((made["id"], null, "true"), (again["id"], again["secret"], again.Header("idempotent-replayed")));
        (await Create("merchant", "other", key: key)).ExpectProblem(422, "idempotency_key_reused");
        Assert.Null((await _api.Get("/v1/api-keys/" + made["id"])).Expect(200)["secret"]);
        Assert.Contains(made["id"]!, (await _api.Get("/v1/api-keys?limit=1")).Expect(200).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(made["id"]!, (await _api.Get("/v1/api-keys?livemode=false")).Expect(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rotated_key_has_two_secrets_for_a_while_and_a_revoked_one_none()
    {
        var made = (await Create("courier", "k1")).Expect(201);
        var rotated = (await _api.Post($"/v1/api-keys/{made["id"]}/rotate")).Expect(200);
        Assert.Equal(made["id"], rotated["id"]);
        Assert.NotEqual(made["secret"], rotated["secret"]);
        using var before = _api.As(made["secret"]!);
        using var after = _api.As(rotated["secret"]!);
        (await before.Get("/v1/couriers/k1")).ExpectProblem(404, "not_found");
        (await after.Get("/v1/couriers/k1")).ExpectProblem(404, "not_found");

        (await _api.Post($"/v1/api-keys/{made["id"]}/rotate", new { overlap_seconds = 0 })).Expect(200);
        await Eventually.Get(() => after.Get("/v1/couriers/k1"), a => a.Status == 401, "a secret without overlap is refused");
        (await before.Get("/v1/couriers/k1")).ExpectProblem(401, "unauthenticated");
        (await _api.Post($"/v1/api-keys/{made["id"]}/rotate", new { overlap_seconds = -1 })).ExpectProblem(422, "validation_failed");

        Assert.NotNull((await _api.Post($"/v1/api-keys/{made["id"]}/revoke")).Expect(200)["revoked_at"]);
        (await _api.Post($"/v1/api-keys/{made["id"]}/revoke")).ExpectProblem(409, "invalid_transition");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Basic b2E6b2E=")]
    [InlineData("Bearer")]
    [InlineData("Bearer a-key-that-nobody-made")]
    [InlineData("Bearer oa_live_0123456789abcdef0123456789012345678901234567890123456789012000000")]
    [InlineData("Bearer two words")]
    public async Task Without_a_right_key_nothing_is_answered_but_how_to_send_one(string? header)
    {
        using var nobody = _api.As("");
        var answer = header is null
            ? await nobody.Get("/v1/merchants/m1")
            : await nobody.Send(HttpMethod.Get, "/v1/merchants/m1", headers: [("Authorization", header)]);
        answer.ExpectProblem(401, "unauthenticated");
        Assert.StartsWith("Bearer", answer.Header("www-authenticate"), StringComparison.Ordinal);
        if (header is { Length: > 12 }) Assert.DoesNotContain(header[7..], answer.Text, StringComparison.Ordinal);
        (await nobody.Get("/health/ready")).Expect(200);
        (await nobody.Get("/v1/nothing")).ExpectProblem(404, "unknown_route");
    }

    [Fact]
    public async Task A_test_operator_rules_over_test_keys_only()
    {
        var made = (await _api.Post("/v1/api-keys", new { kind = "operator", subject = "tess", name = "tests", livemode = false })).Expect(201);
        Assert.StartsWith("oa_test_", made["secret"], StringComparison.Ordinal);
        using var tess = _api.As(made["secret"]!);
        Assert.StartsWith("oa_test_", (await tess.Post("/v1/api-keys", new { kind = "merchant", subject = "m1", name = "n" })).Expect(201)["secret"]);
        (await tess.Post("/v1/api-keys", new { kind = "merchant", subject = "m1", name = "n", livemode = true })).ExpectProblem(403, "forbidden");
        (await tess.Get("/v1/api-keys?livemode=true")).ExpectProblem(403, "forbidden");
        var live = (await Create("merchant", "m1")).Expect(201)["id"];
        (await tess.Get("/v1/api-keys/" + live)).ExpectProblem(404, "not_found");
        (await tess.Post($"/v1/api-keys/{live}/revoke")).ExpectProblem(404, "not_found");
    }

    [Fact]
    public async Task The_first_start_makes_one_operator_key_and_shows_it_once()
    {
        using var data = new TempFolder();
        string secret;
        await using (var first = await SiloProcess.Start(data.Path, "--OperatorKey", ""))
        {
            await Eventually.Get(() => Task.FromResult(first.Out.Count), count => count == 2, "the key is shown");
            secret = first.Out.Last().Split(' ')[^1];
            Assert.True(ApiKeyText.TryGetId(secret, out _), first.Out.Last());
            using var api = new Api(first.Url, secret);
            (await api.Get("/v1/api-keys")).Expect(200);
            await first.Kill();
        }

        await using var again = await SiloProcess.Start(data.Path, "--OperatorKey", "");
        using var later = new Api(again.Url, secret);
        (await later.Get("/v1/api-keys")).Expect(200);
        Assert.Single(again.Out);
    }

    [Theory]
    [InlineData("--OperatorKey", "short", "16 to 256")]
    [InlineData("--Keys:CacheFor", "00:10:00", "Keys:CacheFor is 00:10:00")]
    [InlineData("--Keys:CacheEntries", "1", "100 to 1000000")]
    public void A_wrong_option_is_named(string name, string value, string rule)
    {
        var refused = Assert.Throws<Client.Hosting.StartupException>(() => Silo.Hosting.SiloApp.Build(["--Data", _data.Path, name, value]));
        Assert.Contains(rule, refused.Message, StringComparison.Ordinal);
        if (name == "--OperatorKey") Assert.DoesNotContain(value, refused.Message, StringComparison.Ordinal);
    }

    private Task<Answer> Create(string kind, string subject, string? key = null) =>
        _api.Post("/v1/api-keys", new { kind, subject, name = "a key" }, key);
}
