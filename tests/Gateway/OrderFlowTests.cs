using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>The ways of orders beside the straight one: other kinds, later, changed, stopped, brought back.</summary>
[Collection(SharedSilo.Name)]
public sealed class OrderFlowTests(SiloUnderTest silo)
{
    private Api Api => silo.Api;

    [Fact]
    public async Task A_customer_comes_for_an_order_of_the_kind_pickup()
    {
        var town = await Town.Open(Api);
        var placed = (await Api.Post("/v1/orders", town.Wanted(("kind", "pickup"), ("dropoff", null)))).Expect(201);
        var number = placed["number"]!;
        Assert.Equal(("pickup", "awaiting_merchant", "not_needed", null), (placed["kind"], placed["status"], placed["delivery_status"], placed["dropoff"]));
        AllowedAreRoutes(placed);

        var accepted = (await town.Do(number, "accept")).Expect(200);
        Assert.Equal("collection", accepted.Json.GetProperty("deadlines")[0].GetProperty("kind").GetString());
        AllowedAreRoutes(accepted);
        (await town.Do(number, "ready")).Expect(200);
        var collected = (await town.Do(number, "collect")).Expect(200);
        Assert.Equal(("delivered", "paid", "not_needed"), (collected["status"], collected["payment_status"], collected["delivery_status"]));
        (await town.Do(number, "collect")).ExpectProblem(409, "invalid_transition");
    }

    [Fact]
    public async Task A_scheduled_order_waits_for_its_time_and_can_still_be_cancelled()
    {
        var town = await Town.Open(Api);
        var wanted = DateTimeOffset.UtcNow.AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:ss.000'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var placed = (await Api.Post("/v1/orders", town.Wanted(("scheduled_for", wanted)))).Expect(201);
        var number = placed["number"]!;
        Assert.Equal(("scheduled", wanted), (placed["status"], placed["scheduled_for"]));
        Assert.Equal("release", placed.Json.GetProperty("deadlines")[0].GetProperty("kind").GetString());
        AllowedAreRoutes(placed);
        Assert.Contains(number, Town.Numbers((await Api.Get($"/v1/orders?customer={town.Customer}&status=scheduled")).Expect(200).Json));
        (await town.Do(number, "accept")).ExpectProblem(409, "invalid_transition");
        Assert.Equal("canceled", (await town.Cancel(number)).Expect(200)["status"]);
    }

    [Fact]
    public async Task An_external_id_is_one_orders_and_finds_it()
    {
        var town = await Town.Open(Api);
        var id = $"pos/{town.Customer}?7";
        var list = "/v1/orders?external_id=" + Uri.EscapeDataString(id);
        Assert.Empty(Town.Numbers((await Api.Get(list)).Expect(200).Json));
        var first = (await Api.Post("/v1/orders", town.Wanted(("external_id", id)))).Expect(201);
        Assert.Equal(id, first["external_id"]);

        var before = await town.Snapshot(first["number"]);
        var key = Api.NewKey();
        var again = town.Wanted(("external_id", id), ("note", "another order"));
        (await Api.Post("/v1/orders", again, key)).ExpectProblem(409, "duplicate_external_id")
            .ExpectFault("duplicate_external_id", "/external_id", first["number"]);
        (await Api.Post("/v1/orders", again, key)).ExpectProblem(409, "duplicate_external_id");
        Assert.Equal(before, await town.Snapshot(first["number"]));

        var found = (await Api.Get(list)).Expect(200);
        Assert.Equal([first["number"]], Town.Numbers(found.Json));
        Assert.Equal(("False", null), (found["has_more"], found["next_cursor"]));
        Assert.Empty(Town.Numbers((await Api.Get(list + "&status=ready")).Expect(200).Json));
    }

