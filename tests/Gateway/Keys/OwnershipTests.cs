using OrderActors.Client.Http;
using Xunit;

namespace OrderActors.Tests.Gateway.Keys;

/// <summary>Who may do what to whose. The table is the API's own, so that a new operation is in it before its author thinks of it.</summary>
[Collection(SharedSilo.Name)]
public sealed class OwnershipTests(SiloUnderTest silo)
{
    private static readonly Callers[] Kinds = [Callers.Customer, Callers.Merchant, Callers.Courier, Callers.Partner, Callers.Operator];

    private Api Api => silo.Api;

    [Fact]
    public async Task Every_operation_is_closed_to_other_kinds_of_callers_and_hides_what_is_somebody_elses()
    {
        var town = await Town.Open(Api);
        var number = await town.PlaceAssigned();
        var code = "OWN" + number[^6..];
        (await Api.Post("/v1/promotions", new
        {
            code,
            currency = "EUR",
            amount_off = 100,
            budget = new { uses = 1 },
            merchant_permille = 1000,
            merchants = new[] { town.Merchant },
        })).Expect(201);
        (await Api.Put($"/v1/customers/{town.Customer}/addresses/home", new { label = "Home", point = new { latitude = 52.5, longitude = 13.4 } })).Expect(200);
        var before = await town.Snapshot(number);

        using var nobody = Api.As("");
        var strangers = new Dictionary<Callers, Api>();
        foreach (var kind in Kinds[..^1]) strangers[kind] = await CallerKeys.Of(Api, WireNames<Callers>.NameOf(kind), "stranger");
        var wrong = new List<string>();
        foreach (var operation in silo.Operations.Where(o => o.Callers != Callers.Public))
        {
            await Expect(operation, nobody, "nobody", 401);
            foreach (var (kind, stranger) in strangers)
            {
                if ((operation.Callers & kind) == 0) await Expect(operation, stranger, $"{kind}", 403);
                else if (operation.Owned != Owned.Nothing) await Expect(operation, stranger, $"a strange {kind}", 404);
            }
        }

        foreach (var stranger in strangers.Values) stranger.Dispose();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(before, await town.Snapshot(number));

        async Task Expect(Operation operation, Api api, string who, int status)
        {
            var answer = await api.Send(new HttpMethod(operation.Method), PathOf(operation, town, number, code), key: Api.NewKey());
            if (answer.Status != status) wrong.Add($"{operation.Id} by {who}: {answer.Status} and not {status}: {answer.Text}");
        }
    }

