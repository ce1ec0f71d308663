using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using OrderActors.Client.Http;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.Gateway.Keys;

/// <summary>The test side is the whole platform once more: with the same ids as the live one, and without a way from one to the other.</summary>
public sealed partial class TestSideTests : IAsyncLifetime
{
    /// <summary>What a member is called that holds the key of a grain.</summary>
    private static readonly string[] KeyNames =
        ["customer", "merchant", "courier", "zone", "coupon", "merchants", "couriers", "customers", "partner", "code", "day"];

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
    public async Task A_test_order_goes_its_whole_way_beside_a_live_one_with_the_same_ids_and_shows_no_mark()
    {
        var live = await Town.Open(Live);
        var liveNumber = await live.Place();
        var before = await live.Snapshot(liveNumber);

        var texts = new List<string>();
        using var seen = _test.Recording(texts);
        var town = await Town.Open(seen, live.With(seen));
        var number = await GoTheWholeWay(seen, town);
        Assert.DoesNotContain(texts, text => text.Contains(TestMode.Mark, StringComparison.Ordinal));

        Assert.Equal(before, await live.Snapshot(liveNumber));
        (await Live.Get("/v1/promotions/WELCOME")).ExpectProblem(404, "not_found");
        (await Live.Get("/v1/couriers/" + town.Courier)).ExpectProblem(404, "not_found");
        (await Live.Get($"/v1/customers/{town.Customer}/contact")).ExpectProblem(404, "not_found");
        Assert.Empty((await Live.Get("/v1/orders?external_id=till-1")).Expect(200).Json.GetProperty("data").EnumerateArray());
        (await Live.Get("/v1/orders/" + number)).ExpectProblem(404, "not_found");
        (await Live.Post($"/v1/deliveries/{number}/complete", new { courier = town.Courier })).ExpectProblem(404, "not_found");
        (await _test.Get("/v1/orders/" + liveNumber)).ExpectProblem(404, "not_found");
        (await _test.Post($"/v1/orders/{liveNumber}/cancel", new { reason = "operator_decision" })).ExpectProblem(404, "not_found");
    }

    [Fact]
    public async Task Nothing_of_a_test_order_is_stored_without_the_mark()
    {
        var town = await Town.Open(_test);
        await GoTheWholeWay(_test, town);
        await _silo.DrainAsync();

        var found = 0;
        foreach (var file in Directory.EnumerateFiles(_silo.Data, "*", SearchOption.AllDirectories))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            var text = await reader.ReadToEndAsync();
            foreach (var id in new[] { town.Merchant, town.Customer, town.Courier, town.Zone, "WELCOME", "till-1" })
            {
                for (var at = text.IndexOf(id, StringComparison.Ordinal); at >= 0; at = text.IndexOf(id, at + 1, StringComparison.Ordinal))
                {
                    found++;
                    // Answers are kept as they were given, in a grain with a mark; within one, quotation marks are escaped.
                    var answered = text.AsSpan(0, at).EndsWith("\\\"", StringComparison.Ordinal) || AddressBefore().IsMatch(text[Math.Max(0, at - 30)..at]);
                    var marked = answered || text[at - 1] == TestMode.Mark || text[(at - 2)..at] == "~/"
                        || text.AsSpan(0, at).EndsWith("external_id\":\"", StringComparison.Ordinal);
                    Assert.True(marked, $"{id} is stored in: …{text[Math.Max(0, at - 80)..Math.Min(text.Length, at + 40)]}…");
                }
            }
        }

