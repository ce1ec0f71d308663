using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrderActors.Values;

namespace OrderActors.Tests.Gateway.OpenApi;

/// <summary>
/// Every operation of the API, called so that it succeeds, and where something of its own can go wrong, so that it refuses. What succeeds
/// here first is the example in the document. A new operation gets its call here.
/// </summary>
internal static partial class Scenes
{
    /// <summary>What the payment provider signs with.</summary>
    public const string ProviderSecret = "a-secret-of-the-provider";

    /// <summary>All scenes on a host with real grains, in their order.</summary>
    public static readonly ImmutableArray<Func<Conversation, Api, Task>> OnRealGrains =
    [
        MerchantsAsync, DeliveryAsync, QuotesAsync, RefundsAsync, OtherOrdersAsync, ModificationsAsync, OperatorsAsync, FailedDeliveriesAsync, CouriersAsync,
        OffersAsync, CustomersAsync, PromotionsAsync, SettlementAsync, PaymentsAsync, KeysAsync, EventsAsync, IntakeAsync, GovernanceAsync,
        SimulationsAsync, PlatformAsync,
    ];

    private static readonly object Home = new { latitude = 52.53, longitude = 13.42 };
    private static readonly object Operator = new { role = "operator", id = "ops-7" };

    private static async Task CustomersAsync(Conversation talk, Api api)
    {
        var ada = new { id = "ada" };
        await talk.Does(api, "setAddress", new { id = "ada", address = "home" }, new { label = "Home", point = Home, note = "third floor", @default = true });
        await talk.Does(api, "setAddress", new { id = "ada", address = "work" }, new { label = "Work", point = Home });
        await talk.Does(api, "removeAddress", new { id = "ada", address = "work" });
        await talk.Refuses(api, "removeAddress", 404, new { id = "ada", address = "work" });
        await talk.Does(api, "setLimit", ada, new { max_open_orders = 20 });
        await talk.Refuses(api, "setLimit", 422, ada, new { max_open_orders = 0 });
        await talk.Does(api, "setMembership", ada, new { days = 30 });
        await talk.Refuses(api, "setMembership", 403, ada, new { days = 30, actor = new { role = "customer", id = "ada" } });
        await talk.Does(api, "getCustomer", ada);
        await talk.Refuses(api, "getCustomer", 404, new { id = "nobody" });
        await talk.Does(api, "listCustomerOrders", ada, query: new { limit = 2 });
        await talk.Refuses(api, "listCustomerOrders", 400, ada, query: new { limit = 1000 });
        await talk.Refuses(api, "getContact", 404, ada);
        var quiet = new { from = "22:00", to = "07:00" };
        var contact = new { phone = "+4915112345678", sms = true, language = "de", time_zone = "Europe/Berlin", quiet_hours = quiet };
        await talk.Does(api, "setContact", ada, contact);
        await talk.Refuses(api, "setContact", 422, ada, new { phone = "0151" });
        await talk.Does(api, "getContact", ada);
    }

    private static async Task PromotionsAsync(Conversation talk, Api api)
    {
        var code = new { code = "LUNCH20" };
        var promotion = new
        {
            code = "LUNCH20",
            currency = "EUR",
            budget = new { uses = 1000 },
            permille_off = 200,
            cap = 500,
            per_customer = 2,
            valid_until = "2030-01-01T00:00:00Z",
        };
        await talk.Does(api, "createPromotion", body: promotion);
        await talk.Refuses(api, "createPromotion", 409, body: promotion);
        await talk.Does(api, "getPromotion", code);
        await talk.Refuses(api, "getPromotion", 404, new { code = "NOTHING" });
        await talk.Does(api, "pausePromotion", code, new { actor = Operator });
        await talk.Refuses(api, "pausePromotion", 404, new { code = "NOTHING" });
        await talk.Does(api, "resumePromotion", code, new { actor = Operator });
        await talk.Refuses(api, "resumePromotion", 404, new { code = "NOTHING" });
        await talk.Does(api, "raiseBudget", code, new { uses = 2000 });
        await talk.Refuses(api, "raiseBudget", 422, code, new { uses = 1 });
    }

