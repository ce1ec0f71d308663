using OrderActors.Client.Settlement;
using Xunit;

namespace OrderActors.Tests.Gateway;

/// <summary>Days of the books over HTTP. What is in them is tested with the grains.</summary>
[Collection(SharedSilo.Name)]
public sealed class SettlementTests(SiloUnderTest silo)
{
    private Api Api => silo.Api;

    [Fact]
    public async Task A_day_is_shown_exported_and_closed_for_good()
    {
        const string Day = "/v1/settlements/2020-02-29";
        Assert.Equal("open", (await Api.Get(Day)).Expect(200)["status"]);
        Assert.Equal("False", (await Api.Get(Day + "/entries?merchant=m1&limit=5")).Expect(200)["has_more"]);
        var closed = (await Api.Post(Day + "/close")).Expect(200);
        Assert.Equal(("closed", "0"), (closed["status"], closed["bookings"]));
        Assert.Equal(closed.Text, (await Api.Post(Day + "/close")).Expect(200).Text);
        Assert.Equal(closed.Text, (await Api.Get(Day)).Expect(200).Text);

        // The answer's body is read as JSON by the tests' client, so the text is fetched by itself.
        using var http = new HttpClient { BaseAddress = new Uri(Api.Url) };
        http.DefaultRequestHeaders.Add("Authorization", "Bearer " + Gateway.Api.OperatorKey);
        using var csv = await http.GetAsync(new Uri(Day + "/export.csv", UriKind.Relative));
        Assert.Equal("text/csv", csv.Content.Headers.ContentType!.MediaType);
        Assert.Equal(SettlementCsv.Header, await csv.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_is_wrong_is_named()
    {
        (await Api.Get("/v1/settlements/yesterday")).ExpectProblem(400, "malformed").ExpectFault("invalid_id", value: "yesterday");
        (await Api.Post("/v1/settlements/2999-01-01/close")).ExpectProblem(409, "invalid_transition");
        (await Api.Post("/v1/settlements/2020-01-01/close", new { actor = new { role = "merchant", id = "m1" } })).ExpectProblem(403, "forbidden");
        (await Api.Get("/v1/settlements/2020-01-01/entries?merchant=m1&courier=k1")).ExpectProblem(400, "malformed").ExpectFault("required");
        (await Api.Get("/v1/settlements/2020-01-01/entries?cursor=x")).ExpectProblem(400, "malformed").ExpectFault("invalid_cursor");
        (await Api.Send(HttpMethod.Post, "/v1/settlements/2020-01-01/close")).ExpectProblem(400, "idempotency_key_missing");
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    public void A_field_is_in_quotes_where_it_needs_them(string value, string field) => Assert.Equal(field, SettlementCsv.Field(value));
}
