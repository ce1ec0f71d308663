using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>An order's whole life over HTTP.</summary>
[Collection(SharedSilo.Name)]
public sealed class ForwardFlowTests(SiloUnderTest silo)
{
    private Api Api => silo.Api;

    [Fact]
    public async Task From_placing_to_delivery_every_step_is_seen()
    {
        var town = await Town.Open(Api);
        var placed = (await Api.Post("/v1/orders", town.Order())).Expect(201);
        var number = placed["number"]!;
        Assert.Equal("/v1/orders/" + number, placed.Header("location"));
        Assert.Equal($"\"{placed["version"]}\"", placed.Header("etag"));
        Assert.Equal("awaiting_merchant", placed["status"]);
        Assert.Equal(town.Zone, placed["zone"]);
        Assert.Null(placed["timeline"]);

        var accepted = (await town.Do(number, "accept", new { preparation_seconds = 120 })).Expect(200);
        Assert.Equal("preparing", accepted["status"]);
        Assert.NotNull(accepted["ready_at"]);

        await town.CourierOnline();
        Assert.Equal(town.Courier, await town.Assigned(number));
        var busy = (await Api.Get("/v1/couriers/" + town.Courier)).Expect(200);
        Assert.Equal(("busy", $"[\"{number}\"]"), (busy["status"], busy["assignment"]));
        Assert.Equal("ready", (await town.Do(number, "ready")).Expect(200)["status"]);

        (string Step, string Status, string Delivery)[] steps =
        [
            ("leave-for-pickup", "ready", "en_route_to_pickup"), ("arrive-pickup", "ready", "arrived_at_pickup"),
            ("pickup", "in_delivery", "picked_up"), ("leave-for-dropoff", "in_delivery", "en_route_to_dropoff"),
            ("arrive-dropoff", "in_delivery", "arrived_at_dropoff"), ("complete", "delivered", "delivered"),
        ];
        foreach (var (step, status, delivery) in steps)
        {
            var answer = (await town.Step(number, step)).Expect(200);
            Assert.Equal((status, delivery), (answer["status"], answer["delivery_status"]));
        }

        var order = (await Api.Get("/v1/orders/" + number)).Expect(200);
        Assert.Equal("paid", order["payment_status"]);
        var timeline = (await Api.Get($"/v1/orders/{number}/timeline")).Expect(200);
        Assert.Equal(order["timeline"], timeline["data"]);
        Assert.Equal(
            ["order.received", "order.created", "order.accepted", "delivery.assigned", "order.ready", "delivery.en_route_to_pickup",
                "delivery.arrived_at_pickup", "delivery.picked_up", "delivery.en_route_to_dropoff", "delivery.arrived_at_dropoff"],
            timeline.Json.GetProperty("data").EnumerateArray().Select(e => e.GetProperty("type").GetString()).Take(10));
        await Eventually.Get(() => Api.Get("/v1/couriers/" + town.Courier), a => a["status"] == "available", "the courier is free again");
    }

    [Fact]
    public async Task Everybody_finds_the_order_in_their_list()
    {
        var town = await Town.Open(Api);
        var number = await town.PlaceAssigned();
        string[] lists =
        [
            $"/v1/orders?customer={town.Customer}", $"/v1/orders?merchant={town.Merchant}", $"/v1/orders?courier={town.Courier}",
            $"/v1/customers/{town.Customer}/orders", $"/v1/merchants/{town.Merchant}/orders", $"/v1/couriers/{town.Courier}/orders",
            $"/v1/orders?customer={town.Customer}&status=preparing",
        ];
        foreach (var list in lists)
        {
            var answer = await Eventually.Get(() => Api.Get(list), a => a.Status == 200 && Town.Numbers(a.Json).Contains(number), list + " has the order");
            Assert.Equal("False", answer["has_more"]);
            Assert.Null(answer["next_cursor"]);
        }

        Assert.Empty(Town.Numbers((await Api.Get($"/v1/orders?customer={town.Customer}&status=ready")).Expect(200).Json));
    }

