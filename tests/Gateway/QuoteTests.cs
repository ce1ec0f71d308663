using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>Quotes as an integrator sees them.</summary>
[Collection(SharedSilo.Name)]
public sealed class QuoteTests(SiloUnderTest silo)
{
    private Api Api => silo.Api;

    [Fact]
    public async Task A_quote_holds_its_price_although_the_menu_changes_and_is_accepted_once()
    {
        var town = await Town.Open(Api);
        var (wanted, key) = (town.Wanted(("total", null)), Api.NewKey());
        var quote = (await Api.Post("/v1/quotes", wanted, key)).Expect(201);
        var place = quote.Header("location")!;
        Assert.Equal("active", quote["status"]);
        Assert.Equal("1800", quote.Json.GetProperty("total").GetProperty("amount").ToString());
        Assert.True(quote.Json.GetProperty("dropoff_at").GetDateTimeOffset() > quote.Json.GetProperty("pickup_at").GetDateTimeOffset());
        var again = (await Api.Post("/v1/quotes", wanted, key)).Expect(201);
        Assert.Equal(("true", quote["id"]), (again.Header("idempotent-replayed"), again["id"]));
        (await Api.Post("/v1/quotes", town.Wanted(("total", null), ("kind", "pickup")), key)).ExpectProblem(422, "idempotency_key_reused");

        var dearer = new { items = new object[] { new { id = "noodles", name = "Noodles", price = 1900 } } };
        (await Api.Put($"/v1/merchants/{town.Merchant}/menu", dearer)).Expect(200);
        var accept = Api.NewKey();
        var order = (await Api.Post(place + "/accept", new { note = "third floor" }, accept)).Expect(201);
        Assert.Equal("1800", order.Json.GetProperty("total").GetProperty("amount").ToString());
        Assert.Equal("third floor", order["note"]);
        Assert.Equal("/v1/orders/" + order["number"], order.Header("location"));

        foreach (var repeat in new[] { accept, Api.NewKey() })
        {
            var same = (await Api.Post(place + "/accept", new { note = "third floor" }, repeat)).Expect(201);
            Assert.Equal((order["number"], "true"), (same["number"], same.Header("idempotent-replayed")));
        }

        var accepted = (await Api.Get(place)).Expect(200);
        Assert.Equal(("accepted", order["number"]), (accepted["status"], accepted["order"]));
    }

    [Fact]
    public async Task An_order_can_name_a_quote_but_only_for_what_was_quoted()
    {
        var town = await Town.Open(Api);
        var id = (await Api.Post("/v1/quotes", town.Wanted(("total", null)))).Expect(201)["id"];
        (await Api.Post("/v1/orders", town.Wanted(("quote_id", id), ("lines", new[] { new { item = "noodles", quantity = 3 } }))))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/lines");
        (await Api.Post("/v1/orders", town.Wanted(("quote_id", "q_unknown")))).ExpectProblem(409, "quote_expired");
        (await Api.Post("/v1/orders", town.Wanted(("quote_id", id), ("total", new { amount = 1, currency = "EUR" })))).ExpectProblem(422, "wrong_total");
        (await Api.Post("/v1/orders", town.Wanted(("quote_id", id)))).Expect(201);
        (await Api.Post("/v1/orders", town.Wanted(("quote_id", id)))).ExpectProblem(409, "invalid_transition");
    }

    [Fact]
    public async Task A_quote_promises_neither_stock_nor_opening_and_can_be_accepted_when_they_are_back()
    {
        var town = await Town.Open(Api);
        var cakes = town.Wanted(("total", null), ("lines", new[] { new { item = "cake", quantity = 3 } }));
        var place = (await Api.Post("/v1/quotes", cakes)).Expect(201).Header("location");
        (await town.SetStatus("closed")).Expect(200);
        (await Api.Post(place + "/accept")).ExpectProblem(422, "store_closed");
        (await town.SetStatus("open")).Expect(200);
        var other = await town.Place(town.Order("cake", 1));
        (await Api.Post(place + "/accept")).ExpectProblem(422, "sold_out");
        Assert.Equal("active", (await Api.Get(place!)).Expect(200)["status"]);
        (await town.Cancel(other)).Expect(200);
        await town.Settled();
        (await Api.Post(place + "/accept")).Expect(201);
    }

    [Fact]
    public async Task What_cannot_be_ordered_cannot_be_quoted()
    {
        var town = await Town.Open(Api);
        (await Api.Post("/v1/quotes", town.Wanted(("total", null), ("dropoff", null)))).ExpectProblem(400, "malformed");
        (await Api.Post("/v1/quotes", town.Wanted(("total", null), ("kind", "virtual")))).ExpectProblem(422, "validation_failed");
        (await Api.Post("/v1/quotes", town.Wanted(("total", null), ("merchant", "nobody")))).ExpectProblem(422, "unknown_merchant");
        (await Api.Post("/v1/quotes", town.Wanted(("total", null), ("coupon", "none")))).ExpectProblem(422, "unknown_coupon");
        (await Api.Post("/v1/quotes", town.Wanted(("total", null), ("scheduled_for", "2020-01-01T00:00:00Z")))).ExpectProblem(422, "schedule_invalid");
        (await Api.Get("/v1/quotes/q_none")).ExpectProblem(404, "not_found");
        (await Api.Post("/v1/quotes/q_none/accept")).ExpectProblem(404, "not_found");
    }
}
