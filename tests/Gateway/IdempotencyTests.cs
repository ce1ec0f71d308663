using OrderActors.Tests.Gateway.Keys;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>The same key again: the first outcome, and nothing done twice.</summary>
[Collection(SharedSilo.Name)]
public sealed class IdempotencyTests(SiloUnderTest silo)
{
    private Api Api => silo.Api;

    [Fact]
    public async Task Placing_again_with_the_same_key_is_the_same_order()
    {
        var town = await Town.Open(Api);
        var key = Api.NewKey();
        var first = (await Api.Post("/v1/orders", town.Order("cake", 1), key)).Expect(201);
        var again = (await Api.Post("/v1/orders", town.Order("cake", 1), $"\"{key}\"")).Expect(201);
        Assert.Null(first.Header("idempotent-replayed"));
        Assert.Equal("true", again.Header("idempotent-replayed"));
        Assert.Equal(first["number"], again["number"]);
        Assert.Equal(first.Header("location"), again.Header("location"));
        Assert.Equal(2, await town.Cakes());
        Assert.Single(Town.Numbers((await Api.Get($"/v1/orders?customer={town.Customer}")).Json));
    }

    [Fact]
    public async Task A_repetition_is_answered_like_the_first_time_though_things_have_moved_on()
    {
        var town = await Town.Open(Api);
        var (placing, accepting, pausing) = (Api.NewKey(), Api.NewKey(), Api.NewKey());
        await town.CourierOnline();
        var paused = (await Api.Post($"/v1/couriers/{town.Courier}/pause", null, pausing)).Expect(200);
        (await Api.Post($"/v1/couriers/{town.Courier}/resume")).Expect(200);
        var placed = (await Api.Post("/v1/orders", town.Order(), placing)).Expect(201);
        var number = placed["number"];
        var accepted = (await Api.Post($"/v1/orders/{number}/accept", null, accepting)).Expect(200);
        (await Api.Post($"/v1/orders/{number}/ready")).Expect(200);

        Same(placed, await Api.Post("/v1/orders", town.Order(), placing));
        Same(accepted, await Api.Post($"/v1/orders/{number}/accept", null, accepting));
        Same(paused, await Api.Post($"/v1/couriers/{town.Courier}/pause", null, pausing));

        static void Same(Answer first, Answer again)
        {
            Assert.Equal("true", again.Header("idempotent-replayed"));
            Assert.Equal(first.Status, again.Status);
            Assert.Equal(first.Text, again.Text);
            Assert.Equal(first.Header("etag"), again.Header("etag"));
            Assert.Equal(first.Header("location"), again.Header("location"));
        }
    }

    [Fact]
    public async Task Content_is_what_is_meant_and_not_how_it_is_written()
    {
        var town = new Town(Api);
        var key = Api.NewKey();
        string Courier(string name) => $$"""{"id":"{{town.Courier}}","name":"{{name}}"}""";
        (await Api.PostRaw("/v1/couriers", Courier("Ada"), key)).Expect(201);
        var again = (await Api.PostRaw("/v1/couriers", $$"""{ "name" : "\u0041da", "id" : "{{town.Courier}}" }""", key)).Expect(201);
        Assert.Equal("true", again.Header("idempotent-replayed"));
        (await Api.PostRaw("/v1/couriers", Courier("Eve"), key)).ExpectProblem(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task A_number_beyond_all_numbers_is_refused_and_not_a_fault()
    {
        var town = await Town.Open(Api);
        await town.CourierOnline();
        const string Start = """{"location":{"latitude":1e999,"longitude":13.4}}""";
        var answer = await Api.PostRaw($"/v1/couriers/{town.Courier}/shifts", Start, Api.NewKey());
        Assert.InRange(answer.Status, 400, 422);
    }

    [Fact]
    public async Task Placing_with_the_same_key_at_the_same_time_is_one_order()
    {
        var town = await Town.Open(Api);
        var key = Api.NewKey();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Eventually.Get(
            () => Api.Post("/v1/orders", town.Order("cake", 1), key), answer => answer.Status != 409, "the first one is done")));
        Assert.Single(answers.Select(a => a.Expect(201)["number"]).Distinct());
        Assert.Equal(2, await town.Cakes());
    }

    [Fact]
    public async Task The_same_key_with_other_content_is_refused_and_changes_nothing()
    {
        var town = await Town.Open(Api);
        var key = Api.NewKey();
        var number = (await Api.Post("/v1/orders", town.Order(), key)).Expect(201)["number"]!;
        var before = await town.Snapshot(number);
        var reused = (await Api.Post("/v1/orders", town.Order(quantity: 3), key)).ExpectProblem(422, "idempotency_key_reused");
        reused.ExpectFault("idempotency_key_reused", value: key);
        Assert.Equal("Idempotency-Key", reused.Error.GetProperty("header").GetString());
        (await Api.Post($"/v1/orders/{number}/accept", new { preparation_seconds = 60 }, key)).Expect(200);
        (await Api.Post($"/v1/orders/{number}/accept", new { preparation_seconds = 61 }, key)).ExpectProblem(422, "idempotency_key_reused");
        Assert.NotEqual(before, await town.Snapshot(number));
    }

