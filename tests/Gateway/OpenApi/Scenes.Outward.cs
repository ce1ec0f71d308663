using System.Text.Json;
using OrderActors.Tests.Gateway.Webhooks;
using Xunit;

namespace OrderActors.Tests.Gateway.OpenApi;

/// <content>Events out, orders in by the thousand, and what operators switch.</content>
internal static partial class Scenes
{
    /// <summary>Webhook endpoints, whose events a server on this machine takes.</summary>
    public static async Task WebhooksAsync(Conversation talk, Api api, Receiver receiver)
    {
        var url = receiver.Url + "/hook";
        talk.Shows(receiver.Url, "https://shop.example");
        var created = new { url, types = new[] { "order.created", "merchant.*" }, merchant = "noodle-house", ordered = true, description = "Till" };
        var endpoint = new { id = (await talk.Does(api, "createWebhookEndpoint", body: created)).GetProperty("id").GetString() };
        var nobody = new { id = "we_nobody" };
        await talk.Refuses(api, "createWebhookEndpoint", 422, body: new { url = "ftp://shop.example" });
        await talk.Does(api, "listWebhookEndpoints", query: new { limit = 10 });
        await talk.Refuses(api, "listWebhookEndpoints", 400, query: new { limit = 1000 });
        await talk.Does(api, "getWebhookEndpoint", endpoint);
        await talk.Refuses(api, "getWebhookEndpoint", 404, nobody);
        await talk.Does(api, "testWebhookEndpoint", endpoint);
        await talk.Refuses(api, "testWebhookEndpoint", 404, nobody);
        await talk.Does(api, "rotateWebhookSecret", endpoint, new { overlap_seconds = 3600 });
        await talk.Refuses(api, "rotateWebhookSecret", 422, endpoint, new { overlap_seconds = -1 });

        (await api.Put("/v1/merchants/noodle-house/stock", new { items = new[] { new { id = "noodles", stock = 70 } } })).Expect(200);
        var deliveries = await Eventually.Get(
            () => api.Get($"/v1/webhook-endpoints/{endpoint.id}/deliveries"), a => a.Text.Contains("\"delivered\"", StringComparison.Ordinal),
            "the merchant's change is told");
        var sent = deliveries.Json.GetProperty("data").EnumerateArray().First(d => d.GetProperty("status").GetString() == "delivered");
        await talk.Does(api, "listWebhookDeliveries", endpoint);
        await talk.Refuses(api, "listWebhookDeliveries", 404, nobody);
        await talk.Does(api, "redeliverWebhook", new { endpoint.id, @event = sent.GetProperty("id").GetString() });
        await talk.Refuses(api, "redeliverWebhook", 404, new { endpoint.id, @event = "evt_000000000099999" });
        var (to, from) = (DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddHours(-1));
        await talk.Does(api, "replayWebhookEndpoint", endpoint, new { from, to });
        await talk.Refuses(api, "replayWebhookEndpoint", 422, endpoint, new { from = to, to = from });
        await talk.Does(api, "setWebhookEndpoint", endpoint, new { url, types = new[] { "order.*" }, status = "disabled" });
        await talk.Refuses(api, "setWebhookEndpoint", 422, endpoint, new { url = "ftp://shop.example" });
        await talk.Does(api, "deleteWebhookEndpoint", endpoint);
        await talk.Refuses(api, "deleteWebhookEndpoint", 404, endpoint);
    }

    /// <summary>Orders that the intake gave up.</summary>
    public static async Task IntakeDeadLettersAsync(Conversation talk, Api api)
    {
        var letter = (await talk.Does(api, "listIntakeDeadLetters")).GetProperty("data")[0];
        var path = new { receipt = letter.GetProperty("receipt").GetString(), index = letter.GetProperty("index").GetInt32() };
        var reason = new { reason = "The merchant is back." };
        await talk.Does(api, "retryIntakeDeadLetter", path, reason);
        await talk.Refuses(api, "retryIntakeDeadLetter", 409, path, reason);
        await talk.Does(api, "skipIntakeDeadLetter", path, reason);
        await talk.Refuses(api, "skipIntakeDeadLetter", 404, path, reason);
    }

