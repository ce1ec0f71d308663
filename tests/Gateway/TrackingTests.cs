using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>The tracking link, as anybody sees it who was sent it.</summary>
[Collection(SharedSilo.Name)]
public sealed class TrackingTests(SiloUnderTest silo)
{
    private static readonly string[] Shown = ["kind", "status", "delivery_status", "ready_at", "eta", "courier", "updated_at"];

    private Api Api => silo.Api;

    [Fact]
    public async Task A_link_shows_how_the_order_gets_on_and_the_courier_only_on_the_last_way()
    {
        var town = await Town.Open(Api);
        var number = await town.PlaceAssigned();
        var url = (await Api.Get("/v1/orders/" + number)).Expect(200)["tracking_url"]!;
        var before = (await Api.Get(url)).Expect(200);
        Assert.Equal(("preparing", "assigned"), (before["status"], before["delivery_status"]));
        Assert.True(before.Json.GetProperty("eta").GetDateTimeOffset() > before.Json.GetProperty("ready_at").GetDateTimeOffset());
        Assert.Null(before["courier"]);
        Assert.Equal("no-store", before.Header("cache-control"));

        (await town.Step(number, "pickup")).Expect(200);
        (await Api.Post($"/v1/couriers/{town.Courier}/locations", new { latitude = 52.5212345, longitude = 13.4112345 })).Expect(202);
        var under = (await Api.Get(url)).Expect(200);
        Assert.Equal("picked_up", under["delivery_status"]);
        Assert.Equal("""{"latitude":52.521,"longitude":13.411}""", under["courier"]);
        Assert.All(under.Json.EnumerateObject(), member => Assert.Contains(member.Name, Shown));

        (await town.Step(number, "complete")).Expect(200);
        var after = (await Api.Get(url)).Expect(200);
        Assert.Equal(("delivered", null, null), (after["status"], after["eta"], after["courier"]));
    }

    [Fact]
    public async Task Whatever_is_wrong_with_a_link_the_answer_is_the_same()
    {
        var town = await Town.Open(Api);
        var url = (await Api.Get("/v1/orders/" + await town.Place())).Expect(200)["tracking_url"]!;
        var details = new HashSet<string?>();
        var other = url[..^1] + (url[^1] == 'A' ? 'B' : 'A');
        foreach (var wrong in new[] { url[..^1], url + "x", other, url[..^22], "/v1/tracking/abc", "/v1/tracking/" + new string('1', 42) })
            details.Add((await Api.Get(wrong)).ExpectProblem(404, "not_found")["detail"]);
        Assert.Single(details);
    }
}