    [Fact]
    public async Task Every_action_replays()
    {
        var town = await Town.Open(Api);
        await town.CourierOnline();
        var number = await town.Place();
        (await Twice($"/v1/orders/{number}/accept", null)).Expect(200);
        await town.Assigned(number);
        await Twice($"/v1/orders/{number}/ready", null);
        foreach (var step in new[] { "leave-for-pickup", "arrive-pickup", "pickup", "leave-for-dropoff", "arrive-dropoff", "complete" })
        {
            await Twice($"/v1/deliveries/{number}/{step}", new { courier = town.Courier });
        }

        var timeline = (await Api.Get($"/v1/orders/{number}/timeline")).Expect(200).Json.GetProperty("data");
        var types = timeline.EnumerateArray().Select(e => e.GetProperty("type").GetString()!).ToArray();
        Assert.Equal(types.Distinct(), types);
    }

    [Fact]
    public async Task A_refusal_replays_even_when_the_state_has_moved_on()
    {
        var town = await Town.Open(Api);
        var number = await town.Place();
        var key = Api.NewKey();
        (await Api.Post($"/v1/orders/{number}/ready", null, key)).ExpectProblem(409, "invalid_transition");
        (await town.Do(number, "accept")).Expect(200);
        var again = (await Api.Post($"/v1/orders/{number}/ready", null, key)).ExpectProblem(409, "invalid_transition");
        Assert.Equal("true", again.Header("idempotent-replayed"));
        (await Api.Post($"/v1/orders/{number}/ready")).Expect(200);
    }

    [Fact]
    public async Task One_key_for_two_parts_of_an_order_is_two_requests()
    {
        var town = await Town.Open(Api);
        var number = await town.PlaceAssigned();
        (await town.Step(number, "pickup")).Expect(200);
        (await town.Step(number, "complete")).Expect(200);
        var key = Api.NewKey();
        var claims = new List<string>();
        foreach (var amount in new[] { 100, 200 })
        {
            var claim = new { reason = "late", amount = new { amount, currency = "EUR" }, actor = new { role = "customer", id = town.Customer } };
            claims.Add((await Api.Post($"/v1/orders/{number}/refunds", claim)).Expect(201)["number"]!);
        }

        foreach (var claim in claims)
        {
            var declined = (await Api.Post($"/v1/orders/{number}/refunds/{claim}/decline", null, key)).Expect(200);
            Assert.Null(declined.Header("idempotent-replayed"));
            Assert.Equal((claim, "declined"), (declined["number"], declined["status"]));
        }
    }

    [Fact]
    public async Task A_placement_that_was_one_order_too_many_is_done_later_with_the_same_key_and_stays_done()
    {
        var town = await Town.Open(Api);
        (await Api.Put($"/v1/customers/{town.Customer}/limit", new { max_open_orders = 1 })).Expect(200);
        var first = await town.Place();
        var key = Api.NewKey();
        (await Api.Post("/v1/orders", town.Order(), key)).ExpectProblem(422, "order_limit");
        (await town.Cancel(first)).Expect(200);
        var placed = await Eventually.Get(() => Api.Post("/v1/orders", town.Order(), key), a => a.Status == 201, "the customer has a free place");
        var again = (await Api.Post("/v1/orders", town.Order(), key)).Expect(201);
        Assert.Equal(("true", placed.Text), (again.Header("idempotent-replayed"), again.Text));
    }

    [Fact]
    public async Task A_courier_who_gave_an_order_away_is_told_again_what_the_request_came_to()
    {
        var town = await Town.Open(Api);
        var number = await town.PlaceAssigned();
        using var courier = await CallerKeys.Of(Api, "courier", town.Courier);
        var (path, key) = ($"/v1/deliveries/{number}/unassign", Api.NewKey());
        var first = (await courier.Post(path, null, key)).Expect(200);
        var again = (await courier.Post(path, null, key)).Expect(200);
        Assert.Equal("true", again.Header("idempotent-replayed"));
        Assert.Equal(first.Text, again.Text);
        (await courier.Post(path, new { courier = town.Courier }, key)).ExpectProblem(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task Creating_replays_and_putting_needs_no_key()
    {
        var town = new Town(Api);
        var key = Api.NewKey();
        var merchant = new { id = town.Merchant, name = "Twice", location = new { latitude = 1, longitude = 1 }, currency = "EUR" };
        (await Api.Post("/v1/merchants", merchant, key)).Expect(201);
        Assert.Equal("true", (await Api.Post("/v1/merchants", merchant, key)).Expect(201).Header("idempotent-replayed"));
        var courier = new { id = town.Courier, name = "Twice" };
        (await Api.Post("/v1/couriers", courier, key)).Expect(201);
        Assert.Equal("true", (await Api.Post("/v1/couriers", courier, key)).Expect(201).Header("idempotent-replayed"));
        (await town.SetStatus("open")).Expect(200);
        (await town.SetStatus("open")).Expect(200);
        (await Api.Send(HttpMethod.Put, $"/v1/merchants/{town.Merchant}/status", new { status = "closed" }, key)).Expect(200);
        (await town.SetStatus("open")).Expect(200);
        var late = (await Api.Send(HttpMethod.Put, $"/v1/merchants/{town.Merchant}/status", new { status = "closed" }, key)).Expect(200);
        Assert.Equal("true", late.Header("idempotent-replayed"));
        Assert.Equal("open", (await Api.Get("/v1/merchants/" + town.Merchant))["status"]);
    }

    private async Task<Answer> Twice(string path, object? body)
    {
        var key = Api.NewKey();
        var first = (await Api.Post(path, body, key)).Expect(200);
        var again = (await Api.Post(path, body, key)).Expect(200);
        Assert.Equal("true", again.Header("idempotent-replayed"));
        Assert.Equal(first["status"], again["status"]);
        return again;
    }
}
