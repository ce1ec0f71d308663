using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>Promotions and customers as an operator and a customer's app see them.</summary>
[Collection(SharedSilo.Name)]
public sealed class PromotionTests(SiloUnderTest silo)
{
    private static int codes;

    private Api Api => silo.Api;

    private static string NewCode() => $"lunch-{Environment.ProcessId}-{Interlocked.Increment(ref codes)}";

    [Fact]
    public async Task A_promotion_is_created_stopped_resumed_and_raised()
    {
        var code = NewCode();
        var key = Api.NewKey();
        var body = new
        {
            code,
            currency = "EUR",
            permille_off = 200,
            cap = 500,
            merchant_permille = 300,
            budget = new { uses = 10 },
            per_customer = 2,
            valid_until = "2030-01-01T00:00:00Z",
            merchants = new[] { "m1" },
        };
        var created = (await Api.Post("/v1/promotions", body, key)).Expect(201);
        Assert.Equal("/v1/promotions/" + code.ToUpperInvariant(), created.Header("location"));
        Assert.Equal("true", (await Api.Post("/v1/promotions", body, key)).Expect(201).Header("idempotent-replayed"));
        (await Api.Post("/v1/promotions", body)).ExpectProblem(409, "already_exists");

        Assert.Equal("paused", (await Api.Post($"/v1/promotions/{code}/pause")).Expect(200)["status"]);
        Assert.Equal("active", (await Api.Post($"/v1/promotions/{code}/resume")).Expect(200)["status"]);
        (await Api.Put($"/v1/promotions/{code}/budget", new { uses = 9 }))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/uses", "9");
        (await Api.Put($"/v1/promotions/{code}/budget", new { uses = 20 })).Expect(200);
        var promotion = (await Api.Get("/v1/promotions/" + code.ToUpperInvariant())).Expect(200);
        Assert.Equal(20, promotion.Json.GetProperty("budget").GetProperty("uses").GetInt32());
        Assert.Equal(200, promotion.Json.GetProperty("permille_off").GetInt32());
        Assert.Equal(0, promotion.Json.GetProperty("reserved").GetProperty("uses").GetInt32());
        Assert.Equal("\"4\"", promotion.Header("etag"));
    }

    [Fact]
    public async Task What_is_wrong_with_a_promotion_is_named()
    {
        var budget = new { uses = 1 };
        (await Api.Post("/v1/promotions", new { code = NewCode(), currency = "EUR", budget })).ExpectProblem(422, "validation_failed").ExpectFault("required");
        (await Api.Post("/v1/promotions", new { code = NewCode(), currency = "EUR", budget = new { }, amount_off = 1 }))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/budget");
        (await Api.Post("/v1/promotions", new { code = "a b", currency = "EUR", budget, amount_off = 1 }))
            .ExpectProblem(422, "validation_failed").ExpectFault("invalid_id", "/code", "a b");
        (await Api.Post("/v1/promotions", new { code = NewCode(), currency = "EUR", budget, amount_off = 1, actor = new { role = "customer", id = "c" } }))
            .ExpectProblem(403, "forbidden");
        (await Api.Post("/v1/promotions/NONE/pause")).ExpectProblem(404, "not_found");
        (await Api.Get("/v1/promotions/NONE")).ExpectProblem(404, "not_found");
    }

    [Fact]
    public async Task A_customer_has_addresses_a_membership_and_a_limit()
    {
        var id = "c-" + NewCode();
        (await Api.Get("/v1/customers/" + id)).ExpectProblem(404, "not_found");
        var point = new { latitude = 52.53, longitude = 13.42 };
        (await Api.Put($"/v1/customers/{id}/addresses/home", new { label = "Home", point, note = "third floor" })).Expect(200);
        (await Api.Put($"/v1/customers/{id}/addresses/work", new { label = "Work", point, @default = true })).Expect(200);
        (await Api.Put($"/v1/customers/{id}/addresses/work", new { label = "", point })).ExpectProblem(422, "validation_failed");
        var customer = (await Api.Send(HttpMethod.Delete, $"/v1/customers/{id}/addresses/work")).Expect(200);
        var address = customer.Json.GetProperty("addresses").EnumerateArray().Single();
        Assert.True(address.GetProperty("id").GetString() == "home" && address.GetProperty("default").GetBoolean());
        (await Api.Send(HttpMethod.Delete, $"/v1/customers/{id}/addresses/work")).ExpectProblem(404, "not_found");

        Assert.NotNull((await Api.Post($"/v1/customers/{id}/membership", new { days = 30 })).Expect(200)["member_until"]);
        Assert.Null((await Api.Post($"/v1/customers/{id}/membership", new { days = 0 })).Expect(200)["member_until"]);
        (await Api.Post($"/v1/customers/{id}/membership", new { days = 1, actor = new { role = "customer", id } })).ExpectProblem(403, "forbidden");
        Assert.Equal("5", (await Api.Put($"/v1/customers/{id}/limit", new { max_open_orders = 5 })).Expect(200)["max_open_orders"]);
        Assert.Equal("20", (await Api.Put($"/v1/customers/{id}/limit", new { })).Expect(200)["max_open_orders"]);
    }

    [Fact]
    public async Task An_order_above_the_customers_limit_is_refused()
    {
        var town = await Town.Open(Api);
        (await Api.Put($"/v1/customers/{town.Customer}/limit", new { max_open_orders = 1 })).Expect(200);
        var first = await town.Place();
        (await Api.Post("/v1/orders", town.Order())).ExpectProblem(422, "order_limit");
        (await town.Cancel(first)).Expect(200);
        await town.Place();
    }
}
