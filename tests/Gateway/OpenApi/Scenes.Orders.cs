using System.Text.Json;

namespace OrderActors.Tests.Gateway.OpenApi;

/// <content>Orders on all their ways.</content>
internal static partial class Scenes
{
    private static readonly object Customer = new { role = "customer", id = "ada" };

    private static Dictionary<string, object?> Basket(
        Shop shop, string kind = "delivery", object? payment = null, string? externalId = null) => new Dictionary<string, object?>
        {
            ["customer"] = "ada",
            ["merchant"] = shop.Merchant,
            ["lines"] = new[] { new { item = "noodles", quantity = 2 } },
            ["total"] = new { amount = 1800, currency = "EUR" },
            ["kind"] = kind,
            ["dropoff"] = kind == "delivery" ? Home : null,
            ["payment"] = payment,
            ["external_id"] = externalId,
        }.Where(member => member.Value is not null).ToDictionary();

    private static async Task<string> PlaceAsync(Conversation talk, Api api, object basket) =>
        (await talk.Does(api, "placeOrder", body: basket)).GetProperty("number").GetString()!;

    /// <summary>An order that a courier of the shop's zone has.</summary>
    private static async Task<string> AssignedAsync(Conversation talk, Api api, Shop shop)
    {
        var number = await PlaceAsync(talk, api, Basket(shop, externalId: shop.Merchant == "noodle-house" ? "till-7-0042" : null));
        await talk.Does(api, "acceptOrder", new { number }, new { preparation_seconds = 60 });
        await Eventually.Get(() => api.Get("/v1/orders/" + number), a => a["courier"] == shop.Courier, "the courier has the order");
        return number;
    }

    private static async Task DeliveryAsync(Conversation talk, Api api)
    {
        var shop = await Shop.OpenAsync(api, "noodle-house", "kim", "mitte");
        var courier = new { courier = "kim" };
        var number = await AssignedAsync(talk, api, shop);
        var order = new { number };
        await talk.Refuses(api, "placeOrder", 422, body: Basket(shop with { Merchant = "nobody" }));
        await talk.Refuses(api, "acceptOrder", 409, order);
        await talk.Does(api, "leaveForPickup", order, courier);
        await talk.Refuses(api, "leaveForPickup", 403, order, new { courier = "somebody" });
        await talk.Does(api, "arriveAtPickup", order, courier);
        await talk.Does(api, "markOrderReady", order, new { actor = new { role = "merchant", id = "noodle-house" } });
        await talk.Refuses(api, "markOrderReady", 409, order);
        await talk.Does(api, "pickUp", order, courier);
        await talk.Refuses(api, "arriveAtPickup", 409, order, courier);
        await talk.Does(api, "leaveForDropoff", order, courier);
        await talk.Refuses(api, "pickUp", 409, order, courier);
        await talk.Does(api, "arriveAtDropoff", order, courier);
        await talk.Refuses(api, "leaveForDropoff", 409, order, courier);
        await talk.Does(api, "completeDelivery", order, new { courier = "kim", proof = new { photo_url = "https://photos.example/7.jpg" } });
        await talk.Refuses(api, "completeDelivery", 409, order, courier);
        await talk.Refuses(api, "arriveAtDropoff", 409, order, courier);
        await talk.Does(api, "getOrder", order);
        await talk.Refuses(api, "getOrder", 404, new { number = "13130658798336058484" });
        await talk.Refuses(api, "getOrder", 400, new { number = "7" });
        await talk.Does(api, "getOrderTimeline", order);
        await talk.Does(api, "listOrders", query: new { customer = "ada", status = "delivered", limit = 10 });
        await talk.Refuses(api, "listOrders", 400);
        await talk.Does(api, "listMerchantOrders", new { id = "noodle-house" }, query: new { limit = 10 });
        await talk.Refuses(api, "listMerchantOrders", 404, new { id = "nobody" });
    }

