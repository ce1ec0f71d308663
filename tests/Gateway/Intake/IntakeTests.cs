using System.Text.Json.Nodes;
using Xunit;

namespace OrderActors.Tests.Gateway.Intake;

/// <summary>The intake over HTTP: a receipt at once, outcomes later, faults with their place, and each receipt its owner's.</summary>
[Collection(SharedSilo.Name)]
public sealed class IntakeTests(SiloUnderTest silo)
{
    private Api Api => silo.Api;

    [Fact]
    public async Task Orders_are_taken_in_and_their_receipt_tells_what_became_of_them()
    {
        var town = await Town.Open(Api);
        var wrong = town.Wanted(("customer", town.Customer + "-1"), ("total", new { amount = 1, currency = "EUR" }));
        var taken = (await TakeIn(Api, Order(town, 0), wrong, Order(town, 2))).Expect(202);
        Assert.Equal(("3", "3", "open"), (taken["orders"], taken["pending"], taken["status"]));
        Assert.Equal("/v1/intake/receipts/" + taken["id"], taken.Header("location"));

        var receipt = await Done(Api, taken);
        Assert.Equal(("2", "1", "0"), (receipt["placed"], receipt["refused"], receipt["dead"]));
        var outcomes = receipt.Json.GetProperty("data").EnumerateArray().ToArray();
        Assert.Equal(["placed", "refused", "placed"], outcomes.Select(o => o.GetProperty("status").GetString()));
        Assert.Equal("wrong_total", outcomes[1].GetProperty("code").GetString());
        var order = (await Api.Get("/v1/orders/" + outcomes[2].GetProperty("number").GetString())).Expect(200);
        Assert.Equal(town.Customer + "-2", order["customer"]);

        var page = (await Api.Get(taken.Header("location") + "?limit=1&status=placed")).Expect(200);
        Assert.Equal(("True", 1), (page["has_more"], page.Json.GetProperty("data").GetArrayLength()));
        var rest = (await Api.Get($"{taken.Header("location")}?limit=5&status=placed&cursor={page["next_cursor"]}")).Expect(200);
        Assert.Equal(2, rest.Json.GetProperty("data")[0].GetProperty("index").GetInt32());
    }

    [Fact]
    public async Task The_same_request_again_is_the_same_receipt_and_another_one_under_its_key_is_refused()
    {
        var town = await Town.Open(Api);
        var key = Api.NewKey();
        var first = (await TakeIn(Api, key, Order(town, 0), Order(town, 1))).Expect(202);
        var again = (await TakeIn(Api, key, Order(town, 0), Order(town, 1))).Expect(202);
        Assert.Equal((first["id"], "true"), (again["id"], again.Header("idempotent-replayed")));
        (await TakeIn(Api, key, Order(town, 0))).ExpectProblem(422, "idempotency_key_reused");
        await Done(Api, first);
        (await TakeIn(Api, key, Order(town, 0))).ExpectProblem(422, "idempotency_key_reused");
        Assert.Single(Town.Numbers((await Api.Get($"/v1/orders?customer={town.Customer}-0")).Json));
        (await Api.Send(HttpMethod.Post, "/v1/intake/orders", new { orders = new[] { Order(town, 0) } })).ExpectProblem(400, "idempotency_key_missing");
    }

    [Fact]
    public async Task A_fault_in_one_order_names_its_place_and_nothing_is_taken_in()
    {
        var town = await Town.Open(Api);
        JsonNode[] orders = [.. Enumerable.Range(0, 20).Select(i => Order(town, i))];
        orders[17]["lines"]![0]!["quantity"] = 0;
        (await TakeIn(Api, orders)).ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/orders/17/lines/0/quantity", "0");
        orders[17]["lines"]![0]!["quantity"] = 1;
        orders[3]["customer"] = "no good";
        orders[4].AsObject().Remove("dropoff");
        (await TakeIn(Api, orders)).ExpectProblem(422, "validation_failed").ExpectFault("invalid_id", "/orders/3/customer", "no good");
        orders[3]["customer"] = town.Customer + "-3";
        (await TakeIn(Api, orders)).ExpectProblem(400, "malformed").ExpectFault("required", "/orders/4/dropoff");
        orders[4]["total"] = "much";
        (await TakeIn(Api, orders)).ExpectProblem(400, "malformed").ExpectFault("wrong_type", "/orders/4/total");
        (await TakeIn(Api, [null!])).ExpectProblem(400, "malformed").ExpectFault("null_not_allowed", "/orders/0");
        (await TakeIn(Api, town.Wanted(("require_pin", true)))).ExpectProblem(422, "validation_failed").ExpectFault("out_of_range", "/orders/0/require_pin");
        (await TakeIn(Api, [])).ExpectProblem(422, "validation_failed").ExpectFault("out_of_range", "/orders");
        (await TakeIn(Api, [.. Enumerable.Range(0, 1_001).Select(i => Order(town, i))])).ExpectProblem(422, "validation_failed");
        (await Api.PostText("/v1/intake/orders", "{\"orders\": [\"" + new string('x', 2_100_000) + "\"]}")).ExpectProblem(413, "body_too_large");
        Assert.Empty(Town.Numbers((await Api.Get($"/v1/merchants/{town.Merchant}/orders")).Json));
    }

