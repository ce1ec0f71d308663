using Xunit;

namespace OrderActors.Tests.Gateway.Admission;

/// <summary>What an operator switches off and limits over HTTP takes effect at once where it was said, and is seen in one place.</summary>
public sealed class SwitchTests : IAsyncLifetime
{
    private readonly SiloUnderTest _silo = new();

    public Task InitializeAsync() => _silo.InitializeAsync();

    public Task DisposeAsync() => _silo.DisposeAsync();

    private Api Api => _silo.Api;

    private Task<Answer> Place(Town town) => Api.Post("/v1/orders", town.Order());

    [Fact]
    public async Task Ordering_from_a_merchant_can_be_switched_off_for_a_while()
    {
        var (town, other) = (await Town.Open(Api), await Town.Open(Api));
        var path = $"/v1/operations/switches/ordering/merchant:{town.Merchant}";
        var until = DateTimeOffset.UtcNow.AddHours(1);
        var set = (await Api.Put(path, new { reason = "Kitchen on fire.", until })).Expect(200);
        var shown = set.Json.GetProperty("data")[0];
        Assert.Equal(("ordering", "merchant:" + town.Merchant), (shown.GetProperty("feature").GetString(), shown.GetProperty("scope").GetString()));
        await Eventually.Get(() => Place(town), answer => answer.Status == 503, "orders are refused");
        var refused = (await Place(town)).ExpectProblem(503, "switched_off");
        Assert.Contains("Kitchen on fire.", refused["detail"], StringComparison.Ordinal);
        (await Place(other)).Expect(201);

        var degradation = (await Api.Get("/v1/operations/degradation")).Expect(200).Json.GetProperty("data").EnumerateArray().ToArray();
        Assert.Contains(degradation, d => d.GetProperty("subject").GetString() == "ordering/merchant:" + town.Merchant);
        (await Api.Delete(path)).Expect(200);
        (await Api.Delete(path)).ExpectProblem(404, "not_found");
        await Eventually.Get(() => Place(town), answer => answer.Status == 201, "orders are taken again");
    }

    [Fact]
    public async Task Reports_can_be_switched_off_and_operators_still_see_theirs()
    {
        (await Api.Put("/v1/operations/switches/reports/platform", new { reason = "Lunch." })).Expect(200);
        var refused = (await Api.Get("/v1/settlements/2026-03-02")).ExpectProblem(503, "switched_off");
        Assert.Equal("30", refused.Header("retry-after"));
        (await Api.Get("/v1/operations/outbound")).Expect(200);
        (await Api.Delete("/v1/operations/switches/reports/platform")).Expect(200);
        (await Api.Get("/v1/settlements/2026-03-02")).Expect(200);
    }

    [Fact]
    public async Task A_merchant_can_have_a_limit_of_its_own()
    {
        var town = await Town.Open(Api);
        var path = "/v1/operations/limits/merchant/" + town.Merchant;
        var set = (await Api.Put(path, new { rate = 0.01, burst = 2, reason = "Two ovens." })).Expect(200);
        Assert.Equal(town.Merchant, set.Json.GetProperty("data")[0].GetProperty("id").GetString());
        (await Place(town)).Expect(201);
        (await Place(town)).Expect(201);
        (await Place(town)).ExpectProblem(429, "quota_exceeded");
        var quote = (await Api.Post("/v1/quotes", town.Wanted(("total", null)))).Expect(201).Header("location");
        (await Api.Post(quote + "/accept", new { })).ExpectProblem(429, "quota_exceeded");
        (await Api.Delete(path)).Expect(200);
        (await Place(town)).Expect(201);
        (await Api.Post(quote + "/accept", new { })).Expect(201);
    }

    [Theory]
    [InlineData("PUT", "switches/everything/platform", 400, "malformed")]
    [InlineData("PUT", "switches/ordering/planet", 400, "malformed")]
    [InlineData("PUT", "switches/ordering/merchant:", 400, "malformed")]
    [InlineData("PUT", "switches/ordering/platform:x", 400, "malformed")]
    [InlineData("PUT", "switches/reports/merchant:m1", 422, "validation_failed")]
    [InlineData("PUT", "limits/courier/k1", 400, "malformed")]
    [InlineData("DELETE", "switches/quotes/platform", 404, "not_found")]
    [InlineData("DELETE", "limits/key/nobody", 404, "not_found")]
    public async Task What_makes_no_sense_is_refused(string method, string path, int status, string code)
    {
        object? body = method == "DELETE" ? null
            : path.StartsWith("limits", StringComparison.Ordinal) ? new { rate = 1, burst = 1, reason = "No." }
            : new { reason = "No." };
        (await Api.Send(new HttpMethod(method), "/v1/operations/" + path, body)).ExpectProblem(status, code);
    }
}