    private static async Task EventsAsync(Conversation talk, Api api)
    {
        await talk.Does(api, "listEvents", query: new { type = "order.created,delivery.*", merchant = "noodle-house", limit = 2 });
        await talk.Does(api, "listEvents", query: new { limit = 200 });
        await talk.Refuses(api, "listEvents", 400, query: new { type = "weather.*" });
        await talk.Does(api, "listEmission");
        await talk.Does(api, "setEmission", new { type = "courier.changed" }, new { emitted = false, reason = "Nobody reads them." });
        await talk.Does(api, "setEmission", new { type = "courier.changed" }, new { emitted = true });
        await talk.Refuses(api, "setEmission", 404, new { type = "weather.changed" }, new { emitted = false });
    }

    private static async Task IntakeAsync(Conversation talk, Api api)
    {
        var shop = await Shop.OpenAsync(api, "sushi-bar", "kai", "lichtenberg");
        var taken = await talk.Does(api, "takeInOrders", body: new { orders = new[] { Basket(shop), Basket(shop with { Merchant = "nobody" }) } });
        var receipt = new { receipt = taken.GetProperty("id").GetString() };
        await Eventually.Get(() => api.Get("/v1/intake/receipts/" + receipt.receipt), a => a["status"] == "done", "all have their outcome");
        await talk.Refuses(api, "takeInOrders", 422, body: new { orders = Array.Empty<object>() });
        await talk.Does(api, "getIntakeReceipt", receipt, query: new { limit = 10 });
        await talk.Refuses(api, "getIntakeReceipt", 404, new { receipt = "rcp_nobody" });
        var later = await talk.Does(api, "placeOrder", null, Basket(shop), null, ("Prefer", "respond-async"), ("X-Deadline-Ms", "30000"));
        Assert.True(later.TryGetProperty("accepted_at", out _), "The answer is a receipt.");
        await talk.Does(api, "setIntake", body: new { rate = 800, reason = "The kitchens are behind." });
        await talk.Refuses(api, "setIntake", 422, body: new { rate = -1, reason = "A slip." });
        await talk.Does(api, "getIntake");
    }

    private static async Task GovernanceAsync(Conversation talk, Api api)
    {
        var coupons = new { feature = "coupons", scope = "merchant:noodle-house" };
        await talk.Does(api, "setSwitch", coupons, new { reason = "The codes leaked.", until = DateTimeOffset.UtcNow.AddHours(1) });
        await talk.Refuses(api, "setSwitch", 422, new { feature = "reports", scope = "merchant:noodle-house" }, new { reason = "A slip." });
        await talk.Does(api, "listSwitches");
        await talk.Does(api, "getDegradation");
        await talk.Does(api, "clearSwitch", coupons);
        await talk.Refuses(api, "clearSwitch", 404, coupons);

        var house = new { owner = "merchant", id = "noodle-house" };
        await talk.Does(api, "setRateLimit", house, new { rate = 5.5, burst = 50, reason = "Two ovens." });
        await talk.Refuses(api, "setRateLimit", 422, house, new { rate = -1, burst = 50, reason = "A slip." });
        await talk.Does(api, "listRateLimits");
        await talk.Does(api, "clearRateLimit", house);
        await talk.Refuses(api, "clearRateLimit", 404, house);
        await LimitedAsync(talk, api);
    }

    /// <summary>A key that has two requests left is told so, and then refused.</summary>
    private static async Task LimitedAsync(Conversation talk, Api api)
    {
        var made = (await api.Post("/v1/api-keys", new { kind = "operator", subject = "ops-8", name = "Scripts" })).Expect(201);
        await talk.Does(api, "setRateLimit", new { owner = "key", id = made["id"] }, new { rate = 0.01, burst = 2, reason = "It loops." });
        using var limited = api.As(made["secret"]!);
        Assert.Equal("\"key\";q=2;w=200", (await limited.Get("/v1/zones/mitte")).Expect(200).Header("ratelimit-policy"));
        await talk.Does(limited, "getZone", new { id = "mitte" });
        await talk.Refuses(limited, "getZone", 429, new { id = "mitte" });
    }
}
