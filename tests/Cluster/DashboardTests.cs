using OrderActors.TestKit.Servers;
using OrderActors.Tests.Gateway;

namespace OrderActors.Tests.Cluster;

/// <summary>What a silo and a gateway show beside the API: the dashboard to its operator, health and numbers to everybody.</summary>
public sealed class DashboardTests(Servers servers) : IClassFixture<Servers>
{
    private const string Key = "0123456789abcdef-operator";

    [ServersFact]
    public async Task The_dashboard_is_the_operators_and_health_and_metrics_are_everybodys()
    {
        await using var cluster = await servers.Cluster();
        var silo = await cluster.Silo("--OperatorKey", Key);
        var (without, gateway) = (await cluster.Silo(), await cluster.Gateway());

        foreach (var path in new[] { "/dashboard", "/dashboard/", "/dashboard/DashboardCounters", "/dashboard/?key=wrong" })
        {
            var refused = await Shown(silo.Url + path);
            Assert.Equal((401, "Bearer"), (refused.Status, refused.Asks));
            Assert.DoesNotContain(Key, refused.Text, StringComparison.Ordinal);
        }

        Assert.Equal(401, (await Shown(silo.Url + "/dashboard/", "Authorization", "Bearer wrong-wrong-wrong-wrong")).Status);
        var page = await Shown(silo.Url + "/dashboard/", "Authorization", "Bearer " + Key);
        Assert.Equal(200, page.Status);
        Assert.Contains("<html", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(200, (await Shown(silo.Url + "/dashboard/DashboardCounters", "X-Operator-Key", Key)).Status);
        await ByLink(silo.Url);

        Assert.Equal(404, (await Shown(without.Url + "/dashboard/", "X-Operator-Key", Key)).Status);
        Assert.Equal(404, (await Shown(gateway.Url + "/dashboard/", "X-Operator-Key", Key)).Status);
        await Eventually.Get(
            () => Task.FromResult(without.Error.ToArray()), lines => lines.Any(line => line.Contains("No dashboard", StringComparison.Ordinal)),
            "a silo without one says so");

        using var api = new Api(silo.Url);
        using var bare = new Api(without.Url);
        using var outside = new Api(gateway.Url);
        foreach (var each in new[] { api, bare, outside })
        {
            Assert.Equal("live", (await each.Get("/health/live")).Expect(200)["status"]);
            await Eventually.Get(() => each.Get("/health/ready"), answer => answer.Status == 200 && answer["status"] == "ready", "it is ready");
        }

        var town = await Town.Open(outside);
        await town.Place();
        Assert.Contains("http_server_request_duration_seconds", await Metrics(gateway.Url), StringComparison.Ordinal);
        Assert.Contains("orleans_", await Metrics(silo.Url), StringComparison.Ordinal);
    }

    /// <summary>A browser is given the key once, and a cookie in its place.</summary>
    private static async Task ByLink(string url)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        using var first = await browser.GetAsync(new Uri($"{url}/dashboard/?key={Key}"));
        Assert.Equal(System.Net.HttpStatusCode.Redirect, first.StatusCode);
        Assert.Equal("/dashboard/", first.Headers.Location?.ToString());
        var cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Key, cookie, StringComparison.Ordinal);
        using var next = await browser.GetAsync(new Uri($"{url}/dashboard/"));
        Assert.Equal(System.Net.HttpStatusCode.OK, next.StatusCode);
    }

    private static async Task<(int Status, string? Asks, string Text)> Shown(string url, string? name = null, string? value = null)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (name is not null) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await browser.SendAsync(request);
        return ((int)answer.StatusCode, answer.Headers.WwwAuthenticate.FirstOrDefault()?.ToString(), await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> Metrics(string url)
    {
        using var prometheus = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await prometheus.GetAsync(new Uri(url + "/metrics"));
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadAsStringAsync();
    }
}