    private static async Task SettlementAsync(Conversation talk, Api api)
    {
        var today = new { day = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) };
        var past = new { day = "2020-02-29" };
        await Eventually.Get(() => api.Get("/v1/settlements/" + today.day), a => a["bookings"] != "0", "the deliveries are booked");
        await talk.Does(api, "getSettlement", today);
        await talk.Does(api, "listEntries", today, query: new { merchant = "noodle-house", limit = 2 });
        await talk.Refuses(api, "listEntries", 400, past, query: new { merchant = "a", courier = "b" });
        await talk.Does(api, "exportSettlement", past);
        await talk.Does(api, "closeSettlement", past, new { actor = Operator });
        await talk.Refuses(api, "closeSettlement", 409, new { day = "2999-01-01" });
    }

    private static async Task PaymentsAsync(Conversation talk, Api api)
    {
        var order = OrderNumber.Create(99, 0, 1, 2, 0).ToString();
        var body = new { operation = order + ":authorise:a1", outcome = "succeeded", reference = "r1" };
        var at = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var signed = Encoding.UTF8.GetBytes($"m1.{at}.{JsonSerializer.Serialize(body)}");
        var signature = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(ProviderSecret), signed));
        await talk.Does(
            api, "receivePaymentAnswer", new { provider = "provider" }, body, null,
            ("webhook-id", "m1"), ("webhook-timestamp", $"{at}"), ("webhook-signature", signature));
        await talk.Refuses(api, "receivePaymentAnswer", 403, new { provider = "provider" }, body);
        await talk.Refuses(api, "receivePaymentAnswer", 404, new { provider = "somebody" }, body);
    }

    private static async Task KeysAsync(Conversation talk, Api api)
    {
        var key = new { kind = "merchant", subject = "noodle-house", name = "Till 7" };
        var made = new { id = (await talk.Does(api, "createApiKey", body: key)).GetProperty("id").GetString() };
        await talk.Refuses(api, "createApiKey", 422, body: new { kind = "merchant", subject = "noodle-house", name = "" });
        await talk.Does(api, "listApiKeys", query: new { livemode = true, limit = 10 });
        await talk.Does(api, "getApiKey", made);
        await talk.Does(api, "rotateApiKey", made, new { overlap_seconds = 3600 });
        await talk.Refuses(api, "rotateApiKey", 422, made, new { overlap_seconds = -1 });
        await talk.Does(api, "revokeApiKey", made);
        await talk.Refuses(api, "rotateApiKey", 409, made);
    }

    private static async Task PlatformAsync(Conversation talk, Api api)
    {
        await talk.Does(api, "getZone", new { id = "mitte" });
        foreach (var list in (string[])["listMerchants", "listCouriers", "listPromotions"])
        {
            await talk.Does(api, list, query: new { limit = 2 });
            await talk.Refuses(api, list, 400, query: new { status = "asleep" });
        }

        await talk.Does(api, "getOutbound");
        await talk.Does(api, "getLiveness");
        await talk.Does(api, "getReadiness");
        await talk.Does(api, "getMetrics");
        await talk.Does(api, "getOpenApi");
    }

    /// <summary>Events that their consumers gave up.</summary>
    public static async Task DeadLettersAsync(Conversation talk, Api api)
    {
        var letter = (await talk.Does(api, "listDeadLetters")).GetProperty("data")[0];
        var path = new
        {
            subscriber = letter.GetProperty("subscriber").GetString(),
            partition = letter.GetProperty("partition").GetInt32(),
            sequence = letter.GetProperty("sequence").GetInt64(),
        };
        await talk.Does(api, "replayDeadLetter", path);
        await talk.Refuses(api, "replayDeadLetter", 404, path);
        await talk.Refuses(api, "replayDeadLetter", 400, new { subscriber = "post", partition = 1, sequence = 1 });
    }
}
