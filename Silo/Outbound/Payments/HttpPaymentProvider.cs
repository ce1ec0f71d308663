using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrderActors.Payments;
using OrderActors.Values;

namespace OrderActors.Silo.Outbound.Payments;

/// <summary>
/// A payment provider over HTTP; <c>docs/payments.md</c> has the protocol. Whatever is not a plain answer is an exception, and
/// the outcome unknown.
/// </summary>
internal sealed class HttpPaymentProvider(HttpClient http) : IPaymentProvider
{
    public Task<ProviderResult> AuthoriseAsync(string operation, Money amount, string source, CancellationToken cancellation) =>
        Send(new PaymentMessage(operation, "authorise", amount.Amount, amount.Currency, Source: source), cancellation);

    public Task<ProviderResult> CaptureAsync(string operation, string hold, Money amount, CancellationToken cancellation) =>
        Send(new PaymentMessage(operation, "capture", amount.Amount, amount.Currency, Reference: hold), cancellation);

    public Task<ProviderResult> VoidAsync(string operation, string hold, CancellationToken cancellation) =>
        Send(new PaymentMessage(operation, "void", Reference: hold), cancellation);

    public Task<ProviderResult> RefundAsync(string operation, string capture, Money amount, CancellationToken cancellation) =>
        Send(new PaymentMessage(operation, "refund", amount.Amount, amount.Currency, Reference: capture), cancellation);

    public async Task<ProviderResult> FindAsync(string operation, CancellationToken cancellation)
    {
        using var response = await http.GetAsync(new Uri("operations/" + Uri.EscapeDataString(operation), UriKind.Relative), cancellation);
        var answer = await Read(response, operation, cancellation);

        // Only the provider's own word counts: a proxy in between may say 404 as well.
        return response.StatusCode == HttpStatusCode.NotFound && answer is not { Outcome: ProviderOutcome.NotFound }
            ? throw Unclear(operation, response)
            : answer;
    }

    private async Task<ProviderResult> Send(PaymentMessage message, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "operations")
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(message, PaymentJson.Default.PaymentMessage))
            {
                Headers = { ContentType = new("application/json") },
            },
        };
        request.Headers.Add("Idempotency-Key", $"\"{message.Operation}\"");
        using var response = await http.SendAsync(request, cancellation);
        var answer = await Read(response, message.Operation, cancellation);
        return answer.Outcome == ProviderOutcome.NotFound ? throw Unclear(message.Operation, response) : answer;
    }

    private static async Task<ProviderResult> Read(HttpResponseMessage response, string operation, CancellationToken cancellation)
    {
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.PaymentRequired or HttpStatusCode.NotFound))
            throw Unclear(operation, response);
        PaymentReplyMessage? reply;
        try
        {
            reply = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellation), PaymentJson.Default.PaymentReplyMessage);
        }
        catch (JsonException)
        {
            throw Unclear(operation, response);
        }

        if (reply?.Operation != operation) throw Unclear(operation, response);
        return reply.Outcome switch
        {
            "succeeded" when reply.Reference is { Length: > 0 and <= 200 } reference => ProviderResult.Succeeded(reference),
            "declined" => ProviderResult.Declined(reply.DeclineCode ?? "declined"),
            "pending" => ProviderResult.Pending,
            "not_found" => ProviderResult.NotFound,
            _ => throw Unclear(operation, response),
        };
    }

    // Without the body, which may repeat what nobody should read in a log.
    private static HttpRequestException Unclear(string operation, HttpResponseMessage response) =>
        new($"The payment provider's answer to {operation} ({(int)response.StatusCode}) is not one that its protocol has.", null, response.StatusCode);
}

/// <summary>An operation, as it goes over the wire.</summary>
internal sealed record PaymentMessage(
    string Operation, string Kind, long? Amount = null, string? Currency = null, string? Source = null, string? Reference = null);

/// <summary>The answer to an operation or to the question what became of it.</summary>
internal sealed record PaymentReplyMessage(string Operation, string Outcome, string? Reference = null, string? DeclineCode = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 8)]
[JsonSerializable(typeof(PaymentMessage))]
[JsonSerializable(typeof(PaymentReplyMessage))]
internal sealed partial class PaymentJson : JsonSerializerContext;
