using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>A merchant, a courier and a customer in a zone of their own, so that tests on one host never meet.</summary>
internal sealed class Town(Api api)
{
    private static int towns;
    private string _id = $"{Environment.ProcessId}-{Interlocked.Increment(ref towns)}";

    public string Merchant => "m-" + _id;

    public string Courier => "k-" + _id;

    public string Customer => "c-" + _id;

    public string Zone => "z-" + _id;

    /// <summary>A town whose merchant is open and has a menu: noodles at 9.00 without limit, three cakes at 4.50.</summary>
    public static Task<Town> Open(Api api, bool autoAccept = false) => Open(api, new Town(api), autoAccept);

    /// <summary>Opens a town over the API as its ids are.</summary>
    public static async Task<Town> Open(Api api, Town town, bool autoAccept = false)
    {
        var merchant = new
        {
            id = town.Merchant,
            name = "Noodle House",
            zone = town.Zone,
            location = new { latitude = 52.52, longitude = 13.405 },
            currency = "EUR",
            preparation_seconds = 60,
            auto_accept = autoAccept,
        };
        (await api.Post("/v1/merchants", merchant)).Expect(201);
        (await town.SetMenu()).Expect(200);
        (await town.SetStatus("open")).Expect(200);
        return town;
    }

    /// <summary>The same town over another connection.</summary>
    public Town With(Api other) => new(other) { _id = _id };

    public Task<Answer> SetMenu() => api.Put($"/v1/merchants/{Merchant}/menu", new
    {
        items = new object[]
        {
            new { id = "noodles", name = "Noodles", price = 900 },
            new { id = "cake", name = "Cake", price = 450, stock = 3 },
        },
    });

    public Task<Answer> SetStatus(string status) => api.Put($"/v1/merchants/{Merchant}/status", new { status });

    /// <summary>The town's courier, on duty next door.</summary>
    public async Task CourierOnline(string? name = null)
    {
        var id = name ?? Courier;
        (await api.Post("/v1/couriers", new { id, name = "Kim", zone = Zone, capacity = 2 })).Expect(201);
        (await api.Put($"/v1/couriers/{id}/duty", new { status = "online", location = new { latitude = 52.521, longitude = 13.41 } })).Expect(200);
    }

    /// <summary>An order of two noodles, changed as a test wants.</summary>
    public object Order(
        string item = "noodles", int quantity = 2, long? amount = null, string currency = "EUR", string? merchant = null, string? customer = null) => new
        {
            customer = customer ?? Customer,
            merchant = merchant ?? Merchant,
            lines = new[] { new { item, quantity } },
            total = new { amount = amount ?? (item == "cake" ? 450 : 900) * (long)quantity, currency },
            dropoff = new { latitude = 52.53, longitude = 13.42 },
        };

    /// <summary>The same with members of a test's choice; one that is null is left out.</summary>
    public JsonObject Wanted(params ReadOnlySpan<(string Member, object? Value)> members)
    {
        var order = JsonSerializer.SerializeToNode(Order())!.AsObject();
        foreach (var (member, value) in members)
        {
            order.Remove(member);
            if (value is not null) order[member] = JsonSerializer.SerializeToNode(value);
        }

        return order;
    }

    /// <summary>Places an order; returns its number.</summary>
    public async Task<string> Place(object? order = null) => (await api.Post("/v1/orders", order ?? Order())).Expect(201)["number"]!;

    public Task<Answer> Do(string number, string action, object? body = null) => api.Post($"/v1/orders/{number}/{action}", body);

    public Task<Answer> Step(string number, string step, string? courier = null) =>
        api.Post($"/v1/deliveries/{number}/{step}", new { courier = courier ?? Courier });

    public Task<Answer> Cancel(string number, string role = "customer", string? id = null, string reason = "customer_request") =>
        Do(number, "cancel", new { reason, actor = new { role, id = id ?? Customer } });

    /// <summary>Waits until dispatch gave the order to a courier; returns who.</summary>
    public async Task<string> Assigned(string number) => (await Eventually.Get(
        () => api.Get("/v1/orders/" + number), a => a["courier"] is not null, "a courier has the order"))["courier"]!;

    /// <summary>Places an order and brings it to where a courier has it.</summary>
    public async Task<string> PlaceAssigned()
    {
        await CourierOnline();
        var number = await Place();
        (await Do(number, "accept")).Expect(200);
        Assert.Equal(Courier, await Assigned(number));
        return number;
    }

    /// <summary>Everything a caller can see of the town: what a refused request must leave as it was.</summary>
    public async Task<string> Snapshot(string? number = null)
    {
        var paths = new List<string> { "/v1/merchants/" + Merchant, $"/v1/orders?customer={Customer}", $"/v1/merchants/{Merchant}/orders" };
        if (number is not null) paths.Add("/v1/orders/" + number);
        var texts = new List<string>();
        foreach (var path in paths) texts.Add((await api.Get(path)).Expect(200).Text);
        return string.Join('\n', texts);
    }

    /// <summary>Waits until the merchant heard of the ends of its orders: it learns them from the event log.</summary>
    public Task Settled() => Eventually.Get(
        () => api.Get("/v1/merchants/" + Merchant), a => a["open_orders"] == "0", "the merchant has no open orders");

    /// <summary>The cakes that are left.</summary>
    public async Task<int> Cakes() => (await api.Get("/v1/merchants/" + Merchant)).Expect(200).Json.GetProperty("menu").EnumerateArray()
        .Single(i => i.GetProperty("id").GetString() == "cake").GetProperty("stock").GetInt32();

    public static IEnumerable<string?> Numbers(JsonElement list) => list.GetProperty("data").EnumerateArray().Select(o => o.GetProperty("number").GetString());
}