    private static async Task QuotesAsync(Conversation talk, Api api)
    {
        var shop = await Shop.OpenAsync(api, "burger-yard", "ren", "britz");
        var basket = new { customer = "ada", merchant = shop.Merchant, lines = new[] { new { item = "noodles", quantity = 2 } }, dropoff = Home };
        var quote = new { id = (await talk.Does(api, "createQuote", body: basket)).GetProperty("id").GetString() };
        await talk.Refuses(api, "createQuote", 422, body: new { basket.customer, merchant = "nobody", basket.lines, basket.dropoff });
        await talk.Does(api, "getQuote", quote);
        await talk.Refuses(api, "getQuote", 404, new { id = "q_00000000000000000000000000000000" });
        await talk.Refuses(api, "acceptQuote", 404, new { id = "q_00000000000000000000000000000000" });
        var placed = await talk.Does(api, "acceptQuote", quote, new { external_id = "till-7-0043", note = "third floor" });
        var link = placed.GetProperty("tracking_url").GetString()!;
        await talk.Does(api, "trackOrder", new { token = link[(link.LastIndexOf('/') + 1)..] });
        await talk.Refuses(api, "trackOrder", 404, new { token = "13130658798336058484-nobody" });
    }

    private static async Task RefundsAsync(Conversation talk, Api api)
    {
        var shop = await Shop.OpenAsync(api, "pizza-corner", "lou", "wedding");
        var number = await AssignedAsync(talk, api, shop);
        await talk.Refuses(api, "requestRefund", 409, new { number }, new { reason = "late", actor = Customer });
        await talk.Does(api, "pickUp", new { number }, new { courier = "lou" });
        await talk.Does(api, "completeDelivery", new { number }, new { courier = "lou" });
        async Task<object> AskAsync(object body)
        {
            var asked = await talk.Does(api, "requestRefund", new { number }, body);
            return new { number, refund = asked.GetProperty("number").GetInt32() };
        }

        var first = await AskAsync(new { reason = "quality", actor = Customer, lines = new[] { new { line = 1, quantity = 1 } }, note = "cold" });
        await talk.Does(api, "getRefund", first);
        await talk.Refuses(api, "getRefund", 404, new { number, refund = 9 });
        await talk.Refuses(api, "approveRefund", 403, first, new { actor = Customer });
        await talk.Does(api, "approveRefund", first, new { actor = new { role = "merchant", id = "pizza-corner" }, amount = 500 });
        var second = await AskAsync(new { reason = "late", actor = Customer, amount = new { amount = 100, currency = "EUR" } });
        await talk.Does(api, "declineRefund", second, new { actor = Operator, note = "It was on time." });
        await talk.Refuses(api, "declineRefund", 409, second, new { actor = Operator });
        await talk.Does(api, "withdrawRefund", await AskAsync(new { reason = "other", actor = Customer }), new { actor = Customer });
        await talk.Refuses(api, "withdrawRefund", 409, second, new { actor = Customer });
        await talk.Does(api, "listRefunds", new { number });
        await talk.Refuses(api, "listRefunds", 404, new { number = "13130658798336058484" });
    }

    private static async Task OtherOrdersAsync(Conversation talk, Api api)
    {
        var shop = await Shop.OpenAsync(api, "tea-room", "sam", "moabit");
        var cancelled = new { number = await PlaceAsync(talk, api, Basket(shop)) };
        await talk.Does(api, "cancelOrder", cancelled, new { reason = "customer_request", actor = Customer });
        await talk.Refuses(api, "cancelOrder", 409, cancelled, new { reason = "customer_request", actor = Customer });
        var rejected = new { number = await PlaceAsync(talk, api, Basket(shop)) };
        await talk.Does(api, "cancelOrder", rejected, new { reason = "customer_request", actor = Customer }, new { preview = true });
        await talk.Does(api, "rejectOrder", rejected, new { reason = "item_unavailable" });
        await talk.Refuses(api, "rejectOrder", 409, rejected, new { reason = "item_unavailable" });

        var paid = new { number = await PlaceAsync(talk, api, Basket(shop, payment: new { method = "card" })) };
        await talk.Refuses(api, "payOrder", 422, paid, new { source = "tok_declined" });
        await talk.Does(api, "payOrder", paid, new { source = "tok_ok" });

        var fetched = new { number = await PlaceAsync(talk, api, Basket(shop, kind: "pickup")) };
        await talk.Refuses(api, "collectOrder", 409, fetched);
        await talk.Does(api, "acceptOrder", fetched);
        await talk.Does(api, "markOrderReady", fetched);
        await talk.Does(api, "collectOrder", fetched, new { actor = new { role = "merchant", id = "tea-room" } });
    }