        Assert.InRange(found, 20, int.MaxValue);
    }

    private async Task<string> GoTheWholeWay(Api api, Town town)
    {
        await town.CourierOnline();
        (await api.Post("/v1/promotions", new
        {
            code = "welcome",
            currency = "EUR",
            amount_off = 100,
            budget = new { uses = 5 },
            merchant_permille = 1000,
            merchants = new[] { town.Merchant },
        })).Expect(201);
        (await api.Put($"/v1/customers/{town.Customer}/contact", new { phone = "+4930123456", sms = true })).Expect(200);
        var card = new { method = "card", source = "tok_ok" };
        var placed = (await api.Post("/v1/orders", town.Wanted(
            ("external_id", "till-1"), ("coupon", "welcome"), ("total", new { amount = 1700, currency = "EUR" }), ("payment", card)))).Expect(201);
        var number = placed["number"]!;
        Assert.True(OrderNumber.Parse(number).IsTest);
        Assert.Equal((town.Customer, town.Merchant, "WELCOME"), (placed["customer"], placed["merchant"], placed["coupon"]));
        (await town.Do(number, "accept")).Expect(200);
        (await town.Do(number, "ready")).Expect(200);
        Assert.Equal(town.Courier, await town.Assigned(number));
        (await town.Step(number, "pickup")).Expect(200);
        (await town.Step(number, "complete")).Expect(200);
        (await api.Get("/v1/orders/" + number)).Expect(200);
        (await api.Get("/v1/couriers/" + town.Courier)).Expect(200);
        (await api.Get($"/v1/couriers/{town.Courier}/earnings")).Expect(200);
        (await api.Get("/v1/promotions/WELCOME")).Expect(200);
        (await api.Get("/v1/zones/" + town.Zone)).Expect(200);
        Assert.Equal([number], Town.Numbers((await api.Get("/v1/orders?external_id=till-1")).Expect(200).Json));
        Assert.Equal([number], Town.Numbers((await api.Get("/v1/orders?customer=" + town.Customer)).Expect(200).Json));
        (await api.Get("/v1/merchants/nobody")).ExpectProblem(404, "not_found").ExpectFault("not_found", value: "nobody");

        // A fee is booked at once.
        var given = (await api.Post("/v1/orders", town.Wanted(("payment", card)))).Expect(201);
        (await town.Do(given["number"]!, "accept")).Expect(200);
        (await town.Cancel(given["number"]!)).Expect(200);
        var today = given["created_at"]![..10];
        await Eventually.Get(
            () => api.Get($"/v1/settlements/{today}/entries"), a => a.Text.Contains(given["number"]!, StringComparison.Ordinal), "the fee is booked");
        Assert.DoesNotContain(given["number"]!, (await Live.Get($"/v1/settlements/{today}/entries")).Expect(200).Text, StringComparison.Ordinal);
        return number;
    }

    [Fact]
    public async Task Quotes_the_intake_listings_and_events_of_the_test_side_are_its_own_and_show_no_mark()
    {
        var live = await Town.Open(Live);
        var texts = new List<string>();
        using var seen = _test.Recording(texts);
        var town = await Town.Open(seen, live.With(seen));
        await town.CourierOnline();
        var lines = new[] { new { item = "noodles", quantity = 1 } };
        var quoted = (await seen.Post("/v1/quotes", new
        {
            customer = town.Customer,
            merchant = town.Merchant,
            lines,
            dropoff = new { latitude = 52.53, longitude = 13.42 },
        })).Expect(201);
        Assert.Equal((town.Customer, town.Merchant), (quoted["customer"], quoted["merchant"]));
        (await seen.Get("/v1/quotes/" + quoted["id"])).Expect(200);
        (await Live.Get("/v1/quotes/" + quoted["id"])).ExpectProblem(404, "not_found");
        var number = (await seen.Post($"/v1/quotes/{quoted["id"]}/accept")).Expect(201)["number"]!;
        Assert.True(OrderNumber.Parse(number).IsTest);
        (await town.Do(number, "accept")).Expect(200);
        Assert.Equal(town.Courier, await town.Assigned(number));
        (await seen.Get($"/v1/couriers/{town.Courier}/assignment")).Expect(200);

        var orders = new[] { town.Wanted(("customer", town.Customer + "-1")), town.Wanted(("merchant", "nobody")) };
        var taken = (await seen.Post("/v1/intake/orders", new { orders })).Expect(202);
        var receipt = await Eventually.Get(() => seen.Get(taken.Header("location")!), r => r["status"] == "done", "all have their outcome");
        Assert.Equal(("1", "1"), (receipt["placed"], receipt["refused"]));
        Assert.Contains("nobody", receipt.Text, StringComparison.Ordinal);

        foreach (var list in new[] { "merchants", "couriers" })
            Assert.NotEmpty((await seen.Get("/v1/" + list)).Expect(200).Json.GetProperty("data").EnumerateArray());
        var mine = $"/v1/events?type=order.created&merchant={town.Merchant}";
        var told = await Eventually.Get(() => seen.Get(mine), a => a.Json.GetProperty("data").GetArrayLength() >= 2, "both orders are told");
        Assert.All(told.Json.GetProperty("data").EnumerateArray(), e => Assert.False(e.GetProperty("livemode").GetBoolean()));
        Assert.Equal("[]", (await Live.Get(mine)).Expect(200).Json.GetProperty("data").GetRawText());
        Assert.DoesNotContain(texts, text => text.Contains(TestMode.Mark, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("~m1")]
    [InlineData("~~m1")]
    public async Task Nobody_writes_the_mark(string id)
    {
        var merchant = new { id, name = "N", location = new { latitude = 52.5, longitude = 13.4 }, currency = "EUR" };
        foreach (var api in new[] { Live, _test })
        {
            (await api.Post("/v1/merchants", merchant)).ExpectProblem(422, "validation_failed").ExpectFault("invalid_id", "/id");
            (await api.PostText("/v1/merchants", """{"id":"\u007em1","name":"N","currency":"EUR","location":{"latitude":52.5,"longitude":13.4}}"""))
                .ExpectProblem(422, "validation_failed");
            (await api.Get("/v1/merchants/" + id)).ExpectProblem(400, "malformed");
            (await api.Get("/v1/merchants/%7Em1")).ExpectProblem(400, "malformed");
            (await api.Get("/v1/orders?customer=" + id)).ExpectProblem(400, "malformed");
            (await api.Get("/v1/orders?customer=%7Ec1")).ExpectProblem(400, "malformed");
            (await api.Get("/v1/events?merchant=" + id)).ExpectProblem(400, "malformed");
            (await api.Post("/v1/webhook-endpoints", new { url = "https://shop.example", merchant = id })).ExpectProblem(422, "validation_failed");
        }
    }

    [Fact]
    public async Task A_test_key_has_no_say_over_the_platform() =>
        (await _test.Get("/v1/operations/dead-letters")).ExpectProblem(403, "forbidden").ExpectFault("test_key");

    [Fact]
    public void Every_member_that_is_called_like_a_grains_key_is_marked_as_one()
    {
        var forgotten =
            from operation in _silo.Operations
            from shape in new[] { operation.Body, operation.Answer }
            where shape is not null
            from type in Shapes(shape, [])
            from parameter in type.Type.GetConstructors().SelectMany(c => c.GetParameters())
            where Texts.Contains(parameter.ParameterType) && KeyNames.Contains(parameter.Name!.ToLowerInvariant())
                && !parameter.IsDefined(typeof(GrainKeyAttribute), false) && !Exempt.Contains(type.Type.Name + "." + parameter.Name)
            select type.Type.Name + "." + parameter.Name;
        Assert.Equal("", string.Join(", ", forgotten.Distinct()));
    }

    [System.Text.RegularExpressions.GeneratedRegex("/v1/(merchants|couriers|customers|promotions)/$")]
    private static partial System.Text.RegularExpressions.Regex AddressBefore();

    private static readonly Type[] Texts = [typeof(string), typeof(string[]), typeof(System.Collections.Immutable.ImmutableArray<string>)];

    // A day of the calendar, and not of the books; the code of a problem, and not of a coupon.
    private static readonly string[] Exempt = ["EarningsDayBody.Day", "IntakeOutcomeBody.Code"];

    private static IEnumerable<JsonTypeInfo> Shapes(JsonTypeInfo type, HashSet<Type> seen)
    {
        if (!seen.Add(type.Type)) yield break;
        yield return type;
        var parts = type.Kind == JsonTypeInfoKind.Enumerable ? [type.ElementType!] : type.Properties.Select(p => p.PropertyType);
        foreach (var part in parts)
        {
            foreach (var inner in Shapes(type.Options.GetTypeInfo(Nullable.GetUnderlyingType(part) ?? part), seen)) yield return inner;
        }
    }
}