    [Fact]
    public async Task A_courier_who_drops_out_gives_the_order_back_and_another_gets_it()
    {
        var town = await Town.Open(Api);
        var number = await town.PlaceAssigned();
        (await Api.Put($"/v1/couriers/{town.Courier}/duty", new { status = "offline" })).Expect(200);
        var answer = (await town.Step(number, "unassign")).Expect(200);
        Assert.Equal("pending", answer["delivery_status"]);
        Assert.Null(answer["courier"]);
        await town.CourierOnline(town.Courier + "-2");
        Assert.Equal(town.Courier + "-2", await town.Assigned(number));
    }

    [Fact]
    public async Task An_order_at_an_auto_accepting_merchant_is_being_prepared_at_once()
    {
        var town = await Town.Open(Api, autoAccept: true);
        Assert.Equal("preparing", (await Api.Post("/v1/orders", town.Order())).Expect(201)["status"]);
    }

    [Fact]
    public async Task A_zone_shows_who_waits_and_who_is_free()
    {
        var town = await Town.Open(Api);
        Assert.Equal($$"""{"id":"{{town.Zone}}","waiting":[],"idle":[]}""", (await Api.Get("/v1/zones/" + town.Zone)).Expect(200).Text);
        var number = await town.Place();
        (await town.Do(number, "accept")).Expect(200);
        var zone = await Eventually.Get(() => Api.Get("/v1/zones/" + town.Zone), a => a["waiting"] != "[]", "the order waits");
        Assert.Equal(number, zone.Json.GetProperty("waiting")[0].GetProperty("order").GetString());
        (await town.Cancel(number)).Expect(200);
        await Eventually.Get(() => Api.Get("/v1/zones/" + town.Zone), a => a["waiting"] == "[]", "the order waits no more");
        await town.CourierOnline();
        zone = await Eventually.Get(() => Api.Get("/v1/zones/" + town.Zone), a => a["idle"] != "[]", "the courier is idle");
        Assert.Equal(town.Courier, zone.Json.GetProperty("idle")[0].GetProperty("courier").GetString());
    }

    [Fact]
    public async Task The_last_location_wins()
    {
        var town = await Town.Open(Api);
        await town.CourierOnline();
        var path = $"/v1/couriers/{town.Courier}/locations";
        var points = new[] { new { latitude = 1.0, longitude = 2.0 }, new { latitude = 52.6, longitude = 13.5 } };
        Assert.Equal("", (await Api.Send(HttpMethod.Post, path, points)).Expect(202).Text);
        Assert.Equal("""{"latitude":52.6,"longitude":13.5}""", (await Api.Get("/v1/couriers/" + town.Courier))["location"]);
        (await Api.Send(HttpMethod.Post, path, new { latitude = 52.7, longitude = 13.6 })).Expect(202);
        Assert.Equal("""{"latitude":52.7,"longitude":13.6}""", (await Api.Get("/v1/couriers/" + town.Courier))["location"]);
        (await Api.Send(HttpMethod.Post, "/v1/couriers/nobody/locations", points)).ExpectProblem(404, "not_found");
    }

    [Fact]
    public async Task A_cancelled_order_gives_its_stock_back()
    {
        var town = await Town.Open(Api);
        var number = await town.Place(town.Order("cake", 2));
        Assert.Equal(1, await town.Cakes());
        var answer = (await town.Cancel(number)).Expect(200);
        Assert.Equal(("canceled", "customer_request", "canceled"), (answer["status"], answer["reason"], answer["delivery_status"]));
        await Eventually.Get(town.Cakes, left => left == 3, "the cakes are back");
    }

    [Fact]
    public async Task There_are_no_dead_letters_and_none_to_replay()
    {
        Assert.Equal("""{"data":[]}""", (await Api.Get("/v1/operations/dead-letters")).Expect(200).Text);
        (await Api.Post("/v1/operations/dead-letters/fulfilment/7/1/replay")).ExpectProblem(404, "not_found");
        (await Api.Post("/v1/operations/dead-letters/post/7/1/replay")).ExpectProblem(400, "malformed").ExpectFault("unknown_value", value: "post");
        (await Api.Post("/v1/operations/dead-letters/deadlines/120/1/replay")).ExpectProblem(400, "malformed").ExpectFault("out_of_range", value: "120");
    }
}
