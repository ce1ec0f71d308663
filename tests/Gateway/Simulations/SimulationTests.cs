using OrderActors.Tests.Gateway.Keys;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.Gateway.Simulations;

/// <summary>A test key has a whole town play with one request.</summary>
public sealed class SimulationTests : IAsyncLifetime
{
    private readonly SiloUnderTest _silo = new();
    private Api _test = null!;

    private Api Live => _silo.Api;

    public async Task InitializeAsync()
    {
        await _silo.InitializeAsync();
        _test = await CallerKeys.Of(Live, "operator", "tess", live: false);
    }

    public async Task DisposeAsync()
    {
        _test.Dispose();
        await _silo.DisposeAsync();
    }

    [Fact]
    public async Task A_partner_gets_a_town_places_an_order_in_it_and_sees_it_delivered_and_another_one_fail_at_the_door()
    {
        var texts = new List<string>();
        using var key = await CallerKeys.Of(_test, "partner", "shop", live: false);
        using var partner = key.Recording(texts);
        var made = (await partner.Post("/v1/simulations", new
        {
            name = "first day",
            speed = 1000,
            town = new { courier_count = 2 },
            script = new { courier_plays = new object[] { new { act = "deliver" }, new { act = "fail_at_door", reason = "customer_refused" } } },
        })).Expect(201);
        var id = made["id"]!;
        Assert.Equal("/v1/simulations/" + id, made.Header("Location"));
        await Eventually.Get(() => partner.Get("/v1/simulations/" + id), a => Count(a, "steps", "pending") == 0, "the town is there");

        var first = await Place(partner, made, "c1");
        await Came(partner, first, "delivered");
        var second = await Place(partner, made, "c2");
        Assert.Equal("customer_refused", (await Came(partner, second, "returned"))["reason"]);

        var seen = (await Eventually.Get(() => partner.Get("/v1/simulations/" + id), a => Count(a, "orders", "open") == 0, "it is done")).Expect(200);
        Assert.Equal((2, 0), (Count(seen, "orders", "total"), Count(seen, "steps", "refused")));
        Assert.Contains(seen.Json.GetProperty("log").EnumerateArray(), entry =>
            entry.GetProperty("action").GetString() == "fail_delivery" && entry.GetProperty("order").GetString() == second
            && made.Json.GetProperty("couriers").EnumerateArray().Any(c => c.GetString() == entry.GetProperty("actor").GetString()));
        Assert.Equal("stopped", (await partner.Post($"/v1/simulations/{id}/stop")).Expect(200)["status"]);
        Assert.Single((await partner.Get("/v1/simulations")).Expect(200).Json.GetProperty("data").EnumerateArray());
        Assert.DoesNotContain(texts, text => text.Contains(TestMode.Mark, StringComparison.Ordinal));

        // It is its owner's.
        (await _test.Get("/v1/simulations/" + id)).ExpectProblem(404, "not_found");
        Assert.Empty((await _test.Get("/v1/simulations")).Expect(200).Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task What_cannot_be_played_is_refused()
    {
        (await Live.Post("/v1/simulations", new { })).ExpectProblem(403, "forbidden").ExpectFault("live_key");
        (await Live.Get("/v1/simulations")).ExpectProblem(403, "forbidden");
        using var merchant = await CallerKeys.Of(_test, "merchant", "m1", live: false);
        (await merchant.Post("/v1/simulations", new { })).ExpectProblem(403, "forbidden").ExpectFault("wrong_kind");
        using var partner = await CallerKeys.Of(_test, "partner", "shop", live: false);
        (await partner.Post("/v1/simulations", new { merchants = new[] { "m1" } })).ExpectProblem(403, "forbidden");
        (await _test.Post("/v1/simulations", new { merchants = new[] { "nobody" } })).ExpectProblem(422, "unknown_merchant");
        (await _test.Post("/v1/simulations", new { preset = "sunny" })).ExpectProblem(400, "malformed").ExpectFault("unknown_value", "/preset");
        (await _test.Post("/v1/simulations", new { speed = 0 })).ExpectProblem(422, "validation_failed");
        (await _test.Post("/v1/simulations", new { clock = "manual", speed = 2 })).ExpectProblem(422, "validation_failed");
        (await _test.Post("/v1/simulations", new { town = new { merchant_count = 21 } })).ExpectProblem(422, "validation_failed");
        (await _test.Post("/v1/simulations", new { script = new { merchant_plays = new object?[] { null } } })).ExpectProblem(400, "malformed");
        (await _test.Post("/v1/simulations", new { script = new { merchant_plays = new[] { new { act = "reject", reason = "no_courier" } } } }))
            .ExpectProblem(422, "validation_failed");
        var real = (await _test.Post("/v1/simulations", new { lasts_seconds = 60 })).Expect(201)["id"];
        (await _test.Post($"/v1/simulations/{real}/clock", new { advance_seconds = 5 })).ExpectProblem(409, "invalid_transition");
        (await _test.Post("/v1/simulations/sim_none/stop")).ExpectProblem(404, "not_found");
    }

    private static async Task<string> Place(Api api, Answer simulation, string customer) => (await api.Post("/v1/orders", new
    {
        customer,
        merchant = simulation.Json.GetProperty("merchants")[0].GetString(),
        lines = new[] { new { item = "pizza", quantity = 1 } },
        total = new { amount = 900, currency = "EUR" },
        dropoff = new { latitude = 52.53, longitude = 13.42 },
    })).Expect(201)["number"]!;

    private static Task<Answer> Came(Api api, string order, string status) =>
        Eventually.Get(() => api.Get("/v1/orders/" + order), a => a["status"] == status, $"{order} is {status}");

    private static int Count(Answer answer, string group, string member) => answer.Json.GetProperty(group).GetProperty(member).GetInt32();
}
