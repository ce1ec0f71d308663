using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>Offers, handovers, earnings and refunds over HTTP.</summary>
[Collection(SharedSilo.Name)]
public sealed class OfferAndRefundTests(SiloUnderTest silo)
{
    private Api Api => silo.Api;

    private async Task<string> PlaceReady(Town town)
    {
        var number = await town.Place();
        (await town.Do(number, "accept")).Expect(200);
        (await town.Do(number, "ready")).Expect(200);
        return number;
    }

    [Fact]
    public async Task A_courier_is_asked_declines_is_asked_for_another_order_and_takes_it()
    {
        var town = await Town.Open(Api);
        await town.CourierOnline();
        var path = "/v1/couriers/" + town.Courier;
        var settings = (await Api.Put(path + "/settings", new { accepts_offers_by_hand = true, vehicle = "car" })).Expect(200);
        Assert.Equal(("car", "true"), (settings["vehicle"], settings["accepts_offers_by_hand"]?.ToLowerInvariant()));

        var first = await PlaceReady(town);
        await Eventually.Get(() => Api.Get(path), a => a["status"] == "offered", "the courier is asked");
        Assert.Contains(first, (await Api.Get(path + "/offers")).Expect(200).Text, StringComparison.Ordinal);
        Assert.Equal("available", (await Api.Post($"{path}/offers/{first}/decline", new { reason = "too_far" })).Expect(200)["status"]);
        Assert.Equal("offer_expired", (await Api.Post($"{path}/offers/{first}/accept")).Expect(409)["code"]);

        var second = await PlaceReady(town);
        await Eventually.Get(() => Api.Get(path), a => a["offer"]?.Contains(second, StringComparison.Ordinal) == true, "the courier is asked again");
        Assert.Equal("busy", (await Api.Post($"{path}/offers/{second}/accept")).Expect(200)["status"]);
        Assert.Equal(town.Courier, await town.Assigned(second));
        Assert.Equal("invalid_transition", (await Api.Post(path + "/pause")).Expect(409)["code"]);
        (await town.Step(second, "pickup")).Expect(200);

        var other = town.Courier + "-2";
        await town.CourierOnline(other);
        var handover = (await Api.Post($"/v1/deliveries/{second}/handover", new { from = town.Courier, to = other })).Expect(200);
        Assert.Equal((other, "busy"), (handover["id"], handover["status"]));
        await Eventually.Get(() => Api.Get("/v1/orders/" + second), a => a["courier"] == other, "the other courier has it");
        (await town.Step(second, "complete", other)).Expect(200);
        var earnings = await Eventually.Get(
            () => Api.Get($"/v1/couriers/{other}/earnings"), a => a.Text.Contains("\"earned\":450", StringComparison.Ordinal), "the pay is booked");
        Assert.Equal(1, earnings.Json.GetProperty("shift").GetProperty("orders").GetInt32());
    }

    [Fact]
    public async Task A_refund_is_asked_for_decided_and_found()
    {
        var town = await Town.Open(Api);
        var number = await town.PlaceAssigned();
        var path = $"/v1/orders/{number}/refunds";
        var customer = new { role = "customer", id = town.Customer };
        var refused = (await Api.Post(path, new { reason = "late", actor = customer })).Expect(409);
        Assert.Equal("invalid_transition", refused["code"]);

        (await town.Step(number, "pickup")).Expect(200);
        (await town.Step(number, "complete")).Expect(200);
        var lines = new[] { new { line = 1, quantity = 1 } };
        var asked = (await Api.Post(path, new { reason = "quality", actor = customer, lines, note = "cold" })).Expect(201);
        Assert.Equal(("requested", path + "/1"), (asked["status"], asked.Header("location")));
        Assert.Equal("forbidden", (await Api.Post(path + "/1/approve", new { actor = customer })).Expect(403)["code"]);
        var merchant = new { role = "merchant", id = town.Merchant };
        Assert.Equal("approved", (await Api.Post(path + "/1/approve", new { actor = merchant, amount = 500 })).Expect(200)["status"]);
        var done = await Eventually.Get(() => Api.Get(path + "/1"), a => a["status"] == "refunded", "the money is back");
        Assert.Equal(500, done.Json.GetProperty("merchant_share").GetInt64());

        (await Api.Post(path, new { reason = "late", actor = customer })).Expect(201);
        Assert.Equal("over_refund", (await Api.Post(path, new { reason = "late", actor = customer })).Expect(422)["code"]);
        Assert.Equal("withdrawn", (await Api.Post(path + "/2/withdraw", new { actor = customer })).Expect(200)["status"]);
        var list = (await Api.Get(path)).Expect(200);
        Assert.Equal(2, list.Json.GetProperty("data").GetArrayLength());
        Assert.Equal(1_300, list.Json.GetProperty("left").GetProperty("amount").GetInt64());
        (await Api.Get(path + "/3")).Expect(404);
        (await Api.Get(path + "/none")).Expect(400);
    }

    [Fact]
    public async Task A_bad_claim_says_what_is_wrong()
    {
        var town = await Town.Open(Api);
        var number = await town.PlaceAssigned();
        (await town.Step(number, "pickup")).Expect(200);
        (await town.Step(number, "complete")).Expect(200);
        var actor = new { role = "operator", id = "o" };
        async Task<string?> Code(object body, int status) => (await Api.Post($"/v1/orders/{number}/refunds", body)).Expect(status)["code"];
        Assert.Equal("malformed", await Code(new { reason = "boredom", actor }, 400));
        Assert.Equal("validation_failed", await Code(new { reason = "late", actor, lines = Array.Empty<object>() }, 422));
        Assert.Equal("unknown_line", await Code(new { reason = "late", actor, lines = new[] { new { line = 2, quantity = 1 } } }, 422));
        Assert.Equal("invalid_amount", await Code(new { reason = "late", actor, amount = new { amount = -1, currency = "EUR" } }, 422));
        Assert.Equal("wrong_currency", await Code(new { reason = "late", actor, amount = new { amount = 1, currency = "USD" } }, 422));
        Assert.Equal("over_refund", await Code(new { reason = "late", actor, amount = new { amount = 1_801, currency = "EUR" } }, 422));
    }
}