    [Fact]
    public async Task A_single_order_is_taken_in_when_its_caller_prefers_so()
    {
        var town = await Town.Open(Api);
        var key = Api.NewKey();
        var taken = (await Api.Send(HttpMethod.Post, "/v1/orders", town.Order(), key, ("Prefer", "wait=1, respond-async"))).Expect(202);
        Assert.Equal("respond-async", taken.Header("preference-applied"));
        var receipt = await Done(Api, taken);
        var number = receipt.Json.GetProperty("data")[0].GetProperty("number").GetString();

        // The same key without the preference is the same request: there is no second order.
        Assert.Equal("true", (await Api.Post("/v1/orders", town.Order(), key)).Header("idempotent-replayed"));
        Assert.Equal([number], Town.Numbers((await Api.Get($"/v1/orders?customer={town.Customer}")).Json));
        (await Api.Send(HttpMethod.Post, "/v1/orders", town.Order(quantity: 0), Api.NewKey(), ("Prefer", "respond-async")))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/lines/0/quantity", "0");
    }

    [Fact]
    public async Task A_receipt_is_its_owners_and_a_partners_orders_are_for_its_own_customers()
    {
        var town = await Town.Open(Api);
        using var one = await Partner("live");
        using var other = await Partner("live");
        var taken = (await TakeIn(one, Order(town, 0), Order(town, 1))).Expect(202);
        Assert.Equal("2", (await Done(one, taken))["placed"]);
        (await other.Get(taken.Header("location")!)).ExpectProblem(404, "not_found");
        (await Api.Get(taken.Header("location")!)).Expect(200);
        (await Api.Get("/v1/intake/receipts/rcp_none")).ExpectProblem(404, "not_found");

        var stranger = await Done(other, (await TakeIn(other, Order(town, 0), Order(town, 5))).Expect(202));
        Assert.Equal(("1", "1"), (stranger["placed"], stranger["refused"]));
        Assert.Equal("not_found", stranger.Json.GetProperty("data")[0].GetProperty("code").GetString());
        (await one.Get("/v1/operations/intake")).ExpectProblem(403, "forbidden");
    }

    [Fact]
    public async Task A_receipt_of_the_test_side_is_not_seen_from_the_live_one()
    {
        using var partner = await Partner("test");
        var town = await Town.Open(Api);
        var taken = (await TakeIn(partner, Order(town, 0))).Expect(202);
        await Done(partner, taken);
        (await Api.Get(taken.Header("location")!)).ExpectProblem(404, "not_found");
    }

    [Fact]
    public async Task An_operator_sees_the_intake_and_sets_its_rate_with_a_reason()
    {
        var set = (await Api.Put("/v1/operations/intake", new { rate = 800, reason = "after the peak" })).Expect(200);
        Assert.Equal(("800", "False"), (set["rate"], set["paused"]));
        var view = (await Api.Get("/v1/operations/intake")).Expect(200);
        Assert.Equal("after the peak", view.Json.GetProperty("audit")[0].GetProperty("reason").GetString());
        Assert.Equal(8, view.Json.GetProperty("partitions").GetArrayLength());
        (await Api.Put("/v1/operations/intake", new { rate = 100_001, reason = "x" }))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/rate");
        (await Api.Put("/v1/operations/intake", new { rate = 1, reason = " " }))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/reason");
        (await Api.Get("/v1/operations/intake/dead-letters")).Expect(200);
        (await Api.Post("/v1/operations/intake/dead-letters/rcp_none/0/retry", new { reason = "again" })).ExpectProblem(404, "not_found");
        (await Api.Post("/v1/operations/intake/dead-letters/rcp_none/x/skip", new { reason = "again" })).ExpectProblem(400, "malformed");
        (await Api.Post("/v1/operations/intake/dead-letters/rcp_none/0/skip", new { reason = "" })).ExpectProblem(422, "validation_failed");
        Assert.Contains("orderactors_intake_rate_limit", await Metrics(), StringComparison.Ordinal);
    }

    private static JsonObject Order(Town town, int customer) => town.Wanted(("customer", $"{town.Customer}-{customer}"));

    private static Task<Answer> TakeIn(Api api, params JsonNode[] orders) => TakeIn(api, Api.NewKey(), orders);

    private static Task<Answer> TakeIn(Api api, string key, params JsonNode[] orders) =>
        api.Post("/v1/intake/orders", new { orders = orders.Select(order => order?.DeepClone()) }, key);

    private static Task<Answer> Done(Api api, Answer taken) => Eventually.Get(
        () => api.Get(taken.Header("location")!), receipt => receipt["status"] == "done", "all orders have their outcome");

    private Task<Api> Partner(string side) => Key("partner", side);

    private async Task<Api> Key(string kind, string side)
    {
        var made = (await Api.Post("/v1/api-keys", new { kind, subject = "s" + Api.NewKey(), name = "intake", livemode = side == "live" })).Expect(201);
        return Api.As(made["secret"]!);
    }

    // Not JSON.
    private async Task<string> Metrics()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return await http.GetStringAsync(new Uri(new Uri(Api.Url), "/metrics"));
    }
}