    [Fact]
    public async Task A_frozen_order_stands_still_until_an_operator_lets_it_go_on()
    {
        var town = await Town.Open(Api);
        var number = await town.Place();
        var actor = new { role = "operator", id = "ops" };
        var frozen = (await town.Do(number, "freeze", new { reason = "two payments", actor })).Expect(200);
        Assert.Equal(("True", """["unfreeze"]"""), (frozen["frozen"], frozen["allowed"]));
        AllowedAreRoutes(frozen);

        var refused = (await town.Do(number, "accept")).ExpectProblem(409, "order_frozen").ExpectFault("order_frozen");
        Assert.Equal("""["unfreeze"]""", refused.Json.GetProperty("order").GetProperty("allowed").GetRawText());
        (await town.Cancel(number)).ExpectProblem(409, "order_frozen");
        (await town.Do(number, "unfreeze", new { reason = "mine", actor = new { role = "merchant", id = town.Merchant } })).ExpectProblem(403, "forbidden");
        (await town.Do(number, "unfreeze", new { reason = " ", actor })).ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/reason");

        Assert.Equal("False", (await town.Do(number, "unfreeze", new { reason = "checked", actor })).Expect(200)["frozen"]);
        Assert.Equal("preparing", (await town.Do(number, "accept")).Expect(200)["status"]);
        var timeline = (await Api.Get($"/v1/orders/{number}/timeline")).Expect(200).Json.GetProperty("data").EnumerateArray();
        Assert.Equal("two payments", timeline.Single(e => e.GetProperty("type").GetString() == "order.frozen").GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_preview_of_a_cancellation_shows_what_would_be_and_changes_nothing()
    {
        var town = await Town.Open(Api);
        var number = await town.Place();
        var before = await town.Snapshot(number);
        var body = new { reason = "customer_request", actor = new { role = "customer", id = town.Customer } };
        var preview = (await Api.Send(HttpMethod.Post, $"/v1/orders/{number}/cancel?preview=true", body)).Expect(200);
        Assert.Equal(("canceled", "customer_request", """{"amount":0,"currency":"EUR"}"""), (preview["status"], preview["reason"], preview["fee"]));
        Assert.Equal("0", preview.Json.GetProperty("bill").GetProperty("due").ToString());
        Assert.Equal(before, await town.Snapshot(number));

        var waived = new { reason = "customer_request", waive_fee = true, actor = new { role = "customer", id = town.Customer } };
        (await town.Do(number, "cancel", waived)).ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/waive_fee", "true");
        (await town.Cancel(number)).Expect(200);
        (await Api.Send(HttpMethod.Post, $"/v1/orders/{number}/cancel?preview=true", body)).ExpectProblem(409, "invalid_transition");
    }

    [Fact]
    public async Task One_side_proposes_other_lines_and_the_other_side_answers()
    {
        var town = await Town.Open(Api);
        var number = await town.Place();
        var (customer, merchant) = (new { role = "customer", id = town.Customer }, new { role = "merchant", id = town.Merchant });
        Task<Answer> Propose(string item, int quantity, object actor) =>
            town.Do(number, "modifications", new { lines = new[] { new { item, quantity } }, actor });
        Task<Answer> Resolve(int proposal, string answer, object actor) => town.Do(number, $"modifications/{proposal}/{answer}", new { actor });

        var proposed = (await Propose("noodles", 3, customer)).Expect(200);
        var proposal = proposed.Json.GetProperty("proposals")[0];
        Assert.Equal(("open", 2700), (proposal.GetProperty("status").GetString(), proposal.GetProperty("total").GetProperty("amount").GetInt64()));
        Assert.Equal("""{"amount":1800,"currency":"EUR"}""", proposed["total"]);
        AllowedAreRoutes(proposed);
        (await Propose("noodles", 4, merchant)).ExpectProblem(409, "invalid_transition").ExpectFault(
            "invalid_transition", null, "awaiting_merchant", "accept", "reject", "cancel", "modifications/{n}/approve", "modifications/{n}/decline");
        (await Resolve(1, "approve", customer)).ExpectProblem(403, "forbidden");
        (await Resolve(2, "approve", merchant)).ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", value: "2");

        var approved = (await Resolve(1, "approve", merchant)).Expect(200);
        Assert.Equal("""{"amount":2700,"currency":"EUR"}""", approved["total"]);
        Assert.Equal(3, approved.Json.GetProperty("lines")[0].GetProperty("quantity").GetInt32());

        (await Propose("cake", 4, customer)).ExpectProblem(422, "sold_out");
        (await Propose("pizza", 1, customer)).ExpectProblem(422, "unknown_item");
        (await Propose("cake", 2, merchant)).Expect(200);
        Assert.Equal("""{"amount":2700,"currency":"EUR"}""", (await Resolve(2, "decline", customer)).Expect(200)["total"]);
        var list = (await Api.Get($"/v1/orders/{number}/modifications")).Expect(200).Json.GetProperty("data").EnumerateArray();
        Assert.Equal(["approved customer", "declined merchant"], list.Select(p => $"{p.GetProperty("status")} {p.GetProperty("by").GetProperty("role")}"));
        Assert.Equal(3, await town.Cakes());
    }

    [Fact]
    public async Task A_customer_who_is_not_there_sends_the_goods_back()
    {
        var town = await Town.Open(Api);
        var number = await town.PlaceAssigned();
        AllowedAreRoutes((await town.Step(number, "pickup")).Expect(200));
        Task<Answer> Fail(string reason) => Api.Post($"/v1/deliveries/{number}/fail", new { courier = town.Courier, reason });
        (await Fail("merchant_busy")).ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/reason", "merchant_busy");
        var returning = (await Fail("customer_absent")).Expect(200);
        Assert.Equal(("returning", "returning", "customer_absent"), (returning["status"], returning["delivery_status"], returning["reason"]));
        AllowedAreRoutes(returning);
        (await town.Step(number, "complete")).ExpectProblem(409, "invalid_transition");

        var merchant = new { actor = new { role = "merchant", id = town.Merchant } };
        var returned = (await Api.Post($"/v1/deliveries/{number}/return", merchant)).Expect(200);
        Assert.Equal(("returned", "returned", "voided"), (returned["status"], returned["delivery_status"], returned["payment_status"]));
    }

    [Fact]
    public async Task A_pin_is_the_customers_word_at_the_door()
    {
        var town = await Town.Open(Api);
        await town.CourierOnline();
        var (key, wanted) = (Api.NewKey(), town.Wanted(("require_pin", true)));
        var placed = (await Api.Post("/v1/orders", wanted, key)).Expect(201);
        var (number, pin) = (placed["number"]!, placed["pin"]!);
        Assert.Equal(pin, (await Api.Post("/v1/orders", wanted, key)).Expect(201)["pin"]);
        Assert.Null((await Api.Get("/v1/orders/" + number)).Expect(200)["pin"]);

        Assert.Null((await town.Do(number, "accept")).Expect(200)["pin"]);
        await town.Assigned(number);
        (await town.Step(number, "pickup")).Expect(200);
        Task<Answer> Complete(object? proof) => Api.Post($"/v1/deliveries/{number}/complete", new { courier = town.Courier, proof });
        (await Complete(null)).ExpectProblem(422, "wrong_pin").ExpectFault("wrong_pin", "/proof/pin");
        (await Complete(new { pin = pin == "1111" ? "2222" : "1111" })).ExpectProblem(422, "wrong_pin");
        (await Complete(new { pin, photo_url = "http://x.example/p" }))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/proof/photo_url");
        var done = (await Complete(new { pin, photo_url = "https://x.example/p" })).Expect(200);
        Assert.Equal(("delivered", """{"pin_checked":true,"photo_url":"https://x.example/p"}"""), (done["status"], done["proof"]));
    }

    [Fact]
    public async Task An_operator_moves_an_order_by_hand_and_says_why()
    {
        var town = await Town.Open(Api);
        var number = await town.PlaceAssigned();
        Task<Answer> Override(string to, string role = "operator") =>
            town.Do(number, "override", new { to, reason = "seen on camera", actor = new { role, id = role == "operator" ? "ops" : town.Merchant } });
        (await Override("preparing")).ExpectProblem(422, "validation_failed")
            .ExpectFault("validation_failed", "/to", "preparing", "canceled", "delivered", "returned");
        (await Override("delivered", "merchant")).ExpectProblem(403, "forbidden");
        Assert.Equal("delivered", (await Override("delivered")).Expect(200)["status"]);
        var timeline = (await Api.Get($"/v1/orders/{number}/timeline")).Expect(200).Text;
        Assert.Contains("""{"role":"operator","id":"ops"},"detail":"delivered: seen on camera"}""", timeline, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("total.amount", -1L, "invalid_amount", "/total/amount", "-1")]
    [InlineData("total.amount", long.MaxValue, "invalid_amount", "/total/amount", "9223372036854775807")]
    [InlineData("scheduled_for", "2020-01-01T00:00:00Z", "schedule_invalid", "/scheduled_for", null)]
    [InlineData("scheduled_for", "2099-01-01T00:00:00Z", "schedule_invalid", "/scheduled_for", null)]
    [InlineData("external_id", "two words", "validation_failed", "/external_id", "two words")]
    [InlineData("coupon", "no coupon", "validation_failed", "/coupon", "NO COUPON")]
    [InlineData("kind", "virtual", "validation_failed", "/payment/method", "cash")]
    public async Task A_new_order_that_cannot_be_is_told_why(string member, object value, string code, string pointer, string? shown)
    {
        var town = await Town.Open(Api);
        var order = member == "total.amount" ? town.Wanted(("total", new { amount = value, currency = "EUR" })) : town.Wanted((member, value));
        var before = await town.Snapshot();
        (await Api.Post("/v1/orders", order)).ExpectProblem(422, code).ExpectFault(code, pointer, shown);
        Assert.Equal(before, await town.Snapshot());
    }

    [Fact]
    public async Task What_does_not_go_together_is_told()
    {
        var town = await Town.Open(Api);
        (await Api.Post("/v1/orders", town.Wanted(("payment", new { method = "cash", source = "tok" }))))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/payment/source", "tok");
        (await Api.Post("/v1/orders", town.Wanted(("kind", "pickup"), ("require_pin", true))))
            .ExpectProblem(422, "validation_failed").ExpectFault("validation_failed", "/require_pin", "true");
    }

    /// <summary>Whatever is called allowed is a route: <c>{n}</c> stands for the number of a proposal.</summary>
    private void AllowedAreRoutes(Answer order)
    {
        var routes = silo.Routes.Select(route => route.Replace("{modification}", "{n}", StringComparison.Ordinal)).ToHashSet();
        foreach (var action in order.Json.GetProperty("allowed").EnumerateArray().Select(a => a.GetString()))
        {
            Assert.True(
                routes.Contains("POST /v1/orders/{number}/" + action) || routes.Contains("POST /v1/deliveries/{number}/" + action), $"{action} is no route.");
        }
    }
}
