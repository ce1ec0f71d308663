using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>What a merchant says of itself over HTTP, and what an integrator is told of its prices.</summary>
[Collection(SharedSilo.Name)]
public sealed class MerchantTests(SiloUnderTest silo)
{
    private Api Api => silo.Api;

    [Fact]
    public async Task Hours_capacity_preparation_and_terms_are_shown_as_they_were_set()
    {
        var town = await Town.Open(Api);
        var path = "/v1/merchants/" + town.Merchant;
        var hours = """
            {"time_zone":"Europe/Berlin","week":[{"day":"monday","open":[{"from":"11:00","to":"14:30"},{"from":"18:00","to":"02:00"}]}],
             "exceptions":[{"date":"2026-12-25","open":[]}]}
            """.Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        var set = (await Api.Put(path + "/hours", System.Text.Json.JsonDocument.Parse(hours).RootElement)).Expect(200);
        Assert.Equal(hours, set.Json.GetProperty("hours").GetRawText());
        (await Api.Put(path + "/capacity", new { limit = 3, when_full = "queue" })).Expect(200);
        (await Api.Put(path + "/preparation", new { preparation_seconds = 300, auto_accept = true, learn = true })).Expect(200);
        (await Api.Put(path + "/terms", new { delivery_fee = 250, waits = new { acceptance_seconds = 60 }, kinds = new[] { "delivery" } })).Expect(200);
        var status = new { status = "busy", busy_seconds = 600 };
        var merchant = (await Api.Put(path + "/status", status)).Expect(200).Json;
        Assert.Equal("busy", merchant.GetProperty("status").GetString());
        Assert.Equal(900, merchant.GetProperty("estimate_seconds").GetInt32());
        Assert.Equal("""{"limit":3,"when_full":"queue"}""", merchant.GetProperty("capacity").GetRawText());
        Assert.Equal(60, merchant.GetProperty("terms").GetProperty("waits").GetProperty("acceptance_seconds").GetInt32());
        Assert.False((await Api.Delete(path + "/hours")).Expect(200).Json.TryGetProperty("hours", out _));
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_where_it_is()
    {
        var town = await Town.Open(Api);
        var path = "/v1/merchants/" + town.Merchant;
        (await Api.Put(path + "/hours", new { time_zone = "Europe/Nowhere", week = Array.Empty<object>() }))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/time_zone", "Europe/Nowhere");
        var day = new { day = "monday", open = new[] { new { from = "9:00", to = "25:00" } } };
        (await Api.Put(path + "/hours", new { time_zone = "Europe/Berlin", week = new[] { day } }))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/week/0/open/0/from", "9:00");
        (await Api.Put(path + "/capacity", new { limit = 0 })).ExpectProblem(422, "validation_failed");
        (await Api.Put(path + "/terms", new { delivery_fee = -1 })).ExpectProblem(422, "invalid_amount");
        (await Api.Put(path + "/stock", new { items = new[] { new { id = "pizza", stock = 3 } } })).ExpectProblem(422, "unknown_item");
        (await Api.Put(path + "/status", new { status = "paused", until = "2020-01-01T00:00:00Z" })).ExpectProblem(422, "validation_failed");
    }

    [Fact]
    public async Task A_price_names_options_fee_and_total_and_changes_nothing()
    {
        var town = await Town.Open(Api);
        var path = "/v1/merchants/" + town.Merchant;
        var choices = new object[] { new { id = "s", name = "S" }, new { id = "l", name = "L", price = 150 } };
        var sizes = new { id = "size", name = "Size", min = 1, max = 1, options = choices };
        var tea = new { id = "tea", name = "Tea", price = 200, stock = 4, options = new[] { sizes } };
        (await Api.Put(path + "/menu", new { items = new object[] { tea } })).Expect(200);
        (await Api.Put(path + "/terms", new { delivery_fee = 100 })).Expect(200);
        var dropoff = new { latitude = 52.53, longitude = 13.42 };
        var line = new { item = "tea", quantity = 2, options = new[] { "l" } };
        var price = (await Api.Post(path + "/price", new { lines = new[] { line }, dropoff })).Expect(200).Json;
        Assert.Equal(350, price.GetProperty("lines")[0].GetProperty("unit_price").GetInt64());
        Assert.Equal(800, price.GetProperty("total").GetProperty("amount").GetInt64());
        (await Api.Post(path + "/price", new { lines = new[] { new { item = "tea", quantity = 1 } }, dropoff }))
            .ExpectProblem(422, "unknown_option");
        (await Api.Put(path + "/stock", new { items = new[] { new { id = "tea", stock = 1 } } })).Expect(200);
        (await Api.Post(path + "/price", new { lines = new[] { line }, dropoff })).ExpectProblem(422, "sold_out");
        (await Api.Post("/v1/merchants/nobody/price", new { lines = new[] { line }, dropoff })).ExpectProblem(404, "not_found");
    }
}
