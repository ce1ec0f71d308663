namespace OrderActors.Tests.Gateway.OpenApi;

/// <content>What merchants and couriers say of themselves.</content>
internal static partial class Scenes
{
    private static readonly object Corner = new { latitude = 52.52, longitude = 13.405 };

    private static async Task MerchantsAsync(Conversation talk, Api api)
    {
        var house = new { id = "noodle-house" };
        var created = new { id = "noodle-house", name = "Noodle House", zone = "mitte", location = Corner, currency = "EUR", preparation_seconds = 900 };
        await talk.Does(api, "createMerchant", body: created);
        await talk.Refuses(api, "createMerchant", 409, body: created);
        object[] sizes = [new { id = "s", name = "Small" }, new { id = "l", name = "Large", price = 150 }];
        object[] items =
        [
            new { id = "noodles", name = "Noodles", price = 900, stock = 40 },
            new { id = "tea", name = "Tea", price = 300, options = new[] { new { id = "size", name = "Size", min = 1, max = 1, options = sizes } } },
        ];
        await talk.Does(api, "setMenu", house, new { items });
        await talk.Refuses(api, "setMenu", 422, house, new { items = new[] { new { id = "noodles", name = "Noodles", price = -1 } } });
        await talk.Does(api, "setStock", house, new { items = new object[] { new { id = "noodles", stock = 60 }, new { id = "tea", stock = (int?)null } } });
        await talk.Refuses(api, "setStock", 422, house, new { items = new[] { new { id = "pizza", stock = 3 } } });
        await talk.Does(api, "setMerchantStatus", house, new { status = "open" });
        await talk.Refuses(api, "setMerchantStatus", 422, house, new { status = "paused", until = "2020-01-01T00:00:00Z" });
        await talk.Does(api, "setPreparation", house, new { preparation_seconds = 600, auto_accept = false, learn = true });
        await talk.Refuses(api, "setPreparation", 422, house, new { preparation_seconds = -1, auto_accept = false, learn = true });
        await talk.Does(api, "setCapacity", house, new { limit = 30, when_full = "queue" });
        await talk.Refuses(api, "setCapacity", 422, house, new { limit = 0 });
        await talk.Does(api, "setTerms", house, new
        {
            radius_metres = 5000,
            commission_permille = 150,
            minimum_order = 500,
            waits = new { acceptance_seconds = 300 },
            kinds = new[] { "delivery", "pickup" },
        });
        await talk.Refuses(api, "setTerms", 422, house, new { delivery_fee = -1 });
        object[] day = [new { day = "monday", open = new[] { new { from = "11:00", to = "14:30" }, new { from = "18:00", to = "02:00" } } }];
        var exceptions = new[] { new { date = "2026-12-25", open = Array.Empty<object>() } };
        await talk.Does(api, "setHours", house, new { time_zone = "Europe/Berlin", week = day, exceptions });
        await talk.Refuses(api, "setHours", 422, house, new { time_zone = "Europe/Nowhere", week = Array.Empty<object>() });
        await talk.Does(api, "getMerchant", house);
        foreach (var part in (string[])["getMenu", "getStock", "getHours"])
        {
            await talk.Does(api, part, house);
            await talk.Refuses(api, part, 404, new { id = "nobody" });
        }

        await talk.Refuses(api, "getMerchant", 404, new { id = "nobody" });
        await talk.Does(api, "removeHours", house);
        await talk.Refuses(api, "removeHours", 404, new { id = "nobody" });
        var lines = new[] { new { item = "tea", quantity = 2, options = new[] { "l" } } };
        await talk.Does(api, "priceBasket", house, new { lines, dropoff = Home });
        await talk.Refuses(api, "priceBasket", 404, new { id = "nobody" }, new { lines, dropoff = Home });
    }

