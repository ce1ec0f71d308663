using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>Requests that are well formed and not possible: each is told why, with value and what is allowed, and changes nothing.</summary>
[Collection(SharedSilo.Name)]
public sealed class RefusalTests(SiloUnderTest silo)
{
    private Api Api => silo.Api;

    [Fact]
    public async Task An_unknown_merchant()
    {
        var town = await Town.Open(Api);
        await Unchanged(town, null, async () => (await Api.Post("/v1/orders", town.Order(merchant: "nobody")))
            .ExpectProblem(422, "unknown_merchant").ExpectFault("unknown_merchant", "/merchant", "nobody"));
    }

    [Fact]
    public async Task An_unknown_item()
    {
        var town = await Town.Open(Api);
        await Unchanged(town, null, async () => (await Api.Post("/v1/orders", town.Order("pizza")))
            .ExpectProblem(422, "unknown_item").ExpectFault("unknown_item", "/lines/0/item", "pizza", "noodles", "cake"));
    }

    [Fact]
    public async Task A_closed_merchant()
    {
        var town = await Town.Open(Api);
        (await town.SetStatus("closed")).Expect(200);
        await Unchanged(town, null, async () => (await Api.Post("/v1/orders", town.Order()))
            .ExpectProblem(422, "store_closed").ExpectFault("store_closed", "/merchant", town.Merchant));
    }

    [Fact]
    public async Task A_sold_out_item()
    {
        var town = await Town.Open(Api);
        await town.Place(town.Order("cake", 2));
        await Unchanged(town, null, async () => (await Api.Post("/v1/orders", town.Order("cake", 2)))
            .ExpectProblem(422, "sold_out").ExpectFault("sold_out", "/lines/0/quantity", "2", "1"));
        Assert.Equal(1, await town.Cakes());
    }

    [Fact]
    public async Task A_wrong_total_and_a_wrong_currency()
    {
        var town = await Town.Open(Api);
        await Unchanged(town, null, async () => (await Api.Post("/v1/orders", town.Order(amount: 1799)))
            .ExpectProblem(422, "wrong_total").ExpectFault("wrong_total", "/total/amount", "1799", "1800"));
        await Unchanged(town, null, async () => (await Api.Post("/v1/orders", town.Order(currency: "USD")))
            .ExpectProblem(422, "wrong_currency").ExpectFault("wrong_currency", "/total/currency", "USD", "EUR"));
    }