    [Fact]
    public async Task Whoever_owns_a_thing_needs_to_name_nobody()
    {
        var town = await Town.Open(Api);
        await town.CourierOnline();
        using var customer = await CallerKeys.Of(Api, "customer", town.Customer);
        using var merchant = await CallerKeys.Of(Api, "merchant", town.Merchant);
        using var courier = await CallerKeys.Of(Api, "courier", town.Courier);
        var number = (await customer.Post("/v1/orders", town.Wanted(("external_id", "mine"), ("require_pin", true)))).Expect(201);
        var pin = number["pin"]!;
        var path = "/v1/orders/" + number["number"];

        Assert.Null((await merchant.Post(path + "/accept")).Expect(200)["external_id"]);
        (await merchant.Post(path + "/ready")).Expect(200);
        await town.Assigned(number["number"]!);
        var carried = (await courier.Post($"/v1/deliveries/{number["number"]}/pickup")).Expect(200);
        Assert.Equal((null, null, null), (carried["bill"], carried["external_id"], carried["pin"]));
        (await courier.Post($"/v1/deliveries/{number["number"]}/complete", new { proof = new { pin } })).Expect(200);
        Assert.Equal("mine", (await customer.Get(path)).Expect(200)["external_id"]);
        Assert.DoesNotContain(pin, (await courier.Get(path)).Expect(200).Text, StringComparison.Ordinal);
        foreach (var list in new[] { customer, merchant, courier })
        {
            Assert.Equal([number["number"]], Town.Numbers((await list.Get("/v1/orders")).Expect(200).Json));
            (await list.Get("/v1/orders?customer=stranger")).ExpectProblem(404, "not_found");
            (await list.Get("/v1/orders?merchant=stranger")).ExpectProblem(404, "not_found");
        }

        var refund = (await customer.Post(path + "/refunds", new { reason = "missing_item", amount = new { amount = 100, currency = "EUR" } })).Expect(201);
        Assert.Equal(town.Customer, refund.Json.GetProperty("requested_by").GetProperty("id").GetString());
        Assert.Single((await customer.Get("/v1/orders?external_id=mine")).Expect(200).Json.GetProperty("data").EnumerateArray());
        Assert.Empty((await Api.Get("/v1/orders?external_id=mine")).Expect(200).Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Naming_somebody_else_is_refused_and_changes_nothing()
    {
        var town = await Town.Open(Api);
        var number = await town.Place();
        using var customer = await CallerKeys.Of(Api, "customer", town.Customer);
        using var merchant = await CallerKeys.Of(Api, "merchant", town.Merchant);
        var before = await town.Snapshot(number);
        var actor = new { role = "operator", id = "ada" };
        (await customer.Post($"/v1/orders/{number}/cancel", new { reason = "customer_request", actor })).ExpectProblem(403, "forbidden");
        (await merchant.Post($"/v1/orders/{number}/accept", new { actor = new { role = "merchant", id = "other" } })).ExpectProblem(403, "forbidden");
        (await customer.Post("/v1/orders", town.Order(customer: "somebody"))).ExpectProblem(403, "forbidden");
        (await merchant.Post($"/v1/orders/{number}/cancel", new { reason = "operator_decision" })).ExpectProblem(422, "validation_failed");
        Assert.Equal(before, await town.Snapshot(number));
        (await customer.Post($"/v1/orders/{number}/cancel", new { reason = "customer_request" })).Expect(200);
    }

    [Fact]
    public async Task A_partner_sees_what_was_placed_with_its_keys_and_its_customers_are_its_own()
    {
        var town = await Town.Open(Api);
        using var first = await CallerKeys.Of(Api, "partner", "first");
        using var second = await CallerKeys.Of(Api, "partner", "second");
        var number = (await first.Post("/v1/orders", town.Wanted(("external_id", "till-1")))).Expect(201)["number"]!;
        (await second.Get("/v1/orders/" + number)).ExpectProblem(404, "not_found");
        (await second.Post($"/v1/orders/{number}/cancel", new { reason = "customer_request" })).ExpectProblem(404, "not_found");
        (await second.Post("/v1/orders", town.Order())).ExpectProblem(404, "not_found");
        (await second.Get("/v1/customers/" + town.Customer)).ExpectProblem(404, "not_found");
        (await first.Get("/v1/customers/" + town.Customer)).Expect(200);

        // Each has external ids of its own.
        var theirs = town.Wanted(("external_id", "till-1"), ("customer", town.Customer + "-2"));
        var other = (await second.Post("/v1/orders", theirs)).Expect(201)["number"]!;
        Assert.Equal([number], Town.Numbers((await first.Get("/v1/orders?external_id=till-1")).Expect(200).Json));
        Assert.Equal([other], Town.Numbers((await second.Get("/v1/orders?external_id=till-1")).Expect(200).Json));
        Assert.Equal([other], Town.Numbers((await second.Get("/v1/orders?merchant=" + town.Merchant)).Expect(200).Json));
        (await first.Post($"/v1/orders/{number}/cancel", new { reason = "customer_request" })).Expect(200);
    }

    [Fact]
    public async Task What_a_merchant_agreed_with_the_platform_is_not_its_customers_to_read()
    {
        var town = await Town.Open(Api);
        (await Api.Put($"/v1/merchants/{town.Merchant}/terms", new { commission_permille = 150, delivery_fee = 200 })).Expect(200);
        using var customer = await CallerKeys.Of(Api, "customer", town.Customer);
        using var merchant = await CallerKeys.Of(Api, "merchant", town.Merchant);
        var seen = (await customer.Get("/v1/merchants/" + town.Merchant)).Expect(200);
        Assert.Contains("\"delivery_fee\":200", seen.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("commission", seen.Text, StringComparison.Ordinal);
        Assert.Contains("\"commission_permille\":150", (await merchant.Get("/v1/merchants/" + town.Merchant)).Expect(200).Text, StringComparison.Ordinal);
    }

    private static string PathOf(Operation operation, Town town, string number, string code) => operation.Path
        .Replace("{number}", number, StringComparison.Ordinal)
        .Replace("{code}", code, StringComparison.Ordinal)
        .Replace("{address}", "home", StringComparison.Ordinal)
        .Replace("{day}", "2020-02-29", StringComparison.Ordinal)
        .Replace("{id}", operation.Tag switch { "merchants" => town.Merchant, "couriers" => town.Courier, _ => town.Customer }, StringComparison.Ordinal)
        .Replace("{", "", StringComparison.Ordinal)
        .Replace("}", "", StringComparison.Ordinal);
}