    private static async Task CouriersAsync(Conversation talk, Api api)
    {
        var bo = new { id = "bo" };
        var created = new { id = "bo", name = "Bo", zone = "havel", capacity = 2, vehicle = "bicycle" };
        await talk.Does(api, "createCourier", body: created);
        await talk.Refuses(api, "createCourier", 409, body: created);
        await talk.Refuses(api, "pauseCourier", 409, bo);
        await talk.Does(api, "setDuty", bo, new { status = "online", location = Corner });
        await talk.Refuses(api, "setDuty", 422, bo, new { status = "online" });
        await talk.Does(api, "setCourierSettings", bo, new { vehicle = "scooter", capacity = 3 });
        await talk.Refuses(api, "setCourierSettings", 422, bo, new { capacity = 99 });
        await talk.Does(api, "reportLocation", bo, new[] { new { latitude = 52.521, longitude = 13.41 }, new { latitude = 52.5215, longitude = 13.411 } });
        await talk.Does(api, "reportLocation", bo, new { latitude = 52.522, longitude = 13.412 });
        await talk.Refuses(api, "reportLocation", 422, bo, new { latitude = 152.5, longitude = 13.41 });
        await talk.Does(api, "pauseCourier", bo);
        await talk.Does(api, "resumeCourier", bo);
        await talk.Refuses(api, "resumeCourier", 409, bo);
        await talk.Does(api, "setLocation", bo, new { latitude = 52.523, longitude = 13.413 });
        await talk.Does(api, "getLocation", bo);
        await talk.Refuses(api, "getLocation", 404, new { id = "nobody" });
        await talk.Does(api, "endShift", bo);
        await talk.Does(api, "startShift", bo, new { location = Corner });
        await talk.Does(api, "listShifts", bo);
        await talk.Refuses(api, "listShifts", 404, new { id = "nobody" });
        await talk.Does(api, "getCourier", new { id = "kim" });
        await talk.Refuses(api, "getCourier", 404, new { id = "nobody" });
        await talk.Does(api, "getEarnings", new { id = "kim" });
        await talk.Refuses(api, "getEarnings", 404, new { id = "nobody" });
        await talk.Does(api, "listCourierOrders", new { id = "kim" }, query: new { limit = 10 });
        await talk.Refuses(api, "listCourierOrders", 404, new { id = "nobody" });
    }

    private static async Task OffersAsync(Conversation talk, Api api)
    {
        var shop = await Shop.OpenAsync(api, "soup-kitchen", "lee", "steglitz");
        await talk.Does(api, "setCourierSettings", new { id = "lee" }, new { accepts_offers_by_hand = true });
        async Task<string> OfferedAsync()
        {
            var number = await PlaceAsync(talk, api, Basket(shop));
            await talk.Does(api, "acceptOrder", new { number });
            await talk.Does(api, "markOrderReady", new { number });
            await Eventually.Get(
                () => api.Get("/v1/couriers/lee"), a => a["offer"]?.Contains(number, StringComparison.Ordinal) == true, "the courier is asked");
            return number;
        }

        var first = new { id = "lee", number = await OfferedAsync() };
        await talk.Does(api, "listOffers", new { id = "lee" });
        await talk.Refuses(api, "listOffers", 404, new { id = "nobody" });
        await talk.Does(api, "declineOffer", first, new { reason = "too_far" });
        await talk.Refuses(api, "declineOffer", 409, first);
        await talk.Refuses(api, "acceptOffer", 409, first);
        // Out of the way, or the next courier is asked.
        await talk.Does(api, "cancelOrder", new { first.number }, new { reason = "operator_decision", actor = Operator });
        var number = await OfferedAsync();
        await talk.Does(api, "acceptOffer", new { id = "lee", number });
        await Eventually.Get(() => api.Get("/v1/orders/" + number), a => a["courier"] == "lee", "the courier has the order");
        await talk.Does(api, "pickUp", new { number }, new { courier = "lee" });
        await talk.Does(api, "getAssignment", new { id = "lee" });
        await talk.Refuses(api, "getAssignment", 404, new { id = "nobody" });
        (await api.Post("/v1/couriers", new { id = "max", name = "Max", zone = "steglitz" })).Expect(201);
        await talk.Refuses(api, "handOverDelivery", 409, new { number }, new { from = "lee", to = "max" });
        (await api.Put("/v1/couriers/max/duty", new { status = "online", location = Corner })).Expect(200);
        await talk.Does(api, "handOverDelivery", new { number }, new { from = "lee", to = "max" });
    }
}