    private static async Task ModificationsAsync(Conversation talk, Api api)
    {
        var shop = await Shop.OpenAsync(api, "salad-bar", "uli", "pankow");
        var merchant = new { role = "merchant", id = "salad-bar" };
        var number = await PlaceAsync(talk, api, Basket(shop));
        var (first, second) = (new { number, modification = 1 }, new { number, modification = 2 });
        await talk.Does(api, "proposeModification", new { number }, new { lines = new[] { new { item = "noodles", quantity = 3 } }, actor = Customer });
        await talk.Refuses(api, "approveModification", 403, first, new { actor = Customer });
        await talk.Does(api, "approveModification", first, new { actor = merchant });
        await talk.Refuses(api, "proposeModification", 422, new { number }, new { lines = new[] { new { item = "pizza", quantity = 1 } }, actor = Customer });
        await talk.Does(api, "proposeModification", new { number }, new { lines = new[] { new { item = "cake", quantity = 1 } }, actor = merchant });
        await talk.Does(api, "declineModification", second, new { actor = Customer });
        await talk.Refuses(api, "declineModification", 409, second, new { actor = Customer });
        await talk.Does(api, "listModifications", new { number });
        await talk.Refuses(api, "listModifications", 404, new { number = "13130658798336058484" });
    }

    private static async Task OperatorsAsync(Conversation talk, Api api)
    {
        var shop = await Shop.OpenAsync(api, "bakery", "eli", "spandau");
        var order = new { number = await PlaceAsync(talk, api, Basket(shop)) };
        await talk.Does(api, "freezeOrder", order, new { reason = "two payments", actor = Operator });
        await talk.Refuses(api, "freezeOrder", 403, order, new { reason = "mine", actor = Customer });
        await talk.Does(api, "unfreezeOrder", order, new { reason = "checked", actor = Operator });
        await talk.Refuses(api, "unfreezeOrder", 409, order, new { reason = "checked", actor = Operator });
        await talk.Refuses(api, "overrideOrder", 403, order, new { to = "canceled", reason = "mine", actor = Customer });
        await talk.Does(api, "overrideOrder", order, new { to = "canceled", reason = "placed by mistake", actor = Operator });
    }

    private static async Task FailedDeliveriesAsync(Conversation talk, Api api)
    {
        var shop = await Shop.OpenAsync(api, "grill", "noa", "tegel");
        var left = new { number = await AssignedAsync(talk, api, shop) };
        await talk.Does(api, "unassignDelivery", left, new { courier = "noa" });
        await talk.Refuses(api, "unassignDelivery", 403, left, new { courier = "somebody" });

        var other = await Shop.OpenAsync(api, "deli", "jo", "buch");
        var failed = new { number = await AssignedAsync(talk, api, other) };
        await talk.Refuses(api, "failDelivery", 409, failed, new { courier = "jo", reason = "customer_absent" });
        await talk.Does(api, "pickUp", failed, new { courier = "jo" });
        await talk.Refuses(api, "returnDelivery", 409, failed, new { courier = "jo" });
        await talk.Does(api, "failDelivery", failed, new { courier = "jo", reason = "customer_absent" });
        await talk.Does(api, "returnDelivery", failed, new { courier = "jo" });
    }
}

/// <summary>An open merchant and a courier on duty in a zone of their own.</summary>
internal sealed record Shop(string Merchant, string Courier)
{
    private static readonly object Door = new { latitude = 52.52, longitude = 13.405 };

    public static async Task<Shop> OpenAsync(Api api, string merchant, string courier, string zone)
    {
        // The first merchant is made in the scene of merchants.
        var made = await api.Post("/v1/merchants", new { id = merchant, name = merchant, zone, location = Door, currency = "EUR" });
        if (made.Status != 409) made.Expect(201);
        object[] items = [new { id = "noodles", name = "Noodles", price = 900 }, new { id = "cake", name = "Cake", price = 450, stock = 3 }];
        (await api.Put($"/v1/merchants/{merchant}/menu", new { items })).Expect(200);
        (await api.Put($"/v1/merchants/{merchant}/status", new { status = "open" })).Expect(200);
        (await api.Post("/v1/couriers", new { id = courier, name = courier, zone })).Expect(201);
        (await api.Put($"/v1/couriers/{courier}/duty", new { status = "online", location = Door })).Expect(200);
        return new(merchant, courier);
    }
}
