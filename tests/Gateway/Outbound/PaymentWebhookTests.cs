using System.Security.Cryptography;
using System.Text;
using OrderActors.Silo.Hosting;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.Gateway.Outbound;

public sealed class PaymentWebhookTests : IAsyncLifetime
{
    private const string Secret = "a-secret-of-the-provider";
    private static readonly string Order = OrderNumber.Create(99, 0, 1, 2, 0).ToString();
    private readonly TempFolder _data = new();
    private SiloApp _app = null!;
    private Api _api = null!;

    public async Task InitializeAsync()
    {
        _app = SiloApp.Build(
        [
            "--Urls", "http://127.0.0.1:0", "--Data", _data.Path, "--OperatorKey", Api.OperatorKey, "--PaymentWebhooks:Provider", "acme",
            "--PaymentWebhooks:Secret", Secret,
        ]);
        await _app.StartAsync(CancellationToken.None);
        _api = new Api(_app.Url);
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _app.DrainAsync();
        await _app.DisposeAsync();
        _data.Dispose();
    }

    private Task<Answer> Send(string body, string secret = Secret, long age = 0, string provider = "acme", bool signed = true)
    {
        var at = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - age;
        var signature = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"m1.{at}.{body}")));
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new("application/json") } };
        return _api.SendContent(HttpMethod.Post, "/v1/payments/webhooks/" + provider, content, null,
            signed ? [("webhook-id", "m1"), ("webhook-timestamp", $"{at}"), ("webhook-signature", "v1,AAAA " + signature)] : []);
    }

    [Fact]
    public async Task Only_the_providers_own_answers_are_taken()
    {
        var right = $$"""{"operation":"{{Order}}:authorise:a1","outcome":"succeeded","reference":"r1"}""";
        Assert.Equal(204, (await Send(right)).Status);
        Assert.Equal(204, (await Send(right)).Status);
        Assert.Equal(403, (await Send(right, secret: "another-secret-altogether")).Status);
        Assert.Equal(403, (await Send(right, age: 400)).Status);
        Assert.Equal(403, (await Send(right, signed: false)).Status);
        Assert.Equal(404, (await Send(right, provider: "other")).Status);
        Assert.Equal(422, (await Send("""{"operation":"nonsense","outcome":"succeeded"}""")).Status);
        Assert.Equal(400, (await Send("""{"outcome":"succeeded"}""")).Status);
        Assert.Equal(400, (await Send($$"""{"operation":"{{Order}}:authorise:a1","outcome":"perhaps"}""")).Status);
    }

    [Fact]
    public async Task Operators_see_how_the_calls_outside_go()
    {
        var answer = await _api.Get("/v1/operations/outbound");
        Assert.Equal(200, answer.Status);
        Assert.Contains("\"name\":\"payments\",\"breaker\":\"closed\"", answer.Text, StringComparison.Ordinal);
    }
}
