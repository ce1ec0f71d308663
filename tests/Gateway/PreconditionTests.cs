using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>If-Match and If-None-Match.</summary>
[Collection(SharedSilo.Name)]
public sealed class PreconditionTests(SiloUnderTest silo)
{
    private Api Api => silo.Api;

    [Fact]
    public async Task A_change_meant_for_another_version_is_refused_with_the_present_one_and_changes_nothing()
    {
        var town = await Town.Open(Api);
        var number = await town.Place();
        var before = await town.Snapshot(number);
        var stale = (await Post($"/v1/orders/{number}/accept", "\"1\"")).ExpectProblem(412, "version_conflict");
        stale.ExpectFault("version_conflict", null, "\"1\"", "\"2\"");
        Assert.Equal("\"2\"", stale.Header("etag"));
        Assert.Equal("2", stale.Json.GetProperty("order").GetProperty("version").ToString());
        Assert.Equal(before, await town.Snapshot(number));
        Assert.Equal("preparing", (await Post($"/v1/orders/{number}/accept", "\"2\"")).Expect(200)["status"]);
        (await Post($"/v1/orders/{number}/ready", "*")).Expect(200);
    }

    [Fact]
    public async Task A_lost_answer_is_told_again_although_the_version_has_moved_on()
    {
        var town = await Town.Open(Api);
        var (number, key) = (await town.Place(), Api.NewKey());
        (await Post($"/v1/orders/{number}/accept", "\"2\"", key)).Expect(200);
        Assert.Equal("true", (await Post($"/v1/orders/{number}/accept", "\"2\"", key)).Expect(200).Header("idempotent-replayed"));
    }

    [Fact]
    public async Task Merchants_couriers_customers_promotions_and_refunds_have_it_too()
    {
        var town = await Town.Open(Api);
        await town.CourierOnline();
        var number = await town.Place();
        var address = new { label = "Home", point = new { latitude = 1, longitude = 1 } };
        (await Api.Put($"/v1/customers/{town.Customer}/addresses/home", address)).Expect(200);
        var code = "match-" + town.Merchant;
        (await Api.Post("/v1/promotions", new { code, currency = "EUR", amount_off = 1, budget = new { uses = 1 } })).Expect(201);
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Put, $"/v1/merchants/{town.Merchant}/status", new { status = "closed" }),
            (HttpMethod.Delete, $"/v1/merchants/{town.Merchant}/hours", null),
            (HttpMethod.Post, $"/v1/couriers/{town.Courier}/pause", null),
            (HttpMethod.Put, $"/v1/couriers/{town.Courier}/settings", new { capacity = 3 }),
            (HttpMethod.Put, $"/v1/customers/{town.Customer}/addresses/home", address),
            (HttpMethod.Post, $"/v1/promotions/{code}/pause", null),
            (HttpMethod.Post, $"/v1/orders/{number}/refunds", new { reason = "late", actor = new { role = "customer", id = town.Customer } }),
        })
        {
            (await Api.Send(method, path, body, Api.NewKey(), ("If-Match", "\"99\""))).ExpectProblem(412, "version_conflict");
        }
    }

    [Theory]
    [InlineData("2")]
    [InlineData("\"\"")]
    [InlineData("\"abc\"")]
    [InlineData("W/\"2\"")]
    [InlineData("\"2\", \"3\"")]
    public async Task What_is_no_version_is_malformed(string etag)
    {
        var town = await Town.Open(Api);
        var number = await town.Place();
        (await Post($"/v1/orders/{number}/accept", etag)).ExpectProblem(400, "malformed").ExpectFault("invalid_etag");
    }

    [Fact]
    public async Task A_caller_who_has_the_version_is_not_sent_it_again()
    {
        var town = await Town.Open(Api);
        var number = await town.Place();
        foreach (var known in new[] { "\"2\"", "W/\"2\"", "\"1\", \"2\"", "*" })
        {
            var answer = (await Get($"/v1/orders/{number}", known)).Expect(304);
            Assert.Equal(("\"2\"", ""), (answer.Header("etag"), answer.Text));
        }

        (await Get($"/v1/orders/{number}/timeline", "\"2\"")).Expect(304);
        (await Get($"/v1/orders/{number}", "\"1\"")).Expect(200);
        // What a merchant has left comes and goes without a version of the merchant's own.
        var merchant = (await Api.Get($"/v1/merchants/{town.Merchant}")).Expect(200);
        (await Get($"/v1/merchants/{town.Merchant}", merchant.Header("etag")!)).Expect(200);
    }

    private Task<Answer> Post(string path, string etag, string? key = null) =>
        Api.Send(HttpMethod.Post, path, null, key ?? Api.NewKey(), ("If-Match", etag));

    private Task<Answer> Get(string path, string etag) => Api.Send(HttpMethod.Get, path, null, null, ("If-None-Match", etag));
}
