using System.Text.Json;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>Lists of everything there is, and the parts that apps read by themselves.</summary>
[Collection(SharedSilo.Name)]
public sealed class ListingTests(SiloUnderTest silo)
{
    private Api Api => silo.Api;

    [Fact]
    public async Task Merchants_and_couriers_are_listed_in_the_order_of_their_ids_page_by_page()
    {
        var towns = new List<Town>();
        for (var i = 0; i < 5; i++) towns.Add(await Town.Open(Api));
        await towns[0].CourierOnline();
        await towns[1].CourierOnline();
        var ids = await Read("/v1/merchants?", 2);
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(ids.Distinct(), ids);
        Assert.Superset(towns.Select(t => t.Merchant).ToHashSet(), ids.ToHashSet());
        Assert.Equal([towns[2].Merchant], await Read($"/v1/merchants?zone={towns[2].Zone}&", 50));
        Assert.Empty(await Read($"/v1/merchants?zone={towns[2].Zone}&status=paused&", 50));
        Assert.Superset(new HashSet<string> { towns[0].Courier, towns[1].Courier }, (await Read("/v1/couriers?status=available&", 50)).ToHashSet());

        // What was refused is no merchant, and is not on the list.
        (await Api.Post("/v1/merchants", new { id = "m-refused", name = "", location = new { latitude = 0, longitude = 0 }, currency = "EUR" })).Expect(422);
        Assert.DoesNotContain("m-refused", await Read("/v1/merchants?", 200));
        (await Api.Get("/v1/merchants?cursor=%21")).ExpectProblem(400, "malformed").ExpectFault("invalid_cursor");
        (await Api.Get("/v1/couriers?status=asleep")).ExpectProblem(400, "malformed").ExpectFault("unknown_value");
    }

    [Fact]
    public async Task Promotions_are_listed_by_code()
    {
        var code = "LIST-" + Environment.ProcessId;
        (await Api.Post("/v1/promotions", new { code, currency = "EUR", amount_off = 1, budget = new { uses = 1 } })).Expect(201);
        (await Api.Post($"/v1/promotions/{code}/pause")).Expect(200);
        Assert.Contains(code, await Read("/v1/promotions?status=paused&", 50, "code"));
        Assert.DoesNotContain(code, await Read("/v1/promotions?status=active&", 50, "code"));
    }

    [Fact]
    public async Task A_storefront_reads_menu_stock_and_hours_by_themselves()
    {
        var town = await Town.Open(Api);
        await town.Place(town.Order("cake", 1));
        var menu = (await Api.Get($"/v1/merchants/{town.Merchant}/menu")).Expect(200);
        Assert.Equal(["noodles", "cake"], menu.Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()));
        var stock = (await Api.Get($"/v1/merchants/{town.Merchant}/stock")).Expect(200);
        Assert.Equal("""{"items":[{"id":"cake","stock":2}]}""", stock.Text);
        (await Api.Get($"/v1/merchants/{town.Merchant}/hours")).ExpectProblem(404, "not_found");
        var hours = new { time_zone = "Europe/Berlin", week = new[] { new { day = "monday", open = new[] { new { from = "09:00", to = "22:00" } } } } };
        (await Api.Put($"/v1/merchants/{town.Merchant}/hours", hours)).Expect(200);
        Assert.Equal(JsonSerializer.Serialize(hours), (await Api.Get($"/v1/merchants/{town.Merchant}/hours")).Expect(200).Text);
        (await Api.Get("/v1/merchants/nobody/menu")).ExpectProblem(404, "not_found");
    }

    [Fact]
    public async Task A_courier_sees_its_shifts_its_place_and_its_stops()
    {
        var town = await Town.Open(Api);
        (await Api.Post("/v1/couriers", new { id = town.Courier, name = "Kim", zone = town.Zone, capacity = 2 })).Expect(201);
        (await Api.Get($"/v1/couriers/{town.Courier}/location")).ExpectProblem(404, "not_found");
        (await Api.Post($"/v1/couriers/{town.Courier}/shifts/end")).ExpectProblem(409, "invalid_transition");
        (await Api.Post($"/v1/couriers/{town.Courier}/shifts", new { location = new { latitude = 52.521, longitude = 13.41 } })).Expect(201);
        (await Api.Put($"/v1/couriers/{town.Courier}/location", new { latitude = 52.522, longitude = 13.41 })).Expect(202);
        Assert.Equal("""{"latitude":52.522,"longitude":13.41}""", (await Api.Get($"/v1/couriers/{town.Courier}/location")).Expect(200).Text);
        Assert.Equal("""{"data":[]}""", (await Api.Get($"/v1/couriers/{town.Courier}/assignment")).Expect(200).Text);

        var number = await town.Place();
        (await town.Do(number, "accept")).Expect(200);
        await town.Assigned(number);
        Assert.Equal(["pickup", "dropoff"], await Stops(town));
        (await town.Step(number, "pickup")).Expect(200);
        Assert.Equal(["dropoff"], await Stops(town));
        (await town.Step(number, "complete")).Expect(200);
        await Eventually.Get(() => Api.Get($"/v1/couriers/{town.Courier}"), a => a["status"] == "available", "the courier is free");

        (await Api.Post($"/v1/couriers/{town.Courier}/shifts/end")).Expect(200);
        var shifts = (await Api.Get($"/v1/couriers/{town.Courier}/shifts")).Expect(200);
        Assert.Null(shifts["current"]);
        Assert.Equal(1, shifts.Json.GetProperty("data").EnumerateArray().Single().GetProperty("orders").GetInt32());
    }

    private async Task<string[]> Stops(Town town) => [.. (await Api.Get($"/v1/couriers/{town.Courier}/assignment")).Expect(200).Json
        .GetProperty("data").EnumerateArray().Select(stop => stop.GetProperty("kind").GetString()!)];

    private async Task<List<string>> Read(string list, int limit, string id = "id")
    {
        var ids = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await Api.Get($"{list}limit={limit}{(cursor is null ? "" : "&cursor=" + cursor)}")).Expect(200);
            var found = page.Json.GetProperty("data").EnumerateArray().Select(o => o.GetProperty(id).GetString()!).ToArray();
            Assert.InRange(found.Length, 0, limit);
            ids.AddRange(found);
            cursor = page["next_cursor"];
        }
        while (cursor is not null);
        return ids;
    }
}