    [Theory]
    [InlineData("noodles", 0, "EUR", "/lines/0/quantity", "0")]
    [InlineData("noodles", 100, "EUR", "/lines/0/quantity", "100")]
    [InlineData("two words", 1, "EUR", "/lines/0/item", "two words")]
    [InlineData("noodles", 1, "euro", "/total/currency", "euro")]
    public async Task A_value_outside_its_range(string item, int quantity, string currency, string pointer, string value)
    {
        var town = await Town.Open(Api);
        await Unchanged(town, null, async () => (await Api.Post("/v1/orders", town.Order(item, quantity, currency: currency)))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", pointer, value));
    }

    [Fact]
    public async Task An_order_without_lines_off_the_earth_or_with_a_novel_for_a_note()
    {
        var town = await Town.Open(Api);
        var total = new { amount = 900, currency = "EUR" };
        var lines = new[] { new { item = "noodles", quantity = 1 } };
        var place = new { latitude = 52.5, longitude = 13.4 };
        (string Pointer, object Order)[] cases =
        [
            ("/lines", new { customer = town.Customer, merchant = town.Merchant, lines = Array.Empty<object>(), total, dropoff = place }),
            ("/dropoff", new { customer = town.Customer, merchant = town.Merchant, lines, total, dropoff = new { latitude = 91, longitude = 0 } }),
            ("/note", new { customer = town.Customer, merchant = town.Merchant, lines, total, dropoff = place, note = new string('n', 501) }),
            ("/lines/1/item", new { customer = town.Customer, merchant = town.Merchant, lines = lines.Concat(lines), total, dropoff = place }),
            ("/customer", new { customer = "", merchant = town.Merchant, lines, total, dropoff = place }),
            ("/merchant", new { customer = town.Customer, merchant = "?", lines, total, dropoff = place }),
        ];
        foreach (var (pointer, order) in cases)
        {
            await Unchanged(town, null, async () => Assert.Equal(
                pointer,
                (await Api.Post("/v1/orders", order)).ExpectProblem(422, "validation_failed").Error.GetProperty("pointer").GetString()));
        }
    }

    [Fact]
    public async Task A_transition_that_the_state_does_not_allow()
    {
        var town = await Town.Open(Api);
        var number = await town.Place();
        await Unchanged(town, number, async () => ExpectTransition(
            await town.Do(number, "ready"), "awaiting_merchant", ["accept", "reject", "cancel", "modifications"]));

        (await town.Do(number, "accept")).Expect(200);
        await Unchanged(town, number, async () => ExpectTransition(await town.Do(number, "accept"), "preparing", ["ready", "cancel", "modifications"]));
        await Unchanged(town, number, async () => ExpectTransition(
            await town.Do(number, "reject", new { reason = "merchant_busy" }), "preparing", ["ready", "cancel", "modifications"]));

        (await town.Cancel(number)).Expect(200);
        await town.Settled();
        foreach (var action in new[] { "accept", "ready" })
        {
            await Unchanged(town, number, async () => ExpectTransition(await town.Do(number, action), "canceled", []));
        }

        await Unchanged(town, number, async () => ExpectTransition(await town.Cancel(number), "canceled", []));
    }

    [Fact]
    public async Task A_step_back_and_a_cancellation_after_the_pickup()
    {
        var town = await Town.Open(Api);
        var number = await town.PlaceAssigned();
        (await town.Step(number, "pickup")).Expect(200);
        await Unchanged(town, number, async () => ExpectTransition(
            await town.Step(number, "arrive-pickup"), "in_delivery", ["leave-for-dropoff", "arrive-dropoff", "complete", "fail"]));
        // What is allowed is told for the one who asked: there is nothing a customer can do now.
        await Unchanged(town, number, async () => ExpectTransition(await town.Cancel(number), "in_delivery", []));
        await Unchanged(town, number, async () => ExpectTransition(
            await town.Step(number, "unassign"), "in_delivery", ["leave-for-dropoff", "arrive-dropoff", "complete", "fail"]));
    }

    [Fact]
    public async Task Somebody_elses_order()
    {
        var town = await Town.Open(Api);
        var number = await town.PlaceAssigned();
        await Unchanged(town, number, async () => (await town.Do(number, "ready", new { actor = new { role = "merchant", id = "other" } }))
            .ExpectProblem(403, "forbidden").ExpectFault("forbidden", value: "merchant:other"));
        await Unchanged(town, number, async () => (await town.Cancel(number, id: "other")).ExpectProblem(403, "forbidden"));
        await Unchanged(town, number, async () => (await town.Step(number, "pickup", "other")).ExpectProblem(403, "forbidden"));
        await Unchanged(town, number, async () => (await town.Do(number, "ready", new { actor = new { role = "courier", id = town.Courier } }))
            .ExpectProblem(403, "forbidden"));
    }

    [Fact]
    public async Task A_reason_that_is_not_the_actors_to_give()
    {
        var town = await Town.Open(Api);
        var number = await town.Place();
        await Unchanged(town, number, async () => (await town.Cancel(number, reason: "merchant_busy"))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/reason", "merchant_busy", "customer_request"));
        await Unchanged(town, number, async () => (await town.Do(number, "reject", new { reason = "customer_request" }))
            .ExpectProblem(422, "validation_failed")
            .ExpectFault("validation_failed", "/reason", "customer_request", "merchant_unable", "merchant_busy", "item_unavailable"));
    }

    [Fact]
    public async Task A_preparation_time_outside_its_range()
    {
        var town = await Town.Open(Api);
        var number = await town.Place();
        foreach (var seconds in new[] { -1, 21601, int.MaxValue })
        {
            await Unchanged(town, number, async () => (await town.Do(number, "accept", new { preparation_seconds = seconds }))
                .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/preparation_seconds", $"{seconds}", "0 to 21600"));
        }

        (await town.Do(number, "accept", new { preparation_seconds = 21600 })).Expect(200);
        var merchant = new
        {
            id = town.Merchant + "-slow",
            name = "Slow",
            location = new { latitude = 52.52, longitude = 13.405 },
            currency = "EUR",
            preparation_seconds = 21601,
        };
        (await Api.Post("/v1/merchants", merchant))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/preparation_seconds", "21601", "0 to 21600");
    }

    [Fact]
    public async Task An_order_that_does_not_exist()
    {
        var number = Values.OrderNumber.Create(1, 0, 0, 3, 4).ToString();
        (await Api.Get("/v1/orders/" + number)).ExpectProblem(404, "not_found").ExpectFault("not_found", value: number);
        (await Api.Get($"/v1/orders/{number}/timeline")).ExpectProblem(404, "not_found");
        (await Api.Post($"/v1/orders/{number}/accept")).ExpectProblem(404, "not_found");
        (await Api.Post($"/v1/deliveries/{number}/pickup", new { courier = "k1" })).ExpectProblem(404, "not_found").ExpectFault("not_found", value: number);
        (await Api.Post($"/v1/orders/{number}/cancel", new { reason = "customer_request", actor = new { role = "customer", id = "c" } }))
            .ExpectProblem(404, "not_found");
    }

    [Fact]
    public async Task A_merchant_or_courier_that_does_not_exist_or_exists_already()
    {
        (await Api.Get("/v1/merchants/nobody")).ExpectProblem(404, "not_found").ExpectFault("not_found", value: "nobody");
        (await Api.Get("/v1/merchants/nobody/orders")).ExpectProblem(404, "not_found");
        (await Api.Put("/v1/merchants/nobody/status", new { status = "open" })).ExpectProblem(404, "not_found").ExpectFault("not_found", value: "nobody");
        (await Api.Get("/v1/couriers/nobody")).ExpectProblem(404, "not_found").ExpectFault("not_found", value: "nobody");
        (await Api.Get("/v1/couriers/nobody/orders")).ExpectProblem(404, "not_found");
        (await Api.Put("/v1/couriers/nobody/duty", new { status = "offline" })).ExpectProblem(404, "not_found");
        (await Api.Get("/v1/customers/nobody/orders")).Expect(200);

        var town = await Town.Open(Api);
        var merchant = new { id = town.Merchant, name = "Other", location = new { latitude = 1, longitude = 1 }, currency = "USD" };
        await Unchanged(town, null, async () => (await Api.Post("/v1/merchants", merchant))
            .ExpectProblem(409, "already_exists").ExpectFault("already_exists", value: town.Merchant));
        await town.CourierOnline();
        (await Api.Post("/v1/couriers", new { id = town.Courier, name = "Other" })).ExpectProblem(409, "already_exists");
    }

    [Theory]
    [InlineData("", "Name", "EUR", "/id")]
    [InlineData("m x", "Name", "EUR", "/id")]
    [InlineData("ok", "", "EUR", "/name")]
    [InlineData("ok", "Name", "eur", "/currency")]
    public async Task A_merchant_that_cannot_be(string id, string name, string currency, string pointer)
    {
        var answer = await Api.Post("/v1/merchants", new { id, name, location = new { latitude = 1, longitude = 1 }, currency });
        Assert.Equal(pointer, answer.ExpectProblem(422, "validation_failed").Error.GetProperty("pointer").GetString());
    }

    [Fact]
    public async Task A_menu_or_courier_that_cannot_be()
    {
        var town = await Town.Open(Api);
        (string Pointer, object Item)[] items =
        [
            ("/items/1/price", new { id = "b", name = "B", price = -1 }), ("/items/1/id", new { id = "a", name = "A", price = 1 }),
            ("/items/1/stock", new { id = "b", name = "B", price = 1, stock = -1 }), ("/items/1/name", new { id = "b", name = "", price = 1 }),
        ];
        foreach (var (pointer, item) in items)
        {
            await Unchanged(town, null, async () => Assert.Equal(
                pointer,
                (await Api.Put($"/v1/merchants/{town.Merchant}/menu", new { items = new[] { new { id = "a", name = "A", price = 1 }, item } }))
                    .ExpectProblem(422, "validation_failed").Error.GetProperty("pointer").GetString()));
        }

        (await Api.Post("/v1/couriers", new { id = town.Courier, name = "Kim", capacity = 21 }))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/capacity", "21");
        await town.CourierOnline();
        (await Api.Put(
            $"/v1/couriers/{town.Courier}/duty",
            new { status = "online", location = new { latitude = 1, longitude = 1 }, until = "2020-01-01T00:00:00Z" }))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/until");
    }

    [Fact]
    public async Task A_cursor_of_another_list()
    {
        var town = await Town.Open(Api);
        var answer = (await Api.Get($"/v1/orders?customer={town.Customer}&cursor=MTIzNDU2Nzg5")).ExpectProblem(400, "malformed");
        answer.ExpectFault("invalid_cursor", value: "MTIzNDU2Nzg5");
    }

    private static void ExpectTransition(Answer answer, string status, string[] allowed)
    {
        answer.ExpectProblem(409, "invalid_transition");
        Assert.Equal(allowed, answer.Error.TryGetProperty("allowed", out var said) ? said.EnumerateArray().Select(a => a.GetString()!).ToArray() : []);
        var order = answer.Json.GetProperty("order");
        Assert.Equal(status, order.GetProperty("status").GetString());
        Assert.True(order.GetProperty("version").GetInt64() > 0);
    }

    private static async Task Unchanged(Town town, string? number, Func<Task> refused)
    {
        var before = await town.Snapshot(number);
        await refused();
        Assert.Equal(before, await town.Snapshot(number));
    }
}
