using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrderActors.Payments;
using OrderActors.Silo.Outbound;
using OrderActors.Silo.Outbound.Payments;
using OrderActors.Values;
using Xunit;

namespace OrderActors.Tests.Gateway.Outbound;

/// <summary>The HTTP provider against a server in this process that speaks its protocol, and some that it should not.</summary>
public sealed class HttpPaymentProviderTests : IAsyncLifetime
{
    private readonly WebApplication _server;
    private readonly List<string> _seen = [];
    private string _answer = "";
    private int _status = 200;
    private HttpPaymentProvider _provider = null!;

    public HttpPaymentProviderTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var headers = context.Request.Headers;
            _seen.Add($"{context.Request.Method} {context.Request.Path} {headers.Authorization} {headers["Idempotency-Key"]} {await reader.ReadToEndAsync()}");
            context.Response.StatusCode = _status;
            await context.Response.WriteAsync(_answer);
        });
    }

    public async Task InitializeAsync()
    {
        await _server.StartAsync();
        _provider = new HttpPaymentProvider(
            new ProviderOptions { Kind = "http", BaseUrl = _server.Urls.Single() + "/v1", Secret = "a-secret-of-ours" }.CreateClient());
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private void Answers(int status, object? body) => (_status, _answer) = (status, body as string ?? JsonSerializer.Serialize(body));

    private Task<ProviderResult> Authorise() => _provider.AuthoriseAsync("7:authorise:a", new Money(900, "EUR"), "tok", CancellationToken.None);

    [Fact]
    public async Task Every_operation_goes_out_with_its_key_and_comes_back_as_what_it_is()
    {
        Answers(200, new { operation = "7:authorise:a", outcome = "succeeded", reference = "ref1" });
        Assert.Equal(ProviderResult.Succeeded("ref1"), await Authorise());
        Assert.Equal(
            "POST /v1/operations Bearer a-secret-of-ours \"7:authorise:a\" " +
            """{"operation":"7:authorise:a","kind":"authorise","amount":900,"currency":"EUR","source":"tok"}""", _seen.Single());

        Answers(402, new { operation = "7:capture:1", outcome = "declined", decline_code = "expired" });
        Assert.Equal(ProviderResult.Declined("expired"), await _provider.CaptureAsync("7:capture:1", "ref1", new Money(800, "EUR"), CancellationToken.None));
        Answers(202, new { operation = "7:void:1", outcome = "pending" });
        Assert.Equal(ProviderResult.Pending, await _provider.VoidAsync("7:void:1", "ref1", CancellationToken.None));
        Answers(404, new { operation = "7:refund:1", outcome = "not_found" });
        Assert.Equal(ProviderResult.NotFound, await _provider.FindAsync("7:refund:1", CancellationToken.None));
        Assert.StartsWith("GET /v1/operations/7:refund:1 ", _seen[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500, """{"operation":"7:authorise:a","outcome":"declined"}""")]
    [InlineData(429, "")]
    [InlineData(301, "")]
    [InlineData(200, "<html>")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"operation":"another","outcome":"succeeded","reference":"r"}""")]
    [InlineData(200, """{"operation":"7:authorise:a","outcome":"succeeded"}""")]
    [InlineData(200, """{"operation":"7:authorise:a","outcome":"perhaps"}""")]
    [InlineData(404, "not here")]
    public async Task What_is_no_plain_answer_is_an_unknown_outcome(int status, string body)
    {
        Answers(status, body);
        await Assert.ThrowsAsync<HttpRequestException>(Authorise);
        await Assert.ThrowsAsync<HttpRequestException>(() => _provider.FindAsync("7:authorise:a", CancellationToken.None));
    }
}
