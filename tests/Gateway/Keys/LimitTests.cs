using OrderActors.Client;
using OrderActors.Client.Http;
using Xunit;

namespace OrderActors.Tests.Gateway.Keys;

/// <summary>Nothing in a request is longer than something here could have a use for.</summary>
[Collection(SharedSilo.Name)]
public sealed class LimitTests(SiloUnderTest silo)
{
    private Api Api => silo.Api;

    [Fact]
    public async Task A_text_that_is_too_long_is_named_wherever_it_stands()
    {
        var text = new string('x', BodyLimits.LongestText + 1);
        (await Api.PostText("/v1/orders", $$"""{"customer":"c1","lines":[{"item":"a"},{"item":"{{text}}"}]}"""))
            .ExpectProblem(400, "malformed").ExpectFault("too_long", "/lines/1/item");
        (await Api.PostText("/v1/couriers", $$"""{"id":"k-long","name":"{{text[1..]}}"}""")).ExpectProblem(422, "validation_failed");
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_not_repeated()
    {
        var name = new string('x', BodyLimits.LongestName + 1);
        var answer = (await Api.PostText("/v1/couriers", $$"""{"id":"k1","{{name}}":1}""")).ExpectProblem(400, "malformed").ExpectFault("too_long", "");
        Assert.DoesNotContain(name, answer.Text, StringComparison.Ordinal);
        (await Api.PostText("/v1/couriers", $$"""{"id":"k1","name":"K","{{name[1..]}}":1}""")).ExpectProblem(400, "malformed").ExpectFault("unknown_member");
    }

    [Fact]
    public async Task An_array_that_is_too_long_is_named()
    {
        var many = string.Join(',', Enumerable.Repeat("1", BodyLimits.MostElements + 1));
        (await Api.PostText("/v1/promotions", $$"""{"code":"A","merchants":[{{many}}]}"""))
            .ExpectProblem(400, "malformed").ExpectFault("too_long", "/merchants");
        var nested = string.Join(',', Enumerable.Repeat("[]", BodyLimits.MostElements + 1));
        (await Api.PostText("/v1/promotions", $$$"""{"code":"A","x":{"y":[[{{{nested}}}]]}}""")).ExpectFault("too_long", "/x/y/0");
    }

    [Fact]
    public async Task Lines_and_headers_are_bounded()
    {
        Assert.Equal(414, await StatusOf($"GET /v1/merchants/{new string('m', GatewayOptions.LongestRequestLine)} HTTP/1.1\r\nHost: x\r\n\r\n"));
        Assert.Equal(431, await StatusOf($"GET /health/live HTTP/1.1\r\nHost: x\r\nX: {new string('x', GatewayOptions.MostHeaderBytes)}\r\n\r\n"));
        var many = string.Concat(Enumerable.Range(0, GatewayOptions.MostHeaders).Select(i => $"X-{i}: 1\r\n"));
        Assert.Equal(431, await StatusOf($"GET /health/live HTTP/1.1\r\nHost: x\r\n{many}\r\n"));
        Assert.Equal(200, await StatusOf("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"));
    }

    [Fact]
    public async Task A_page_of_another_origin_is_told_nothing_that_would_let_it_in()
    {
        var answer = await Api.Send(
            HttpMethod.Options, "/v1/orders", headers: [("Origin", "https://elsewhere.example"), ("Access-Control-Request-Method", "POST")]);
        Assert.Null(answer.Header("access-control-allow-origin"));
    }

    private async Task<int> StatusOf(string request)
    {
        await using var connection = await RawConnection.Open(Api.Url);
        await connection.Send(request);
        return int.Parse((await connection.ReadAnswer()).AsSpan("HTTP/1.1 ".Length, 3), System.Globalization.CultureInfo.InvariantCulture);
    }
}
